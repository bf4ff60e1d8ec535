/**
 * How long it takes from the press of a key until a page is whole: every page of the window, one after another by the keyboard, with
 * all daemons running and clients that chat, live and over an hour of history; the first visit since the window was opened apart from
 * the second. Beside it what the page's main thread took of a processor, which another program at work makes no longer. Part of
 * `bench/metrics.ts`; needs the built window (`npm run build`).
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Page } from '@playwright/test';
import { type Figures, median, printColumns } from '../shared/figures.ts';
import { quantile, ROOT } from './window-page.ts';
import { DAEMONS, type Place, startWindow, type WindowSubject } from './window-subject.ts';

const PROBE = readFileSync(resolve(import.meta.dirname, 'switch-probe.js'), 'utf8');
/** All that have pages of their own. */
const PAGES_OF = [...DAEMONS, 'services'];
const VIEWPORT = { width: 1_280, height: 800 };
/** Until the code of all pages is fetched, and there is something recorded. */
const SETTLE_MS = 5_000;
/** A page that is never whole. */
const MOST_MS = 5_000;
const LOOK_EVERY_MS = 50;
/** Before the time is over, so that the window and the daemons can end within it. */
const END_MS = 15_000;
/** From one key to the next, of who types fast. */
const KEY_MS = 100;
/** What a page may take. */
const BAR_MS = 100;

/** A page and the keys that lead there from the one before. */
interface Switch {
  readonly title: string;
  readonly press: (page: Page) => Promise<void>;
}

/** Letters after `g`. */
const LETTERS = {
  Overview: 'o',
  'Tasks, pools and queues': 't',
  History: 'h',
  Audit: 'a',
  Settings: 's',
} as const;

/** What the main thread of a page has done since it began, in milliseconds of processor time. */
interface Work {
  readonly all: number;
  readonly scripts: number;
  /** Finding styles and places. */
  readonly layout: number;
}

/** One switch of pages, in milliseconds. */
interface Taken extends Work {
  readonly wall: number;
}

/** The switches of each page. */
type Visits = Record<string, Taken[]>;

interface Probe {
  readonly pressed: number;
  readonly paints: readonly number[];
  readonly last: string;
  readonly now: number;
}

const PROBED =
  '({ pressed: benchSwitch.pressed, paints: benchSwitch.paints, last: benchSwitch.last, now: performance.now() })';

const TABS = `[...document.querySelectorAll('[role="tab"]')].map((tab) => tab.dataset.tab)`;

async function workOf(cdp: CDPSession): Promise<Work> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  const ms = (name: string) => (metrics.find((one) => one.name === name)?.value ?? Number.NaN) * 1_000;
  return {
    all: ms('TaskDuration'),
    scripts: ms('ScriptDuration'),
    layout: ms('LayoutDuration') + ms('RecalcStyleDuration'),
  };
}

/**
 * Waits until nothing was added to the page for so long. The work is read every {@link LOOK_EVERY_MS}: it is that until the first
 * reading after the last paint, with what figures that change took meanwhile.
 */
async function switched(page: Page, cdp: CDPSession, press: () => Promise<void>, patienceMs: number) {
  const deadline = performance.now() + MOST_MS;
  const before = await workOf(cdp);
  await press();
  let seen = Number.NaN;
  let work = before;
  for (;;) {
    const { pressed, paints, last, now } = await page.evaluate<Probe>(PROBED);
    const latest = paints.at(-1) ?? Number.NaN;
    if (seen !== latest) {
      seen = latest;
      work = await workOf(cdp);
    }
    if (now - latest > patienceMs || performance.now() > deadline) {
      const taken: Taken = {
        wall: latest - pressed,
        all: work.all - before.all,
        scripts: work.scripts - before.scripts,
        layout: work.layout - before.layout,
      };
      return { taken, last };
    }
    await sleep(LOOK_EVERY_MS);
  }
}

/** Puts the focus on something and presses Enter, as fast as fingers do: what a keyboard does with links and tabs. */
async function enter(page: Page, selector: string): Promise<void> {
  await page.locator(selector).first().focus();
  await sleep(KEY_MS);
  await page.keyboard.press('Enter');
}

/** Presses `g` and a letter, which are keys of the window where nothing has the focus. */
async function leap(page: Page, letter: string): Promise<void> {
  await page.evaluate('document.activeElement?.blur()');
  await page.keyboard.press('g');
  await sleep(KEY_MS);
  await page.keyboard.press(letter);
}

/** All pages and tabs of the window, as they are, in the order of a tour that begins and ends at the Overview. */
async function tourOf(page: Page, range: string): Promise<Switch[]> {
  const tour: Switch[] = [];
  for (const id of [...PAGES_OF, 'main']) {
    tour.push({ title: id, press: (at) => enter(at, `nav a[href*="/daemon/${id}"]`) });
    await page.evaluate(`location.hash = ${JSON.stringify(`#/daemon/${id}/live?range=${range}`)}`);
    await page.locator(`[role="tab"][data-tab="live"][aria-selected="true"]`).waitFor();
    await page.getByRole('heading', { level: 1, name: id === 'main' ? /./ : id }).waitFor();
    const tabs = await page.evaluate<string[]>(TABS);
    for (const tab of [...tabs.filter((name) => name !== 'live'), 'live'])
      tour.push({ title: `${id}: ${tab}`, press: (at) => enter(at, `[role="tab"][data-tab="${tab}"]`) });
  }
  for (const [title, letter] of Object.entries(LETTERS).toSorted(([a]) => (a === 'Overview' ? 1 : -1)))
    tour.push({ title, press: (at) => leap(at, letter) });
  return tour;
}

export interface PagesOptions {
  /** Windows that are opened, each gone through twice. */
  readonly rounds: number;
  readonly place: Place;
  /** How long nothing new must have come before a page counts as whole, in milliseconds; what comes later is not seen. */
  readonly patienceMs: number;
  /** What was not gone to by then is not, and the report says so. */
  readonly minutes: number;
  /** Clients of the IRC server. */
  readonly clients: number;
  /** `live`, `1h` or both, separated by a comma. */
  readonly ranges: string;
}

/** A list of milliseconds in a few figures. */
function summary(all: readonly Taken[]): Figures {
  const walls = all.map(({ wall }) => wall);
  const work = all.map((one) => one.all);
  const share = (list: readonly number[]) => (list.filter((ms) => ms < BAR_MS).length / list.length) * 100;
  return {
    switches: all.length,
    'p50 ms': median(walls),
    'p95 ms': quantile(walls, 0.95),
    'most ms': quantile(walls, 1),
    [`below ${BAR_MS} ms %`]: share(walls),
    'work p50 ms': median(work),
    'work p95 ms': quantile(work, 0.95),
    'work most ms': quantile(work, 1),
    [`work below ${BAR_MS} ms %`]: share(work),
  };
}

/** A row a page: the median and the most of its visits. */
function printPages(title: string, visits: Visits): void {
  console.log(`\n${title}`);
  const heads = ['ms p50', 'most', 'work p50', 'most', 'scripts', 'layout'];
  const row = (name: string, cells: readonly string[]) =>
    console.log(name.padEnd(26) + cells.map((cell) => cell.padStart(10)).join(''));
  row('', heads);
  for (const [page, list] of Object.entries(visits)) {
    const of = (what: keyof Taken) => list.map((one) => one[what]);
    const figures = [
      median(of('wall')),
      quantile(of('wall'), 1),
      median(of('all')),
      quantile(of('all'), 1),
      median(of('scripts')),
      median(of('layout')),
    ];
    row(
      page,
      figures.map((ms) => ms.toFixed(0)),
    );
  }
}

/** Goes through all pages of a window that was just opened, twice. */
async function visit(
  subject: WindowSubject,
  range: string,
  runs: Record<'first' | 'second', Visits>,
  { patienceMs, isLate }: { readonly patienceMs: number; readonly isLate: () => boolean },
): Promise<void> {
  let page = await subject.open({ path: '/', viewport: VIEWPORT });
  await page.getByRole('table', { name: 'Daemons' }).waitFor();
  const tour = await tourOf(page, range);
  // The first visits are those of a window that has shown nothing else.
  page = await subject.open({ path: `/?range=${range}`, viewport: VIEWPORT });
  await page.getByRole('table', { name: 'Daemons' }).waitFor();
  await sleep(SETTLE_MS);
  await page.evaluate(PROBE);
  const cdp = await page.context().newCDPSession(page);
  // Processor time, not time: others at work here take nothing of it.
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  for (const kind of ['first', 'second'] as const) {
    for (const { title, press } of tour) {
      if (isLate()) return;
      const { taken, last } = await switched(page, cdp, () => press(page), patienceMs);
      runs[kind][title] = [...(runs[kind][title] ?? []), taken];
      console.error(
        `${range}, ${kind}, ${title}: ${taken.wall.toFixed(0)} ms, work ${taken.all.toFixed(0)} ms, the last was ${last}`,
      );
    }
  }
}

/** Runs the part; prints a table a range and returns what goes into the report. */
export async function benchPages(options: PagesOptions): Promise<unknown> {
  const { rounds, place, patienceMs, minutes, clients, ranges } = options;
  const end = performance.now() + minutes * 60_000 - END_MS;
  const isLate = () => performance.now() > end;
  const subject = await startWindow(place, ROOT, { daemons: PAGES_OF, clients });
  const results: Record<string, Record<'first' | 'second', Visits>> = {};
  try {
    subject.chat.talk();
    for (const range of ranges.split(',')) {
      const runs: Record<'first' | 'second', Visits> = { first: {}, second: {} };
      for (let round = 0; round < rounds && !isLate(); round++)
        await visit(subject, range, runs, { patienceMs, isLate });
      if (isLate()) console.error(`Not all pages were gone to within ${minutes} min.`);
      results[range] = runs;
      printColumns(`Switches of pages, ${place}, ${range}, ${clients} clients`, {
        first: summary(Object.values(runs.first).flat()),
        second: summary(Object.values(runs.second).flat()),
      });
      printPages(`First visit, ${range}`, runs.first);
      printPages(`Second visit, ${range}`, runs.second);
    }
    return results;
  } finally {
    await subject.end();
  }
}

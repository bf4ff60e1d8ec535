/**
 * How long it takes from the press of a key until a page is whole: every page of the window, one after another by the keyboard, with
 * all daemons running and clients that chat, live and over an hour of history; the first visit since the window was opened apart from
 * those after it. Part of `bench/metrics.ts`; needs the built window (`npm run build`).
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import { type Figures, median, printColumns } from '../shared/figures.ts';
import { quantile, ROOT } from './window-page.ts';
import { DAEMONS, type Place, startWindow } from './window-subject.ts';

const PROBE = readFileSync(resolve(import.meta.dirname, 'switch-probe.js'), 'utf8');
const VIEWPORT = { width: 1_280, height: 800 };
/** Until the code of all pages is fetched, and there is something recorded. */
const SETTLE_MS = 5_000;
/** A page that is never whole. */
const MOST_MS = 5_000;
const LOOK_EVERY_MS = 50;
/** A tour that was not done by then ends, and the report says so. */
const MOST_TOTAL_MS = 105_000;

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

interface Probe {
  readonly pressed: number;
  readonly paints: readonly number[];
  readonly last: string;
  readonly now: number;
}

const PROBED =
  '({ pressed: benchSwitch.pressed, paints: benchSwitch.paints, last: benchSwitch.last, now: performance.now() })';

const TABS = `[...document.querySelectorAll('[role="tab"]')].map((tab) => tab.dataset.tab)`;

/** Waits until nothing was added to the page for so long. */
async function whole(page: Page, patienceMs: number): Promise<Probe> {
  const deadline = performance.now() + MOST_MS;
  for (;;) {
    const probe = await page.evaluate<Probe>(PROBED);
    const { paints, now } = probe;
    if (paints.length > 0 && now - (paints.at(-1) ?? now) > patienceMs) return probe;
    if (performance.now() > deadline) return probe;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Puts the focus on something and presses Enter: what a keyboard does with links and tabs. */
async function enter(page: Page, selector: string): Promise<void> {
  await page.locator(selector).first().focus();
  await page.keyboard.press('Enter');
}

/** Presses `g` and a letter, which are keys of the window where nothing has the focus. */
async function leap(page: Page, letter: string): Promise<void> {
  await page.evaluate('document.activeElement?.blur()');
  await page.keyboard.press('g');
  await page.keyboard.press(letter);
}

/** All pages and tabs of the window, as they are, in the order of a tour that begins and ends at the Overview. */
async function tourOf(page: Page, range: string): Promise<Switch[]> {
  const tour: Switch[] = [];
  for (const id of [...DAEMONS, 'main']) {
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
  /** Tours after the first. */
  readonly rounds: number;
  readonly place: Place;
  /** How long nothing new must have come before a page counts as whole, in milliseconds; what comes later is not seen. */
  readonly patienceMs: number;
}

/** A list of milliseconds in a few figures. */
function summary(all: readonly number[]): Figures {
  return {
    switches: all.length,
    'p50 ms': median(all),
    'p95 ms': quantile(all, 0.95),
    'most ms': quantile(all, 1),
    'below 100 ms %': (all.filter((ms) => ms < 100).length / all.length) * 100,
  };
}

/** Runs the part; prints a table a range and returns what goes into the report. */
export async function benchPages({ rounds, place, patienceMs }: PagesOptions): Promise<unknown> {
  const began = performance.now();
  const isLate = () => performance.now() - began > MOST_TOTAL_MS;
  const subject = await startWindow(place, ROOT);
  const results: Record<string, Record<string, Record<string, number[]>>> = {};
  try {
    subject.chat.talk();
    for (const range of ['live', '1h']) {
      let page = await subject.open({ path: '/', viewport: VIEWPORT });
      await page.getByRole('table', { name: 'Daemons' }).waitFor();
      const tour = await tourOf(page, range);
      // The first visits are those of a window that has shown nothing else.
      page = await subject.open({ path: `/?range=${range}`, viewport: VIEWPORT });
      await page.getByRole('table', { name: 'Daemons' }).waitFor();
      await sleep(SETTLE_MS);
      await page.evaluate(PROBE);
      const runs: Record<'first' | 'later', Record<string, number[]>> = { first: {}, later: {} };
      for (let round = 0; round <= rounds; round++) {
        const kind = runs[round === 0 ? 'first' : 'later'];
        for (const { title, press } of isLate() ? [] : tour) {
          await press(page);
          const { pressed, paints, last } = await whole(page, patienceMs);
          const ms = (paints.at(-1) ?? Number.NaN) - pressed;
          kind[title] = [...(kind[title] ?? []), ms];
          console.error(`${range} ${round + 1} ${title}: ${ms.toFixed(0)} ms, the last was ${last}`);
          if (isLate()) break;
        }
      }
      if (isLate()) console.error(`Not all pages were gone to within ${MOST_TOTAL_MS / 1_000} s.`);
      results[range] = runs;
      const all = (kind: Record<string, number[]>) => Object.values(kind).flat();
      printColumns(`Switches of pages, ${place}, ${range}`, {
        first: summary(all(runs.first)),
        later: summary(all(runs.later)),
      });
      const columns = (kind: Record<string, number[]>): Figures =>
        Object.fromEntries(Object.entries(kind).map(([title, list]) => [title, median(list)]));
      printColumns(`ms from the key to the last paint, ${place}, ${range}`, {
        first: columns(runs.first),
        later: columns(runs.later),
      });
    }
    return results;
  } finally {
    await subject.end();
  }
}

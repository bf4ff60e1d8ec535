/**
 * How long it takes from the press of a key until a page is whole: every page of the window, with all daemons running, clients and
 * an hour of history, live and over a recorded range. Part of `bench/metrics.ts`; needs the built window (`npm run build`).
 */
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from '@playwright/test';
import { type Figures, median, printColumns } from '../shared/figures.ts';
import { BenchHost } from './host.ts';
import { chat, openBrowser, openPage, quantile, requireBuilt } from './window-page.ts';

const PROBE = resolve(import.meta.dirname, 'switch-probe.js');
const DAEMONS = ['ircd', 'relay', 'objects'];
const CLIENTS = 40;
const SAY_EVERY_MS = 50;
const VIEWPORT = { width: 1_280, height: 800 };
/** Until pages are fetched, and there is something recorded. */
const SETTLE_MS = 20_000;
/** A page to which nothing was added for so long is whole: live tables come once a second. */
const WHOLE_AFTER_MS = 1_300;
/** A page that is never whole. */
const MOST_MS = 10_000;
const LOOK_EVERY_MS = 100;

/** A page and the key that leads there. */
interface Switch {
  readonly title: string;
  /** Brings the window to where the key is pressed. */
  readonly from: (page: Page) => Promise<void>;
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

/** Waits until nothing is added to the page any more. */
async function whole(page: Page): Promise<Probe> {
  const deadline = performance.now() + MOST_MS;
  for (;;) {
    const probe = await page.evaluate<Probe>(PROBED);
    const since = probe.now - (probe.paints.at(-1) ?? probe.pressed);
    if (since > WHOLE_AFTER_MS || performance.now() > deadline) return probe;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Where nothing has the focus, letters are keys of the window. */
const blur = (page: Page): Promise<void> => page.evaluate('document.activeElement?.blur()');

async function go(page: Page, path: string, range: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(`#${path}?range=${range}`)}`);
  await whole(page);
}

/** Puts the focus on something and presses Enter: what a keyboard does with links, tabs and buttons. */
const entered = (of: (page: Page) => Locator): Pick<Switch, 'press'> => ({
  press: async (page) => {
    await of(page).focus();
    await page.keyboard.press('Enter');
  },
});

/** All switches of the window, as its pages and tabs are. */
async function switchesOf(page: Page, range: string): Promise<Switch[]> {
  const found: Switch[] = [];
  for (const [title, letter] of Object.entries(LETTERS)) {
    found.push({
      title,
      from: (at) => go(at, title === 'Overview' ? '/daemon/ircd/live' : '/', range),
      press: async (at) => {
        await blur(at);
        await at.keyboard.press('g');
        await at.keyboard.press(letter);
      },
    });
  }
  for (const id of [...DAEMONS, 'main']) {
    const link = (at: Page) => at.getByRole('navigation').locator(`a[href*="/daemon/${id}"]`).first();
    found.push({ title: id, from: (at) => go(at, '/', range), ...entered(link) });
    await go(page, `/daemon/${id}/live`, range);
    const tabs = await page.evaluate<string[]>(TABS);
    for (const tab of tabs.filter((name) => name !== 'live')) {
      const button = (at: Page) => at.locator(`[role="tab"][data-tab="${tab}"]`);
      found.push({
        title: `${id}: ${tab}`,
        from: (at) => go(at, `/daemon/${id}/live`, range),
        ...entered(button),
      });
    }
    const last = tabs.at(-1) ?? 'live';
    const live = (at: Page) => at.locator('[role="tab"][data-tab="live"]');
    found.push({
      title: `${id}: live`,
      from: (at) => go(at, `/daemon/${id}/${last}`, range),
      ...entered(live),
    });
  }
  return found;
}

async function measure(page: Page, { from, press }: Switch): Promise<{ ms: number; last: string }> {
  await from(page);
  await press(page);
  const { pressed, paints, last } = await whole(page);
  return { ms: (paints.at(-1) ?? Number.NaN) - pressed, last };
}

/** Runs the part; prints a table a range and returns what goes into the report. */
export async function benchPages({ rounds }: { readonly rounds: number }): Promise<unknown> {
  requireBuilt();
  const host = await BenchHost.start(DAEMONS);
  const browser = await openBrowser();
  let silence = () => {};
  try {
    silence = await chat((await host.daemon('ircd')).port, CLIENTS, SAY_EVERY_MS);
    const page = await openPage(browser, host, { path: '/', viewport: VIEWPORT, probe: PROBE });
    await sleep(SETTLE_MS);
    const results: Record<string, Record<string, number[]>> = {};
    for (const range of ['live', '1h']) {
      const switches = await switchesOf(page, range);
      const runs: Record<string, number[]> = {};
      for (let round = 0; round < rounds; round++) {
        for (const one of switches) {
          const { ms, last } = await measure(page, one);
          runs[one.title] = [...(runs[one.title] ?? []), ms];
          console.error(`${range} ${one.title}: ${ms.toFixed(0)} ms, the last was ${last}`);
        }
      }
      results[range] = runs;
      const all = Object.values(runs).flat();
      const figures = Object.fromEntries(Object.entries(runs).map(([title, list]) => [title, median(list)]));
      const summary: Figures = {
        'all, p50': median(all),
        'all, p95': quantile(all, 0.95),
        'all, most': Math.max(...all),
        'below 100 ms %': (all.filter((ms) => ms < 100).length / all.length) * 100,
        ...figures,
      };
      printColumns(`Switches of pages, ${range}: ms from the key to the last paint, median of ${rounds}`, {
        ms: summary,
      });
    }
    return results;
  } finally {
    silence();
    await browser.close();
    await host.stop();
  }
}

/**
 * What the window draws and what that takes: twelve charts at 10 Hz, and pages as an operator has them, beside the window of
 * another checkout in the same run: both stand open all the time and are measured in turn, each while people chat on its own
 * server and nobody on the other's. Part of `bench/metrics.ts`; needs the built window (`npm run build`) of each.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Page } from '@playwright/test';
import { type Figures, median, medians, printColumns } from '../shared/figures.ts';
import { machineCpuSeconds } from '../shared/process-usage.ts';
import { mainThreadSeconds, quantile, ROOT } from './window-page.ts';
import { type Place, startWindow, type WindowSubject } from './window-subject.ts';

const PROBE = readFileSync(resolve(import.meta.dirname, 'frame-probe.js'), 'utf8');
const CHARTS = 12;
/** Until code is compiled and the last minute that charts show has something in it. */
const SETTLE_MS = 8_000;
/** Until a server of which nothing was heard has something new with each sample. */
const AWAKE_MS = 1_500;
const FRAME_MS = 1_000 / 60;

/** What is looked at. */
interface View {
  readonly title: string;
  readonly path: string;
  readonly viewport: { readonly width: number; readonly height: number };
  /** Whether {@link CHARTS} charts are there, the same ones in every window as far as each has them. */
  readonly isTwelve?: true;
}

const VIEWS: readonly View[] = [
  {
    title: 'twelve charts',
    path: '/daemon/ircd/live',
    // Tall enough for all of them in any window.
    viewport: { width: 1_920, height: 2_400 },
    isTwelve: true,
  },
  { title: 'Live page', path: '/daemon/ircd/live', viewport: { width: 1_280, height: 800 } },
  { title: 'Overview', path: '/', viewport: { width: 1_280, height: 800 } },
  { title: 'connections', path: '/daemon/ircd/connections', viewport: { width: 1_280, height: 800 } },
];

/** A window that stands open, by its name in the tables. */
interface Open {
  readonly name: string;
  readonly subject: WindowSubject;
  readonly page: Page;
  readonly cdp: CDPSession;
}

/** Opens the charts that are folded because they show nothing but zero, where a window folds any. */
async function unfold(page: Page): Promise<void> {
  await page.locator('.uplot').first().waitFor();
  await sleep(1_000);
  const folded = page.getByRole('region', { name: /but zero/i }).getByRole('button');
  while ((await folded.count()) > 0) await folded.first().click();
  await sleep(500);
}

const TITLES = `[...document.querySelectorAll('.uplot')].map((plot) => plot.closest('section').querySelector('h2').textContent)`;

/**
 * Leaves twelve charts in each window: those that all of them have, and of its own what that leaves. Where one has not so many, all
 * of them have as many as it has.
 */
async function keepTwelve(windows: readonly Open[]): Promise<void> {
  const titles = await Promise.all(
    windows.map(async ({ page }) => {
      await unfold(page);
      return await page.evaluate<string[]>(TITLES);
    }),
  );
  const common = titles.reduce((all, own) => all.filter((title) => own.includes(title)));
  const amount = Math.min(CHARTS, ...titles.map((own) => own.length));
  for (const [place, { page }] of windows.entries()) {
    const own = titles[place] ?? [];
    const kept = [...common, ...own.filter((title) => !common.includes(title))].slice(0, amount);
    await page.evaluate(`for (const plot of document.querySelectorAll('.uplot')) {
      const frame = plot.closest('section');
      if (!${JSON.stringify(kept)}.includes(frame.querySelector('h2').textContent)) frame.style.display = 'none';
    }`);
  }
}

const IN_VIEW = `[...document.querySelectorAll('.uplot')].filter((plot) => {
  const { top, height } = plot.getBoundingClientRect();
  return height > 0 && top < innerHeight;
}).length`;

async function measure({ subject, page, cdp }: Open, seconds: number): Promise<Figures> {
  subject.chat.talk();
  await sleep(AWAKE_MS);
  const inView = await page.evaluate<number>(IN_VIEW);
  const before = await subject.cpu();
  const taskBefore = await mainThreadSeconds(cdp);
  const machineBefore = machineCpuSeconds();
  const begun = performance.now();
  await sleep(seconds * 1_000);
  const elapsed = (performance.now() - begun) / 1_000;
  const task = (await mainThreadSeconds(cdp)) - taskBefore;
  const machine = machineCpuSeconds() - machineBefore;
  const after = await subject.cpu();
  // Apart from the processor time, since asking for every frame takes some.
  const { gaps, work } = await page.evaluate<{ gaps: number[]; work: number[] }>(
    `benchFrames(${seconds * 1_000})`,
  );
  subject.chat.pause();
  const perMinute = (cpuSeconds: number) => (cpuSeconds / elapsed) * 60;
  return {
    'charts in view': inView,
    'window CPU s/min': perMinute(after.renderer - before.renderer + after.gpu - before.gpu),
    'renderer CPU s/min': perMinute(after.renderer - before.renderer),
    'GPU process CPU s/min': perMinute(after.gpu - before.gpu),
    'main thread busy %': (task / elapsed) * 100,
    'machine CPU %': (machine / elapsed) * 100,
    'frames/s': gaps.length / (gaps.reduce((sum, gap) => sum + gap, 0) / 1_000),
    // The next frame came at the next tick of the screen; what a tick is late by is no frame.
    'frames on time %': (gaps.filter((gap) => gap < 1.5 * FRAME_MS).length / gaps.length) * 100,
    'frame p50 ms': quantile(gaps, 0.5),
    'frame p95 ms': quantile(gaps, 0.95),
    'frame p99 ms': quantile(gaps, 0.99),
    'frame work p50 ms': quantile(work, 0.5),
    'frame work p95 ms': quantile(work, 0.95),
    'frame work p99 ms': quantile(work, 0.99),
    'painted within 16.7 ms %': (work.filter((ms) => ms <= FRAME_MS).length / work.length) * 100,
  };
}

/** Figures of which the window of before is the measure. */
const RATIOS = ['window CPU s/min', 'renderer CPU s/min'] as const;

/** The median of what each pair of runs differs by, and the least and the most. */
function printRatios(ours: readonly Figures[], before: readonly Figures[]): Figures {
  const found: Figures = {};
  for (const figure of RATIOS) {
    const ratios = ours.map((run, i) => (run[figure] ?? Number.NaN) / (before[i]?.[figure] ?? Number.NaN));
    found[figure] = median(ratios);
    const ends = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2));
    console.log(
      `${figure}, signalbox / before: ${median(ratios).toFixed(2)} (${ratios.length} pairs, ${ends.join(' to ')})`,
    );
  }
  return found;
}

export interface FramesOptions {
  /** Pairs of runs. */
  readonly rounds: number;
  /** Of each reading; there are two a run, one for processor time and one for frames. */
  readonly seconds: number;
  readonly place: Place;
  /** The views by their titles, separated by commas; all of them where it is absent. */
  readonly views?: string | undefined;
  /** Another checkout, built, whose window is measured beside this one. */
  readonly before?: string | undefined;
}

/** Runs the part; prints a table a view and returns what goes into the report. */
export async function benchFrames({
  rounds,
  seconds,
  place,
  views,
  before,
}: FramesOptions): Promise<unknown> {
  const chosen = VIEWS.filter(({ title }) => views === undefined || views.split(',').includes(title));
  if (chosen.length === 0)
    throw new Error(`There is no such view: ${VIEWS.map(({ title }) => title).join(', ')}.`);
  const subjects: { readonly name: string; readonly subject: WindowSubject }[] = [];
  const results: Record<string, unknown> = {};
  try {
    subjects.push({ name: 'signalbox', subject: await startWindow(place, ROOT) });
    if (before !== undefined)
      subjects.push({ name: 'before', subject: await startWindow(place, resolve(before)) });
    for (const view of chosen) {
      const windows: Open[] = [];
      for (const { name, subject } of subjects) {
        const page = await subject.open(view);
        const cdp = await page.context().newCDPSession(page);
        await cdp.send('Performance.enable');
        await page.evaluate(PROBE);
        subject.chat.talk();
        windows.push({ name, subject, page, cdp });
      }
      await sleep(SETTLE_MS);
      if (view.isTwelve === true) await keepTwelve(windows);
      for (const { subject } of windows) subject.chat.pause();
      const runs: Record<string, Figures[]> = {};
      for (let round = 0; round < rounds; round++) {
        // Who is measured second is first the next time.
        for (const open of round % 2 === 0 ? windows : windows.toReversed()) {
          const figures = await measure(open, seconds);
          runs[open.name] = [...(runs[open.name] ?? []), figures];
          console.error(
            `${view.title} ${round + 1}/${rounds} ${open.name}: ${figures['window CPU s/min']?.toFixed(2)} s/min, ` +
              `${figures['frames on time %']?.toFixed(2)} % of frames on time`,
          );
        }
      }
      const columns = Object.fromEntries(Object.entries(runs).map(([name, list]) => [name, medians(list)]));
      printColumns(
        `${view.title}, ${place}: ${view.path} in ${view.viewport.width} × ${view.viewport.height}`,
        columns,
      );
      const [ours, rival] = Object.values(runs);
      const ratios = ours === undefined || rival === undefined ? null : printRatios(ours, rival);
      results[view.title] = { runs, ratios };
      for (const { cdp } of windows) await cdp.detach();
    }
  } finally {
    for (const { subject } of subjects) await subject.end();
  }
  return results;
}

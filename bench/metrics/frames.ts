/**
 * What the window draws and what that takes: twelve charts at 10 Hz, and pages as an operator has them, beside the window of
 * another checkout in the same run. Part of `bench/metrics.ts`; needs the built window (`npm run build`) of each.
 */
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, CDPSession, Page } from '@playwright/test';
import { type Figures, medians, printColumns } from '../shared/figures.ts';
import { machineCpuSeconds } from '../shared/process-usage.ts';
import { BenchHost } from './host.ts';
import {
  chat,
  chromiumProcesses,
  cpuBetween,
  mainThreadSeconds,
  openBrowser,
  openPage,
  quantile,
  ROOT,
  requireBuilt,
} from './window-page.ts';

const PROBE = resolve(import.meta.dirname, 'frame-probe.js');
const DAEMONS = ['ircd', 'relay', 'objects'];
const CLIENTS = 40;
/** Something has changed with each sample. */
const SAY_EVERY_MS = 50;
const CHARTS = 12;
/** Until code is compiled and charts hold what came in the meantime. */
const SETTLE_MS = 6_000;
const FRAME_MS = 1_000 / 60;

/** What is looked at. */
interface View {
  readonly title: string;
  readonly path: string;
  readonly viewport: { readonly width: number; readonly height: number };
  /** Whether exactly {@link CHARTS} charts are there, the same ones in every window. */
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

/** A window with its host. */
interface Subject {
  readonly name: string;
  readonly host: BenchHost;
  readonly browser: Browser;
  readonly session: CDPSession;
  end(): Promise<void>;
}

async function start(name: string, root: string): Promise<Subject> {
  requireBuilt(root);
  const host = await BenchHost.start(DAEMONS, root);
  let browser: Browser | null = null;
  let silence = () => {};
  const end = async () => {
    silence();
    await browser?.close();
    await host.stop();
  };
  try {
    browser = await openBrowser();
    silence = await chat((await host.daemon('ircd')).port, CLIENTS, SAY_EVERY_MS);
    return { name, host, browser, session: await browser.newBrowserCDPSession(), end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Opens the charts that are folded because they show nothing but zero, where a window folds any. */
async function unfold(page: Page): Promise<void> {
  await page.locator('.uplot').first().waitFor();
  await sleep(1_000);
  const folded = page.getByRole('region', { name: /but zero/i }).getByRole('button');
  while ((await folded.count()) > 0) await folded.first().click();
}

const TITLES = `[...document.querySelectorAll('.uplot')].map((plot) => plot.closest('section').querySelector('h2').textContent)`;

/** The charts that every window has, in the order of the last. */
async function commonCharts(subjects: readonly Subject[], { path, viewport }: View): Promise<string[]> {
  let common: string[] | null = null;
  for (const { browser, host } of subjects) {
    const page = await openPage(browser, host, { path, viewport });
    await unfold(page);
    const titles = await page.evaluate<string[]>(TITLES);
    common = common === null ? titles : titles.filter((title) => common?.includes(title));
    await page.context().close();
  }
  return (common ?? []).slice(0, CHARTS);
}

async function measure(
  subject: Subject,
  { path, viewport }: View,
  charts: readonly string[] | null,
  seconds: number,
): Promise<Figures> {
  const page = await openPage(subject.browser, subject.host, { path, viewport, probe: PROBE });
  if (charts !== null) {
    await unfold(page);
    await page.evaluate(`for (const plot of document.querySelectorAll('.uplot')) {
      const frame = plot.closest('section');
      if (!${JSON.stringify(charts)}.includes(frame.querySelector('h2').textContent)) frame.style.display = 'none';
    }`);
  }
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  await sleep(SETTLE_MS);
  const inView = await page.evaluate<number>(
    `[...document.querySelectorAll('.uplot')].filter((plot) => plot.getBoundingClientRect().height > 0 && plot.getBoundingClientRect().top < innerHeight).length`,
  );
  const before = await chromiumProcesses(subject.session);
  const taskBefore = await mainThreadSeconds(cdp);
  const machineBefore = machineCpuSeconds();
  const begun = performance.now();
  await sleep(seconds * 1_000);
  const elapsed = (performance.now() - begun) / 1_000;
  const task = (await mainThreadSeconds(cdp)) - taskBefore;
  const machine = machineCpuSeconds() - machineBefore;
  const after = await chromiumProcesses(subject.session);
  // Apart from the processor time, since asking for every frame takes some.
  const { gaps, work } = await page.evaluate<{ gaps: number[]; work: number[] }>(
    `benchFrames(${seconds * 1_000})`,
  );
  await page.context().close();
  return {
    'charts in view': inView,
    'renderer CPU s/min': (cpuBetween(before, after, 'renderer') / elapsed) * 60,
    'GPU process CPU s/min': (cpuBetween(before, after, 'GPU') / elapsed) * 60,
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

export interface FramesOptions {
  readonly rounds: number;
  /** Of each reading; there are two a round, one for processor time and one for frames. */
  readonly seconds: number;
  /** The views by their titles, separated by commas; all of them where it is absent. */
  readonly views?: string | undefined;
  /** Another checkout, built, whose window is measured beside this one. */
  readonly before?: string | undefined;
}

/** Runs the part; prints a table a view and returns what goes into the report. */
export async function benchFrames({ rounds, seconds, views, before }: FramesOptions): Promise<unknown> {
  const chosen = VIEWS.filter(({ title }) => views === undefined || views.split(',').includes(title));
  if (chosen.length === 0)
    throw new Error(`There is no such view: ${VIEWS.map(({ title }) => title).join(', ')}.`);
  const subjects: Subject[] = [];
  const results: Record<string, Record<string, Figures[]>> = {};
  try {
    subjects.push(await start('signalbox', ROOT));
    if (before !== undefined) subjects.push(await start('before', resolve(before)));
    for (const view of chosen) {
      const charts = view.isTwelve === true ? await commonCharts(subjects, view) : null;
      const runs: Record<string, Figures[]> = {};
      for (let round = 0; round < rounds; round++) {
        for (const subject of subjects) {
          const figures = await measure(subject, view, charts, seconds);
          runs[subject.name] = [...(runs[subject.name] ?? []), figures];
          console.error(
            `${view.title} ${round + 1}/${rounds} ${subject.name}: ${figures['renderer CPU s/min']?.toFixed(2)} s/min, ` +
              `${figures['frames on time %']?.toFixed(2)} % of frames on time`,
          );
        }
      }
      results[view.title] = runs;
      const columns = Object.fromEntries(Object.entries(runs).map(([name, list]) => [name, medians(list)]));
      printColumns(
        `${view.title}: ${view.path} in ${view.viewport.width} × ${view.viewport.height}`,
        columns,
      );
      const [ours, rival] = Object.values(columns).map((one) => one['renderer CPU s/min'] ?? Number.NaN);
      if (rival !== undefined)
        console.log(`renderer CPU of signalbox / before: ${((ours ?? Number.NaN) / rival).toFixed(2)}`);
    }
  } finally {
    for (const subject of subjects) await subject.end();
  }
  return results;
}

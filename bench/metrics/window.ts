/**
 * What the dashboard costs: Chromium on the Live page of a busy IRC server, served by the real headless host. From
 * sample to paint, CPU and memory of the window over the minutes given. Part of `bench/metrics.ts`; needs the built
 * window (`npm run build`).
 */
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, CDPSession, Page } from '@playwright/test';
import { type Figures, median, printColumns } from '../shared/figures.ts';
import { machineCpuSeconds, readUsage } from '../shared/process-usage.ts';
import { BenchHost } from './host.ts';
import {
  Chat,
  chromiumProcesses,
  cpuBetween,
  mainThreadSeconds,
  openBrowser,
  openPage,
  quantile,
  requireBuilt,
} from './window-page.ts';

const CLIENTS = 20;
const SAY_EVERY_MS = 5;
/** Before measuring, so that code is compiled and the first minute of charts is filled. */
const SETTLE_MS = 15_000;
const MINUTE_MS = 60_000;
const PROBE = resolve(import.meta.dirname, 'page-probe.js');
/** Tall enough for every chart to be in view: a chart out of view is not drawn. */
const VIEWPORT = { width: 1_920, height: 3_600 };

/** What page-probe.js collects. */
interface PageProbe {
  readonly transport: number[];
  readonly paint: number[];
  readonly longTasks: number[];
  readonly ircdFrames: number[];
}

async function openLivePage(browser: Browser, host: BenchHost): Promise<{ page: Page; series: number }> {
  const page = await openPage(browser, host, { path: '/daemon/ircd/live', viewport: VIEWPORT, probe: PROBE });
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  // Every line that a chart can show is shown.
  const hidden = page.locator('section li button[aria-pressed="false"]');
  while ((await hidden.count()) > 0) await hidden.first().click();
  const series = await page.locator('section li button[aria-pressed="true"]').count();
  return { page, series };
}

async function heapBytes(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  return usedSize;
}

/** One stretch of a window's life, in figures. */
async function measureMinute(page: Page, cdp: CDPSession, browserCdp: CDPSession): Promise<Figures> {
  await page.evaluate('for (const list of Object.values(benchProbe)) list.length = 0');
  const before = await chromiumProcesses(browserCdp);
  const taskBefore = await mainThreadSeconds(cdp);
  const machineBefore = machineCpuSeconds();
  const begun = performance.now();
  await sleep(MINUTE_MS);
  const seconds = (performance.now() - begun) / 1_000;
  const task = (await mainThreadSeconds(cdp)) - taskBefore;
  const machine = machineCpuSeconds() - machineBefore;
  const after = await chromiumProcesses(browserCdp);
  const cpuOf = (type: string) => cpuBetween(before, after, type);
  const probe = await page.evaluate<PageProbe>('benchProbe');
  const renderers = after.filter(({ type }) => type === 'renderer');
  return {
    'frames/s': probe.paint.length / seconds,
    'frames/s of ircd': probe.ircdFrames.length / seconds,
    'sample to arrival p50 ms': quantile(probe.transport, 0.5),
    'sample to arrival p99 ms': quantile(probe.transport, 0.99),
    'arrival to paint p50 ms': quantile(probe.paint, 0.5),
    'arrival to paint p95 ms': quantile(probe.paint, 0.95),
    'arrival to paint p99 ms': quantile(probe.paint, 0.99),
    'arrival to paint max ms': Math.max(...probe.paint),
    'tasks over 50 ms': probe.longTasks.length,
    'main thread busy %': (task / seconds) * 100,
    'renderer CPU %': (cpuOf('renderer') / seconds) * 100,
    'GPU process CPU %': (cpuOf('GPU') / seconds) * 100,
    'machine CPU %': (machine / seconds) * 100,
    'renderer RSS MB': Math.max(...renderers.map(({ id }) => readUsage(id).rssBytes)) / 1_048_576,
    'JS heap MB': (await heapBytes(cdp)) / 1_048_576,
  };
}

/** Runs the part; prints a table and returns what goes into the report. */
export async function benchWindow({ minutes }: { readonly minutes: number }): Promise<unknown> {
  requireBuilt();
  const host = await BenchHost.start(['ircd', 'relay']);
  const browser = await openBrowser();
  let chat: Chat | null = null;
  try {
    const { port } = await host.daemon('ircd');
    chat = await Chat.connect(port, CLIENTS, SAY_EVERY_MS);
    chat.talk();
    const { page, series } = await openLivePage(browser, host);
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Performance.enable');
    const browserCdp = await browser.newBrowserCDPSession();
    await sleep(SETTLE_MS);
    const runs: Figures[] = [];
    for (let minute = 0; minute < minutes; minute++) {
      const figures = await measureMinute(page, cdp, browserCdp);
      runs.push(figures);
      console.error(
        `window ${minute + 1}/${minutes}: ${figures['arrival to paint p50 ms']?.toFixed(1)} ms to paint, ` +
          `${figures['JS heap MB']?.toFixed(1)} MB heap`,
      );
    }
    const names = Object.keys(runs[0] ?? {});
    const of = (pick: (values: number[]) => number): Figures =>
      Object.fromEntries(names.map((name) => [name, pick(runs.map((run) => run[name] ?? Number.NaN))]));
    const columns = {
      first: runs[0] ?? {},
      median: of(median),
      worst: of((values) => Math.max(...values)),
      last: runs.at(-1) ?? {},
    };
    printColumns(
      `Window: ${series} series on the Live page at 10 Hz, by minute over ${minutes} min`,
      columns,
    );
    return { series, runs };
  } finally {
    chat?.close();
    await browser.close();
    await host.stop();
  }
}

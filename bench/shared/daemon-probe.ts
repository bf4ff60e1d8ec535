/**
 * Loaded into a daemon under measurement (`--import`): at SIGUSR2 it collects garbage and writes a line to descriptor 3, with the size of
 * the heap and with what every histogram of the daemon has recorded since the last time. Needs `--expose-gc`. At SIGWINCH, which
 * processes without a terminal are not sent otherwise, it writes its counters at once and does nothing else. See {@link startDaemon}.
 */
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Histogram, type HistogramSummary } from '../../contract/histogram.ts';
import { DaemonHost } from '../../daemons/runtime/host/daemon-host.ts';

/** What a daemon says of itself. */
export interface DaemonFigures {
  readonly heapBytes: number;
  /** By the id of the series; in seconds. */
  readonly histograms: Readonly<Record<string, HistogramSummary>>;
}

/** Its counters and gauges, by the id of the series. */
export type DaemonCounters = Readonly<Record<string, number>>;

/** What one collection leaves for callbacks of the next turn, a further one takes. */
const COLLECTIONS = 3;
/** A second of the daemon is summed up behind its end. */
const SUMMED_MS = 1_100;

const whole = new Map<string, Histogram>();
const { start, summarise } = DaemonHost.prototype;
let registry: DaemonHost<never, never>['registry'] | null = null;

DaemonHost.prototype.start = function starting(options) {
  registry = this.registry;
  return start.call(this, options);
};

DaemonHost.prototype.summarise = function keeping() {
  const summary = summarise.call(this);
  for (const { metric, buckets } of summary.intervals) {
    let histogram = whole.get(metric);
    if (histogram === undefined) {
      histogram = new Histogram();
      whole.set(metric, histogram);
    }
    histogram.addSparse(buckets);
  }
  return summary;
};

process.on('SIGUSR2', async () => {
  await sleep(SUMMED_MS);
  for (let i = 0; i < COLLECTIONS; i++) {
    globalThis.gc?.();
    await sleep(20);
  }
  const histograms = Object.fromEntries([...whole].map(([id, histogram]) => [id, histogram.summary()]));
  whole.clear();
  const figures: DaemonFigures = { heapBytes: process.memoryUsage().heapUsed, histograms };
  writeSync(3, `${JSON.stringify(figures)}\n`);
});

process.on('SIGWINCH', () => {
  registry?.sample();
  const { layout, values } = registry ?? { layout: null, values: new Float64Array() };
  const counters: DaemonCounters = Object.fromEntries(
    (layout?.ids ?? []).map((id) => [id, values[layout!.slot(id)]!]),
  );
  writeSync(3, `${JSON.stringify(counters)}\n`);
});

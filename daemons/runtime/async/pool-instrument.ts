/** Shows a ThreadPool as an instrument. */
import { INSTRUMENT_FIGURES } from '../../../contract/instrument-figures.ts';
import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import type { RollingHistogram } from '../telemetry/rolling-histogram.ts';
import { standardInstrument } from '../telemetry/standard-instrument.ts';
import type { TaskTimes } from './pool-task.ts';
import type { ThreadPool } from './thread-pool.ts';

const NS_PER_MS = 1e6;

/** What tasks take. */
interface TimeHandles {
  readonly wait: Pick<RollingHistogram, 'record'>;
  readonly run: Pick<RollingHistogram, 'record'>;
  readonly back: Pick<RollingHistogram, 'record'>;
}

/**
 * Registers a pool under its name; the figures are copied at every sample, and what tasks take is recorded at once.
 * @param apart functions whose times are shown by themselves as well, and under which name each
 * @returns takes it away; the pool goes on
 * @throws SignalboxError `conflict` where a pool of that name is registered
 */
export function instrumentPool(
  metrics: MetricRegistry,
  pool: ThreadPool,
  apart: Readonly<Record<string, string>> = {},
): () => void {
  const { handles, close } = standardInstrument(metrics, 'pool', pool.name, (to) => {
    const stats = pool.stats();
    to.depth.set(stats.depth);
    to.high_water.set(stats.highWater);
    to.capacity.set(stats.capacity);
    to.active.set(stats.active);
    to.idle.set(stats.idle);
    to.max.set(stats.max);
    to.submitted.setTotal(stats.submitted);
    to.completed.setTotal(stats.completed);
    to.failed.setTotal(stats.failed);
    to.cancelled.setTotal(stats.cancelled);
    to.rejected.setTotal(stats.rejected);
    to.lost.setTotal(stats.lost);
  });
  const { wait, run, back } = INSTRUMENT_FIGURES.pool;
  const ofTasks = Object.entries(apart).map(
    ([task, name]) => [task, metrics.instrument('pool', { pool: name }, { wait, run, back })] as const,
  );
  const byTask = new Map<string, TimeHandles>(ofTasks.map(([task, one]) => [task, one.handles]));
  pool.onTimes((times, task) => {
    record(handles, times);
    const own = byTask.get(task);
    if (own !== undefined) record(own, times);
  });
  return () => {
    pool.onTimes(null);
    close();
    for (const [, one] of ofTasks) one.close();
  };
}

function record({ wait, run, back }: TimeHandles, { waitMs, runMs, backMs }: TaskTimes): void {
  wait.record(Math.max(0, waitMs * NS_PER_MS));
  run.record(Math.max(0, runMs * NS_PER_MS));
  back.record(Math.max(0, backMs * NS_PER_MS));
}

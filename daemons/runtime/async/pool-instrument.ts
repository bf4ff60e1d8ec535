/** Shows a ThreadPool as an instrument. */
import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import { standardInstrument } from '../telemetry/standard-instrument.ts';
import type { ThreadPool } from './thread-pool.ts';

/**
 * Registers a pool under its name; the figures are copied at every sample, and what tasks take is recorded at once.
 * @returns takes it away; the pool goes on
 * @throws SignalboxError `conflict` where a pool of that name is registered
 */
export function instrumentPool(metrics: MetricRegistry, pool: ThreadPool): () => void {
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
  pool.onTimes((waitNs, runNs) => {
    handles.wait.record(waitNs);
    handles.run.record(runNs);
  });
  return () => {
    pool.onTimes(null);
    close();
  };
}

/** Shows the connections to a target as an instrument. */
import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import { type StandardInstrument, standardInstrument } from '../telemetry/standard-instrument.ts';
import type { ConnectionPool } from './connection-pool.ts';

/**
 * Shows them under `name` until the instrument is closed.
 * @throws SignalboxError `conflict` where connections of that name are shown already
 */
export function instrumentConnections(
  metrics: MetricRegistry,
  name: string,
  pool: ConnectionPool,
): StandardInstrument<'connections'> {
  const instrument = standardInstrument(metrics, 'connections', name, (handles) => {
    const stats = pool.stats();
    handles.depth.set(stats.waiting);
    handles.active.set(stats.active);
    handles.idle.set(stats.idle);
    handles.max.set(stats.max);
    handles.submitted.setTotal(stats.submitted);
    handles.completed.setTotal(stats.completed);
    handles.failed.setTotal(stats.failed);
    handles.rejected.setTotal(stats.rejected);
    handles.opened.setTotal(stats.opened);
  });
  pool.onWait = (ns) => instrument.handles.wait.record(ns);
  pool.onRun = (ns) => instrument.handles.run.record(ns);
  return {
    handles: instrument.handles,
    close() {
      pool.onWait = null;
      pool.onRun = null;
      instrument.close();
    },
  };
}

/** Shows the breaker of calls as an instrument. */
import { BREAKER_STATES } from '../../../contract/instrument-figures.ts';
import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import { type StandardInstrument, standardInstrument } from '../telemetry/standard-instrument.ts';
import type { Resilience } from './resilience.ts';

/**
 * Shows it under `name` until the instrument is closed.
 * @throws SignalboxError `conflict` where a breaker of that name is open
 */
export function instrumentBreaker(
  metrics: MetricRegistry,
  name: string,
  calls: Resilience,
): StandardInstrument<'breaker'> {
  const instrument = standardInstrument(metrics, 'breaker', name, (handles) => {
    const { breaker, figures } = calls;
    handles.state.set(BREAKER_STATES.indexOf(breaker.state));
    handles.submitted.setTotal(figures.calls + figures.retries);
    handles.completed.setTotal(figures.answered);
    handles.failed.setTotal(figures.faults);
    handles.rejected.setTotal(breaker.rejected);
  });
  calls.onRun = (ns) => instrument.handles.run.record(ns);
  return {
    handles: instrument.handles,
    close() {
      calls.onRun = null;
      instrument.close();
    },
  };
}

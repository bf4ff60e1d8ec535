/** Shows a table of requests (`kit/pending-requests.ts`) as an instrument of a process that has metrics. */
import type { RequestFigures } from '../../../kit/request-figures.ts';
import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import { type StandardInstrument, standardInstrument } from '../telemetry/standard-instrument.ts';

/**
 * Shows figures of requests as the instrument `correlation` of that name, with how long their answers took, until it is closed.
 * One of a name, and one for the same figures.
 */
export function instrumentCorrelation(
  metrics: MetricRegistry,
  name: string,
  figures: RequestFigures,
): StandardInstrument<'correlation'> {
  const { handles, close } = standardInstrument(metrics, 'correlation', name, (handles) => {
    handles.depth.set(figures.depth);
    handles.high_water.set(figures.highWater);
    handles.capacity.set(figures.capacity);
    handles.submitted.setTotal(figures.submitted);
    handles.completed.setTotal(figures.completed);
    handles.failed.setTotal(figures.failed);
    handles.cancelled.setTotal(figures.cancelled);
    handles.rejected.setTotal(figures.rejected);
    handles.stale.setTotal(figures.stale);
  });
  figures.onAnswer = (ms) => handles.run.record(ms * 1e6);
  return {
    handles,
    close() {
      figures.onAnswer = null;
      close();
    },
  };
}

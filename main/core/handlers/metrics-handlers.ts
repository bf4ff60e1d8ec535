/** The figures of now. */
import { SignalboxError } from '../../../contract/errors.ts';
import type { MetricFollowers } from '../records/metric-followers.ts';
import type { MetricsStore } from '../records/metrics-store.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import type { Handlers } from './handler-table.ts';
import { requireSource } from './known-source.ts';

/** Handlers of `metrics.*`. */
export function metricsHandlers(
  metrics: MetricsStore,
  followers: MetricFollowers,
  supervisor: Supervisor,
): Handlers<'metrics.latest' | 'metrics.follow'> {
  return {
    'metrics.latest': ({ source }) => {
      requireSource(metrics, source);
      const readings = metrics.readings(source);
      if (readings !== null) return readings;
      const state = supervisor.find(source)?.state ?? 'starting';
      throw new SignalboxError('not_running', `${source} is ${state} and reports no metrics.`);
    },
    'metrics.follow': ({ follow }, caller) => {
      if (follow) followers.add(caller);
      else followers.delete(caller);
      return {};
    },
  };
}

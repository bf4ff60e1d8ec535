/** Refuses the name of a process that does not exist. Used by the handlers of metrics and logs. */
import { SignalboxError } from '../../../contract/errors.ts';
import type { MetricsStore } from '../records/metrics-store.ts';

/** @throws SignalboxError `unknown_daemon` */
export function requireSource(metrics: MetricsStore, source: string): void {
  if (metrics.layout(source) !== null) return;
  throw new SignalboxError('unknown_daemon', `No process is called "${source}".`);
}

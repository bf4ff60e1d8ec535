/** What was measured, logged and done: latest metrics, logs, history and the audit trail. */
import type { ControlResults } from '../../../contract/control-api.ts';
import { SignalboxError } from '../../../contract/errors.ts';
import type { HistoryClient } from '../records/history-client.ts';
import type { LogStore } from '../records/log-store.ts';
import type { MetricsStore } from '../records/metrics-store.ts';
import type { Supervisor } from '../supervision/supervisor.ts';
import type { Handlers } from './handler-table.ts';

/** Handlers of metrics, logs, history and audit. */
export function recordHandlers(
  metrics: MetricsStore,
  logs: LogStore,
  history: HistoryClient,
  supervisor: Supervisor,
): Handlers<'metrics.latest' | 'logs.query' | 'logs.follow' | 'history.query' | 'audit.query'> {
  const known = (source: string) => {
    if (metrics.layout(source) !== null) return;
    throw new SignalboxError('unknown_daemon', `No process is called "${source}".`);
  };
  return {
    'metrics.latest': ({ source }) => {
      known(source);
      const readings = metrics.readings(source);
      if (readings !== null) return readings;
      const state = supervisor.find(source)?.state ?? 'starting';
      throw new SignalboxError('not_running', `${source} is ${state} and reports no metrics.`);
    },
    'logs.query': (args) => {
      if (args.source !== undefined) known(args.source);
      return { records: logs.query(args) };
    },
    'logs.follow': ({ source, follow }, caller) => {
      known(source);
      if (follow) logs.follow(source, caller);
      else logs.unfollow(source, caller);
      return {};
    },
    'history.query': async (args) => {
      if (args.to < args.from) throw new SignalboxError('bad_request', 'to: must not be before from');
      // The recorder is ours and answers in the contract's shape.
      return (await history.query('history', args)) as ControlResults['history.query'];
    },
    'audit.query': async (args) => (await history.query('audit', args)) as ControlResults['audit.query'],
  };
}

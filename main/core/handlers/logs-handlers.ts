/** What processes have logged, and log as it comes. */
import type { LogStore } from '../records/log-store.ts';
import type { MetricsStore } from '../records/metrics-store.ts';
import type { Handlers } from './handler-table.ts';
import { requireSource } from './known-source.ts';

/** Handlers of `logs.*`; `metrics` knows which processes there are. */
export function logsHandlers(logs: LogStore, metrics: MetricsStore): Handlers<'logs.query' | 'logs.follow'> {
  return {
    'logs.query': (args) => {
      if (args.source !== undefined) requireSource(metrics, args.source);
      return { records: logs.query(args) };
    },
    'logs.follow': ({ source, follow }, caller) => {
      requireSource(metrics, source);
      if (follow) logs.follow(source, caller);
      else logs.unfollow(source, caller);
      return {};
    },
  };
}

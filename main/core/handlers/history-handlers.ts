/** Metric history, as the recorder keeps it. */
import type { ControlResults } from '../../../contract/control/requests.ts';
import { SignalboxError } from '../../../contract/errors.ts';
import type { Manifest } from '../../../contract/manifest.ts';
import type { HistoryClient } from '../records/history-client.ts';
import type { Handlers } from './handler-table.ts';

/** Handlers of `history.*`. */
export function historyHandlers(
  history: HistoryClient,
  registry: readonly Pick<Manifest, 'id' | 'renamed'>[],
): Handlers<'history.query'> {
  return {
    'history.query': async (args) => {
      if (args.to < args.from) throw new SignalboxError('bad_request', 'to: must not be before from');
      const renamed = registry.find(({ id }) => id === args.source)?.renamed?.metrics;
      // The recorder is ours and answers in the contract's shape.
      return (await history.query('history', { ...args, renamed })) as ControlResults['history.query'];
    },
  };
}

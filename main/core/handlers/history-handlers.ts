/** Metric history, as the recorder keeps it. */
import type { ControlResults } from '../../../contract/control/requests.ts';
import { SignalboxError } from '../../../contract/errors.ts';
import type { HistoryClient } from '../records/history-client.ts';
import type { Handlers } from './handler-table.ts';

/** Handlers of `history.*`. */
export function historyHandlers(history: HistoryClient): Handlers<'history.query'> {
  return {
    'history.query': async (args) => {
      if (args.to < args.from) throw new SignalboxError('bad_request', 'to: must not be before from');
      // The recorder is ours and answers in the contract's shape.
      return (await history.query('history', args)) as ControlResults['history.query'];
    },
  };
}

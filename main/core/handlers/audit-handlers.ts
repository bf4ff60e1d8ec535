/** The audit trail, as the recorder keeps it. */
import type { ControlResults } from '../../../contract/control/requests.ts';
import type { HistoryClient } from '../records/history-client.ts';
import type { Handlers } from './handler-table.ts';

/** Handlers of `audit.*`. */
export function auditHandlers(history: HistoryClient): Handlers<'audit.query'> {
  return {
    // The recorder is ours and answers in the contract's shape.
    'audit.query': async (args) => (await history.query('audit', args)) as ControlResults['audit.query'],
  };
}

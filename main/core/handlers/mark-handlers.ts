/** What happened over a time, summed up by the recorder for marks on charts. */
import { mayAccess } from '../../../contract/access.ts';
import { CONTROL_REQUESTS, type ControlResults } from '../../../contract/control/requests.ts';
import { SignalboxError } from '../../../contract/errors.ts';
import type { Manifest } from '../../../contract/manifest.ts';
import type { HistoryClient } from '../records/history-client.ts';
import type { Handlers } from './handler-table.ts';

/** Handlers of `marks.*`. */
export function markHandlers(
  history: Pick<HistoryClient, 'query'>,
  registry: readonly Pick<Manifest, 'id' | 'commands'>[],
): Handlers<'marks.query'> {
  const reads = registry.flatMap(({ id, commands }) =>
    Object.entries(commands).flatMap(([name, { reads: only }]) => (only === true ? [`${id} ${name}`] : [])),
  );
  return {
    'marks.query': async (args, { actor }) => {
      if (args.to < args.from) throw new SignalboxError('bad_request', 'to: must not be before from');
      const { access } = CONTROL_REQUESTS['audit.query'];
      const actions = mayAccess(actor.role, access);
      // The recorder is ours and answers in the contract's shape.
      return (await history.query('marks', { ...args, actions, reads })) as ControlResults['marks.query'];
    },
  };
}

/** The audit trail, as the recorder keeps it. */
import type { ControlResults } from '../../../contract/control/requests.ts';
import type { Manifest } from '../../../contract/manifest.ts';
import type { HistoryClient } from '../records/history-client.ts';
import type { Handlers } from './handler-table.ts';

/** Handlers of `audit.*`. The recorder knows no manifests: it is told which commands only read. */
export function auditHandlers(
  history: Pick<HistoryClient, 'query'>,
  manifests: readonly Manifest[],
): Handlers<'audit.query'> {
  const readers = manifests.flatMap(({ id, commands }) =>
    Object.entries(commands).flatMap(([name, { reads }]) => (reads === true ? [`${id} ${name}`] : [])),
  );
  return {
    'audit.query': async ({ reads = true, ...args }) => {
      const asked = reads ? args : { ...args, without: readers };
      // The recorder is ours and answers in the contract's shape.
      return (await history.query('audit', asked)) as ControlResults['audit.query'];
    },
  };
}

/** Reading the configuration file again, and what came of it in words. Used by Settings, the banner and the palette. */
import type { ControlResults } from '../../contract/control/requests.ts';
import type { Outcome } from '../../contract/errors.ts';
import type { HostModel } from '../model/host-model.ts';
import { messages } from './messages.ts';

export type ReloadResult = Outcome<ControlResults['config.reload']>;

/** What changed for one daemon. */
export function changesInWords(applied: readonly string[], restartRequired: readonly string[]): string {
  const parts = [
    applied.length === 0 ? '' : `${applied.join(', ')} ${messages.applied}`,
    restartRequired.length === 0 ? '' : `${restartRequired.join(', ')} ${messages.restartRequired}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? messages.nothingChanged : parts.join('; ');
}

/** Has the file read again and says in a notice what came of it. */
export async function reloadConfig(host: HostModel): Promise<void> {
  const outcome = await host.client.request('config.reload', {});
  if (!outcome.ok) {
    host.notify('bad', outcome.error.message);
    return;
  }
  const changes = outcome.result.daemons.map(({ id, applied, restartRequired, warnings }) =>
    [`${id}: ${changesInWords(applied, restartRequired)}`, ...warnings].join('. '),
  );
  host.notify('good', [messages.reloaded, ...changes].join('. '));
}

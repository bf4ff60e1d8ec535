/** Words for what a command or a stop would do to users. Used by the `impact` of commands and by `stopImpact`. */

import { counted } from '../../../contract/counted.ts';
import type { UnsavedBans } from '../net/ban-saver.ts';

export { counted };

/** `disconnects 42 clients`, or null when there is nobody to disconnect. */
export function disconnects(clients: number): string | null {
  return clients === 0 ? null : `disconnects ${counted(clients, 'client')}`;
}

/**
 * `disconnects 42 clients, loses 3 bans not saved to disk and brings back 1 removed ban`, or null for none of it.
 * @param channels whose last changes are not on disk
 */
export function stopEffect(clients: number, unsaved: UnsavedBans, channels = 0): string | null {
  const lost = unsaved.lost === 0 ? null : `loses ${counted(unsaved.lost, 'ban')} not saved to disk`;
  const back =
    unsaved.returning === 0 ? null : `brings back ${counted(unsaved.returning, 'removed ban')} still on disk`;
  const changes =
    channels === 0 ? null : `undoes the last changes of ${counted(channels, 'channel')} not saved to disk`;
  const parts = [disconnects(clients), lost, back, changes].filter((part) => part !== null);
  const last = parts.pop();
  if (last === undefined) return null;
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}

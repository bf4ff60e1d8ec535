/** Words for what a command or a stop would do to users. Used by the `impact` of commands and by `stopImpact`. */

import { counted } from '../contract/counted.ts';

export { counted };

/** `disconnects 42 clients`, or null when there is nobody to disconnect. */
export function disconnects(clients: number): string | null {
  return clients === 0 ? null : `disconnects ${counted(clients, 'client')}`;
}

/** `disconnects 42 clients and loses 3 bans not saved to disk`, or null for neither. */
export function stopEffect(clients: number, unsavedBans: number): string | null {
  const lost = unsavedBans === 0 ? null : `loses ${counted(unsavedBans, 'ban')} not saved to disk`;
  return [disconnects(clients), lost].filter((part) => part !== null).join(' and ') || null;
}

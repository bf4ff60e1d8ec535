/** Words for what a command or a stop would do to users. Used by the `impact` of commands and by `stopImpact`. */

import { counted } from '../contract/counted.ts';

export { counted };

/** `disconnects 42 clients`, or null when there is nobody to disconnect. */
export function disconnects(clients: number): string | null {
  return clients === 0 ? null : `disconnects ${counted(clients, 'client')}`;
}

/** Words for what a command or a stop would do to users. Used by the `impact` of commands and by `stopImpact`. */

/** `1 client`, `42 clients`. */
export function counted(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

/** `disconnects 42 clients`, or null when there is nobody to disconnect. */
export function disconnects(clients: number): string | null {
  return clients === 0 ? null : `disconnects ${counted(clients, 'client')}`;
}

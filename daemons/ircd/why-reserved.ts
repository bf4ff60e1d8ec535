/** Whether a name may be taken: asked by whoever takes a nick or enters a channel. */
import type { CommandServer } from './command-server.ts';

/** Why nobody but an operator may take a nick or a channel, as text; null where it is free. */
export function whyReserved({ bans, networkBans, host }: CommandServer, name: string): string | null {
  host.work.spend(bans.reservedNs + networkBans.reservedNs(name));
  return bans.reservedFor(name) ?? networkBans.reservedFor(name);
}

/** Many IRC clients at once, for the specs that disconnect them or not. */
import type { RunningApp } from '../app/running-app.ts';
import { IrcClient } from './irc-client.ts';

/** Starts the IRC server and connects `size` clients to it, `client0` and so on. */
export async function crowd(app: RunningApp, size: number): Promise<IrcClient[]> {
  const server = await app.startDaemon('ircd');
  return await Promise.all(Array.from({ length: size }, (_, i) => IrcClient.connect(server, `client${i}`)));
}

/** How many of them are still connected. */
export function connected(clients: readonly IrcClient[]): number {
  return clients.filter((client) => client.isOpen).length;
}

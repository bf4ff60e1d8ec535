/** Somebody leaves the network: by their own will, by a lost connection, by a kill. */
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { from, toNeighbours } from '../broadcast.ts';
import type { CommandServer } from '../command-server.ts';
import type { NetworkEvent } from '../network-events.ts';
import type { User } from '../state/user.ts';
import { freeChannelsOf, leaveAll, rest } from '../work-steps.ts';
import { noteLeft } from './keeping.ts';

/**
 * Ends a user wherever they are; a client of this server gets ERROR and is disconnected. Calling it twice is fine.
 * @param reason shown to everybody here who shared a channel.
 * @param event what links are told instead of the quit.
 */
export function quit(server: CommandServer, user: User, reason: string, event?: NetworkEvent): void {
  if (user.local !== null) {
    server.exit(user.local, reason, event);
    return;
  }
  if (user.gone) return;
  user.gone = true;
  const { work } = server.host;
  work.runSteps(server.house, depart(server, user, reason, event ?? { kind: 'quit', user, reason }));
}

/** Tells the neighbours of somebody who is gone, then takes the user out of every index. */
export function* depart(server: CommandServer, user: User, reason: string, event: NetworkEvent): WorkSteps {
  server.host.work.spend(workPrices.departure.ns);
  const announced = user.registered && server.closing === null;
  const gates = server.closing === null ? yield* freeChannelsOf(server.host, user) : [];
  try {
    if (announced) {
      yield* rest(toNeighbours(server, user, from(server, user, `QUIT :${reason}`), 0, gates));
      if (user.local !== null) server.clientLog.quit(user.local, reason);
    }
    // Whoever goes because the server does finds the channel again as it is.
    if (server.closing === null)
      for (const membership of user.memberships.values()) noteLeft(server, membership);
    server.state.removeUser(user, Date.now());
    if (announced) server.links?.tell(event);
  } finally {
    leaveAll(server.host, gates);
  }
}

/** Somebody leaves the network: by their own will, by a lost connection, by a kill. */
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { eventOf, tellNeighbours, toNeighbours } from '../broadcast.ts';
import type { NetBatch } from '../client/net-batch.ts';
import type { CommandServer } from '../command-server.ts';
import type { NetworkEvent } from '../network-events.ts';
import type { User } from '../state/user.ts';
import { freeChannelsOf, leaveAll, rest } from '../work-steps.ts';
import { noteLeft } from './keeping.ts';
import { tellOffline } from './monitor.ts';

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
  server.state.cedeNames(user);
  const { work } = server.host;
  work.runSteps(server.house, depart(server, user, reason, event ?? { kind: 'quit', user, reason }));
}

/** Ends a user of a server that is gone: one of many who go together. */
export function* leaveWith(server: CommandServer, user: User, reason: string, batch: NetBatch): WorkSteps {
  if (user.gone) return;
  user.gone = true;
  yield* depart(server, user, reason, { kind: 'split', user }, batch);
}

/**
 * Tells the neighbours of somebody who is gone, then takes the user out of every index.
 * @param batch of those who go together.
 */
export function* depart(
  server: CommandServer,
  user: User,
  reason: string,
  event: NetworkEvent,
  batch: NetBatch | null = null,
): WorkSteps {
  server.host.work.spend(workPrices.departure.ns);
  const announced = user.registered && server.closing === null;
  const gates = server.closing === null ? yield* freeChannelsOf(server.host, user) : [];
  try {
    if (announced && isSeen(user)) {
      const text = `QUIT :${reason}`;
      if (batch === null) yield* rest(toNeighbours(server, user, eventOf(server, user, text), 0, gates));
      else {
        if (server.history !== null) eventOf(server, user, text);
        yield* rest(tellNeighbours(server, user, batch.message(user, text), gates));
      }
    }
    if (announced && user.local !== null) server.clientLog.quit(user.local, reason);
    // Whoever goes because the server does finds the channel again as it is.
    if (server.closing === null) yield* partAll(server, user);
    server.state.removeUser(user, Date.now());
    if (announced) {
      server.links?.tell(event);
      tellOffline(server, user.nick);
    }
  } finally {
    leaveAll(server.host, gates);
  }
}

/** What taking somebody off a channel costs, in nanoseconds of work. */
const PART_NS = 4 * workPrices.row.ns;

/** More channels than anybody here is on are left in several turns: services are on thousands. */
const AT_ONCE = 128;

function* partAll(server: CommandServer, user: User): WorkSteps {
  const memberships = [...user.memberships.values()];
  for (const [i, membership] of memberships.entries()) {
    noteLeft(server, membership);
    membership.channel.history?.lost(user);
    server.state.part(membership);
    if ((i + 1) % AT_ONCE === 0 && server.host.work.spend(AT_ONCE * PART_NS)) yield null;
  }
}

/** Whether anybody here shares a channel with them, or they are here themselves. */
function isSeen(user: User): boolean {
  for (const { locals } of user.memberships.keys()) if (locals.length > 0) return true;
  return false;
}

/**
 * Shuns: whom one is against may do nothing here but leave. The network path asks with each line of who was found to be under one;
 * nobody else is asked anything.
 */
import { isInForce } from '../../irc/network-ban.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { isSpared } from '../ban-exceptions.ts';
import type { CommandServer } from '../command-server.ts';
import type { NetworkBan } from '../network-bans/network-ban.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { User } from '../state/user.ts';
import { eachClient } from './ban-walk.ts';

/** What may be done under a shun: to leave, to stay connected, and to become an operator, whom no shun is against. */
const ALLOWED: ReadonlySet<string> = new Set(['OPER', 'PART', 'PING', 'PONG', 'QUIT']);

/**
 * A shun is as it is now: whoever it is against is under it, and whoever else was under it may be under another one. Operators, and who is
 * spared, are noted as well: they may not be that for long.
 * @param covers null where it is against nobody
 * @param holds whether it is as it is then still
 */
export function reviewShuns(
  server: CommandServer,
  shun: NetworkBan,
  covers: ((user: User) => boolean) | null,
  holds: () => boolean,
): WorkSteps {
  return eachClient(
    server,
    (client) => {
      const { user } = client;
      if (client.shun?.mask === shun.mask) client.shun = server.networkBans.shunOf(user);
      if (covers !== null && client.shun === null && user.registered && covers(user)) client.shun = shun;
    },
    holds,
  );
}

/** Finds out whether somebody who comes is under a shun. */
export function meetShun(server: CommandServer, client: LocalClient): void {
  client.shun = server.networkBans.shunOf(client.user);
  server.host.work.spend(server.networkBans.matchNs);
}

/** Whether a line of somebody who was found under a shun is passed over; they are told where the settings say so. */
export function isPassedOver(server: CommandServer, client: LocalClient, command: string): boolean {
  return !ALLOWED.has(command) && isShunned(server, client);
}

/** Whether somebody is under a shun now: what they say when they leave is read by nobody. */
export function isShunned(server: CommandServer, client: LocalClient): boolean {
  if (client.shun === null || client.user.isOper) return false;
  if (!isInForce(client.shun, Date.now())) meetShun(server, client);
  const { shun } = client;
  return shun !== null && !isSpared(server.bans.sparedOf(client.user), 's');
}

/** Says what comes of a line that is passed over. */
export function tellShunned(server: CommandServer, client: LocalClient, command: string): void {
  if (!server.config.shun_notice || client.shun === null) return;
  const known = server.commands.has(command) ? command : '*';
  client.fail(known, 'SHUNNED', '', `You may only leave: ${client.shun.reason}`);
}

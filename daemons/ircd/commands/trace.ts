/** TRACE: RFC 2812 3.4.8. The way to a server or user, and who is connected to the server at its end. */
import { N, type Numeric } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import { ReplyBudget } from '../client/reply-budget.ts';
import { type CommandServer, VERSION } from '../command-server.ts';
import type { Asker } from '../state/asker.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { NetworkState } from '../state/network.ts';
import type { Server } from '../state/server.ts';
import type { Command } from './command.ts';
import { askedHere, targetServer } from './target-server.ts';

export const trace: Command = {
  name: 'TRACE',
  minParams: 0,
  penaltyLines: 2,
  help: ['TRACE [<server|nickname>]', 'Shows the way to a server, and the connections there.'],
  run(server, client, params) {
    const target = params[0];
    const to = target === undefined ? undefined : targetServer(server, target);
    if (to !== undefined && to !== server.state.me) tellWay(client, target!, to);
    if (askedHere(server, client, target, 'TRACE', [target ?? '*']))
      answerTrace(server, client, target ?? server.name);
  },
};

/** This server is on the way to the one that answers. */
export function tellWay(asker: Asker, target: string, to: Server): void {
  asker.replyRaw(N.RPL_TRACELINK, `Link ${VERSION} ${replyParameter(target)} ${to.via!.name}`);
}

/**
 * Connections of this server: servers, operators, and of others the one who asks; with `auspex` all of them.
 * @param target the name of a user here asks for that connection alone.
 */
export function answerTrace(server: CommandServer, asker: Asker, target: string): void {
  const { state, host } = server;
  const budget = new ReplyBudget(asker, 'TRACE');
  const named = state.findUser(target)?.local ?? null;
  const clients = named === null ? state.localClients : [named];
  const all = asker.can('auspex');
  let room = true;
  host.work.spend(clientsNs(state));
  for (const client of clients) {
    if (!all && client !== named && client !== asker.user.local && !client.user.isOper) continue;
    const [numeric, words] = connection(client);
    room = room && budget.take(words);
    if (!room) break;
    asker.replyRaw(numeric, words);
  }
  if (named === null && room) sendLinks(state, asker, budget);
  asker.reply(N.RPL_TRACEEND, `${server.name} ${VERSION}`);
}

function clientsNs({ localClients, servers, users }: NetworkState): number {
  return (localClients.size + servers.size + users.size) * workPrices.skipped.ns;
}

function connection({ connection: { connectionClass }, user }: LocalClient): [Numeric, string] {
  const { registered, isOper, nick, username, host } = user;
  if (!registered) return [N.RPL_TRACEUNKNOWN, `???? ${connectionClass.name} ${host}`];
  const who = `${connectionClass.name} ${nick}[${username}@${host}]`;
  return isOper ? [N.RPL_TRACEOPERATOR, `Oper ${who}`] : [N.RPL_TRACEUSER, `User ${who}`];
}

/** Each link with the servers and users that are reached by it. */
function sendLinks({ me, servers }: NetworkState, asker: Asker, budget: ReplyBudget): void {
  const behind = new Map<Server, { servers: number; users: number }>();
  for (const { via, userCount } of servers.values()) {
    if (via === null) continue;
    const sum = behind.get(via) ?? { servers: 0, users: 0 };
    behind.set(via, { servers: sum.servers + 1, users: sum.users + userCount });
  }
  for (const [{ name }, sum] of behind) {
    const words = `Serv links ${sum.servers}S ${sum.users}C ${name} *!*@${me.name} V10`;
    if (!budget.take(words)) return;
    asker.replyRaw(N.RPL_TRACESERVER, words);
  }
}

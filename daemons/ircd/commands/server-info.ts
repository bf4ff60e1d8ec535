/** VERSION, ADMIN, INFO, TIME, LINKS and MAP: RFC 2812 3.4. All but MAP may name the server that is to answer. */

import { compileMask } from '../../irc/mask.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import { ReplyBudget } from '../client/reply-budget.ts';
import { type CommandServer, VERSION } from '../command-server.ts';
import { sendIsupport } from '../registration.ts';
import type { Asker } from '../state/asker.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { NetworkState } from '../state/network.ts';
import type { Server } from '../state/server.ts';
import type { Command } from './command.ts';
import { askedHere } from './target-server.ts';

export const version: Command = {
  name: 'VERSION',
  minParams: 0,
  help: ['VERSION [<server>]', 'Shows the version of a server; of this one also what it supports.'],
  run(server, client, params) {
    if (!askedHere(server, client, params[0], 'VERSION')) return;
    answerVersion(server, client);
    sendIsupport(server, client);
  },
};

export function answerVersion(server: CommandServer, asker: Asker): void {
  asker.reply(N.RPL_VERSION, `${VERSION} ${server.name}`, 'Signalbox ircd');
}

export const admin: Command = {
  name: 'ADMIN',
  minParams: 0,
  help: ['ADMIN [<server>]', 'Shows who runs a server.'],
  run(server, client, params) {
    if (askedHere(server, client, params[0], 'ADMIN')) answerAdmin(server, client);
  },
};

export function answerAdmin(server: CommandServer, asker: Asker): void {
  const { location, organisation, email } = server.config.admin;
  if (location === '' && organisation === '' && email === '') {
    asker.reply(N.ERR_NOADMININFO, server.name);
    return;
  }
  asker.reply(N.RPL_ADMINME, server.name);
  asker.reply(N.RPL_ADMINLOC1, '', location);
  asker.reply(N.RPL_ADMINLOC2, '', organisation);
  asker.reply(N.RPL_ADMINEMAIL, '', email);
}

export const info: Command = {
  name: 'INFO',
  minParams: 0,
  penaltyLines: 1,
  help: ['INFO [<server>]', 'Shows what a server is.'],
  run(server, client, params) {
    if (askedHere(server, client, params[0], 'INFO')) answerInfo(server, client);
  },
};

export function answerInfo(server: CommandServer, asker: Asker): void {
  const started = new Date(server.counters.startedMs).toUTCString();
  for (const line of [
    `${VERSION}, the IRC server of Signalbox`,
    'A desktop app that runs and steers the daemons of a chat network.',
    `Online since ${started}`,
  ]) {
    asker.reply(N.RPL_INFO, '', line);
  }
  asker.reply(N.RPL_ENDOFINFO);
}

export const time: Command = {
  name: 'TIME',
  minParams: 0,
  help: ['TIME [<server>]', 'Shows the time of a server.'],
  run(server, client, params) {
    if (askedHere(server, client, params[0], 'TIME')) answerTime(server, client);
  },
};

export function answerTime(server: CommandServer, asker: Asker): void {
  asker.reply(N.RPL_TIME, server.name, new Date().toUTCString());
}

export const links: Command = {
  name: 'LINKS',
  minParams: 0,
  penaltyLines: 1,
  help: ['LINKS [[<server>] <mask>]', 'Lists the servers of the network, or those whose name fits the mask.'],
  run(server, client, params) {
    const mask = (params.length > 1 ? params[1] : params[0]) || '*';
    const target = params.length > 1 ? params[0] : undefined;
    if (askedHere(server, client, target, 'LINKS', [mask])) answerLinks(server, client, mask);
  },
};

export function answerLinks(server: CommandServer, asker: Asker, mask: string): void {
  const wanted = compileMask(mask);
  const budget = new ReplyBudget(asker, 'LINKS');
  server.host.work.spend(server.state.servers.size * workPrices.mask.ns);
  for (const [key, { name, uplink, hops, description }] of server.state.servers) {
    if (!wanted.matches(key)) continue;
    if (!budget.take(name + (uplink?.name ?? '') + description)) break;
    asker.reply(N.RPL_LINKS, `${name} ${uplink?.name ?? name}`, `${hops} ${description}`);
  }
  asker.reply(N.RPL_ENDOFLINKS, replyParameter(mask));
}

export const map: Command = {
  name: 'MAP',
  minParams: 0,
  penaltyLines: 1,
  help: ['MAP', 'Draws the servers of the network.'],
  run(server, client) {
    drawBranch(client, childrenOf(server.state), server.state.me, '', '');
    client.reply(N.RPL_MAPEND);
  },
};

/** The servers behind each that has any, in the order of their names. */
function childrenOf({ servers }: NetworkState): ReadonlyMap<Server, readonly Server[]> {
  const children = new Map<Server, Server[]>();
  const sorted = [...servers.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const server of sorted) {
    if (server.uplink === null) continue;
    const siblings = children.get(server.uplink) ?? [];
    siblings.push(server);
    children.set(server.uplink, siblings);
  }
  return children;
}

/**
 * A server and, below it, all behind it.
 * @param branch what stands before its name.
 * @param trunk what stands before the lines below it.
 */
function drawBranch(
  client: LocalClient,
  children: ReadonlyMap<Server, readonly Server[]>,
  server: Server,
  branch: string,
  trunk: string,
): void {
  client.reply(N.RPL_MAP, '', `${branch}${server.name} [${server.userCount} users]`);
  const below = children.get(server) ?? [];
  for (const [index, child] of below.entries()) {
    const last = index === below.length - 1;
    drawBranch(client, children, child, `${trunk}${last ? '`-' : '|-'}`, `${trunk}${last ? '  ' : '| '}`);
  }
}

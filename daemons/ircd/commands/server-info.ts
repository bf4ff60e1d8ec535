/** VERSION, ADMIN, INFO, TIME, LINKS and MAP: RFC 2812 3.4. Each may name this server as its target. */

import { compileMask } from '../../irc/mask.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { type CommandServer, VERSION } from '../command-server.ts';
import { sendIsupport } from '../registration.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { NetworkState } from '../state/network.ts';
import type { Server } from '../state/server.ts';
import type { Command } from './command.ts';
import { isThisServer } from './whois.ts';

/** Runs `answer` unless the target is another server. */
function forThisServer(
  server: CommandServer,
  client: LocalClient,
  target: string | undefined,
  answer: () => void,
): void {
  if (target === undefined || isThisServer(server, target)) answer();
  else client.reply(N.ERR_NOSUCHSERVER, replyParameter(target));
}

export const version: Command = {
  name: 'VERSION',
  minParams: 0,
  help: ['VERSION', 'Shows the version of the server and what it supports.'],
  run(server, client, params) {
    forThisServer(server, client, params[0], () => {
      client.reply(N.RPL_VERSION, `${VERSION} ${server.name}`, 'Signalbox ircd');
      sendIsupport(server, client);
    });
  },
};

export const admin: Command = {
  name: 'ADMIN',
  minParams: 0,
  help: ['ADMIN', 'Shows who runs the server.'],
  run(server, client, params) {
    forThisServer(server, client, params[0], () => {
      const { location, organisation, email } = server.config.admin;
      if (location === '' && organisation === '' && email === '') {
        client.reply(N.ERR_NOADMININFO, server.name);
        return;
      }
      client.reply(N.RPL_ADMINME, server.name);
      client.reply(N.RPL_ADMINLOC1, '', location);
      client.reply(N.RPL_ADMINLOC2, '', organisation);
      client.reply(N.RPL_ADMINEMAIL, '', email);
    });
  },
};

export const info: Command = {
  name: 'INFO',
  minParams: 0,
  penaltyLines: 1,
  help: ['INFO', 'Shows what this server is.'],
  run(server, client, params) {
    forThisServer(server, client, params[0], () => {
      const started = new Date(server.counters.startedMs).toUTCString();
      for (const line of [
        `${VERSION}, the IRC server of Signalbox`,
        'A desktop app that runs and steers the daemons of a chat network.',
        `Online since ${started}`,
      ]) {
        client.reply(N.RPL_INFO, '', line);
      }
      client.reply(N.RPL_ENDOFINFO);
    });
  },
};

export const time: Command = {
  name: 'TIME',
  minParams: 0,
  help: ['TIME', 'Shows the time of the server.'],
  run(server, client, params) {
    forThisServer(server, client, params[0], () =>
      client.reply(N.RPL_TIME, server.name, new Date().toUTCString()),
    );
  },
};

export const links: Command = {
  name: 'LINKS',
  minParams: 0,
  penaltyLines: 1,
  help: ['LINKS [[<server>] <mask>]', 'Lists the servers of the network, or those whose name fits the mask.'],
  run(server, client, params) {
    const mask = (params.length > 1 ? params[1] : params[0]) || '*';
    forThisServer(server, client, params.length > 1 ? params[0] : undefined, () => {
      const wanted = compileMask(mask);
      for (const [key, { name, uplink, hops, description }] of server.state.servers) {
        if (wanted.matches(key))
          client.reply(N.RPL_LINKS, `${name} ${uplink?.name ?? name}`, `${hops} ${description}`);
      }
      client.reply(N.RPL_ENDOFLINKS, replyParameter(mask));
    });
  },
};

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

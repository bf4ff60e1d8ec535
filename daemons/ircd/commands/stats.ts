/** STATS: RFC 2812 3.4.4 with the letters l m o p P t u z, k d (server bans), and C B T of our own. */

import { truncateUtf8 } from '../../irc/line-text.ts';
import { N, type Numeric } from '../../irc/numerics.ts';
import { addressParameter } from '../../irc/reply-parameter.ts';
import { memoryUsage } from '../../runtime/telemetry/memory-usage.ts';
import { ReplyBudget } from '../client/reply-budget.ts';
import type { CommandServer } from '../command-server.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { Command } from './command.ts';

export const stats: Command = {
  name: 'STATS',
  minParams: 1,
  penaltyLines: 2,
  help: [
    'STATS <letter>',
    'l connections, m commands, o operator blocks, p listeners, P operators on line, t traffic, u uptime, z memory',
    'k K-lines, d D-lines, C caches, B write batching, T connect throttle',
  ],
  run(server, client, params) {
    const letter = (params[0] ?? '').charAt(0);
    const report = REPORTS[letter];
    // Only uptime, and one's own connection, are anybody's business.
    if (report !== undefined && letter !== 'u' && letter !== 'l' && !client.can('auspex')) {
      client.reply(N.ERR_NOPRIVILEGES);
    } else if (report !== undefined) {
      report(server, client);
    }
    client.reply(N.RPL_ENDOFSTATS, letter === '' || letter === ' ' || letter === ':' ? '*' : letter);
  },
};

type Report = (server: CommandServer, client: LocalClient) => void;

const REPORTS: Readonly<Record<string, Report | undefined>> = {
  l: links,
  m: (server, client) => {
    for (const [name, { count, bytes }] of server.usage) {
      client.replyRaw(N.RPL_STATSCOMMANDS, `${name} ${count} ${bytes} 0`);
    }
  },
  o: (server, client) => {
    for (const block of server.config.oper) {
      for (const host of block.hosts) client.replyRaw(N.RPL_STATSOLINE, `O ${host} * ${block.name}`);
    }
  },
  p: (server, client) => {
    for (const { host, port, tls } of server.host.listeners()) {
      client.reply(N.RPL_STATSPLINE, `P ${port} ${host.replaceAll(':', '.')}`, tls ? 'TLS' : 'plain');
    }
  },
  P: (server, client) => {
    for (const { nick, username, host, local } of server.state.opers) {
      if (local === null) continue;
      const idle = Math.floor((Date.now() - local.lastMessageMs) / 1000);
      client.reply(N.RPL_STATSDEBUG, '', `${nick} (${username}@${host}) idle ${idle} s`);
    }
  },
  t: (server, client) => lines(client, N.RPL_STATSDEBUG, server.host.traffic()),
  u: (server, client) => {
    const seconds = Math.floor((Date.now() - server.counters.startedMs) / 1000);
    client.reply(N.RPL_STATSUPTIME, '', `Server Up ${uptime(seconds)}`);
  },
  z: (_server, client) => {
    const memory = memoryUsage();
    if (memory === null) {
      lines(client, N.RPL_STATSDEBUG, ['memory cannot be read now: no descriptor is left']);
      return;
    }
    lines(client, N.RPL_STATSDEBUG, [
      `resident ${memory.rss} bytes`,
      `heap used ${memory.heapUsed} of ${memory.heapTotal} bytes`,
      `array buffers ${memory.arrayBuffers} bytes`,
    ]);
  },
  k: (server, client) => bans(server, client, 'kline', N.RPL_STATSKLINE),
  d: (server, client) => bans(server, client, 'dline', N.RPL_STATSDLINE),
  C: (server, client) => lines(client, N.RPL_STATSDEBUG, server.host.networkStats('caches')),
  B: (server, client) => lines(client, N.RPL_STATSDEBUG, server.host.networkStats('batching')),
  T: (server, client) => lines(client, N.RPL_STATSDEBUG, server.host.networkStats('throttle')),
};

function lines(client: LocalClient, numeric: Numeric, texts: readonly string[]): void {
  for (const text of texts) client.reply(numeric, '', text);
}

function links(server: CommandServer, client: LocalClient): void {
  const shown = client.can('auspex') ? server.state.localClients : [client];
  const now = Date.now();
  const budget = new ReplyBudget(client, 'STATS');
  for (const { user, connection } of shown) {
    const { nick, username, host } = user;
    const open = Math.floor((now - connection.connectedAtMs) / 1000);
    const out = Math.floor(connection.bytesOut / 1024);
    const into = Math.floor(connection.bytesIn / 1024);
    const name = `${nick === '' ? '*' : nick}[${username === '' ? '*' : username}@${host}]`;
    if (!budget.take(name)) return;
    client.replyRaw(N.RPL_STATSLINKINFO, `${name} ${connection.sendQueueBytes} 0 ${out} 0 ${into} ${open}`);
  }
}

function bans(server: CommandServer, client: LocalClient, kind: 'kline' | 'dline', numeric: Numeric): void {
  const budget = new ReplyBudget(client, 'STATS');
  for (const ban of server.bans.list()) {
    if (ban.kind !== kind) continue;
    if (!budget.take(ban.mask + ban.reason + ban.by)) return;
    const middle = `${kind === 'kline' ? 'K' : 'D'} ${addressParameter(ban.mask)}`;
    const by = ` (${ban.by})`;
    // Who set it stands last and is whole, so a long reason gives way.
    const room = client.textRoom(numeric, middle) - Buffer.byteLength(by);
    client.reply(numeric, middle, truncateUtf8(ban.reason, room) + by);
  }
}

/** `1 days 02:03:04` (RFC 2812, RPL_STATSUPTIME). */
function uptime(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  return `${days} days ${Math.floor((seconds % 86_400) / 3600)}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
}

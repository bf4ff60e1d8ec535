/** STATS: RFC 2812 3.4.4 with the letters l m o p P t u v z, k d q e g S j (bans), and C B T of our own. */

import { truncateUtf8 } from '../../irc/line-text.ts';
import { N, type Numeric } from '../../irc/numerics.ts';
import { addressParameter } from '../../irc/reply-parameter.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import { counted } from '../../runtime/host/impact-text.ts';
import { memoryUsage } from '../../runtime/telemetry/memory-usage.ts';
import { ReplyBudget } from '../client/reply-budget.ts';
import type { CommandServer } from '../command-server.ts';
import type { NetworkBanKind } from '../network-bans/network-ban.ts';
import type { BanKind } from '../server-bans.ts';
import type { Asker } from '../state/asker.ts';
import type { Command } from './command.ts';
import { askedHere } from './target-server.ts';

export const stats: Command = {
  name: 'STATS',
  minParams: 1,
  penaltyLines: 2,
  help: [
    'STATS <letter> [<server>]',
    'l links and connections, m commands, o operator blocks, p listeners, P operators on line, t traffic, u uptime, v servers, z memory',
    'k K-lines, d D-lines, q reserved names, e ban exceptions, g G-lines, S shuns, j jupes, C caches, B write batching, T connect throttle',
  ],
  run(server, client, params) {
    const letter = (params[0] ?? '').charAt(0);
    if (askedHere(server, client, params[1], 'STATS', [letterOf(letter)]))
      answerStats(server, client, letter);
  },
};

/** One report and its end. Those who ask from another server may see what any user may. */
export function answerStats(server: CommandServer, asker: Asker, letter: string): void {
  const report = REPORTS[letter];
  if (report !== undefined && !FOR_ALL.includes(letter) && !asker.can('auspex')) {
    asker.reply(N.ERR_NOPRIVILEGES);
  } else if (report !== undefined) {
    report(server, asker);
  }
  asker.reply(N.RPL_ENDOFSTATS, letterOf(letter));
}

/** Only uptime, the network, and one's own connection, are anybody's business. */
const FOR_ALL = 'luv';

/** A letter that can stand between the words of a line. */
function letterOf(letter: string): string {
  return letter === '' || letter === ' ' || letter === ':' ? '*' : letter;
}

type Report = (server: CommandServer, asker: Asker) => void;

const REPORTS: Readonly<Record<string, Report | undefined>> = {
  l: links,
  v: network,
  m: (server, asker) => {
    for (const [name, { count, bytes }] of server.usage) {
      asker.replyRaw(N.RPL_STATSCOMMANDS, `${name} ${count} ${bytes} 0`);
    }
  },
  o: (server, asker) => {
    for (const block of server.config.oper) {
      for (const host of block.hosts) asker.replyRaw(N.RPL_STATSOLINE, `O ${host} * ${block.name}`);
    }
  },
  p: (server, asker) => {
    for (const { host, port, tls } of server.host.listeners()) {
      asker.reply(N.RPL_STATSPLINE, `P ${port} ${host.replaceAll(':', '.')}`, tls ? 'TLS' : 'plain');
    }
  },
  P: (server, asker) => {
    for (const { nick, username, host, local } of server.state.opers) {
      if (local === null) continue;
      const idle = Math.floor((Date.now() - local.lastMessageMs) / 1000);
      asker.reply(N.RPL_STATSDEBUG, '', `${nick} (${username}@${host}) idle ${idle} s`);
    }
  },
  t: (server, asker) => lines(asker, N.RPL_STATSDEBUG, server.host.traffic()),
  u: (server, asker) => {
    const seconds = Math.floor((Date.now() - server.counters.startedMs) / 1000);
    asker.reply(N.RPL_STATSUPTIME, '', `Server Up ${uptime(seconds)}`);
  },
  z: (_server, asker) => {
    const memory = memoryUsage();
    if (memory === null) {
      lines(asker, N.RPL_STATSDEBUG, ['memory cannot be read now: no descriptor is left']);
      return;
    }
    lines(asker, N.RPL_STATSDEBUG, [
      `resident ${memory.rss} bytes`,
      `heap used ${memory.heapUsed} of ${memory.heapTotal} bytes`,
      `array buffers ${memory.arrayBuffers} bytes`,
    ]);
  },
  k: (server, asker) => bans(server, asker, 'kline', N.RPL_STATSKLINE),
  d: (server, asker) => bans(server, asker, 'dline', N.RPL_STATSDLINE),
  q: (server, asker) => bans(server, asker, 'resv', N.RPL_STATSQLINE),
  e: (server, asker) => bans(server, asker, 'except', N.RPL_STATSELINE),
  g: (server, asker) => networkBans(server, asker, 'gline', N.RPL_STATSGLINE),
  S: (server, asker) => networkBans(server, asker, 'shun', N.RPL_STATSSHUN),
  j: (server, asker) => networkBans(server, asker, 'jupe', N.RPL_STATSJLINE),
  C: (server, asker) => lines(asker, N.RPL_STATSDEBUG, server.host.networkStats('caches')),
  B: (server, asker) => lines(asker, N.RPL_STATSDEBUG, server.host.networkStats('batching')),
  T: (server, asker) => lines(asker, N.RPL_STATSDEBUG, server.host.networkStats('throttle')),
};

function lines(asker: Asker, numeric: Numeric, texts: readonly string[]): void {
  for (const text of texts) asker.reply(numeric, '', text);
}

function links(server: CommandServer, asker: Asker): void {
  const own = asker.user.local;
  const shown = asker.can('auspex') ? server.state.localClients : own === null ? [] : [own];
  const now = Date.now();
  const budget = new ReplyBudget(asker, 'STATS');
  for (const link of server.linkControl?.rows() ?? []) {
    if (link.bytesOut === null || !budget.take(link.name)) continue;
    const since = Math.floor((now - (link.since ?? now)) / 1000);
    const [out, into] = [link.bytesOut, link.bytesIn ?? 0].map((bytes) => Math.floor(bytes / 1024));
    const counts = `${link.sendQueueBytes} ${link.linesOut} ${out} ${link.linesIn} ${into} ${since}`;
    asker.replyRaw(N.RPL_STATSLINKINFO, `${link.name} ${counts}`);
  }
  for (const { user, connection } of shown) {
    const { nick, username, host } = user;
    const open = Math.floor((now - connection.connectedAtMs) / 1000);
    const out = Math.floor(connection.bytesOut / 1024);
    const into = Math.floor(connection.bytesIn / 1024);
    const name = `${nick === '' ? '*' : nick}[${username === '' ? '*' : username}@${host}]`;
    if (!budget.take(name)) return;
    asker.replyRaw(N.RPL_STATSLINKINFO, `${name} ${connection.sendQueueBytes} 0 ${out} 0 ${into} ${open}`);
  }
}

/** Every server of the network, the links of this one with how far away they are. */
function network(server: CommandServer, asker: Asker): void {
  const { state, linkControl } = server;
  const budget = new ReplyBudget(asker, 'STATS');
  const lags = new Map(linkControl?.rows().map(({ name, lagSeconds }) => [name, lagSeconds]));
  server.host.work.spend(state.servers.size * workPrices.row.ns);
  for (const { name, numeric, hops, uplink, userCount } of state.servers.values()) {
    const behind = uplink === null ? '' : ` behind ${uplink.name}, ${counted(hops, 'hop')},`;
    const lag = lags.get(name) ?? null;
    const far = lag === null ? '' : `, lag ${Math.round(lag * 1000)} ms`;
    const text = `${name} (${numeric})${behind} with ${counted(userCount, 'user')}${far}`;
    if (!budget.take(text)) return;
    asker.reply(N.RPL_STATSVERBOSE, 'v', text);
  }
}

const NETWORK_LETTERS: Readonly<Record<NetworkBanKind, string>> = { gline: 'G', shun: 'S', jupe: 'J' };

function networkBans(server: CommandServer, asker: Asker, kind: NetworkBanKind, numeric: Numeric): void {
  const budget = new ReplyBudget(asker, 'STATS');
  for (const ban of server.networkBans.inForce()) {
    if (ban.kind !== kind) continue;
    if (!budget.take(ban.mask + ban.reason + ban.by)) return;
    const middle = `${NETWORK_LETTERS[kind]} ${addressParameter(ban.mask)} ${Math.floor(ban.expiresMs / 1000)}`;
    sayReason(asker, numeric, middle, ban);
  }
}

const BAN_LETTERS: Readonly<Record<BanKind, string>> = { kline: 'K', dline: 'D', resv: 'Q', except: 'E' };

function bans(server: CommandServer, asker: Asker, kind: BanKind, numeric: Numeric): void {
  const budget = new ReplyBudget(asker, 'STATS');
  for (const ban of server.bans.list()) {
    if (ban.kind !== kind) continue;
    if (!budget.take(ban.mask + ban.reason + ban.by)) return;
    const spares = ban.spares === undefined ? '' : ` ${ban.spares}`;
    const middle = `${BAN_LETTERS[kind]} ${addressParameter(ban.mask)}${spares}`;
    sayReason(asker, numeric, middle, ban);
  }
}

/** Who set it stands last and is whole, so a long reason gives way. */
function sayReason(
  asker: Asker,
  numeric: Numeric,
  middle: string,
  ban: { readonly by: string; readonly reason: string },
): void {
  const by = ` (${ban.by})`;
  const room = asker.textRoom(numeric, middle) - Buffer.byteLength(by);
  asker.reply(numeric, middle, truncateUtf8(ban.reason, room) + by);
}

/** `1 days 02:03:04` (RFC 2812, RPL_STATSUPTIME). */
function uptime(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  return `${days} days ${Math.floor((seconds % 86_400) / 3600)}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
}

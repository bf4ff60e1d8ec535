/** WHOIS: RFC 2812 3.6.2, Modern "WHOIS message". */

import { fold, sameName } from '../../irc/casemapping.ts';
import { unixSeconds } from '../../irc/clock.ts';
import { compileMask } from '../../irc/mask.ts';
import { UMODE } from '../../irc/modes.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { CAP } from '../client/capabilities.ts';
import type { CommandServer } from '../command-server.ts';
import type { LocalClient } from '../state/local-client.ts';
import type { User } from '../state/user.ts';
import type { Command } from './command.ts';

export const whois: Command = {
  name: 'WHOIS',
  minParams: 0,
  penaltyLines: 1,
  help: ['WHOIS [<server|nickname>] <nickname>', 'Shows who somebody is.'],
  run(server, client, params) {
    // TARGMAX says that it takes one target: of a list the first.
    const nick = firstOf((params.length > 1 ? params[1] : params[0]) ?? '');
    if (nick === '') {
      client.reply(N.ERR_NONICKNAMEGIVEN);
      return;
    }
    const where = firstOf(params[0] ?? '');
    // "WHOIS x x" asks the server that x is on, and where there is no x it is nobody's.
    if (params.length > 1 && !sameName(where, nick) && !isThisServer(server, where)) {
      client.reply(N.ERR_NOSUCHSERVER, replyParameter(where));
      return;
    }
    const target = server.state.findUser(nick);
    const shown = target?.nick ?? replyParameter(nick);
    if (target === undefined) client.reply(N.ERR_NOSUCHNICK, shown);
    else describeUser(client, target);
    client.reply(N.RPL_ENDOFWHOIS, shown);
  },
};

function firstOf(list: string): string {
  return list.split(',', 1)[0]!;
}

/** Whether a target parameter means this server: its name, a mask of it, or a user on it. */
export function isThisServer(server: CommandServer, target: string): boolean {
  return (
    compileMask(target).matches(fold(server.name)) ||
    server.state.findUser(target)?.server === server.state.me
  );
}

function describeUser(client: LocalClient, target: User): void {
  const { nick, local } = target;
  const trusted = client.user === target || client.can('auspex');
  client.reply(N.RPL_WHOISUSER, `${nick} ${target.username} ${target.host} *`, target.realname);
  sendChannels(client, target);
  client.reply(N.RPL_WHOISSERVER, `${nick} ${target.server.name}`, target.server.description);
  if (target.isOper) client.reply(N.RPL_WHOISOPERATOR, nick, local?.oper?.title);
  if (target.away !== null) client.reply(N.RPL_AWAY, nick, target.away);
  if ((target.modes & UMODE.bot) !== 0) client.reply(N.RPL_WHOISBOT, nick);
  if (target.account !== null) client.reply(N.RPL_WHOISACCOUNT, `${nick} ${target.account}`);
  if (local !== null && local.connection.tls !== null) client.reply(N.RPL_WHOISSECURE, nick);
  if (trusted) {
    client.reply(
      N.RPL_WHOISHOST,
      nick,
      `is connecting from ${target.username}@${target.realHost} ${target.address}`,
    );
    client.reply(N.RPL_WHOISMODES, nick, `is using modes ${target.modeLetters()}`);
    const print = local?.connection.tls?.fingerprint ?? null;
    if (print !== null) client.reply(N.RPL_WHOISCERTFP, nick, `has client certificate fingerprint ${print}`);
  }
  // How long a user of another server has been silent is known there alone.
  if (local === null) return;
  const idle = Math.max(0, Math.floor((Date.now() - local.lastMessageMs) / 1000));
  client.reply(N.RPL_WHOISIDLE, `${nick} ${idle} ${unixSeconds(local.signonMs)}`);
}

/** Channels that the asker may know of: shared ones, and public ones of visible users. */
function sendChannels(client: LocalClient, target: User): void {
  const all = client.user === target || client.can('auspex');
  const invisible = (target.modes & UMODE.invisible) !== 0;
  const words = client.replyWords(N.RPL_WHOISCHANNELS, target.nick);
  for (const [channel, membership] of target.memberships) {
    if (!all && !client.user.memberships.has(channel) && (invisible || !channel.isPublic)) continue;
    words.add(membership.prefix(client.has(CAP.multiPrefix)) + channel.name);
  }
  words.end();
}

/** WHOIS: RFC 2812 3.6.2, Modern "WHOIS message". */

import { fold, sameName } from '../../irc/casemapping.ts';
import { unixSeconds } from '../../irc/clock.ts';
import { compileMask } from '../../irc/mask.ts';
import { UMODE } from '../../irc/modes.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { CAP } from '../client/capabilities.ts';
import type { CommandServer } from '../command-server.ts';
import type { User } from '../state/user.ts';
import type { Command } from './command.ts';

export const whois: Command = {
  name: 'WHOIS',
  minParams: 0,
  penaltyLines: 1,
  help: ['WHOIS [<server|nickname>] <nickname>', 'Shows who somebody is.'],
  run(server, user, params) {
    // TARGMAX says that it takes one target: of a list the first.
    const nick = firstOf((params.length > 1 ? params[1] : params[0]) ?? '');
    if (nick === '') {
      user.reply(N.ERR_NONICKNAMEGIVEN);
      return;
    }
    const where = firstOf(params[0] ?? '');
    // "WHOIS x x" asks the server that x is on, and where there is no x it is nobody's.
    if (params.length > 1 && !sameName(where, nick) && !isThisServer(server, where)) {
      user.reply(N.ERR_NOSUCHSERVER, replyParameter(where));
      return;
    }
    const target = server.state.findUser(nick);
    const shown = target?.nick ?? replyParameter(nick);
    if (target === undefined) user.reply(N.ERR_NOSUCHNICK, shown);
    else describeUser(server, user, target);
    user.reply(N.RPL_ENDOFWHOIS, shown);
  },
};

function firstOf(list: string): string {
  return list.split(',', 1)[0]!;
}

/** Whether a target parameter means this server: its name, a mask of it, or a user on it. */
export function isThisServer(server: CommandServer, target: string): boolean {
  return compileMask(target).matches(fold(server.name)) || server.state.findUser(target) !== undefined;
}

function describeUser(server: CommandServer, user: User, target: User): void {
  const { nick, connection } = target;
  const trusted = user === target || user.can('auspex');
  user.reply(N.RPL_WHOISUSER, `${nick} ${target.username} ${target.host} *`, target.realname);
  sendChannels(user, target);
  user.reply(N.RPL_WHOISSERVER, `${nick} ${server.name}`, server.config.description);
  if (target.oper !== null) user.reply(N.RPL_WHOISOPERATOR, nick, target.oper.title);
  if (target.away !== null) user.reply(N.RPL_AWAY, nick, target.away);
  if ((target.modes & UMODE.bot) !== 0) user.reply(N.RPL_WHOISBOT, nick);
  if (target.account !== null) user.reply(N.RPL_WHOISACCOUNT, `${nick} ${target.account}`);
  if (connection.tls !== null) user.reply(N.RPL_WHOISSECURE, nick);
  if (trusted) {
    user.reply(
      N.RPL_WHOISHOST,
      nick,
      `is connecting from ${target.username}@${target.host} ${connection.remoteAddress}`,
    );
    user.reply(N.RPL_WHOISMODES, nick, `is using modes ${target.modeLetters()}`);
    const print = connection.tls?.fingerprint ?? null;
    if (print !== null) user.reply(N.RPL_WHOISCERTFP, nick, `has client certificate fingerprint ${print}`);
  }
  const idle = Math.max(0, Math.floor((Date.now() - target.lastMessageMs) / 1000));
  user.reply(N.RPL_WHOISIDLE, `${nick} ${idle} ${unixSeconds(target.signonMs)}`);
}

/** Channels that the asker may know of: shared ones, and public ones of visible users. */
function sendChannels(user: User, target: User): void {
  const all = user === target || user.can('auspex');
  const invisible = (target.modes & UMODE.invisible) !== 0;
  const words = user.replyWords(N.RPL_WHOISCHANNELS, target.nick);
  for (const [channel, membership] of target.memberships) {
    if (!all && !user.memberships.has(channel) && (invisible || !channel.isPublic)) continue;
    words.add(membership.prefix(user.has(CAP.multiPrefix)) + channel.name);
  }
  words.end();
}

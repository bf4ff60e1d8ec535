/** WHOIS: RFC 2812 3.6.2, Modern "WHOIS message". */

import { sameName } from '../../irc/casemapping.ts';
import { unixSeconds } from '../../irc/clock.ts';
import { UMODE } from '../../irc/modes.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { CAP } from '../client/capabilities.ts';
import type { CommandServer } from '../command-server.ts';
import type { Asker } from '../state/asker.ts';
import type { User } from '../state/user.ts';
import type { Command } from './command.ts';
import { whoisMetadata } from './metadata.ts';
import { askedHere } from './target-server.ts';

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
    const nobody = sameName(where, nick) && server.state.findUser(nick) === undefined;
    if (params.length > 1 && !nobody && !askedHere(server, client, where, 'WHOIS', [nick])) return;
    answerWhois(server, client, nick);
  },
};

/** Who somebody is, as far as this server knows. */
export function answerWhois(server: CommandServer, asker: Asker, nick: string): void {
  const target = server.state.findUser(nick);
  const shown = target?.nick ?? replyParameter(nick);
  if (target === undefined) asker.reply(N.ERR_NOSUCHNICK, shown);
  else {
    describeUser(server, asker, target);
    const { local } = asker.user;
    if (local !== null) whoisMetadata(server, local, target);
  }
  asker.reply(N.RPL_ENDOFWHOIS, shown);
}

function firstOf(list: string): string {
  return list.split(',', 1)[0]!;
}

function describeUser({ statuses }: CommandServer, asker: Asker, target: User): void {
  const { nick, local } = target;
  const trusted = asker.user === target || asker.can('auspex');
  asker.reply(N.RPL_WHOISUSER, `${nick} ${target.username} ${target.host} *`, target.realname);
  sendChannels(asker, target, statuses);
  asker.reply(N.RPL_WHOISSERVER, `${nick} ${target.server.name}`, target.server.description);
  if (target.isOper) asker.reply(N.RPL_WHOISOPERATOR, nick, local?.oper?.title);
  if (target.away !== null) asker.reply(N.RPL_AWAY, nick, target.away);
  if ((target.modes & UMODE.bot) !== 0) asker.reply(N.RPL_WHOISBOT, nick);
  if (target.account !== null) asker.reply(N.RPL_WHOISACCOUNT, `${nick} ${target.account}`);
  if ((target.modes & UMODE.secure) !== 0) asker.reply(N.RPL_WHOISSECURE, nick);
  if (trusted) {
    asker.reply(
      N.RPL_WHOISHOST,
      nick,
      `is connecting from ${target.username}@${target.realHost} ${target.address}`,
    );
    asker.reply(N.RPL_WHOISMODES, nick, `is using modes ${target.modeLetters()}`);
    const print = local?.connection.tls?.fingerprint ?? null;
    if (print !== null) asker.reply(N.RPL_WHOISCERTFP, nick, `has client certificate fingerprint ${print}`);
  }
  const listed = asker.can('auspex') ? (local?.listed ?? null) : null;
  if (listed !== null) asker.reply(N.RPL_WHOISSPECIAL, nick, `is on the list of bad addresses ${listed}`);
  // How long a user of another server has been silent is known there alone.
  if (local === null) return;
  const idle = Math.max(0, Math.floor((Date.now() - local.lastMessageMs) / 1000));
  asker.reply(N.RPL_WHOISIDLE, `${nick} ${idle} ${unixSeconds(local.signonMs)}`);
}

/** Channels that the asker may know of: shared ones, and public ones of visible users. */
function sendChannels(asker: Asker, target: User, statuses: number): void {
  const all = asker.user === target || asker.can('auspex');
  const invisible = (target.modes & UMODE.invisible) !== 0;
  const words = asker.replyWords(N.RPL_WHOISCHANNELS, target.nick);
  for (const membership of target.memberships.values()) {
    const { channel } = membership;
    if (!all && membership.hidden) continue;
    if (!all && !asker.user.memberships.has(channel) && (invisible || !channel.isPublic)) continue;
    words.add(membership.prefix(asker.has(CAP.multiPrefix), statuses) + channel.name);
  }
  words.end();
}

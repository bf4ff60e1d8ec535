/** NAMES: RFC 2812 3.2.5, Modern "NAMES message"; IRCv3 multi-prefix and userhost-in-names. */
import { CAP } from '../protocol/capabilities.ts';
import { N } from '../protocol/numerics.ts';
import { replyParameter } from '../protocol/reply-parameter.ts';
import type { IrcServer } from '../server.ts';
import { type Channel, CMODE } from '../state/channel.ts';
import { UMODE, type User } from '../state/user.ts';
import type { Command } from './command.ts';

/** Bytes of names in one line: 510 less the longest prefix, nick and channel. */
const MAX_NAMES_LENGTH = 320;

export const names: Command = {
  name: 'NAMES',
  minParams: 0,
  help: ['NAMES <channel>{,<channel>}', 'Lists who is on channels.'],
  run(server, user, params) {
    const list = params[0] ?? '*';
    for (const name of list.split(',').slice(0, server.tuning.get('targets-per-message'))) {
      const channel = server.state.findChannel(name);
      if (channel !== undefined && (channel.isPublic || user.memberships.has(channel))) {
        sendNames(server, user, channel);
      }
    }
    user.reply(N.RPL_ENDOFNAMES, replyParameter(list));
  },
};

/** RPL_NAMREPLY lines of a channel; strangers do not see invisible users. */
export function sendNames(_server: IrcServer, user: User, channel: Channel): void {
  const symbol = channel.has(CMODE.secret) ? '@' : channel.has(CMODE.private) ? '*' : '=';
  const multi = user.has(CAP.multiPrefix);
  const withHost = user.has(CAP.userhostInNames);
  const inside = user.memberships.has(channel);
  let line = '';
  for (const member of channel.members) {
    const other = member.user;
    if (!inside && (other.modes & UMODE.invisible) !== 0) continue;
    const name = member.prefix(multi) + (withHost ? other.prefix : other.nick);
    if (line.length + name.length >= MAX_NAMES_LENGTH) {
      user.reply(N.RPL_NAMREPLY, `${symbol} ${channel.name}`, line);
      line = '';
    }
    line = line === '' ? name : `${line} ${name}`;
  }
  if (line !== '') user.reply(N.RPL_NAMREPLY, `${symbol} ${channel.name}`, line);
}

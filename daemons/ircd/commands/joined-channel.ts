/** What INVITE, KICK and PART ask first: the channel exists and the client is on it. */

import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import type { CommandServer } from '../command-server.ts';
import type { Membership } from '../state/channel.ts';
import type { LocalClient } from '../state/local-client.ts';

/** The client's membership in the channel of that name; null once 403 or 442 was sent (RFC 2812 3.2). */
export function joinedChannel(server: CommandServer, client: LocalClient, name: string): Membership | null {
  const channel = server.state.findChannel(name);
  if (channel === undefined) {
    client.reply(N.ERR_NOSUCHCHANNEL, replyParameter(name));
    return null;
  }
  const membership = client.user.memberships.get(channel);
  if (membership === undefined) {
    client.reply(N.ERR_NOTONCHANNEL, channel.name);
    return null;
  }
  return membership;
}

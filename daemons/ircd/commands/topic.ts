/** TOPIC: RFC 2812 3.2.4, Modern "TOPIC message". */

import { unixSeconds } from '../../irc/clock.ts';
import { truncateUtf8 } from '../../irc/line-text.ts';
import { CMODE } from '../../irc/modes.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { tellUnkept } from '../actions/keeping.ts';
import { refusedAs, spamRefusal } from '../actions/spam.ts';
import { setTopic, topicTime } from '../actions/topic.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { Channel } from '../state/channel.ts';
import type { LocalClient } from '../state/local-client.ts';
import { freeChannel, rest } from '../work-steps.ts';
import type { Command } from './command.ts';

export const topic: Command = {
  name: 'TOPIC',
  minParams: 1,
  help: ['TOPIC <channel> [<topic>]', 'Shows or changes the topic; an empty one clears it.'],
  steps(server, client, params) {
    const [name = '', wanted] = params;
    return topicOf(server, client, name, wanted);
  },
};

function* topicOf(
  server: CommandServer,
  client: LocalClient,
  name: string,
  wanted: string | undefined,
): WorkSteps {
  const channel = yield* freeChannel(server.host, server.state, name);
  try {
    if (channel === undefined) {
      client.reply(N.ERR_NOSUCHCHANNEL, replyParameter(name));
      return;
    }
    const membership = client.user.memberships.get(channel);
    if (membership === undefined && (wanted !== undefined || !channel.isPublic)) {
      client.reply(N.ERR_NOTONCHANNEL, channel.name);
      return;
    }
    if (wanted === undefined) {
      if (channel.topic === '') client.reply(N.RPL_NOTOPIC, channel.name);
      else sendTopic(client, channel);
      return;
    }
    if (channel.has(CMODE.topicLocked) && membership?.isHalfop !== true) {
      client.reply(N.ERR_CHANOPRIVSNEEDED, channel.name);
      return;
    }
    const text = truncateUtf8(wanted, limits.topicBytes.default);
    const spam = spamRefusal(server, client, 'topic', channel.name, text);
    if (spam !== null) {
      client.fail('TOPIC', 'SPAM', channel.name, refusedAs(spam));
      return;
    }
    yield* rest(setTopic(server, client.user, channel, text, topicTime(channel)));
    tellUnkept(server, client, 'TOPIC', channel);
  } finally {
    if (channel !== undefined) server.host.work.leave(channel.gate);
  }
}

/** RPL_TOPIC and RPL_TOPICWHOTIME of a channel that has a topic. */
export function sendTopic(client: LocalClient, channel: Channel): void {
  client.reply(N.RPL_TOPIC, channel.name, channel.topic);
  client.replyRaw(N.RPL_TOPICWHOTIME, `${channel.name} ${channel.topicBy} ${unixSeconds(channel.topicAtMs)}`);
}

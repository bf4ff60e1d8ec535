/** The code of the admin commands by which somebody is spoken to, and a channel is looked after. */
import { SignalboxError } from '../../../contract/errors.ts';
import { truncateUtf8 } from '../../irc/line-text.ts';
import type { CommandHandlers } from '../../runtime/host/daemon-definition.ts';
import { ChannelModeChanges } from '../actions/channel-modes.ts';
import { kick } from '../actions/kick.ts';
import { setTopic, topicTime } from '../actions/topic.ts';
import type { IrcServer } from '../irc-server.ts';
import { limits } from '../limits.ts';
import { channelModeString } from '../modes/channel-modes.ts';
import type { Channel, Membership } from '../state/channel.ts';
import { inTurns, onFreeChannel, rest, type StepsWith } from '../work-steps.ts';
import type { adminCommands } from './commands.ts';
import { modeChanges } from './mode-words.ts';
import { requireChannel, requireClient, requireUser, whoIs } from './targets.ts';

type PresenceCommands = Pick<typeof adminCommands, 'message' | 'set-topic' | 'set-modes' | 'kick'>;

export function presenceHandlers(server: IrcServer): CommandHandlers<PresenceCommands> {
  return {
    message: {
      check: ({ client }) => void requireClient(server, client),
      run: ({ client, text }) => {
        const found = requireClient(server, client);
        found.notice(text);
        return { client: found.target };
      },
    },
    'set-topic': {
      check: ({ channel }) => void requireChannel(server, channel),
      run: ({ channel, text }) =>
        inTurns(
          server.host,
          server.house,
          onChannel(server, channel, function* (found) {
            const topic = truncateUtf8(text, limits.topicBytes.default);
            yield* rest(setTopic(server, server.state.me, found, topic, topicTime(found)));
            return { channel: found.name, topic };
          }),
        ),
    },
    'set-modes': {
      check: ({ channel, modes, key }) =>
        void modeChanges(server, requireChannel(server, channel), modes, key),
      impact: ({ channel }) => {
        const found = server.state.findChannel(channel);
        return found === undefined
          ? null
          : `changes ${found.name}, which has ${channelModeString(found, true)}; -H forgets what was said there`;
      },
      run: ({ channel, modes, key }) =>
        inTurns(
          server.host,
          server.house,
          onChannel(server, channel, function* (found) {
            const wanted = modeChanges(server, found, modes, key);
            const changes = new ChannelModeChanges(server, server.state.me, found);
            for (const change of wanted) change(changes);
            yield* rest(changes.announce());
            const now = channelModeString(found, true);
            // It was kept by P alone.
            server.state.endIfEmpty(found);
            return { channel: found.name, modes: now };
          }),
        ),
    },
    kick: {
      check: ({ channel, client }) => void requireMember(server, requireChannel(server, channel), client),
      impact: ({ channel, client }) => {
        const found = server.state.findChannel(channel);
        const user = server.state.findUser(client);
        return found === undefined || user?.memberships.has(found) !== true
          ? null
          : `removes ${whoIs(user)} from ${found.name}`;
      },
      run: ({ channel, client, reason }) =>
        inTurns(
          server.host,
          server.house,
          onChannel(server, channel, function* (found) {
            const member = requireMember(server, found, client);
            const text = truncateUtf8(reason, limits.kickBytes.default);
            yield* kick(server, server.state.me, member, text);
            return { channel: found.name, client: member.user.nick };
          }),
        ),
    },
  };
}

function requireMember(server: IrcServer, channel: Channel, nick: string): Membership {
  const user = requireUser(server, nick);
  const member = user.memberships.get(channel);
  if (member === undefined) throw new SignalboxError('not_found', `${user.nick} is not on ${channel.name}.`);
  return member;
}

/** Does something on a channel; throws `not_found` where there is none any more. */
function onChannel<Value>(
  server: IrcServer,
  name: string,
  act: (channel: Channel) => StepsWith<Value>,
): StepsWith<Value> {
  return onFreeChannel(server, name, act, () => {
    throw new SignalboxError('not_found', `There is no channel ${name}.`);
  });
}

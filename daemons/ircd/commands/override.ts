/** OPME and SAMODE: what operators of the network do on channels whatever they are there. Links are told by `OM` (P10). */
import { STATUS } from '../../irc/modes.ts';
import { isChannelName } from '../../irc/names.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { ChannelModeChanges } from '../actions/channel-modes.ts';
import type { CommandServer } from '../command-server.ts';
import { changeChannelModes } from '../modes/channel-modes.ts';
import type { Channel } from '../state/channel.ts';
import type { LocalClient } from '../state/local-client.ts';
import { onFreeChannel, rest, type StepsWith } from '../work-steps.ts';
import type { Command } from './command.ts';
import type { DeedOutcome } from './deed.ts';
import { joinedChannel } from './joined-channel.ts';
import { notFound, performInTurns } from './operator-deed.ts';

export const opme: Command = {
  name: 'OPME',
  minParams: 1,
  oper: 'override',
  help: ['OPME <channel>', 'Makes you operator of a channel that you are on. Operators only.'],
  run(server, client, [name = '']) {
    const channel = joinedChannel(server, client, name)?.channel.name;
    if (channel === undefined) return;
    performInTurns(server, client, {
      command: 'OPME',
      flag: 'override',
      args: { channel },
      steps: () => onChannel(server, channel, (found) => makeOperator(server, client, found)),
    });
  },
};

export const samode: Command = {
  name: 'SAMODE',
  minParams: 2,
  oper: 'override',
  help: [
    'SAMODE <channel> <modes> [<parameters>]',
    'Changes the modes of any channel as its owners may. Operators only.',
  ],
  run(server, client, params) {
    const [name = '', modes = '', ...parameters] = params;
    const channel = isChannelName(name) ? server.state.findChannel(name)?.name : undefined;
    if (channel === undefined) {
      client.reply(N.ERR_NOSUCHCHANNEL, replyParameter(name));
      return;
    }
    performInTurns(server, client, {
      command: 'SAMODE',
      flag: 'override',
      // A key is in nobody's audit trail.
      args: { channel, modes, parameters: modes.includes('k') ? '(hidden)' : parameters.join(' ') },
      steps: () =>
        onChannel(server, channel, function* (found) {
          if (client.user.gone) return notFound(`${client.user.nick} had left before`);
          yield* rest(changeChannelModes(server, client, found, modes, parameters, true));
          return { ok: true, outcome: 'changed what could be changed' };
        }),
    });
  },
};

/** Does something on a channel, or says that there is none any more. */
function onChannel(
  server: CommandServer,
  name: string,
  act: (channel: Channel) => StepsWith<DeedOutcome>,
): StepsWith<DeedOutcome> {
  return onFreeChannel(server, name, act, () => notFound(`${name} had ended before`));
}

function* makeOperator(server: CommandServer, client: LocalClient, channel: Channel): StepsWith<DeedOutcome> {
  const membership = client.user.memberships.get(channel);
  if (membership === undefined) return notFound(`${client.user.nick} had left ${channel.name} before`);
  const changes = new ChannelModeChanges(server, client.user, channel);
  changes.status(true, 'o', STATUS.op, membership);
  yield* rest(changes.announce('forced'));
  return { ok: true, outcome: `made operator of ${channel.name}` };
}

/**
 * SAJOIN, SAPART, SANICK and CHGHOST: operators of the network move a user of this server, past what would keep the user
 * from it. P10 of ircu has no word for that, and a server believes nobody else about its own users.
 */
import { sameName } from '../../irc/casemapping.ts';
import { truncateUtf8 } from '../../irc/line-text.ts';
import { isValidChannelName, isValidHost, isValidNick } from '../../irc/names.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import { changeHost } from '../actions/host.ts';
import { changeNick } from '../actions/nick.ts';
import { part } from '../actions/part.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { LocalClient } from '../state/local-client.ts';
import { freeChannel, freeChannelsOf, leaveAll, rest, type StepsWith } from '../work-steps.ts';
import type { Command } from './command.ts';
import type { DeedOutcome } from './deed.ts';
import { admit } from './join.ts';
import { notFound, ownClient, performInTurns } from './operator-deed.ts';

export const sajoin: Command = {
  name: 'SAJOIN',
  minParams: 2,
  oper: 'override',
  help: [
    'SAJOIN <nickname> <channel>',
    'Has a user of this server enter a channel, whatever keeps others out. Operators only.',
  ],
  run(server, client, [nick = '', channel = '']) {
    const target = victimOf(server, client, nick, 'SAJOIN');
    if (target === null) return;
    if (!isValidChannelName(channel, limits.channelNameBytes.default))
      client.reply(N.ERR_BADCHANMASK, replyParameter(channel));
    else if (isOn(server, target, channel))
      client.reply(N.ERR_USERONCHANNEL, `${target.user.nick} ${channel}`);
    else
      performInTurns(server, client, {
        command: 'SAJOIN',
        flag: 'override',
        args: { nick: target.user.nick, channel },
        steps: () => enter(server, target, channel),
      });
  },
};

export const sapart: Command = {
  name: 'SAPART',
  minParams: 2,
  oper: 'override',
  help: [
    'SAPART <nickname> <channel> [<reason>]',
    'Has a user of this server leave a channel. Operators only.',
  ],
  run(server, client, [nick = '', name = '', given = '']) {
    const target = victimOf(server, client, nick, 'SAPART');
    if (target === null) return;
    const channel = server.state.findChannel(name);
    if (channel === undefined) client.reply(N.ERR_NOSUCHCHANNEL, replyParameter(name));
    else if (!isOn(server, target, name))
      client.reply(N.ERR_USERNOTINCHANNEL, `${target.user.nick} ${channel.name}`);
    else {
      const reason = truncateUtf8(given, limits.partBytes.default);
      performInTurns(server, client, {
        command: 'SAPART',
        flag: 'override',
        args: { nick: target.user.nick, channel: channel.name, reason },
        steps: function* () {
          if (!isOn(server, target, name)) return notFound(`${target.user.nick} had left ${name} before`);
          yield* part(server, target.user, channel, reason);
          return { ok: true, outcome: `left ${channel.name}` };
        },
      });
    }
  },
};

export const sanick: Command = {
  name: 'SANICK',
  minParams: 2,
  oper: 'override',
  help: ['SANICK <nickname> <new nickname>', 'Gives a user of this server another nick. Operators only.'],
  run(server, client, [nick = '', wanted = '']) {
    const target = victimOf(server, client, nick, 'SANICK');
    if (target === null) return;
    if (!isValidNick(wanted, server.nickLength.longest))
      client.reply(N.ERR_ERRONEUSNICKNAME, replyParameter(truncateUtf8(wanted, 64)));
    else if (isHeld(server, target, wanted)) client.reply(N.ERR_NICKNAMEINUSE, wanted);
    else
      performInTurns(server, client, {
        command: 'SANICK',
        flag: 'override',
        args: { nick: target.user.nick, wanted },
        steps: () => rename(server, target, wanted),
      });
  },
};

export const chghost: Command = {
  name: 'CHGHOST',
  minParams: 2,
  oper: 'chghost',
  help: [
    'CHGHOST <nickname> <host>',
    'Has others see another host of a user of this server. Operators only.',
  ],
  run(server, client, [nick = '', host = '']) {
    const target = victimOf(server, client, nick, 'CHGHOST');
    if (target === null) return;
    if (!isValidHost(host, limits.hostBytes.default)) {
      client.fail('CHGHOST', 'INVALID_HOST', replyParameter(host), 'Expected letters, digits and -./:_');
      return;
    }
    performInTurns(server, client, {
      command: 'CHGHOST',
      flag: 'chghost',
      args: { nick: target.user.nick, host },
      steps: function* () {
        if (target.user.gone) return notFound(`${target.user.nick} had left before`);
        yield* rest(changeHost(server, target.user, host));
        target.reply(N.RPL_HOSTHIDDEN, host);
        return { ok: true, outcome: `is seen with ${host}` };
      },
    });
  },
};

/** The client of this server that a command names; null once it was said why there is none. */
function victimOf(
  server: CommandServer,
  client: LocalClient,
  nick: string,
  command: string,
): LocalClient | null {
  const user = server.state.findUser(nick);
  if (user !== undefined) return ownClient(client, user, command);
  client.reply(N.ERR_NOSUCHNICK, replyParameter(nick));
  return null;
}

function isOn(server: CommandServer, { user }: LocalClient, name: string): boolean {
  const channel = server.state.findChannel(name);
  return channel !== undefined && user.memberships.has(channel);
}

function isHeld(server: CommandServer, { user }: LocalClient, wanted: string): boolean {
  const holder = server.state.nickHolder(wanted);
  return holder !== undefined && holder !== user;
}

function* enter(server: CommandServer, target: LocalClient, name: string): StepsWith<DeedOutcome> {
  const channel = yield* freeChannel(server.host, server.state, name);
  try {
    if (target.user.gone) return notFound(`${target.user.nick} had left before`);
    if (!isOn(server, target, name)) yield* admit(server, target, channel?.name ?? name);
    return { ok: true, outcome: `entered ${name}` };
  } finally {
    if (channel !== undefined) server.host.work.leave(channel.gate);
  }
}

function* rename(server: CommandServer, target: LocalClient, wanted: string): StepsWith<DeedOutcome> {
  const { user } = target;
  const gates = yield* freeChannelsOf(server.host, user);
  try {
    if (user.gone) return notFound(`${user.nick} had left before`);
    if (isHeld(server, target, wanted)) return { ok: false, outcome: `conflict: ${wanted} is in use` };
    const former = user.nick;
    // The same spelling is no change.
    if (former !== wanted) yield* changeNick(server, user, wanted, Date.now(), gates);
    const how = sameName(former, wanted) ? 'is spelled' : 'is called';
    return { ok: true, outcome: `${former} ${how} ${wanted}` };
  } finally {
    leaveAll(server.host, gates);
  }
}

/** Commands of HelpServ itself, for operators: which help bots there are, and where they help. */

import { fold } from '../../irc/casemapping.ts';
import { isChannelName } from '../../irc/names.ts';
import type { CommandCall, CommandRow } from '../bots/command-row.ts';
import { isAccount, phrase, type Reply, said } from '../bots/reply.ts';
import { durationText, readDuration } from '../chanserv/durations.ts';
import { limits } from '../limits.ts';
import { accountNamed, DEED, type HelpWorld, noBot, OPERATORS, written } from './help-world.ts';

export function operatorHelpCommands(world: HelpWorld): CommandRow[] {
  return [register(world), move(world), bots(world), suspend(world), unsuspend(world), expire(world)];
}

function register(world: HelpWorld): CommandRow {
  return {
    name: 'REGISTER',
    needs: OPERATORS,
    syntax: '<nick> <#channel> <owner: nick or *account>',
    least: 3,
    most: 3,
    effect: 'makes a help bot that helps on a channel',
    help: [
      'Makes a help bot of that nick, which helps on a channel. No other one does; its owner says the rest.',
    ],
    deed: DEED,
    recorded: (call) => written('REGISTER', call),
    refusal: (call) => {
      const [nick, channel, owner] = call.words as readonly [string, string, string];
      const found = accountNamed(world, call, owner);
      return world.nickRefusal(nick) ?? world.channelRefusal(channel) ?? (isAccount(found) ? null : found);
    },
    async run(call) {
      const [nick, channel, owner] = call.words as readonly [string, string, string];
      const found = accountNamed(world, call, owner);
      if (!isAccount(found)) return [found];
      await world.register(nick, channel, found.name, call.user.account!);
      return [said`${nick} helps on ${channel}, and is ${found.name}’s.`];
    },
  };
}

function move(world: HelpWorld): CommandRow {
  const refusal = ({ words }: CommandCall): Reply | null => {
    const [bot, where] = words as readonly [string, string];
    if (!world.bots.has(fold(bot))) return noBot(bot);
    return isChannelName(where) ? world.channelRefusal(where) : world.nickRefusal(where);
  };
  return {
    name: 'MOVE',
    needs: OPERATORS,
    syntax: '<bot> <new nick or #channel>',
    least: 2,
    most: 2,
    effect: 'calls a help bot something else, or has it help on another channel',
    help: ['Calls a help bot something else, or has it help on another channel. Its requests come along.'],
    deed: DEED,
    recorded: (call) => written('MOVE', call),
    refusal,
    async run({ words }) {
      const [word, where] = words as readonly [string, string];
      const bot = world.bots.get(fold(word));
      if (bot === undefined) return [noBot(word)];
      const before = bot.nick;
      await world.move(bot, isChannelName(where) ? { channel: where } : { nick: where });
      return [said`${before} is ${bot.nick} on ${bot.channel}.`];
    },
  };
}

function bots(world: HelpWorld): CommandRow {
  return {
    name: 'BOTS',
    needs: OPERATORS,
    syntax: '',
    least: 0,
    most: 0,
    effect: 'nothing',
    help: ['Lists the help bots.'],
    run() {
      const now = world.now();
      const all = [...world.bots.values()];
      if (all.length === 0) return ['There is no help bot. REGISTER makes one.'];
      const rows = all.map((bot) => [
        bot.nick,
        bot.channel,
        [...bot.staff.values()]
          .filter(({ role }) => role === 'owner')
          .map(({ account }) => account)
          .join(' '),
        String(bot.requests.size),
        String(bot.requests.waiting),
        `${durationText((now - bot.used) / 1_000)}${bot.isSuspended(now) ? ' !' : ''}`,
      ]);
      return [
        { headings: ['Bot', 'Channel', 'Owners', 'Open', 'Waiting', 'Used'], rows },
        phrase('Those with ! are suspended.'),
      ];
    },
  };
}

function suspend(world: HelpWorld): CommandRow {
  return {
    name: 'SUSPEND',
    needs: OPERATORS,
    syntax: '<bot> <how long or 0> <why>',
    least: 3,
    most: null,
    effect: 'has a help bot serve nobody for a while',
    help: ['Has a help bot serve nobody for a while, or until UNSUSPEND where that is 0. Its requests stay.'],
    deed: DEED,
    recorded: (call) => written('SUSPEND', call),
    refusal: ({ words }) => {
      if (!world.bots.has(fold(words[0]!))) return noBot(words[0]!);
      return readDuration(words[1]!) === null ? 'That is no time: expected one such as 2d, or 0.' : null;
    },
    async run(call) {
      const bot = world.bots.get(fold(call.words[0]!));
      if (bot === undefined) return [noBot(call.words[0]!)];
      const seconds = readDuration(call.words[1]!)!;
      const until = seconds === 0 ? null : world.now() + seconds * 1_000;
      await world.suspend(
        bot,
        call.from(2).slice(0, limits.helpTextBytes.default),
        call.user.account!,
        until,
      );
      return [said`${bot.nick} serves nobody until it may again.`];
    },
  };
}

function unsuspend(world: HelpWorld): CommandRow {
  return {
    name: 'UNSUSPEND',
    needs: OPERATORS,
    syntax: '<bot>',
    least: 1,
    most: 1,
    effect: 'has a help bot serve again',
    help: ['Has a help bot serve again.'],
    deed: DEED,
    recorded: (call) => written('UNSUSPEND', call),
    refusal: ({ words }) => {
      const bot = world.bots.get(fold(words[0]!));
      if (bot === undefined) return noBot(words[0]!);
      return bot.isSuspended(world.now()) ? null : said`${bot.nick} is not suspended.`;
    },
    async run({ user, words }) {
      const bot = world.bots.get(fold(words[0]!));
      if (bot === undefined) return [noBot(words[0]!)];
      await world.suspend(bot, null, user.account!, null);
      return [said`${bot.nick} serves again.`];
    },
  };
}

function expire(world: HelpWorld): CommandRow {
  const unused = (seconds: number) => {
    const before = world.now() - seconds * 1_000;
    return [...world.bots.values()].filter(({ used, requests }) => used < before && requests.size === 0);
  };
  return {
    name: 'EXPIRE',
    needs: OPERATORS,
    syntax: '<unused for: 90d>',
    least: 1,
    most: 1,
    effect: 'ends help bots that nobody has used for so long',
    help: ['Ends help bots that nobody has used for so long and that have no open request.'],
    deed: DEED,
    recorded: (call) => written('EXPIRE', call),
    refusal: ({ words }) => {
      const seconds = readDuration(words[0]!);
      if (seconds === null) return 'That is no time: expected one such as 90d.';
      return seconds < LEAST_UNUSED ? 'Bots end that nobody has used for a week, at least.' : null;
    },
    async run({ user, words }) {
      const old = unused(readDuration(words[0]!)!);
      for (const bot of old) await world.unregister(bot, user.account!);
      return [
        said`${old.length} help bots are gone: ${old.map(({ nick }) => nick).join(' ') || phrase('none')}`,
      ];
    },
  };
}

const LEAST_UNUSED = 604_800;

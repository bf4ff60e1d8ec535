/** Commands of operators of services about channels of others. What changes something is in the audit trail before it is done. */
import { fold } from '../../irc/casemapping.ts';
import { compileMask } from '../../irc/mask.ts';
import type { CommandRow } from '../bots/command-row.ts';
import { type Reply, said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import { noDuration } from './access-commands.ts';
import { writeQuiet } from './access-writes.ts';
import { type ChanRow, chanRow } from './chan-row.ts';
import { type ChanWorld, nameOf, OVERRIDE_LEVEL } from './chan-world.ts';
import { durationText, readDuration } from './durations.ts';
import type { RegisteredChannel } from './registered-channel.ts';
import { lastVisit, type Upkeep } from './upkeep.ts';

export function staffCommands(world: ChanWorld, upkeep: Upkeep): CommandRow[] {
  return [
    noRegister(world),
    allowRegister(world),
    csuspend(world),
    cunsuspend(world),
    search(world),
    expire(world, upkeep),
  ];
}

/** Level of an account from which on it looks at what concerns all channels. */
const LOOKING_LEVEL = 100;

function noRegister(world: ChanWorld): CommandRow {
  return {
    name: 'NOREGISTER',
    needs: { level: OVERRIDE_LEVEL },
    deed: 'NOREGISTER',
    syntax: '[#channel, mask or *account] [duration] [reason]',
    least: 0,
    most: null,
    effect: 'has a channel, or channels of an account, not be registered',
    help: [
      'Lists what cannot be registered, or adds to it: a channel, a mask with * and ?, or an account as *account.',
      'The duration is such as 30d, or 0 for ever.',
    ],
    recorded: (call) =>
      call.words.length < 2 ? null : { mask: call.words[0]!, duration: call.words[1]!, reason: call.from(2) },
    refusal(call) {
      const [mask = '', span] = call.words;
      if (span === undefined) return null;
      if (!/^[#*]/.test(mask) || mask === '*') return 'Expected a channel, a mask of channels, or *account.';
      if (readDuration(span) === null) return noDuration(span);
      if (call.from(2) === '') return 'Expected a reason as well.';
      return world.registry.rows.unregistrable().length >= limits.unregistrable.default
        ? said`There are as many as may be: ${limits.unregistrable.default}.`
        : null;
    },
    async run(call) {
      const { words, user } = call;
      const { rows } = world.registry;
      const [mask, span] = words;
      if (mask === undefined || span === undefined) return forbiddenList(world, mask);
      const duration = readDuration(span) ?? 0;
      const reason = call.from(2);
      const expires = duration === 0 ? null : world.clock.now() + duration * 1_000;
      await world.registry.save(() => rows.forbid(fold(mask), nameOf(user), expires, reason));
      return [said`${mask} cannot be registered any more.`];
    },
  };
}

/** What is kept from being registered; with a mask, what it covers. */
function forbiddenList({ registry, clock }: ChanWorld, mask: string | undefined): Reply[] {
  const found = registry.rows
    .unregistrable()
    .filter((one) => mask === undefined || compileMask(mask).matches(fold(one.mask)));
  if (found.length === 0) return ['Nothing of that kind is kept from being registered.'];
  const now = clock.now();
  const left = (at: number | null) => (at === null ? 'never' : durationText((at - now) / 1_000));
  const rows = found
    .slice(0, limits.channelListRows.default)
    .map(({ mask: of, by, expires, reason }) => [of, by, left(expires), reason]);
  return [{ headings: ['What', 'By', 'Ends in', 'Reason'], rows }];
}

function allowRegister(world: ChanWorld): CommandRow {
  return {
    name: 'ALLOWREGISTER',
    needs: { level: OVERRIDE_LEVEL },
    deed: 'ALLOWREGISTER',
    syntax: '<#channel, mask or *account>',
    least: 1,
    most: 1,
    effect: 'has a channel, or channels of an account, be registered again',
    help: ['Takes back what NOREGISTER did.'],
    recorded: ({ words }) => ({ mask: words[0]! }),
    async run({ words }) {
      const mask = words[0]!;
      let there = false;
      await world.registry.save(() => {
        there = world.registry.rows.allow(fold(mask));
      });
      return [
        there ? said`${mask} can be registered again.` : said`${mask} was not kept from being registered.`,
      ];
    },
  };
}

function csuspend(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'CSUSPEND',
    access: 0,
    staff: OVERRIDE_LEVEL,
    deed: 'CSUSPEND',
    syntax: '<duration> <reason>',
    least: 2,
    most: null,
    effect: 'has ChanServ leave a channel alone for a time, and its users be nobody there',
    help: [
      'Suspends a channel: ChanServ leaves it, and access to it counts for nothing, for a duration such as 7d, or 0 for ever.',
      'A suspension that there is is changed with ! before the duration.',
    ],
    evenSuspended: true,
    refusal({ channel, words }) {
      const span = words[0]!;
      if (readDuration(span.replace(/^!/, '')) === null) return noDuration(span);
      return channel.suspendedAt(world.clock.now()) && !span.startsWith('!')
        ? said`${channel.name} is suspended already; !${span} changes that.`
        : null;
    },
    async run({ channel, words, from, user }) {
      const duration = readDuration(words[0]!.replace(/^!/, '')) ?? 0;
      const now = world.clock.now();
      const { rows } = world.registry;
      await world.registry.change(channel.name, 'access', () => {
        rows.setState(channel.key, 'suspended_at', now);
        rows.setState(channel.key, 'suspended_by', nameOf(user));
        rows.setState(channel.key, 'suspended_until', duration === 0 ? 0 : now + duration * 1_000);
        rows.setState(channel.key, 'suspended_reason', from(1));
        writeQuiet(world, channel.key);
      });
      return [
        duration === 0
          ? said`${channel.name} is suspended.`
          : said`${channel.name} is suspended for ${durationText(duration)}.`,
      ];
    },
  });
}

function cunsuspend(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'CUNSUSPEND',
    access: 0,
    staff: OVERRIDE_LEVEL,
    deed: 'CUNSUSPEND',
    syntax: '',
    least: 0,
    most: 0,
    effect: 'ends the suspension of a channel',
    help: ['Ends a suspension: ChanServ is on the channel again.'],
    evenSuspended: true,
    refusal: ({ channel }) =>
      channel.suspendedAt(world.clock.now()) ? null : said`${channel.name} is not suspended.`,
    async run({ channel }) {
      const { rows } = world.registry;
      await world.registry.change(channel.name, 'access', () => {
        for (const field of ['suspended_at', 'suspended_by', 'suspended_until', 'suspended_reason'] as const)
          rows.setState(channel.key, field, null);
        writeQuiet(world, channel.key);
      });
      return [said`${channel.name} is not suspended any more.`];
    },
  });
}

type Test = (channel: RegisteredChannel, now: number, world: ChanWorld) => boolean;

/** What a criterion makes of its value; null for one that it cannot use. */
const CRITERIA: Readonly<Record<string, (value: string) => Test | null>> = {
  NAME: (value) => {
    const mask = compileMask(value);
    return ({ key }) => mask.matches(key);
  },
  OWNER: (value) => {
    const mask = compileMask(value);
    return ({ founder }) => mask.matches(fold(founder));
  },
  REGISTRAR: (value) => {
    const mask = compileMask(value);
    return ({ registrar }) => registrar !== null && mask.matches(fold(registrar));
  },
  UNVISITED: (value) => {
    const seconds = readDuration(value);
    return seconds === null
      ? null
      : (channel, now, world) => lastVisit(world, channel) < now - seconds * 1_000;
  },
  REGISTERED: (value) => {
    const seconds = readDuration(value);
    return seconds === null ? null : ({ registered }, now) => registered > now - seconds * 1_000;
  },
  FLAGS: (value) =>
    ({
      nodelete: (({ settings }) => settings.noDelete) as Test,
      suspended: ((channel, now) => channel.suspendedAt(now)) as Test,
    })[value.toLowerCase()] ?? null,
};

function search(world: ChanWorld): CommandRow {
  return {
    name: 'SEARCH',
    needs: { level: LOOKING_LEVEL },
    syntax: '<print or count> <criterion> <value> [criterion value ...]',
    least: 3,
    most: null,
    effect: 'nothing',
    help: [
      'Lists or counts the channels that meet all criteria:',
      'NAME, OWNER, REGISTRAR (masks), UNVISITED (for at least, such as 60d), REGISTERED (within), FLAGS (nodelete, suspended), LIMIT.',
    ],
    run({ words }) {
      const [action, ...rest] = words as readonly [string, ...string[]];
      if (!/^(print|count)$/i.test(action)) return ['Expected print or count first.'];
      const tests: Test[] = [];
      let limit: number = limits.channelListRows.default;
      for (let at = 0; at < rest.length; at += 2) {
        const name = rest[at]!.toUpperCase();
        const value = rest[at + 1];
        if (value === undefined) return [said`${name} needs a value.`];
        if (name === 'LIMIT') {
          if (!/^[1-9]\d{0,3}$/.test(value)) return [said`LIMIT takes a number, not ${value.slice(0, 32)}.`];
          limit = Math.min(limit, Number(value));
          continue;
        }
        const test = CRITERIA[name]?.(value) ?? null;
        if (test === null) return [said`${name.slice(0, 32)} ${value.slice(0, 32)} is no criterion.`];
        tests.push(test);
      }
      const now = world.clock.now();
      const found = [...world.registry.all()].filter((channel) =>
        tests.every((test) => test(channel, now, world)),
      );
      const count = said`${found.length} channels.`;
      if (/^count$/i.test(action) || found.length === 0) return [count];
      const rows = found
        .sort((a, b) => (a.key < b.key ? -1 : 1))
        .slice(0, limit)
        .map((channel) => [
          channel.name,
          channel.founder,
          durationText((now - channel.registered) / 1_000),
          durationText((now - lastVisit(world, channel)) / 1_000),
        ]);
      return [{ headings: ['Channel', 'Owner', 'Registered', 'Visited'], rows }, count];
    },
  };
}

function expire(world: ChanWorld, upkeep: Upkeep): CommandRow {
  return {
    name: 'EXPIRE',
    needs: { level: OVERRIDE_LEVEL },
    deed: 'EXPIRE',
    syntax: '',
    least: 0,
    most: 0,
    effect: 'ends the channels that nobody has visited for as long as the configuration says',
    help: [
      'Ends the channels that nobody has visited for `unvisited_days`. That happens once a day by itself.',
    ],
    recorded: () => ({ days: world.rules().unvisitedDays }),
    async run() {
      if (world.rules().unvisitedDays === 0) return ['Channels are kept however long nobody visits them.'];
      const ended = await upkeep.expire();
      return [
        ended.length === 0 ? 'No channel is due.' : said`${ended.length} channels ended: ${ended.join(' ')}`,
      ];
    },
  };
}

/** Commands that tell who has access to a channel. */
import { fold } from '../../irc/casemapping.ts';
import { compileMask } from '../../irc/mask.ts';
import type { CommandRow } from '../bots/command-row.ts';
import { isAccount, type Reply, said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import { type ChanResult, type ChanRow, type ChanUse, chanRow, refuse } from './chan-row.ts';
import { type ChanWorld, isHere, mayOverride, meantAccount, onNetwork } from './chan-world.ts';
import { durationText } from './durations.ts';
import { LEVELS, type LevelName, levelRange, levelText } from './levels.ts';
import { type ChannelUser, isSuspended, type RegisteredChannel } from './registered-channel.ts';

export function listCommands(world: ChanWorld): CommandRow[] {
  return [
    access(world),
    myAccess(world),
    users(world),
    ...LISTS.map(([name, level]) => usersOf(world, name, level)),
    levels(),
  ];
}

const LISTS: readonly (readonly [string, LevelName])[] = [
  ['WLIST', 'owner'],
  ['CLIST', 'coowner'],
  ['MLIST', 'manager'],
  ['OLIST', 'op'],
  ['HLIST', 'halfop'],
  ['PLIST', 'peon'],
];

function access(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'ACCESS',
    access: 0,
    syntax: '[nick or *account]',
    least: 0,
    most: 1,
    effect: 'nothing',
    help: ['Tells what access somebody has to a channel, or you have.'],
    evenSuspended: true,
    run(use) {
      const { channel, words, account, call } = use;
      const found = words[0] === undefined ? account : meantAccount(world, call, words[0]);
      if (found === null) return refuse('You are not logged in.');
      if (!isAccount(found)) return refuse(found);
      const user = channel.user(found.name);
      if (user === undefined) return refuse(said`${found.name} has no access to ${channel.name}.`);
      const lines: Reply[] = [
        said`${user.account} has level ${levelText(user.level)} on ${channel.name}${stateText(user, world)}.`,
      ];
      if (user.info !== null) lines.push(said`Information: ${user.info}`);
      return lines;
    },
  });
}

/** What else is to be known of it: ` (suspended)`. */
function stateText(user: ChannelUser, { clock }: ChanWorld): string {
  const now = clock.now();
  const states = [
    ...(isSuspended(user, now)
      ? [
          `suspended${user.suspendedUntil === 0 ? '' : ` for ${durationText((user.suspendedUntil! - now) / 1_000)}`}`,
        ]
      : []),
    ...(user.expires === null
      ? []
      : [
          `${user.backTo === null ? 'ends' : `back at ${levelText(user.backTo)}`} in ${durationText((user.expires - now) / 1_000)}`,
        ]),
  ];
  return states.length === 0 ? '' : ` (${states.join(', ')})`;
}

function myAccess(world: ChanWorld): CommandRow {
  return {
    name: 'MYACCESS',
    needs: 'account',
    syntax: '[nick or *account]',
    least: 0,
    most: 1,
    effect: 'nothing',
    help: [
      'Lists the channels to which you have access, with your level and settings there.',
      'Operators of services may ask for somebody else.',
    ],
    run(call) {
      const { user, words } = call;
      if (words[0] !== undefined && !mayOverride(world, user))
        return ['Only operators of services may ask for somebody else.'];
      const account =
        words[0] === undefined ? world.standing.accountOf(user) : meantAccount(world, call, words[0]);
      if (account === null) return ['You are not logged in.'];
      if (!isAccount(account)) return [account];
      const now = world.clock.now();
      const rows = [...world.registry.of(account.name)]
        .sort((a, b) => (a.key < b.key ? -1 : 1))
        .map((channel) => {
          const mine = channel.user(account.name)!;
          const flags = [
            ...(isSuspended(mine, now) ? ['suspended'] : []),
            ...(mine.autoOp ? ['AutoOp'] : []),
            ...(mine.autoInvite ? ['AutoInvite'] : []),
            ...(mine.autoJoin ? ['AutoJoin'] : []),
          ];
          return [channel.name, levelText(mine.level), flags.join(' '), mine.info ?? ''];
        });
      if (rows.length === 0) return [said`${account.name} has access to no channel.`];
      return [{ headings: ['Channel', 'Level', 'Settings', 'Information'], rows }];
    },
  };
}

function users(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'USERS',
    access: 0,
    syntax: '[mask]',
    least: 0,
    most: 1,
    effect: 'nothing',
    help: [
      'Lists who has access to a channel, the highest first; with a mask, those whose account it covers.',
    ],
    evenSuspended: true,
    run: (use) => list(world, use, LEVELS.peon, LEVELS.owner),
  });
}

function usersOf(world: ChanWorld, name: string, level: LevelName): ChanRow {
  const { least, most } = levelRange(level);
  return chanRow(world, {
    name,
    access: 0,
    syntax: '[mask]',
    least: 0,
    most: 1,
    effect: 'nothing',
    help: [`Lists who has access to a channel as ${level}: level ${least} to ${most}.`],
    evenSuspended: true,
    run: (use) => list(world, use, least, most),
  });
}

function list(world: ChanWorld, use: ChanUse, least: number, most: number): ChanResult {
  const { channel, words, level, power } = use;
  // Who is on the list of a secret channel is for those who are on it.
  const hidden = onNetwork(world, channel.name)?.modes.has('s') === true;
  const isIn = onNetwork(world, channel.name)?.members.has(use.user) === true;
  if (hidden && level === 0 && power === 0 && !isIn) return refuse(said`${channel.name} is secret.`);
  const mask = words[0] === undefined ? null : compileMask(words[0]);
  const found = [...channel.users.values()]
    .filter((user) => user.level >= least && user.level <= most)
    .filter(({ account }) => mask === null || mask.matches(fold(account)))
    .sort((a, b) => b.level - a.level || (fold(a.account) < fold(b.account) ? -1 : 1));
  if (found.length === 0) return refuse(said`Nobody of that kind has access to ${channel.name}.`);
  const rows = found
    .slice(0, limits.channelListRows.default)
    .map((user) => [
      user.account,
      levelText(user.level),
      seenText(world, channel, user),
      stateWord(user, world),
    ]);
  return [
    { headings: ['Account', 'Level', 'Last there', 'State'], rows },
    said`${found.length} users of ${channel.name}.`,
  ];
}

function stateWord(user: ChannelUser, { clock, profiles, store }: ChanWorld): string {
  if (isSuspended(user, clock.now())) return 'suspended';
  const account = store.find(user.account);
  if (account === undefined) return '';
  if (account.suspended_reason !== null) return 'account suspended';
  return profiles.of(account).vacationSince === null ? '' : 'vacation';
}

/** `here`, or how long ago somebody was. */
export function seenText(
  world: ChanWorld,
  channel: RegisteredChannel,
  { account, seen }: ChannelUser,
): string {
  if (isHere(world, channel.name, account)) return 'here';
  return seen === null ? 'never' : durationText((world.clock.now() - seen) / 1_000);
}

function levels(): CommandRow {
  return {
    name: 'LEVELS',
    needs: 'anybody',
    syntax: '',
    least: 0,
    most: 0,
    effect: 'nothing',
    help: ['Lists the names of levels, and the numbers that they stand for.'],
    run: () => [
      {
        headings: ['Name', 'From', 'To'],
        rows: (Object.keys(LEVELS) as LevelName[]).reverse().map((name) => {
          const { least, most } = levelRange(name);
          return [name, String(least), String(most)];
        }),
      },
    ],
  };
}

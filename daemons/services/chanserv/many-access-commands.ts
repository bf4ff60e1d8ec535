/** Commands that take access from many users of a channel at once. */

import { fold } from '../../irc/casemapping.ts';
import { compileMask } from '../../irc/mask.ts';
import { said } from '../bots/reply.ts';
import { noDuration } from './access-commands.ts';
import { dropAccess } from './access-writes.ts';
import { type ChanRow, type ChanUse, chanRow, refuse } from './chan-row.ts';
import { type ChanWorld, isHere } from './chan-world.ts';
import { readDuration } from './durations.ts';
import { LEVELS, type LevelName, levelRange, NOBODY_LEVEL, readLevel } from './levels.ts';
import type { ChannelUser } from './registered-channel.ts';

export function manyAccessCommands(world: ChanWorld): ChanRow[] {
  return [
    ...MASS.map(([name, level, needs, aliases]) => massDelete(world, name, level, needs, aliases)),
    trim(world),
  ];
}

/** Name, whom it concerns, who may, and other names of it. */
const MASS: readonly (readonly [string, LevelName, number, readonly string[]])[] = [
  ['MDELOWNER', 'owner', NOBODY_LEVEL, []],
  ['MDELCOOWNER', 'coowner', LEVELS.owner, []],
  ['MDELMANAGER', 'manager', LEVELS.coowner, []],
  ['MDELOP', 'op', LEVELS.manager, []],
  ['MDELHALFOP', 'halfop', LEVELS.manager, ['MDELHOP']],
  ['MDELPEON', 'peon', LEVELS.manager, ['MDELPAL']],
];

function massDelete(
  world: ChanWorld,
  name: string,
  level: LevelName,
  access: number,
  aliases: readonly string[],
): ChanRow {
  const { least, most } = levelRange(level);
  return chanRow(world, {
    name,
    ...(aliases.length === 0 ? {} : { aliases }),
    access,
    syntax: '<mask>',
    least: 1,
    most: 1,
    effect: `takes all access from every ${level} whose account a mask covers`,
    help: [
      `Takes all access from those at level ${least} to ${most} whose account fits a mask with * and ?.`,
    ],
    async run(use) {
      const mask = compileMask(use.words[0]!);
      const count = await dropMany(
        world,
        use,
        (user) => user.level >= least && user.level <= most && mask.matches(fold(user.account)),
      );
      return count === 0
        ? refuse(said`No ${level} of ${use.channel.name} fits ${use.words[0]!.slice(0, 64)}.`)
        : [said`${count} users of ${use.channel.name} have no access any more.`];
    },
  });
}

/** Answers how many. Whose the channel is stays so, and nobody takes access from whom they are not above. */
async function dropMany(
  world: ChanWorld,
  { channel, power }: ChanUse,
  isMeant: (user: ChannelUser) => boolean,
): Promise<number> {
  const meant = [...channel.users.values()].filter(
    (user) => user.account !== channel.founder && user.level < power && isMeant(user),
  );
  if (meant.length === 0) return 0;
  return await world.registry.change(
    channel.name,
    'access',
    () => meant.filter((user) => dropAccess(world, channel, user)).length,
  );
}

function trim(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'TRIM',
    access: LEVELS.manager,
    syntax: '<users, lamers, or level or range> <duration> [vacation]',
    least: 2,
    most: 3,
    effect: 'takes access from users, or lamers off their list, that were not seen for a time',
    help: [
      'TRIM #channel users 60d takes access from users below you who were not there for 60 days; op, 200 or 200-299 trims these alone.',
      'Who is away by VACATION stays, unless vacation is said. TRIM #channel lamers 90d is for those who did not try to come in.',
    ],
    async run(use) {
      const { channel, words } = use;
      const [target, span, more] = words as readonly [string, string, string?];
      const duration = readDuration(span);
      if (duration === null || duration === 0) return refuse(noDuration(span));
      const before = world.clock.now() - duration * 1_000;
      if (target.toLowerCase() === 'lamers') return await trimLamers(world, use, before);
      const range = rangeOf(target);
      if (range === null)
        return refuse(
          said`Expected users, lamers, a level or a range such as 200-299, and not ${target.slice(0, 32)}.`,
        );
      const { profiles, store } = world;
      const isAway = ({ account }: ChannelUser) => {
        const found = store.find(account);
        return found !== undefined && profiles.of(found).vacationSince !== null;
      };
      const count = await dropMany(
        world,
        use,
        (user) =>
          user.level >= range.least &&
          user.level <= range.most &&
          (user.seen ?? channel.registered) < before &&
          !isHere(world, channel.name, user.account) &&
          (more?.toLowerCase() === 'vacation' || !isAway(user)),
      );
      return [said`${count} users of ${channel.name} have no access any more.`];
    },
  });
}

async function trimLamers(world: ChanWorld, { channel }: ChanUse, before: number) {
  const idle = channel.lamers.filter(({ used, added }) => (used ?? added) < before);
  if (idle.length > 0)
    await world.registry.change(channel.name, 'settings', () => {
      for (const { mask } of idle) world.registry.rows.dropLamer(channel.key, mask);
    });
  return [said`${idle.length} lamers of ${channel.name} are off the list.`];
}

function rangeOf(word: string): { readonly least: number; readonly most: number } | null {
  if (word.toLowerCase() === 'users') return { least: LEVELS.peon, most: LEVELS.owner };
  const [first, second] = word.split('-') as [string, string?];
  const least = readLevel(first);
  if (least === null) return null;
  if (second === undefined)
    return first.toLowerCase() in LEVELS
      ? levelRange(first.toLowerCase() as LevelName)
      : { least, most: least };
  const most = readLevel(second);
  return most === null || most < least ? null : { least, most };
}

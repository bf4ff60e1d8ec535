/** Commands about the access of one user of a channel. */
import type { StoredAccount } from '../../identity/store/account-store.ts';
import { isAccount, type Message, type Reply, said } from '../bots/reply.ts';
import { dropAccess, writeAccess, writeQuiet } from './access-writes.ts';
import { type ChanResult, type ChanRow, type ChanUse, chanRow, type NotDone, refuse } from './chan-row.ts';
import { type ChanWorld, meantAccount } from './chan-world.ts';
import { durationText, readDuration } from './durations.ts';
import { LEVELS, type LevelName, levelText, NOBODY_LEVEL, readLevel } from './levels.ts';
import { confirmation } from './owner-commands.ts';
import { type ChannelUser, isSuspended } from './registered-channel.ts';

export function accessCommands(world: ChanWorld): ChanRow[] {
  return [
    addUser(world),
    ...(['peon', 'halfop', 'op', 'manager', 'coowner'] as const).map((name) => addAs(world, name)),
    changeLevel(world),
    dropUser(world),
    deleteMe(world),
    suspend(world),
    unsuspend(world),
    wipeInfo(world),
  ];
}

const WHOM = 'The user is named by nick, or as *account.';

function addUser(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'ADDUSER',
    access: LEVELS.manager,
    syntax: '<nick or *account> <level> [duration]',
    least: 2,
    most: 3,
    effect: 'gives an account access to a channel',
    help: [
      'Gives an account access, below your own level: peon, halfop, op, manager, coowner, or a number from 1 to 499.',
      `${WHOM} With a duration such as 30d the access ends by itself.`,
    ],
    run: (use) => add(world, use, use.words[1]!, use.words[2]),
  });
}

/** ADDOP and its like. X3 calls peons pals, and halfops hops. */
function addAs(world: ChanWorld, level: LevelName): ChanRow {
  const alias = { peon: ['ADDPAL'], halfop: ['ADDHOP'] }[level as string];
  return chanRow(world, {
    name: `ADD${level.toUpperCase()}`,
    ...(alias === undefined ? {} : { aliases: alias }),
    access: LEVELS.manager,
    syntax: '<nick or *account> [duration]',
    least: 1,
    most: 2,
    effect: `gives an account access to a channel as ${level}`,
    help: [`Gives an account access at level ${LEVELS[level]}. ${WHOM}`],
    run: (use) => add(world, use, level, use.words[1]),
  });
}

async function add(
  world: ChanWorld,
  use: ChanUse,
  levelWord: string,
  durationWord: string | undefined,
): Promise<ChanResult> {
  const { channel } = use;
  const level = readLevel(levelWord);
  if (level === null) return refuse(noLevel(levelWord));
  const duration = spanOf(durationWord);
  if (duration === null) return refuse(noDuration(durationWord));
  const account = meantAccount(world, use.call, use.words[0]!);
  if (!isAccount(account)) return refuse(account);
  if (level >= use.power) return refuse(said`You can give levels below your own alone.`);
  const known = channel.user(account.name);
  if (known !== undefined)
    return refuse(said`${account.name} has access already, at level ${levelText(known.level)}.`);
  const { registry, clock } = world;
  await registry.change(channel.name, 'access', () => {
    writeAccess(world, channel, account, level, false);
    registry.rows.setUser(
      channel.key,
      account.id,
      'expires',
      duration === 0 ? null : clock.now() + duration * 1_000,
    );
    registry.rows.setUser(channel.key, account.id, 'back_to', null);
  });
  return [
    said`${account.name} has access to ${channel.name} at level ${levelText(level)}${forSpan(duration)}.`,
  ];
}

function changeLevel(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'CLVL',
    access: LEVELS.manager,
    syntax: '<nick or *account> <level> [duration]',
    least: 2,
    most: 3,
    effect: 'changes the level of a user of a channel',
    help: [
      'Changes the level of somebody below you, to one below your own.',
      `${WHOM} With a duration they are back at the level before when it is over.`,
    ],
    async run(use) {
      const { channel, words } = use;
      const level = readLevel(words[1]!);
      if (level === null) return refuse(noLevel(words[1]!));
      const duration = spanOf(words[2]);
      if (duration === null) return refuse(noDuration(words[2]));
      const found = below(world, use, words[0]!);
      if (isRefusal(found)) return found;
      const { account, user } = found;
      if (level >= use.power) return refuse('You can give levels below your own alone.');
      const { registry, clock } = world;
      await registry.change(channel.name, 'access', () => {
        writeAccess(world, channel, account, level, true);
        const { rows } = registry;
        rows.setUser(channel.key, user.id, 'expires', duration === 0 ? null : clock.now() + duration * 1_000);
        rows.setUser(channel.key, user.id, 'back_to', duration === 0 ? null : user.level);
      });
      return [
        said`${account.name} has level ${levelText(level)} on ${channel.name} now${forSpan(duration)}.`,
      ];
    },
  });
}

function dropUser(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'DELUSER',
    access: LEVELS.manager,
    syntax: '<nick or *account>',
    least: 1,
    most: 1,
    effect: 'takes all access to a channel from an account',
    help: [`Takes all access from somebody below you. ${WHOM}`],
    async run(use) {
      const { channel, words } = use;
      const found = below(world, use, words[0]!);
      if (isRefusal(found)) return found;
      const { user } = found;
      await world.registry.change(channel.name, 'access', () => dropAccess(world, channel, user));
      return [said`${user.account} has no access to ${channel.name} any more.`];
    },
  });
}

function deleteMe(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'DELETEME',
    access: LEVELS.peon,
    noOverride: true,
    syntax: '[confirmation]',
    least: 0,
    most: 1,
    effect: 'gives your access to a channel up',
    help: ['Gives your access up. What to say to confirm that is told first.'],
    async run(use) {
      const { channel, access, words } = use;
      if (access!.level >= LEVELS.owner)
        return refuse(said`${channel.name} is yours: GIVEOWNERSHIP it, or UNREGISTER it.`);
      const wanted = confirmation(`leave ${access!.account}`, use);
      if (words[0] !== wanted)
        return refuse(said`To give up your access say: DELETEME ${channel.name} ${wanted}`);
      await world.registry.change(channel.name, 'access', () => dropAccess(world, channel, access!));
      return [said`You have no access to ${channel.name} any more.`];
    },
  });
}

function suspend(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'SUSPEND',
    access: LEVELS.manager,
    syntax: '<nick or *account> <duration>',
    least: 2,
    most: 2,
    effect: 'has the access of a user count for nothing for a time',
    help: [`Has somebody's access count for nothing, for a duration such as 2d, or 0 for ever. ${WHOM}`],
    async run(use) {
      const { channel, words } = use;
      const duration = readDuration(words[1]!);
      if (duration === null) return refuse(noDuration(words[1]));
      const found = below(world, use, words[0]!);
      if (isRefusal(found)) return found;
      const { user } = found;
      if (isSuspended(user, world.clock.now())) return refuse(said`${user.account} is suspended already.`);
      await writeSuspension(world, use, user, duration === 0 ? 0 : world.clock.now() + duration * 1_000);
      return [said`The access of ${user.account} to ${channel.name} is suspended${forSpan(duration)}.`];
    },
  });
}

function unsuspend(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'UNSUSPEND',
    access: LEVELS.manager,
    syntax: '<nick or *account>',
    least: 1,
    most: 1,
    effect: 'has the access of a user count again',
    help: [`Ends a suspension of somebody below you. ${WHOM}`],
    async run(use) {
      const found = below(world, use, use.words[0]!);
      if (isRefusal(found)) return found;
      const { user } = found;
      if (!isSuspended(user, world.clock.now())) return refuse(said`${user.account} is not suspended.`);
      await writeSuspension(world, use, user, null);
      return [said`The access of ${user.account} to ${use.channel.name} counts again.`];
    },
  });
}

async function writeSuspension(
  world: ChanWorld,
  { channel }: ChanUse,
  { id }: ChannelUser,
  until: number | null,
): Promise<void> {
  await world.registry.change(channel.name, 'access', () => {
    world.registry.rows.setUser(channel.key, id, 'suspended_until', until);
    writeQuiet(world, channel.key);
  });
}

function wipeInfo(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'WIPEINFO',
    access: LEVELS.manager,
    syntax: '<nick or *account>',
    least: 1,
    most: 1,
    effect: 'takes the information away that a user shows on a channel',
    help: [`Takes the information of somebody below you away. ${WHOM}`],
    async run(use) {
      const { channel, words } = use;
      const found = below(world, use, words[0]!);
      if (isRefusal(found)) return found;
      const { user } = found;
      await world.registry.change(channel.name, 'settings', () =>
        world.registry.rows.setUser(channel.key, user.id, 'info', null),
      );
      return [said`${user.account} shows no information on ${channel.name} any more.`];
    },
  });
}

/** Somebody who has access and is below whoever asks. */
export function below(
  world: ChanWorld,
  { channel, power, call }: ChanUse,
  word: string,
): { readonly account: StoredAccount; readonly user: ChannelUser } | NotDone {
  const account = meantAccount(world, call, word);
  if (!isAccount(account)) return refuse(account);
  const user = channel.user(account.name);
  if (user === undefined) return refuse(said`${account.name} has no access to ${channel.name}.`);
  if (user.level >= power && power !== NOBODY_LEVEL)
    return refuse(said`${user.account} is not below you on ${channel.name}.`);
  if (account.name === channel.founder)
    return refuse(said`${channel.name} belongs to ${account.name}: GIVEOWNERSHIP gives it to another.`);
  return { account, user };
}

export function isRefusal(found: object): found is NotDone {
  return 'replies' in found;
}

/** Seconds; 0 without a word, null for what is no duration. */
function spanOf(word: string | undefined): number | null {
  return word === undefined ? 0 : readDuration(word);
}

function forSpan(seconds: number): Message {
  return seconds === 0 ? said`` : said` for ${durationText(seconds)}`;
}

export function noLevel(word: string): Reply {
  return said`${word.slice(0, 32)} is no level: expected peon, halfop, op, manager, coowner, owner, or a number from 1 to 500.`;
}

export function noDuration(word: string | undefined): Reply {
  return said`${(word ?? '').slice(0, 32)} is no duration: expected such as 30m, 2h or 1d12h.`;
}

/** Commands that give members of a channel status and take it, and let people in. */
import { STATUS } from '../../irc/modes.ts';
import type { LinkModeChange } from '../../irc/p10/mode-line.ts';
import type { CommandRow } from '../bots/command-row.ts';
import { said } from '../bots/reply.ts';
import { HALFOP, type ViewUser } from '../network/view-parts.ts';
import { type ChanResult, type ChanRow, type ChanUse, chanRow, refuse } from './chan-row.ts';
import { accessOf, type ChanWorld, onNetwork } from './chan-world.ts';
import { isProtected } from './guard.ts';
import { LEVELS, NOBODY_LEVEL, statusOfLevel } from './levels.ts';
import type { RegisteredChannel } from './registered-channel.ts';
import { STATUS_LETTERS } from './welcome.ts';

export function statusCommands(world: ChanWorld): CommandRow[] {
  return [
    up(world),
    down(world),
    ofAll(
      world,
      'UPALL',
      'gives you the status of your level on every channel where you are',
      (channel, user) => raise(world, channel, user),
    ),
    ofAll(world, 'DOWNALL', 'takes your status on every channel where you are', (channel, user) =>
      lower(world, channel, user),
    ),
    give(world, 'OP', 'o', LEVELS.op, 'operators'),
    take(world, 'DEOP', 'o', LEVELS.op, 'operators'),
    give(world, 'HALFOP', 'h', LEVELS.op, 'halfops', ['HOP']),
    take(world, 'DEHALFOP', 'h', LEVELS.op, 'halfops', ['DEHOP']),
    give(world, 'VOICE', 'v', LEVELS.op, 'voices'),
    take(world, 'DEVOICE', 'v', LEVELS.op, 'voices'),
    resync(world),
    opChan(world),
    invite(world),
    inviteMe(world),
  ];
}

function up(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'UP',
    access: LEVELS.peon,
    noOverride: true,
    onNetwork: true,
    syntax: '',
    least: 0,
    most: 0,
    effect: 'gives you the status of your level',
    event: false,
    help: ['Makes you operator, halfop or voice, as your level says.'],
    run({ channel, user }) {
      if (onNetwork(world, channel.name)?.members.has(user) !== true)
        return refuse(said`You are not on ${channel.name}.`);
      return raise(world, channel, user)
        ? [said`You have the status of your level on ${channel.name}.`]
        : refuse(said`You have it already on ${channel.name}.`);
    },
  });
}

function down(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'DOWN',
    access: 0,
    noOverride: true,
    onNetwork: true,
    syntax: '',
    least: 0,
    most: 0,
    effect: 'takes your status on a channel',
    event: false,
    help: ['Takes your status, whatever you have.'],
    run({ channel, user }) {
      if (onNetwork(world, channel.name)?.members.has(user) !== true)
        return refuse(said`You are not on ${channel.name}.`);
      return lower(world, channel, user)
        ? [said`You have no status on ${channel.name} any more.`]
        : refuse(said`You have none on ${channel.name}.`);
    },
  });
}

function ofAll(
  world: ChanWorld,
  name: string,
  effect: string,
  act: (channel: RegisteredChannel, user: ViewUser) => boolean,
): CommandRow {
  return {
    name,
    needs: 'account',
    syntax: '',
    least: 0,
    most: 0,
    effect,
    help: [`${name === 'UPALL' ? 'UP' : 'DOWN'} on every channel to which you have access.`],
    run({ user }) {
      const now = world.clock.now();
      let count = 0;
      for (const channel of world.registry.of(user.account!)) {
        const isThere = onNetwork(world, channel.name)?.members.has(user) === true;
        if (isThere && !channel.suspendedAt(now) && act(channel, user)) count++;
      }
      return [said`Done on ${count} channels.`];
    },
  };
}

/** Whether that was otherwise before. */
function raise(world: ChanWorld, channel: RegisteredChannel, user: ViewUser): boolean {
  const access = accessOf(world, channel, user);
  const view = onNetwork(world, channel.name);
  if (access === null || view === null) return false;
  const missing = statusOfLevel(access.level, world.acts.hasHalfops) & ~(view.members.get(user) ?? 0);
  return changeStatus(world, channel, user, true, missing);
}

function lower(world: ChanWorld, channel: RegisteredChannel, user: ViewUser): boolean {
  const status = onNetwork(world, channel.name)?.members.get(user) ?? 0;
  return changeStatus(world, channel, user, false, status);
}

function changeStatus(
  { acts, bot, view }: ChanWorld,
  channel: RegisteredChannel,
  { numeric }: ViewUser,
  on: boolean,
  bits: number,
): boolean {
  const there = view()?.findChannel(channel.name);
  if (bits === 0 || there === undefined) return false;
  const changes = STATUS_LETTERS.filter(([, bit]) => (bits & bit) !== 0);
  acts.modes(
    bot(),
    there,
    changes.map(([letter]): LinkModeChange => ({ on, letter, argument: numeric })),
  );
  return true;
}

const BITS: Readonly<Record<string, number>> = { o: STATUS.op, h: HALFOP, v: STATUS.voice };

function give(
  world: ChanWorld,
  name: string,
  letter: string,
  access: number,
  what: string,
  aliases: readonly string[] = [],
): ChanRow {
  return chanRow(world, {
    name,
    ...(aliases.length === 0 ? {} : { aliases }),
    access,
    onNetwork: true,
    syntax: '<nick> [nick ...]',
    least: 1,
    most: null,
    effect: `makes members of a channel ${what}`,
    help: [`Makes members of a channel ${what}.`],
    run: (use) =>
      changeMany(world, use, true, letter, (user) => {
        const { enfOps, enfHalfOps } = use.channel.settings;
        const least = letter === 'o' ? enfOps : letter === 'h' ? enfHalfOps : 0;
        if (use.power >= least) return null;
        const theirs = accessOf(world, use.channel, user)?.level ?? 0;
        return theirs >= (letter === 'o' ? LEVELS.op : LEVELS.halfop)
          ? null
          : said`${user.nick} has no access for that, and you cannot give it (${letter === 'o' ? 'EnfOps' : 'EnfHalfOps'} is ${least}).`;
      }),
  });
}

function take(
  world: ChanWorld,
  name: string,
  letter: string,
  access: number,
  what: string,
  aliases: readonly string[] = [],
): ChanRow {
  return chanRow(world, {
    name,
    ...(aliases.length === 0 ? {} : { aliases }),
    access,
    onNetwork: true,
    syntax: '<nick> [nick ...]',
    least: 1,
    most: null,
    effect: `has members of a channel be ${what} no more`,
    help: [`Has members of a channel be ${what} no more, unless they are protected from you.`],
    run: (use) => changeMany(world, use, false, letter, (user) => protectedFrom(world, use, user)),
  });
}

/** Why nothing is done to somebody; null where it may be. */
export function protectedFrom(world: ChanWorld, use: ChanUse, user: ViewUser) {
  if (world.acts.isOurs(user)) return said`${user.nick} belongs to the network.`;
  return use.power !== NOBODY_LEVEL && isProtected(world, use.channel, user, use.user)
    ? said`${user.nick} is protected from you on ${use.channel.name}.`
    : null;
}

function changeMany(
  world: ChanWorld,
  { channel, view, words, call }: ChanUse,
  on: boolean,
  letter: string,
  refusal: (user: ViewUser) => ReturnType<typeof protectedFrom>,
): ChanResult {
  if (letter === 'h' && !world.acts.hasHalfops) return refuse('This network has no halfops.');
  const changes: LinkModeChange[] = [];
  const replies: ReturnType<typeof said>[] = [];
  for (const word of words) {
    const user = call.byNick(word);
    const status = user === undefined ? undefined : view?.members.get(user);
    if (user === undefined || status === undefined) {
      replies.push(said`${word.slice(0, 32)} is not on ${channel.name}.`);
      continue;
    }
    const why = refusal(user);
    if (why !== null) replies.push(why);
    else if (((status & BITS[letter]!) !== 0) !== on) changes.push({ on, letter, argument: user.numeric });
  }
  if (changes.length > 0) world.acts.modes(world.bot(), view!, changes);
  if (changes.length === 0) return refuse(...(replies.length > 0 ? replies : ['That is so already.']));
  return [...replies, said`Done on ${channel.name}.`];
}

function resync(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'RESYNC',
    access: LEVELS.manager,
    onNetwork: true,
    syntax: '',
    least: 0,
    most: 0,
    effect: 'gives every member of a channel what is due to them, and takes what is not',
    help: [
      'Has everybody on a channel have the status that the list of users and Automode say, and no other.',
    ],
    run({ channel, view }) {
      const count = world.settle(channel, view!, true);
      return [said`${count} changes on ${channel.name}.`];
    },
  });
}

function opChan(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'OPCHAN',
    access: LEVELS.peon,
    onNetwork: true,
    syntax: '',
    least: 0,
    most: 0,
    effect: 'has ChanServ be on a channel, as operator',
    help: ['Has ChanServ come in and be operator, where something has kept it from that.'],
    run({ channel, view }) {
      if (world.acts.isOpped(world.bot(), view!))
        return refuse(said`It is operator of ${channel.name} already.`);
      world.acts.join(world.bot(), channel.name, Math.floor(channel.created / 1_000));
      return [said`It is operator of ${channel.name} now.`];
    },
  });
}

function invite(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'INVITE',
    access: LEVELS.manager,
    onNetwork: true,
    syntax: '[nick] [reason]',
    least: 0,
    most: null,
    effect: 'lets somebody into a channel, whatever keeps others out',
    help: ['Invites somebody, or you, into a channel; they read the reason, where there is one.'],
    run({ channel, view, words, user, from, call }) {
      const [nick] = words;
      const guest = nick === undefined ? user : call.byNick(nick);
      if (guest === undefined) return refuse(said`Nobody is called ${nick!.slice(0, 32)}.`);
      if (view!.members.has(guest)) return refuse(said`${guest.nick} is on ${channel.name} already.`);
      world.acts.invite(world.bot(), view!, guest);
      const reason = from(1);
      if (guest !== user)
        world.tell(
          guest,
          reason === ''
            ? said`${user.nick} invites you to ${channel.name}.`
            : said`${user.nick} invites you to ${channel.name}: ${reason}`,
        );
      return [said`${guest.nick} is invited to ${channel.name}.`];
    },
  });
}

function inviteMe(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'INVITEME',
    access: 'inviteMe',
    onNetwork: true,
    syntax: '',
    least: 0,
    most: 0,
    effect: 'lets you into a channel, whatever keeps others out',
    help: ['Invites you into a channel.'],
    event: false,
    run({ channel, view, user }) {
      if (view!.members.has(user)) return refuse(said`You are on ${channel.name} already.`);
      world.acts.invite(world.bot(), view!, user);
      return [said`You are invited to ${channel.name}.`];
    },
  });
}

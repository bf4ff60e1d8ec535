/** Commands that bring people out of a channel, and let them in again. */

import { compileMask } from '../../irc/mask.ts';
import type { LinkModeChange } from '../../irc/p10/mode-line.ts';
import type { CommandCall } from '../bots/command-row.ts';
import { said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import type { ViewChannel, ViewUser } from '../network/view-parts.ts';
import { coversMask, coversUserMask, isTooWide, readBanMask } from './ban-masks.ts';
import { type ChanResult, type ChanRow, type ChanUse, chanRow, refuse } from './chan-row.ts';
import type { ChanWorld } from './chan-world.ts';
import { banChange } from './guard.ts';
import { LEVELS } from './levels.ts';
import { protectedFrom } from './status-commands.ts';

export function banCommands(world: ChanWorld): ChanRow[] {
  return [
    kick(world),
    ban(world),
    kickBan(world),
    unban(world),
    unbanAll(world),
    unbanMe(world),
    open(world),
  ];
}

function kick(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'KICK',
    aliases: ['K'],
    access: LEVELS.halfop,
    onNetwork: true,
    syntax: '<nick or mask> [reason]',
    least: 1,
    most: null,
    effect: 'throws members out of a channel',
    help: ['Throws somebody out, or everybody whom a mask covers, but who is protected from you.'],
    run: (use) => throwOut(world, use, { kick: true, ban: false }),
  });
}

function ban(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'BAN',
    aliases: ['B'],
    access: LEVELS.halfop,
    onNetwork: true,
    syntax: '<nick or mask>',
    least: 1,
    most: 1,
    effect: 'bans a mask from a channel',
    help: ['Bans somebody by their host, or a mask such as *!*@*.example.net, from a channel.'],
    run: (use) => throwOut(world, use, { kick: false, ban: true }),
  });
}

function kickBan(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'KICKBAN',
    aliases: ['KB'],
    access: LEVELS.halfop,
    onNetwork: true,
    syntax: '<nick or mask> [reason]',
    least: 1,
    most: null,
    effect: 'bans a mask from a channel, and throws out whom it covers',
    help: ['Bans somebody, or a mask, and throws out whom it covers, but who is protected from you.'],
    run: (use) => throwOut(world, use, { kick: true, ban: true }),
  });
}

interface Ways {
  readonly kick: boolean;
  readonly ban: boolean;
}

function throwOut(world: ChanWorld, use: ChanUse, ways: Ways): ChanResult {
  const { channel, words, user, from, call } = use;
  const view = use.view!;
  const word = words[0]!;
  const mask = readBanMask(word, call);
  if (mask === null) return refuse(said`${word.slice(0, 64)} is neither on the network nor a mask.`);
  if (isTooWide(mask)) return refuse(said`${mask} covers everybody.`);
  const meant = membersMeant(call, view, word, mask);
  const refusals = meant.map((member) => protectedFrom(world, use, member));
  const refusal = refusals.find((one) => one !== null) ?? null;
  // A ban would keep those out as well who are protected.
  if (refusal !== null && (ways.ban || meant.length === 1)) return refuse(refusal);
  const victims = meant.filter(
    (member, at) => refusals[at] === null && (member !== user || meant.length === 1),
  );
  if (ways.ban) {
    if (view.bans.has(mask) && !ways.kick)
      return refuse(said`${mask} is banned from ${channel.name} already.`);
    if (view.bans.size >= limits.channelBans.default)
      return refuse(said`${channel.name} has as many bans as it may have.`);
    if (!view.bans.has(mask)) world.acts.modes(world.bot(), view, [banChange(true, mask)]);
  }
  if (ways.kick) {
    if (victims.length === 0 && !ways.ban) return refuse(said`Nobody of that kind is on ${channel.name}.`);
    const reason = from(1) === '' ? 'Bye.' : from(1);
    for (const victim of victims) world.acts.kick(world.bot(), view, victim, `(${user.nick}) ${reason}`);
  }
  if (!ways.kick) return [said`${mask} is banned from ${channel.name}.`];
  const count = said`${victims.length} thrown out of ${channel.name}.`;
  return ways.ban ? [said`${mask} is banned from ${channel.name}.`, count] : [count];
}

/** Who is meant on the channel: one by nick, or everybody whom the mask covers. */
function membersMeant(
  call: Pick<CommandCall, 'byNick'>,
  view: ViewChannel,
  word: string,
  mask: string,
): ViewUser[] {
  const one = call.byNick(word);
  if (one !== undefined) return view.members.has(one) ? [one] : [];
  const compiled = compileMask(mask);
  return [...view.members.keys()].filter((user) => coversUserMask(compiled, user));
}

/** Takes bans away that are meant; answers how many. */
function takeBans({ acts, bot }: ChanWorld, view: ViewChannel, isMeant: (mask: string) => boolean): number {
  const changes: LinkModeChange[] = [...view.bans].filter(isMeant).map((mask) => banChange(false, mask));
  acts.modes(bot(), view, changes);
  return changes.length;
}

/** Whether a ban covers somebody. */
function covering(user: ViewUser): (mask: string) => boolean {
  return (mask) => coversUserMask(compileMask(mask), user);
}

function unban(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'UNBAN',
    aliases: ['UB'],
    access: LEVELS.halfop,
    onNetwork: true,
    syntax: '<nick or mask>',
    least: 1,
    most: 1,
    effect: 'takes bans of a channel away',
    help: ['Takes the bans away that cover somebody, or that a mask covers.'],
    run({ channel, view, words, call }) {
      const word = words[0]!;
      const user = call.byNick(word);
      const mask = user === undefined ? readBanMask(word, null) : null;
      if (user === undefined && mask === null)
        return refuse(said`${word.slice(0, 64)} is neither on the network nor a mask.`);
      const count = takeBans(
        world,
        view!,
        user === undefined ? (one) => coversMask(mask!, one) : covering(user),
      );
      return count === 0
        ? refuse(said`No ban of ${channel.name} fits ${word}.`)
        : [said`${count} bans of ${channel.name} are gone.`];
    },
  });
}

function unbanAll(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'UNBANALL',
    access: LEVELS.halfop,
    onNetwork: true,
    syntax: '',
    least: 0,
    most: 0,
    effect: 'takes every ban of a channel away',
    help: ['Takes every ban away. Lamers are kept out all the same.'],
    run({ channel, view }) {
      const count = takeBans(world, view!, () => true);
      return count === 0
        ? refuse(said`${channel.name} has no bans.`)
        : [said`${count} bans of ${channel.name} are gone.`];
    },
  });
}

function unbanMe(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'UNBANME',
    aliases: ['UBM'],
    access: LEVELS.halfop,
    onNetwork: true,
    syntax: '',
    least: 0,
    most: 0,
    effect: 'takes the bans of a channel away that cover you',
    help: ['Takes the bans away that cover you.'],
    run({ channel, view, user }) {
      const count = takeBans(world, view!, covering(user));
      return count === 0
        ? refuse(said`No ban of ${channel.name} covers you.`)
        : [said`${count} bans of ${channel.name} are gone.`];
    },
  });
}

function open(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'OPEN',
    access: LEVELS.op,
    onNetwork: true,
    syntax: '',
    least: 0,
    most: 0,
    effect:
      'takes away what keeps you out of a channel: its limit, key, invitations, and bans that cover you',
    help: ['Takes i, k, l and r of a channel away, and bans that cover you.'],
    run({ channel, view, user }) {
      const changes: LinkModeChange[] = [];
      for (const letter of 'iklr') {
        const has = view!.modes.get(letter);
        if (has !== undefined) changes.push({ on: false, letter, argument: letter === 'k' ? has : '' });
      }
      world.acts.modes(world.bot(), view!, changes);
      const count = changes.length + takeBans(world, view!, covering(user));
      return count === 0
        ? refuse(said`Nothing keeps you out of ${channel.name}.`)
        : [said`${channel.name} is open to you.`];
    },
  });
}

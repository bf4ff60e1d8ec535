/** Commands about lamers: those whom ChanServ keeps out for good, or for a time. */

import { fold } from '../../irc/casemapping.ts';
import { compileMask } from '../../irc/mask.ts';
import { said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import { noDuration } from './access-commands.ts';
import { coversMask, coversUserMask, isTooWide, readBanMask } from './ban-masks.ts';
import { type ChanResult, type ChanRow, type ChanUse, chanRow, refuse } from './chan-row.ts';
import { accessOf, type ChanWorld, nameOf } from './chan-world.ts';
import { durationText, readDuration } from './durations.ts';
import { banChange } from './guard.ts';
import { LEVELS } from './levels.ts';
import { protectedFrom } from './status-commands.ts';

export function lamerCommands(world: ChanWorld): ChanRow[] {
  return [addLamer(world), addTimedLamer(world), delLamer(world), lamers(world)];
}

function addLamer(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'ADDLAMER',
    access: LEVELS.manager,
    syntax: '<nick or mask> [reason]',
    least: 1,
    most: null,
    effect: 'keeps whom a mask covers out of a channel for good',
    help: [
      'Keeps somebody, or whom a mask covers, out until DELLAMER. Who has access comes in all the same.',
    ],
    run: (use) => add(world, use, null, use.from(1)),
  });
}

function addTimedLamer(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'ADDTIMEDLAMER',
    access: LEVELS.manager,
    syntax: '<nick or mask> <duration> [reason]',
    least: 2,
    most: null,
    effect: 'keeps whom a mask covers out of a channel for a time',
    help: ['The same for a duration such as 2h or 30d.'],
    run(use) {
      const duration = readDuration(use.words[1]!);
      if (duration === null || duration === 0) return refuse(noDuration(use.words[1]));
      return add(world, use, duration, use.from(2));
    },
  });
}

async function add(
  world: ChanWorld,
  use: ChanUse,
  seconds: number | null,
  said1: string,
): Promise<ChanResult> {
  const { channel, words, user } = use;
  const mask = readBanMask(words[0]!, use.call);
  if (mask === null) return refuse(said`${words[0]!.slice(0, 64)} is neither on the network nor a mask.`);
  if (isTooWide(mask)) return refuse(said`${mask} covers everybody.`);
  const known = channel.lamers.some((lamer) => fold(lamer.mask) === fold(mask));
  const wider = channel.lamers.find((lamer) => !known && coversMask(lamer.mask, mask));
  if (wider !== undefined) return refuse(said`${wider.mask} keeps them out already.`);
  if (!known && channel.lamers.length >= limits.lamersPerChannel.default)
    return refuse(
      said`${channel.name} has as many lamers as it may have: ${limits.lamersPerChannel.default}.`,
    );
  const compiled = compileMask(mask);
  const covered = [...(use.view?.members.keys() ?? [])].filter((member) => coversUserMask(compiled, member));
  for (const member of covered) {
    const why = protectedFrom(world, use, member);
    if (why !== null) return refuse(why);
  }
  const reason = (said1 === '' ? 'You are not welcome here.' : said1).slice(
    0,
    limits.channelTextBytes.default,
  );
  const { registry, clock } = world;
  await registry.change(channel.name, 'settings', () =>
    registry.rows.addLamer(
      channel.key,
      mask,
      nameOf(user),
      seconds === null ? null : clock.now() + seconds * 1_000,
      reason,
    ),
  );
  const view = world.view()?.findChannel(channel.name);
  if (view !== undefined) {
    const out = covered.filter(
      (member) => view.members.has(member) && accessOf(world, channel, member) === null,
    );
    if (out.length > 0 && !view.bans.has(mask)) world.acts.modes(world.bot(), view, [banChange(true, mask)]);
    for (const member of out) world.acts.kick(world.bot(), view, member, `(${user.nick}) ${reason}`);
  }
  return [
    seconds === null
      ? said`${mask} is kept out of ${channel.name}.`
      : said`${mask} is kept out of ${channel.name} for ${durationText(seconds)}.`,
  ];
}

function delLamer(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'DELLAMER',
    access: LEVELS.manager,
    syntax: '<nick or mask>',
    least: 1,
    most: 1,
    effect: 'lets those come in again whom a mask kept out',
    help: ['Takes the lamers off the list that cover somebody, or that a mask covers, and their bans.'],
    async run({ channel, words, call }) {
      const word = words[0]!;
      const user = call.byNick(word);
      const mask = user === undefined ? readBanMask(word, null) : null;
      if (user === undefined && mask === null)
        return refuse(said`${word.slice(0, 64)} is neither on the network nor a mask.`);
      const meant = channel.lamers.filter((lamer) =>
        user === undefined ? coversMask(mask!, lamer.mask) : coversUserMask(lamer.compiled, user),
      );
      if (meant.length === 0) return refuse(said`No lamer of ${channel.name} fits ${word}.`);
      await world.registry.change(channel.name, 'settings', () => {
        for (const lamer of meant) world.registry.rows.dropLamer(channel.key, lamer.mask);
      });
      const view = world.view()?.findChannel(channel.name);
      if (view !== undefined)
        world.acts.modes(
          world.bot(),
          view,
          meant.filter((lamer) => view.bans.has(lamer.mask)).map((lamer) => banChange(false, lamer.mask)),
        );
      return [said`${meant.length} lamers of ${channel.name} are off the list.`];
    },
  });
}

function lamers(world: ChanWorld): ChanRow {
  return chanRow(world, {
    name: 'LAMERS',
    access: LEVELS.peon,
    syntax: '[nick or mask]',
    least: 0,
    most: 1,
    effect: 'nothing',
    help: [
      'Lists who is kept out of a channel; with a nick or a mask, those entries that cover it or are covered.',
    ],
    run({ channel, words, call }) {
      const [word] = words;
      const user = word === undefined ? undefined : call.byNick(word);
      const mask = word === undefined || user !== undefined ? null : readBanMask(word, null);
      const now = world.clock.now();
      const found = channel.lamers.filter((lamer) => {
        if (user !== undefined) return coversUserMask(lamer.compiled, user);
        return mask === null || coversMask(mask, lamer.mask) || coversMask(lamer.mask, mask);
      });
      if (found.length === 0) return refuse(said`No lamer of ${channel.name} is of that kind.`);
      const span = (at: number | null) => (at === null ? 'never' : durationText(Math.abs(now - at) / 1_000));
      return [
        {
          headings: ['Mask', 'By', 'Since', 'Used', 'Ends in', 'Reason'],
          rows: found
            .slice(0, limits.channelListRows.default)
            .map(({ mask: of, by, added, used, expires, reason }) => [
              of,
              by,
              span(added),
              span(used),
              span(expires),
              reason,
            ]),
        },
      ];
    },
  });
}

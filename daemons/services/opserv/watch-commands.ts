/** Commands of OpServ about what it watches for: alerts, gags, reserved nicks, bad words in names of channels, and channels exempt from them. */
import { fold } from '../../irc/casemapping.ts';
import { normalizeUserMask } from '../../irc/mask.ts';
import { isChannelName, isValidNick, isValidUsername } from '../../irc/names.ts';
import { KIND_LIMITS, SHORT_NICK } from '../../irc/p10/kinds.ts';
import type { CommandCall, CommandRow } from '../bots/command-row.ts';
import { type Reply, said } from '../bots/reply.ts';
import { readDuration } from '../chanserv/durations.ts';
import { limits } from '../limits.ts';
import { type Actor, isAbove } from './actor.ts';
import { REACTIONS } from './alert-desk.ts';
import { compileWholeMask } from './cover.ts';
import { CRITERIA, isDiscriminator, OPTION_WORDS, readDiscriminator } from './discriminator.ts';
import type { Alert, Gag, Reserve } from './lists.ts';
import type { OpServ } from './opserv.ts';
import { actorOf, isSeconds, lasting, operators, tooLong, untilText } from './opserv-row.ts';
import { covered } from './user-search.ts';

const LEVELS = { alert: 800, gag: 600, bad: 800, reserve: 800 } as const;

export function watchCommands(opserv: OpServ): CommandRow[] {
  return [
    ...[addAlert(opserv), dropAlert(opserv), gag(opserv), ungag(opserv)],
    ...[addBad(opserv), dropBad(opserv), addExempt(opserv), dropExempt(opserv)],
    ...[reserve(opserv), unreserve(opserv)],
  ];
}

/** An alert as somebody wants it; a reply for what is none. */
export function readAlert(
  name: string,
  reaction: string,
  criteria: readonly string[],
  seconds: number | null,
  actor: Actor,
  nowMs: number,
): Alert | Reply {
  const named = REACTIONS.get(reaction.toUpperCase());
  if (named === undefined) return said`An alert does one of ${[...REACTIONS.keys()].join(', ')}.`;
  if (actor.level < named.level)
    return said`An alert that does ${reaction.toUpperCase()} is for accounts of level ${named.level} and above.`;
  if (name.length > limits.alertNameCharacters.default)
    return said`The name of an alert has up to ${limits.alertNameCharacters.default} characters.`;
  const read = readDiscriminator(criteria, 1);
  if (!isDiscriminator(read)) return read;
  if (read.tests.length === 0) return 'An alert needs a criterion: it would be met by everybody.';
  const text = criteria.join(' ');
  if (Buffer.byteLength(text) > limits.criteriaBytes.default)
    return said`Criteria have up to ${limits.criteriaBytes.default} bytes.`;
  return {
    name,
    reaction: reaction.toUpperCase(),
    criteria: text,
    level: Math.min(actor.level, MOST_STORED),
    by: actor.name,
    setMs: nowMs,
    expiresMs: seconds === null ? null : nowMs + seconds * 1_000,
  };
}

/** An administrator is above all levels; what is stored of them is above the highest. */
const MOST_STORED = 1_001;

export function isAlert(read: Alert | Reply): read is Alert {
  return typeof read !== 'string' && 'criteria' in read;
}

function addAlert(opserv: OpServ): CommandRow {
  const { alerts } = opserv.lists;
  const read = (call: CommandCall): Alert | Reply => {
    const [name = '', reaction = ''] = call.words;
    const timed = call.words[2]?.toUpperCase() === 'EXPIRE';
    const seconds = timed ? readDuration(call.words[3] ?? '') : null;
    if (timed && (seconds === null || seconds === 0)) return 'EXPIRE is a time such as 12h or 7d.';
    const criteria = call.words.slice(timed ? 4 : 2);
    return readAlert(name, reaction, criteria, seconds, actorOf(opserv, call), opserv.options.clock.now());
  };
  return {
    name: 'ADDALERT',
    needs: operators(LEVELS.alert),
    syntax: '<name> <reaction> [EXPIRE time] <criterion value>...',
    least: 4,
    most: null,
    effect: 'has something done whenever somebody meets criteria',
    help: [
      `Reactions: ${[...REACTIONS].map(([name, { effect, level }]) => `${name} ${effect} (level ${level})`).join(', ')}.`,
      `Criteria are those of TRACE: ${[...CRITERIA.keys()].join(', ')}; beside them ${OPTION_WORDS}.`,
      'It is looked at when somebody connects, and when what it names changes. Nobody above who set it is hit.',
    ],
    recorded: (call) => ({
      name: call.words[0]!,
      reaction: call.words[1]!.toUpperCase(),
      criteria: call.from(2).slice(0, limits.criteriaBytes.default),
    }),
    refusal(call) {
      const alert = read(call);
      if (!isAlert(alert)) return alert;
      const known = alerts.get(fold(alert.name));
      return known === undefined ? null : said`There is an alert ${known.name} already.`;
    },
    async run(call) {
      const alert = read(call) as Alert;
      await alerts.put(alert);
      return [said`The alert ${alert.name} is set; it ends: ${untilText(alert.expiresMs)}.`];
    },
  };
}

function dropAlert(opserv: OpServ): CommandRow {
  const { alerts } = opserv.lists;
  return {
    name: 'DELALERT',
    needs: operators(LEVELS.alert),
    syntax: '<name>',
    least: 1,
    most: 1,
    effect: 'takes an alert away',
    help: ['Takes an alert away that was not set by somebody above you.'],
    recorded: ({ words }) => ({ name: words[0]! }),
    refusal(call) {
      const alert = alerts.get(fold(call.words[0]!));
      if (alert === undefined) return said`There is no alert ${call.words[0]!.slice(0, 32)}.`;
      return alert.level > actorOf(opserv, call).level
        ? said`${alert.by}, who has set the alert ${alert.name}, is above you.`
        : null;
    },
    async run({ words }) {
      await alerts.drop(fold(words[0]!));
      return [said`The alert ${words[0]!} is taken away.`];
    },
  };
}

/** A gag as somebody wants it; a reply for what is none. */
export function readGag(typed: string, time: string, reason: string, by: string, nowMs: number): Gag | Reply {
  if (typed.length > limits.maskBytes.default || /[\s\p{Cc}]/u.test(typed))
    return said`A mask has up to ${limits.maskBytes.default} characters.`;
  const mask = normalizeUserMask(typed);
  if (/^[*?!@.]+$/.test(mask)) return said`${mask} would cover everybody.`;
  const seconds = lasting(time, Number.POSITIVE_INFINITY);
  if (!isSeconds(seconds)) return seconds;
  const long = tooLong(reason);
  if (long !== null) return long;
  return {
    mask,
    reason,
    by,
    setMs: nowMs,
    expiresMs: seconds === Number.POSITIVE_INFINITY ? null : nowMs + seconds * 1_000,
  };
}

export function isGag(read: Gag | Reply): read is Gag {
  return typeof read !== 'string' && 'mask' in read;
}

/** How many a gag covers, operators apart, and of them somebody who is above whoever asks. */
export async function gagged(opserv: OpServ, mask: string, actor: Actor) {
  let users = 0;
  let above: string | null = null;
  if (opserv.view !== null)
    await covered(opserv.options.clock, opserv.view, compileWholeMask(mask), (user) => {
      if (isAbove(opserv.ranks, actor, user)) above ??= user.nick;
      if (!user.isOperator) users++;
    });
  return { users, above: above as string | null };
}

function gag(opserv: OpServ): CommandRow {
  const { gags } = opserv.lists;
  const read = (call: CommandCall) =>
    readGag(
      call.words[0]!,
      call.words[1]!,
      call.from(2),
      actorOf(opserv, call).name,
      opserv.options.clock.now(),
    );
  return {
    name: 'GAG',
    needs: operators(LEVELS.gag),
    syntax: '<nick!user@host> <time> <reason>',
    least: 3,
    most: null,
    effect: 'has bots hear nobody whom a mask covers',
    help: [
      'Has bots hear nobody whom a mask covers, for a time, 0 for ever. Operators of the network are heard all the same.',
    ],
    recorded: (call) => ({
      mask: call.words[0]!,
      time: call.words[1]!.slice(0, 32),
      reason: call.from(2),
    }),
    async refusal(call) {
      const one = read(call);
      if (!isGag(one)) return one;
      if (gags.get(fold(one.mask)) !== undefined) return said`${one.mask} is gagged already.`;
      const { above } = await gagged(opserv, one.mask, actorOf(opserv, call));
      return above === null ? null : said`That mask covers ${above}, who is above you.`;
    },
    async run(call) {
      const one = read(call) as Gag;
      await gags.put(one);
      const { users } = await gagged(opserv, one.mask, actorOf(opserv, call));
      return [
        said`${one.mask} is gagged, which covers ${users} users; it ends: ${untilText(one.expiresMs)}.`,
      ];
    },
  };
}

function ungag(opserv: OpServ): CommandRow {
  const { gags } = opserv.lists;
  const keyOf = ({ words }: CommandCall) => fold(normalizeUserMask(words[0]!));
  return {
    name: 'UNGAG',
    needs: operators(LEVELS.gag),
    syntax: '<nick!user@host>',
    least: 1,
    most: 1,
    effect: 'takes a gag away',
    help: ['Has bots hear again whom a mask covers.'],
    recorded: ({ words }) => ({ mask: words[0]! }),
    refusal: (call) =>
      gags.get(keyOf(call)) === undefined ? said`${call.words[0]!.slice(0, 128)} is not gagged.` : null,
    async run(call) {
      const gone = await gags.drop(keyOf(call));
      return [said`${gone?.mask ?? call.words[0]!} is gagged no more.`];
    },
  };
}

/** Why a word cannot be bad; null where it can. */
export function badWordProblem(word: string): Reply | null {
  return word.length < 2 || word.length > limits.badWordCharacters.default
    ? said`A bad word has from 2 to ${limits.badWordCharacters.default} characters.`
    : null;
}

function addBad(opserv: OpServ): CommandRow {
  const { badWords } = opserv.lists;
  return {
    name: 'ADDBAD',
    needs: operators(LEVELS.bad),
    syntax: '<word>',
    least: 1,
    most: 1,
    effect: 'closes channels whose name holds a word',
    help: [
      'Whoever joins a channel whose name holds the word is thrown out, and the channel is locked for a while; also those that there are.',
    ],
    recorded: ({ words }) => ({ word: words[0]! }),
    refusal({ words }) {
      const known = badWords.get(fold(words[0]!));
      return known === undefined ? badWordProblem(words[0]!) : said`${known.word} is a bad word already.`;
    },
    async run(call) {
      const word = call.words[0]!;
      const setMs = opserv.options.clock.now();
      await badWords.put({ word, by: actorOf(opserv, call).name, setMs, expiresMs: null });
      return [said`${word} is a bad word; ${await opserv.badChannels.lockAll()} channels are closed.`];
    },
  };
}

function dropBad(opserv: OpServ): CommandRow {
  const { badWords } = opserv.lists;
  return {
    name: 'DELBAD',
    needs: operators(LEVELS.bad),
    syntax: '<word>',
    least: 1,
    most: 1,
    effect: 'lets channels be called by a word again',
    help: ['Takes a bad word away.'],
    recorded: ({ words }) => ({ word: words[0]! }),
    refusal: ({ words }) =>
      badWords.get(fold(words[0]!)) === undefined ? said`${words[0]!.slice(0, 64)} is no bad word.` : null,
    async run({ words }) {
      await badWords.drop(fold(words[0]!));
      opserv.badChannels.unlock();
      return [said`${words[0]!} is no bad word any more.`];
    },
  };
}

function addExempt(opserv: OpServ): CommandRow {
  const { exemptChannels } = opserv.lists;
  return {
    name: 'ADDEXEMPT',
    needs: operators(LEVELS.bad),
    syntax: '<#channel>',
    least: 1,
    most: 1,
    effect: 'lets a channel be called as it is, whatever words are bad',
    help: ['Lets a channel be called as it is, whatever words are bad.'],
    recorded: ({ words }) => ({ channel: words[0]!.slice(0, 64) }),
    refusal({ words }) {
      if (!isChannelName(words[0]!)) return said`${words[0]!.slice(0, 64)} is no name of a channel.`;
      return exemptChannels.get(fold(words[0]!)) === undefined ? null : said`${words[0]!} is exempt already.`;
    },
    async run(call) {
      const channel = call.words[0]!;
      const setMs = opserv.options.clock.now();
      await exemptChannels.put({ channel, by: actorOf(opserv, call).name, setMs, expiresMs: null });
      opserv.badChannels.unlock();
      return [said`${channel} is exempt from bad words.`];
    },
  };
}

function dropExempt(opserv: OpServ): CommandRow {
  const { exemptChannels } = opserv.lists;
  return {
    name: 'DELEXEMPT',
    needs: operators(LEVELS.bad),
    syntax: '<#channel>',
    least: 1,
    most: 1,
    effect: 'has bad words hold for a channel again',
    help: ['Has bad words hold for a channel again.'],
    recorded: ({ words }) => ({ channel: words[0]!.slice(0, 64) }),
    refusal: ({ words }) =>
      exemptChannels.get(fold(words[0]!)) === undefined
        ? said`${words[0]!.slice(0, 64)} is not exempt.`
        : null,
    async run({ words }) {
      await exemptChannels.drop(fold(words[0]!));
      await opserv.badChannels.lockAll();
      return [said`${words[0]!} is exempt no more.`];
    },
  };
}

/** A nick to reserve, as somebody wants it; a reply for what cannot be. */
export function readReserve(
  opserv: OpServ,
  [nick, username, host, reason]: readonly [string, string, string, string],
  by: string,
): Reserve | Reply {
  const longest = Math.min(KIND_LIMITS[opserv.options.uplink()?.kind ?? 'ircu'].nick, SHORT_NICK);
  if (!isValidNick(nick, longest)) return said`${nick.slice(0, 32)} is no nick that this network holds.`;
  if (!isValidUsername(username) || username.length > 10)
    return said`${username.slice(0, 32)} is no user name.`;
  if (host.length > 63 || !/^[\w.:-]+$/.test(host)) return said`${host.slice(0, 64)} is no host.`;
  const long = tooLong(reason);
  if (long !== null) return long;
  const holder = opserv.view?.byNick(nick);
  if (holder !== undefined) return said`Somebody is called ${holder.nick} now.`;
  return { nick, username, host, reason, by, setMs: opserv.options.clock.now(), expiresMs: null };
}

export function isReserve(read: Reserve | Reply): read is Reserve {
  return typeof read !== 'string' && 'nick' in read;
}

function reserve(opserv: OpServ): CommandRow {
  const { reserves } = opserv.lists;
  const read = (call: CommandCall) => {
    const [nick = '', username = '', host = ''] = call.words;
    return readReserve(opserv, [nick, username, host, call.from(3)], actorOf(opserv, call).name);
  };
  return {
    name: 'RESERVE',
    needs: operators(LEVELS.reserve),
    syntax: '<nick> <user name> <host> <description>',
    least: 4,
    most: null,
    effect: 'keeps a nick so that nobody has it',
    help: ['Has services hold a nick, so that nobody else has it; whoever takes it loses it.'],
    recorded: (call) => ({ nick: call.words[0]!, reason: call.from(3) }),
    refusal(call) {
      const known = reserves.get(fold(call.words[0]!));
      if (known !== undefined) return said`${known.nick} is reserved already.`;
      const one = read(call);
      return isReserve(one) ? null : one;
    },
    async run(call) {
      const one = read(call);
      if (!isReserve(one)) return [one];
      await reserves.put(one);
      return [said`${one.nick} is reserved.`];
    },
  };
}

function unreserve(opserv: OpServ): CommandRow {
  const { reserves } = opserv.lists;
  return {
    name: 'UNRESERVE',
    needs: operators(LEVELS.reserve),
    syntax: '<nick>',
    least: 1,
    most: 1,
    effect: 'lets a reserved nick be had again',
    help: ['Lets a reserved nick be had again.'],
    recorded: ({ words }) => ({ nick: words[0]! }),
    refusal: ({ words }) =>
      reserves.get(fold(words[0]!)) === undefined ? said`${words[0]!.slice(0, 32)} is not reserved.` : null,
    async run({ words }) {
      const gone = await reserves.drop(fold(words[0]!));
      return [said`${gone?.nick ?? words[0]!} is reserved no more.`];
    },
  };
}

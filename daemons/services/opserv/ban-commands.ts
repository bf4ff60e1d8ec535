/** Commands of OpServ about bans of the network: G-lines, shuns, jupes, and BLOCK, which bans the address of somebody. */
import type { CommandCall, CommandRow } from '../bots/command-row.ts';
import { type Reply, said } from '../bots/reply.ts';
import { durationText } from '../chanserv/durations.ts';
import { isAbove, NO_ABUSE, sparedAddress } from './actor.ts';
import { knows } from './ban-wire.ts';
import { compileUserMask } from './cover.ts';
import { type NetworkBan, networkBanProblem } from './network-bans.ts';
import type { OpServ } from './opserv.ts';
import {
  actorOf,
  isSeconds,
  isUser,
  lasting,
  operators,
  sparedText,
  stillThere,
  tooLong,
  untilText,
  userNamed,
} from './opserv-row.ts';
import { covered } from './user-search.ts';

const LEVELS = { ban: 600, block: 100, jupe: 900 } as const;

/** The longest that ircu takes of a jupe: a week, in seconds. */
const LONGEST_JUPE = 604_800;

export function banCommands(opserv: OpServ): CommandRow[] {
  return [
    setBan(opserv, 'gline'),
    liftBan(opserv, 'gline'),
    setBan(opserv, 'shun'),
    liftBan(opserv, 'shun'),
    block(opserv),
    jupe(opserv),
    unjupe(opserv),
    refresh(opserv),
  ];
}

const WORDS = {
  gline: { set: 'GLINE', lift: 'UNGLINE', noun: 'G-line', does: 'bans users from the whole network' },
  shun: { set: 'SHUN', lift: 'UNSHUN', noun: 'shun', does: 'keeps users from talking on the whole network' },
} as const;

/** How many a mask covers, and of them somebody who is above whoever asks. */
export async function coverOf(
  opserv: OpServ,
  mask: string,
  actor: { readonly name: string; readonly level: number },
): Promise<{ readonly users: number; readonly above: string | null }> {
  const { view } = opserv;
  let users = 0;
  let above: string | null = null;
  if (view !== null)
    await covered(opserv.options.clock, view, compileUserMask(mask), (user) => {
      users++;
      if (isAbove(opserv.ranks, actor, user)) above ??= user.nick;
    });
  return { users, above };
}

function setBan(opserv: OpServ, kind: 'gline' | 'shun'): CommandRow {
  const { set, noun, does } = WORDS[kind];
  return {
    name: set,
    needs: operators(LEVELS.ban),
    syntax: '<user@host> <time> <reason>',
    least: 3,
    most: null,
    effect: does,
    help: [
      `Sets a ${noun}, or changes one: ${does} whom the mask covers. The host may be a network such as 10.0.0.0/8.`,
      'The time is such as 30m, 12h or 7d. It is refused where it covers somebody who is above you.',
      ...(kind === 'shun'
        ? ['Servers of Nefarious alone know shuns; anywhere else bots do not hear whom one covers.']
        : []),
    ],
    recorded: (call) => ({ mask: call.words[0]!, time: call.words[1]!, reason: call.from(2) }),
    async refusal(call) {
      const { words } = call;
      const problem = networkBanProblem(kind, words[0]!);
      if (problem !== null) return said`That is refused: ${problem}.`;
      const seconds = lasting(words[1]!);
      if (!isSeconds(seconds)) return seconds;
      const { above } = await coverOf(opserv, words[0]!, actorOf(opserv, call));
      return above === null ? tooLong(call.from(2)) : said`That mask covers ${above}, who is above you.`;
    },
    async run(call) {
      const { words } = call;
      const seconds = lasting(words[1]!) as number;
      const { users } = await coverOf(opserv, words[0]!, actorOf(opserv, call));
      const by = actorOf(opserv, call).name;
      const ban = await opserv.bans.set(kind, words[0]!, { seconds, reason: call.from(2), by });
      return [saidBan(opserv, ban, noun, users)];
    },
  };
}

function saidBan(opserv: OpServ, { mask, kind, expiresMs }: NetworkBan, noun: string, users: number): Reply {
  const uplink = opserv.options.uplink();
  if (uplink !== null && !knows(uplink, kind))
    return said`The ${noun} for ${mask} is set until ${untilText(expiresMs)}. Servers here know none: bots do not hear ${users} users.`;
  return said`The ${noun} for ${mask} is set until ${untilText(expiresMs)}. It covers ${users} users.`;
}

function liftBan(opserv: OpServ, kind: 'gline' | 'shun'): CommandRow {
  const { lift, noun } = WORDS[kind];
  return {
    name: lift,
    needs: operators(LEVELS.ban),
    syntax: '<user@host>',
    least: 1,
    most: 1,
    effect: `lifts a ${noun}`,
    help: [`Lifts a ${noun} on the whole network.`],
    recorded: ({ words }) => ({ mask: words[0]! }),
    refusal: ({ words }) =>
      opserv.bans.holding(kind, words[0]!) === undefined
        ? said`There is no ${noun} for ${words[0]!.slice(0, 128)}.`
        : null,
    async run(call) {
      const ban = await opserv.bans.lift(kind, call.words[0]!, actorOf(opserv, call).name);
      return [
        ban === null ? said`There is no ${noun} any more.` : said`The ${noun} for ${ban.mask} is lifted.`,
      ];
    },
  };
}

function block(opserv: OpServ): CommandRow {
  const parts = (call: CommandCall) => {
    const [, word] = call.words;
    const seconds = word === undefined ? null : lasting(word);
    const timed = seconds !== null && isSeconds(seconds);
    return {
      seconds: timed ? seconds : opserv.blockSeconds,
      reason: call.from(timed ? 2 : 1) || 'Blocked by an operator',
    };
  };
  return {
    name: 'BLOCK',
    needs: operators(LEVELS.block),
    syntax: '<nick> [time] [reason]',
    least: 1,
    most: null,
    effect: 'bans the address of somebody from the whole network',
    help: [
      `Sets a G-line for the address of somebody, for ${durationText(opserv.blockSeconds)} unless you say otherwise, which is for who may use GLINE.`,
      'Services, operators, whoever is above you and trusted addresses are spared.',
    ],
    recorded: (call) => ({ nick: call.words[0]!, reason: parts(call).reason }),
    refusal(call) {
      const found = userNamed(call, call.words[0]!);
      if (!isUser(found)) return found;
      const actor = actorOf(opserv, call);
      const spared = sparedAddress(opserv.ranks, actor, found, NO_ABUSE);
      if (spared !== null) return sparedText(found, spared);
      const { seconds, reason } = parts(call);
      if (seconds !== opserv.blockSeconds && actor.level < LEVELS.ban)
        return said`Another time than ${durationText(opserv.blockSeconds)} is for accounts of level ${LEVELS.ban} and above.`;
      return tooLong(reason);
    },
    async run(call) {
      const user = stillThere(userNamed(call, call.words[0]!));
      const { seconds, reason } = parts(call);
      const hit = opserv.clones.count(user);
      const ban = await opserv.acts.banAddress(user, { seconds, reason, by: actorOf(opserv, call).name });
      return [saidBan(opserv, ban, 'G-line', Math.max(1, hit))];
    },
  };
}

function jupe(opserv: OpServ): CommandRow {
  return {
    name: 'JUPE',
    needs: operators(LEVELS.jupe),
    syntax: '<server> <time> <reason>',
    least: 3,
    most: null,
    effect: 'keeps a server off the network',
    help: ['Keeps a server off the network, for a week at most; one that is linked is let go.'],
    recorded: (call) => ({
      server: call.words[0]!,
      time: call.words[1]!,
      reason: call.from(2),
    }),
    refusal(call) {
      const { words } = call;
      const problem = networkBanProblem('jupe', words[0]!);
      if (problem !== null) return said`That is refused: ${problem}.`;
      const { view } = opserv;
      const own = view?.serverByName(words[0]!);
      if (own !== undefined && (own === view!.me || own === opserv.options.uplink()?.peer))
        return 'Services would lose the network by that.';
      const seconds = lasting(words[1]!);
      if (!isSeconds(seconds)) return seconds;
      if (seconds > LONGEST_JUPE) return 'A jupe lasts a week at most.';
      return tooLong(call.from(2));
    },
    async run(call) {
      const { words } = call;
      const by = actorOf(opserv, call).name;
      const { mask, expiresMs } = await opserv.bans.set('jupe', words[0]!, {
        seconds: lasting(words[1]!) as number,
        reason: call.from(2),
        by,
      });
      return [said`The server ${mask} is juped until ${untilText(expiresMs)}.`];
    },
  };
}

function unjupe(opserv: OpServ): CommandRow {
  return {
    name: 'UNJUPE',
    needs: operators(LEVELS.jupe),
    syntax: '<server>',
    least: 1,
    most: 1,
    effect: 'lets a server link again',
    help: ['Lifts a jupe.'],
    recorded: ({ words }) => ({ server: words[0]! }),
    refusal: ({ words }) =>
      opserv.bans.holding('jupe', words[0]!) === undefined
        ? said`There is no jupe for ${words[0]!.slice(0, 128)}.`
        : null,
    async run(call) {
      const ban = await opserv.bans.lift('jupe', call.words[0]!, actorOf(opserv, call).name);
      return [ban === null ? 'There is no jupe any more.' : said`The jupe for ${ban.mask} is lifted.`];
    },
  };
}

function refresh(opserv: OpServ): CommandRow {
  return {
    name: 'REFRESHG',
    needs: operators(LEVELS.ban),
    syntax: '',
    least: 0,
    most: 0,
    effect: 'tells all servers of all G-lines anew',
    help: ['Tells all servers of all G-lines anew, for one that has lost them.'],
    recorded: () => ({}),
    async run(call) {
      const told = await opserv.refresh(['gline'], actorOf(opserv, call).name);
      return [said`All servers are told of ${told} G-lines.`];
    },
  };
}

/** Commands of OpServ on channels, whosever they are: it need not be on one. Nothing is done there to who is above whoever asks. */
import { fold } from '../../irc/casemapping.ts';
import { normalizeUserMask } from '../../irc/mask.ts';
import { STATUS } from '../../irc/modes.ts';
import { isValidChannelName } from '../../irc/names.ts';
import { KIND_LIMITS } from '../../irc/p10/kinds.ts';
import type { LinkModeChange } from '../../irc/p10/mode-line.ts';
import { bytesOf } from '../../irc/p10/text.ts';
import type { CommandCall, CommandRow } from '../bots/command-row.ts';
import { type Reply, said } from '../bots/reply.ts';
import { limits } from '../limits.ts';
import type { ViewChannel, ViewUser } from '../network/view-parts.ts';
import { type Actor, isAbove, isService } from './actor.ts';
import { compileWholeMask } from './cover.ts';
import type { OpServ } from './opserv.ts';
import {
  actorOf,
  channelNamed,
  isChannel,
  isUser,
  operators,
  stillThere,
  tooLong,
  userNamed,
} from './opserv-row.ts';
import { sliced } from './sliced.ts';

const LEVELS = { act: 100, clear: 400, sit: 601 } as const;

export function channelCommands(opserv: OpServ): CommandRow[] {
  return [
    ...[join(opserv), part(opserv), mode(opserv), status(opserv, true), status(opserv, false)],
    ...[kick(opserv), ban(opserv), clearModes(opserv), deopAll(opserv), kickAll(opserv)],
  ];
}

function channelIn(opserv: OpServ, call: CommandCall): ViewChannel {
  return stillThere(channelNamed(opserv, call.words[0]!));
}

/** What is recorded of all of them: the channel, and what was said beside it. */
function recorded(call: CommandCall): { channel: string; what: string } {
  return { channel: call.words[0]!.slice(0, 64), what: call.from(1).slice(0, limits.reasonBytes.default) };
}

function join(opserv: OpServ): CommandRow {
  return {
    name: 'JOIN',
    needs: operators(LEVELS.sit),
    syntax: '<#channel>',
    least: 1,
    most: 1,
    effect: 'has OpServ join a channel, as operator',
    help: ['Has OpServ join a channel, as operator.'],
    recorded,
    refusal: ({ words }) =>
      isValidChannelName(words[0]!, limits.channelBytes.default)
        ? null
        : said`${words[0]!.slice(0, 64)} is no name of a channel.`,
    run({ words }) {
      const now = Math.floor(opserv.options.clock.now() / 1_000);
      const channel = opserv.options.acts.join(opserv.bot, words[0]!, now);
      return [channel === null ? 'There is no network.' : said`OpServ is on ${channel.name}.`];
    },
  };
}

function part(opserv: OpServ): CommandRow {
  const member = (channel: ViewChannel) => {
    const user = opserv.view?.users.get(opserv.bot.numeric);
    return user !== undefined && channel.members.has(user);
  };
  return {
    name: 'PART',
    needs: operators(LEVELS.sit),
    syntax: '<#channel> [reason]',
    least: 1,
    most: null,
    effect: 'has OpServ leave a channel',
    help: ['Has OpServ leave a channel.'],
    recorded,
    refusal(call) {
      const channel = channelNamed(opserv, call.words[0]!);
      if (!isChannel(channel)) return channel;
      return member(channel) ? null : said`OpServ is not on ${channel.name}.`;
    },
    run(call) {
      const channel = channelIn(opserv, call);
      opserv.options.acts.part(opserv.bot, channel, call.from(1));
      return [said`OpServ has left ${channel.name}.`];
    },
  };
}

/** Changes as somebody typed them; a reply for what cannot be read. Members are named by nick. */
export function readChanges(
  opserv: OpServ,
  by: Pick<CommandCall, 'byNick'> | null | undefined,
  channel: ViewChannel,
  words: readonly string[],
): LinkModeChange[] | Reply {
  const [letters = '', ...rest] = words;
  const kind = KIND_LIMITS[opserv.options.uplink()?.kind ?? 'ircu'];
  const changes: LinkModeChange[] = [];
  let on = true;
  for (const letter of letters) {
    if (letter === '+' || letter === '-') {
      on = letter === '+';
      continue;
    }
    const wants =
      kind.modesWithArgument.includes(letter) || (on && kind.modesWithArgumentWhenSet.includes(letter));
    if (!wants && !kind.flags.includes(letter) && !kind.modesWithArgumentWhenSet.includes(letter))
      return said`This network has no mode ${letter}.`;
    const argument = wants ? rest.shift() : '';
    if (argument === undefined) return said`The mode ${letter} needs a value.`;
    if (!'ovhqa'.includes(letter)) {
      changes.push({
        on,
        letter,
        argument: bytesOf('be'.includes(letter) ? normalizeUserMask(argument) : argument),
      });
      continue;
    }
    const user = userNamed(by, argument);
    if (!isUser(user)) return user;
    if (!channel.members.has(user)) return said`${user.nick} is not on ${channel.name}.`;
    changes.push({ on, letter, argument: user.numeric });
  }
  return changes.length === 0 ? 'Expected modes, such as +m-i.' : changes;
}

/** Somebody above whoever asks who would lose something by changes; null for nobody. */
function losesBy(
  opserv: OpServ,
  channel: ViewChannel,
  actor: Actor,
  changes: readonly LinkModeChange[],
): string | null {
  for (const { on, letter, argument } of changes) {
    if (letter === 'b' && on) {
      const hit = coveredAbove(opserv, channel, actor, argument);
      if (hit !== null) return hit;
    }
    if (on || !'ovhqa'.includes(letter)) continue;
    const user = opserv.view?.users.get(argument);
    if (user !== undefined && (isService(user) || isAbove(opserv.ranks, actor, user))) return user.nick;
  }
  return null;
}

/** Somebody on a channel who is above whoever asks and whom a mask covers. */
function coveredAbove(opserv: OpServ, channel: ViewChannel, actor: Actor, mask: string): string | null {
  const covers = compileWholeMask(mask);
  for (const member of channel.members.keys())
    if (isAbove(opserv.ranks, actor, member) && covers(member)) return member.nick;
  return null;
}

function mode(opserv: OpServ): CommandRow {
  return {
    name: 'MODE',
    needs: operators(LEVELS.act),
    syntax: '<#channel> <modes> [value]...',
    least: 2,
    most: null,
    effect: 'changes modes of a channel',
    help: ['Changes modes of a channel, as in MODE #help +m-i or MODE #help +b *!*@example.net.'],
    recorded,
    refusal(call) {
      const channel = channelNamed(opserv, call.words[0]!);
      if (!isChannel(channel)) return channel;
      const changes = readChanges(opserv, call, channel, call.words.slice(1));
      if (!Array.isArray(changes)) return changes as Reply;
      const above = losesBy(opserv, channel, actorOf(opserv, call), changes);
      return above === null ? null : said`${above} is above you.`;
    },
    run(call) {
      const channel = channelIn(opserv, call);
      const changes = readChanges(opserv, call, channel, call.words.slice(1));
      if (!Array.isArray(changes)) return [changes as Reply];
      opserv.options.acts.force(channel, changes);
      return [said`The modes of ${channel.name} are changed.`];
    },
  };
}

function status(opserv: OpServ, on: boolean): CommandRow {
  const found = (call: CommandCall): { channel: ViewChannel; members: ViewUser[] } | Reply => {
    const channel = channelNamed(opserv, call.words[0]!);
    if (!isChannel(channel)) return channel;
    const members: ViewUser[] = [];
    for (const nick of call.words.slice(1)) {
      const user = userNamed(call, nick);
      if (!isUser(user)) return user;
      if (!channel.members.has(user)) return said`${user.nick} is not on ${channel.name}.`;
      members.push(user);
    }
    return { channel, members };
  };
  return {
    name: on ? 'OP' : 'DEOP',
    needs: operators(LEVELS.act),
    syntax: '<#channel> <nick>...',
    least: 2,
    most: 16,
    effect: on ? 'makes members operators of a channel' : 'makes members operators of a channel no more',
    help: [
      on
        ? 'Makes members of a channel its operators.'
        : 'Takes operators of a channel that away, but those above you.',
    ],
    recorded,
    refusal(call) {
      const which = found(call);
      if (typeof which === 'string' || !('members' in which)) return which;
      const actor = actorOf(opserv, call);
      const above = which.members.find((user) => isService(user) || isAbove(opserv.ranks, actor, user));
      return on || above === undefined ? null : said`${above.nick} is above you.`;
    },
    run(call) {
      const which = found(call);
      if (typeof which === 'string' || !('members' in which)) return [which];
      const { channel, members } = which;
      opserv.options.acts.force(
        channel,
        members.map(({ numeric }) => ({ on, letter: 'o', argument: numeric })),
      );
      return [
        on
          ? said`${members.length} are operators of ${channel.name}.`
          : said`${members.length} are operators of ${channel.name} no more.`,
      ];
    },
  };
}

function kick(opserv: OpServ): CommandRow {
  return {
    name: 'KICK',
    needs: operators(LEVELS.act),
    syntax: '<#channel> <nick> [reason]',
    least: 2,
    most: null,
    effect: 'throws somebody out of a channel',
    help: ['Throws somebody out of a channel who is not above you.'],
    recorded,
    refusal(call) {
      const channel = channelNamed(opserv, call.words[0]!);
      if (!isChannel(channel)) return channel;
      const user = userNamed(call, call.words[1]!);
      if (!isUser(user)) return user;
      if (!channel.members.has(user)) return said`${user.nick} is not on ${channel.name}.`;
      if (isService(user) || isAbove(opserv.ranks, actorOf(opserv, call), user))
        return said`${user.nick} is above you.`;
      return tooLong(call.from(2));
    },
    run(call) {
      const channel = channelIn(opserv, call);
      const user = stillThere(userNamed(call, call.words[1]!));
      opserv.options.acts.throwOut(channel, user, call.from(2) || `Wanted by ${actorOf(opserv, call).name}`);
      return [said`${user.nick} is thrown out of ${channel.name}.`];
    },
  };
}

function ban(opserv: OpServ): CommandRow {
  const maskOf = (word: string) => {
    const user = /[!@*?]/.test(word) ? undefined : opserv.view?.byNick(word);
    return user === undefined ? normalizeUserMask(word) : `*!*@${user.host}`;
  };
  return {
    name: 'BAN',
    needs: operators(LEVELS.act),
    syntax: '<#channel> <nick or mask>',
    least: 2,
    most: 2,
    effect: 'bans a mask from a channel',
    help: ['Bans a mask, or the host of somebody, from a channel; nobody above you may be covered.'],
    recorded,
    refusal(call) {
      const channel = channelNamed(opserv, call.words[0]!);
      if (!isChannel(channel)) return channel;
      const mask = maskOf(call.words[1]!);
      if (mask.length > limits.maskBytes.default)
        return said`A mask has up to ${limits.maskBytes.default} characters.`;
      if (channel.bans.has(mask)) return said`${mask} is banned from ${channel.name} already.`;
      const above = coveredAbove(opserv, channel, actorOf(opserv, call), mask);
      return above === null ? null : said`That mask covers ${above}, who is above you.`;
    },
    run(call) {
      const channel = channelIn(opserv, call);
      const mask = maskOf(call.words[1]!);
      opserv.options.acts.force(channel, [{ on: true, letter: 'b', argument: bytesOf(mask) }]);
      return [said`${mask} is banned from ${channel.name}.`];
    },
  };
}

/** Modes of a channel that CLEARMODES takes away: all that there are, and the argument that the key needs. */
export function clearing(channel: ViewChannel): LinkModeChange[] {
  return [...channel.modes].map(([letter, argument]) => ({
    on: false,
    letter,
    argument: letter === 'k' ? argument : '',
  }));
}

function clearModes(opserv: OpServ): CommandRow {
  return {
    name: 'CLEARMODES',
    needs: operators(LEVELS.clear),
    syntax: '<#channel>',
    least: 1,
    most: 1,
    effect: 'takes all modes of a channel away',
    help: ['Takes all modes of a channel away; bans and members stay as they are.'],
    recorded,
    refusal(call) {
      const channel = channelNamed(opserv, call.words[0]!);
      if (!isChannel(channel)) return channel;
      return channel.modes.size === 0 ? said`${channel.name} has no modes.` : null;
    },
    run(call) {
      const channel = channelIn(opserv, call);
      opserv.options.acts.force(channel, clearing(channel));
      return [said`${channel.name} has no modes any more.`];
    },
  };
}

/** Members to whom an actor may do something: no services, nobody above, and not whoever asks. */
export function membersBelow(
  opserv: OpServ,
  channel: ViewChannel,
  actor: Actor,
  self: ViewUser | null,
): ViewUser[] {
  return [...channel.members.keys()].filter(
    (user) => user !== self && !isService(user) && !isAbove(opserv.ranks, actor, user),
  );
}

function deopAll(opserv: OpServ): CommandRow {
  return {
    name: 'DEOPALL',
    needs: operators(LEVELS.clear),
    syntax: '<#channel>',
    least: 1,
    most: 1,
    effect: 'makes nobody but those above you operator of a channel',
    help: ['Takes all operators of a channel that away, but services, you and those above you.'],
    recorded,
    refusal(call) {
      const channel = channelNamed(opserv, call.words[0]!);
      return isChannel(channel) ? null : channel;
    },
    run(call) {
      const channel = channelIn(opserv, call);
      const ops = membersBelow(opserv, channel, actorOf(opserv, call), call.user).filter(
        (user) => (channel.members.get(user)! & STATUS.op) !== 0,
      );
      opserv.options.acts.force(
        channel,
        ops.map(({ numeric }) => ({ on: false, letter: 'o', argument: numeric })),
      );
      return [said`${ops.length} are operators of ${channel.name} no more.`];
    },
  };
}

function kickAll(opserv: OpServ): CommandRow {
  return {
    name: 'KICKALL',
    needs: operators(LEVELS.clear),
    syntax: '<#channel> [reason]',
    least: 1,
    most: null,
    effect: 'throws everybody out of a channel but those above you',
    help: [
      'Throws everybody out of a channel, but services, you and those above you. It is closed to others while that is done.',
    ],
    recorded,
    refusal(call) {
      const channel = channelNamed(opserv, call.words[0]!);
      return isChannel(channel) ? tooLong(call.from(1)) : channel;
    },
    async run(call) {
      const channel = channelIn(opserv, call);
      const thrown = await throwAllOut(opserv, channel, actorOf(opserv, call), call.user, call.from(1));
      return [said`${thrown} are thrown out of ${channel.name}.`];
    },
  };
}

/** Throws members out, in slices; nobody comes back meanwhile. @returns how many */
export async function throwAllOut(
  opserv: OpServ,
  channel: ViewChannel,
  actor: Actor,
  self: ViewUser | null,
  reason: string,
): Promise<number> {
  const { acts, clock } = opserv.options;
  const { view } = opserv;
  const members = membersBelow(opserv, channel, actor, self);
  const closes = !channel.modes.has('i');
  if (closes) acts.force(channel, [{ on: true, letter: 'i', argument: '' }]);
  let thrown = 0;
  await sliced(
    clock,
    members,
    (user) => {
      if (!channel.members.has(user)) return true;
      acts.throwOut(channel, user, reason || `Wanted by ${actor.name}`);
      thrown++;
      return true;
    },
    () => opserv.view === view,
  );
  if (closes && view?.channels.get(fold(channel.name)) === channel)
    acts.force(channel, [{ on: false, letter: 'i', argument: '' }]);
  return thrown;
}

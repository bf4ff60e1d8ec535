/**
 * MODE on channels (RFC 2812 3.2.3, Modern "MODE message"): parses a mode string and says what a client may not do. What is
 * allowed is done by actions/channel-modes.ts. Called by commands/mode.ts.
 */

import { hasBrokenNetwork } from '../../irc/address-mask.ts';
import { canonicalListMask } from '../../irc/extended-mask.ts';
import {
  CMODE,
  CMODE_LETTERS,
  isTextMode,
  rankOver,
  STATUS,
  STATUS_LETTERS,
  TEXT_MODES,
  type TextMode,
} from '../../irc/modes.ts';
import { isChannelName, isValidKey } from '../../irc/names.ts';
import { N } from '../../irc/numerics.ts';
import { replyParameter } from '../../irc/reply-parameter.ts';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { ChannelModeChanges } from '../actions/channel-modes.ts';
import { tellUnkept } from '../actions/keeping.ts';
import type { CommandServer } from '../command-server.ts';
import { AS_SERVER, POLICY_FORM, parseHistoryPolicy } from '../history/channel-policy.ts';
import { limits } from '../limits.ts';
import type { Channel, Membership } from '../state/channel.ts';
import { ChannelFlood } from '../state/channel-flood.ts';
import type { LocalClient } from '../state/local-client.ts';
import { rest } from '../work-steps.ts';
import { isListMode, listOf, maskCount, sendMaskList } from './mask-lists.ts';

/** Flags that halfops may not change: they decide what those above them may do. */
const OPERATORS_ALONE = CMODE.noKicks | CMODE.permanent;
/** Those that only operators of the network may set. */
const IRC_OPERATORS_ALONE = CMODE.opersOnly | CMODE.permanent;
/** Largest +l. */
export const MAX_LIMIT = 1_000_000;

/**
 * Applies a mode string at once, and announces it in steps. Members who are no halfop, and strangers, may only list.
 * @param forced by an operator of the network, whatever they are on the channel.
 */
export function changeChannelModes(
  server: CommandServer,
  client: LocalClient,
  channel: Channel,
  letters: string,
  args: readonly string[],
  forced = false,
): WorkSteps | null {
  const rank = forced ? STATUS.owner : (client.user.memberships.get(channel)?.status ?? 0);
  const change = new ChannelModeChange(server, client, channel, args, rank);
  return change.apply(letters, forced);
}

class ChannelModeChange {
  readonly #server: CommandServer;
  readonly #client: LocalClient;
  readonly #channel: Channel;
  readonly #args: readonly string[];
  /** Status bits of whoever changes them. */
  readonly #rank: number;
  readonly #changes: ChannelModeChanges;
  #nextArg = 0;
  #withParameter = 0;
  #refused = false;
  #forced = false;
  readonly #unknown = new Set<string>();

  constructor(
    server: CommandServer,
    client: LocalClient,
    channel: Channel,
    args: readonly string[],
    rank: number,
  ) {
    this.#server = server;
    this.#client = client;
    this.#channel = channel;
    this.#args = args;
    this.#rank = rank;
    this.#changes = new ChannelModeChanges(server, client.user, channel);
  }

  apply(letters: string, forced: boolean): WorkSteps | null {
    this.#forced = forced;
    let on = true;
    const listed = new Set<string>();
    for (const letter of letters) {
      if (letter === '+' || letter === '-') on = letter === '+';
      else if (this.#isOverLimit(on, letter)) continue;
      else if (isListMode(letter)) this.#applyList(on, letter, listed);
      else if (this.#mayChange()) this.#applyOne(on, letter);
    }
    const left = this.#changes.announce(forced ? 'forced' : true);
    // It was kept by P alone.
    this.#server.state.endIfEmpty(this.#channel);
    return this.#changes.any && this.#server.keeper !== null ? this.#told(left) : left;
  }

  *#told(left: WorkSteps | null): WorkSteps {
    yield* rest(left);
    tellUnkept(this.#server, this.#client, 'MODE', this.#channel);
  }

  /** Says once that the user ranks too low. */
  #mayChange(least: number = STATUS.halfop): boolean {
    if (this.#rank >= least) return true;
    if (!this.#refused) this.#client.reply(N.ERR_CHANOPRIVSNEEDED, this.#channel.name);
    this.#refused = true;
    return false;
  }

  /** Whether a change has a parameter but too many had one before (ISUPPORT MODES); says so, and passes over it. */
  #isOverLimit(on: boolean, letter: string): boolean {
    const most = this.#server.tuning.get('modes_per_command');
    const argument = this.#args[this.#nextArg];
    if (
      this.#withParameter < most ||
      argument === undefined ||
      !takesParameter(on, letter, this.#server.statuses)
    )
      return false;
    this.#nextArg++;
    if (this.#mayChange()) {
      this.#invalid(
        letter,
        replyParameter(argument),
        `Not changed: at most ${most} changes with a parameter at once`,
      );
    }
    return true;
  }

  /** The next parameter; null when there is none. */
  #takeArg(): string | null {
    const argument = this.#args[this.#nextArg];
    if (argument === undefined) return null;
    this.#nextArg++;
    this.#withParameter++;
    return argument;
  }

  #applyOne(on: boolean, letter: string): void {
    const status = (STATUS_LETTERS.get(letter) ?? 0) & this.#server.statuses;
    if (status !== 0) this.#applyStatus(on, letter, status);
    else if (letter === 'k') this.#applyKey(on);
    else if (letter === 'l') this.#applyLimit(on);
    else if (isTextMode(letter)) this.#applyText(on, letter);
    else this.#applyFlag(on, letter);
  }

  #applyFlag(on: boolean, letter: string): void {
    const bit = CMODE_LETTERS.get(letter);
    if (bit === undefined) {
      // Once for each letter, so that one line cannot ask for hundreds of answers.
      if (!this.#unknown.has(letter)) this.#client.reply(N.ERR_UNKNOWNMODE, letter);
      this.#unknown.add(letter);
    } else if ((bit & OPERATORS_ALONE) !== 0 && !this.#mayChange(STATUS.op)) {
      // A halfop, who was told.
    } else if ((bit & IRC_OPERATORS_ALONE) !== 0 && on && !this.#client.user.isOper) {
      this.#client.reply(N.ERR_NOPRIVILEGES);
    } else this.#changes.flag(on, letter, bit);
  }

  #applyStatus(on: boolean, letter: string, bit: number): void {
    const nick = this.#takeArg();
    if (nick === null) {
      this.#client.reply(N.ERR_NEEDMOREPARAMS, 'MODE');
      return;
    }
    const target = this.#server.state.findUser(nick);
    const membership = target?.memberships.get(this.#channel);
    if (target === undefined) this.#client.reply(N.ERR_NOSUCHNICK, replyParameter(nick));
    else if (membership === undefined) {
      this.#client.reply(N.ERR_USERNOTINCHANNEL, `${target.nick} ${this.#channel.name}`);
    } else if (this.#maySetStatus(on, bit, membership)) this.#changes.status(on, letter, bit, membership);
  }

  /** Everybody may take what they have from themselves, and nobody something from who ranks too high. */
  #maySetStatus(on: boolean, bit: number, { user, status }: Membership): boolean {
    if (!on && user === this.#client.user) return true;
    return this.#mayChange(rankOver(on ? bit : Math.max(bit, status)));
  }

  #applyKey(on: boolean): void {
    const key = this.#takeArg();
    if (!on) {
      // The key need not be repeated to take it off.
      this.#changes.key(null);
    } else if (key === null) this.#client.reply(N.ERR_NEEDMOREPARAMS, 'MODE');
    else if (!isValidKey(key, limits.keyLength.default)) this.#invalid('k', '*', 'Invalid channel key');
    else this.#changes.key(key);
  }

  #applyLimit(on: boolean): void {
    if (!on) {
      this.#changes.limit(null);
      return;
    }
    const argument = this.#takeArg();
    if (argument === null) {
      this.#client.reply(N.ERR_NEEDMOREPARAMS, 'MODE');
      return;
    }
    const limit = parseLimit(argument);
    if (limit === null)
      this.#invalid('l', replyParameter(argument), `Expected a number from 1 to ${MAX_LIMIT}`);
    else this.#changes.limit(limit);
  }

  #applyText(on: boolean, letter: TextMode): void {
    // Nor may halfops send others elsewhere, or decide what is a flood of theirs and what is kept.
    if (!this.#mayChange(STATUS.op)) return;
    if (!on) {
      this.#changes.text(letter, null);
      return;
    }
    const argument = this.#takeArg();
    if (letter === 'H') this.#applyHistory(argument);
    else if (argument === null) this.#client.reply(N.ERR_NEEDMOREPARAMS, 'MODE');
    else if (letter === 'L') this.#applyForward(argument);
    else if (ChannelFlood.parse(argument) === null)
      this.#invalid(letter, replyParameter(argument), 'Expected limits such as [5j#i10,20m,8t#b]:15');
    else this.#changes.text(letter, argument);
  }

  /** Without a parameter it is kept as the server's settings say. */
  #applyHistory(argument: string | null): void {
    const { history } = this.#server;
    const { name } = this.#channel;
    if (history === null) {
      this.#client.fail('MODE', 'HISTORY_OFF', name, 'This server keeps nothing of what is said');
      return;
    }
    if (!this.#channel.has(CMODE.history) && history.isDropping(this.#channel)) {
      const text = 'What was kept before is not deleted from the disk yet. Try again in a while';
      this.#client.fail('MODE', 'HISTORY_NOT_DELETED', name, text);
      return;
    }
    const policy = parseHistoryPolicy(argument ?? AS_SERVER);
    const problem = policy === null ? `Expected ${POLICY_FORM}` : history.whyNot(policy);
    if (problem !== null) this.#invalid('H', replyParameter(argument ?? ''), problem);
    else this.#changes.text('H', policy!.text);
  }

  /** Only whoever is operator there too may send people there, so that nobody's channel is overrun. */
  #applyForward(name: string): void {
    const there = isChannelName(name) ? this.#server.state.findChannel(name) : undefined;
    if (there === undefined || there === this.#channel)
      this.#invalid('L', replyParameter(name), 'Expected another channel that there is');
    else if (!(this.#forced || this.#client.user.memberships.get(there)?.isOp === true))
      this.#client.reply(N.ERR_CHANOPRIVSNEEDED, there.name);
    else this.#changes.text('L', there.name);
  }

  #applyList(on: boolean, letter: string, listed: Set<string>): void {
    const argument = this.#takeArg();
    if (argument === null) {
      if (!listed.has(letter)) sendMaskList(this.#client, this.#channel, letter);
      listed.add(letter);
      return;
    }
    if (!this.#mayChange()) return;
    if (argument === '' || argument.includes(' ') || argument.startsWith(':')) {
      this.#invalid(letter, '*', 'Invalid mask');
      return;
    }
    const mask = canonicalListMask(argument);
    if (mask === null) {
      this.#invalid(letter, '*', 'Invalid mask');
      return;
    }
    if (Buffer.byteLength(mask) > limits.maskBytes.default) {
      this.#invalid(letter, '*', `A mask has at most ${limits.maskBytes.default} bytes`);
      return;
    }
    if (hasBrokenNetwork(mask)) {
      this.#invalid(letter, mask, 'Expected a network such as 10.0.0.0/8');
      return;
    }
    const list = listOf(this.#channel, letter);
    if (on && maskCount(this.#channel) >= this.#server.tuning.get('mask_list_entries') && !list.has(mask)) {
      this.#client.reply(N.ERR_BANLISTFULL, `${this.#channel.name} ${letter}`);
      return;
    }
    this.#changes.mask(on, letter, mask);
  }

  #invalid(letter: string, argument: string, text: string): void {
    this.#client.reply(N.ERR_INVALIDMODEPARAM, `${this.#channel.name} ${letter} ${argument}`, text);
  }
}

/** @param statuses bits of what members may be here */
function takesParameter(on: boolean, letter: string, statuses: number): boolean {
  if (isListMode(letter) || letter === 'k' || (on && (letter === 'l' || isTextMode(letter)))) return true;
  return ((STATUS_LETTERS.get(letter) ?? 0) & statuses) !== 0;
}

function parseLimit(text: string): number | null {
  if (text.length === 0 || text.length > 7) return null;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return null;
  }
  const value = Number(text);
  return value >= 1 && value <= MAX_LIMIT ? value : null;
}

/** The modes of a channel for RPL_CHANNELMODEIS; the key is shown to members only. */
export function channelModeString(channel: Channel, member: boolean): string {
  let letters = '+';
  let args = '';
  for (const [letter, bit] of CMODE_LETTERS) if (channel.has(bit)) letters += letter;
  if (channel.joinKey !== null) {
    letters += 'k';
    args += ` ${member ? channel.joinKey : '*'}`;
  }
  if (channel.limit !== null) {
    letters += 'l';
    args += ` ${channel.limit}`;
  }
  for (const letter of TEXT_MODES) {
    const text = channel.text(letter);
    if (text === null) continue;
    letters += letter;
    args += ` ${text}`;
  }
  return letters + args;
}

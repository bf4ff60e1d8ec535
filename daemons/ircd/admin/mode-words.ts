/** Reads the modes that an administrator gives a channel, such as `+mH-s`, `+o ann` or `+b *!*@192.0.2.9`, before anything is changed. */
import { SignalboxError } from '../../../contract/errors.ts';
import { hasBrokenNetwork } from '../../irc/address-mask.ts';
import { canonicalListMask } from '../../irc/extended-mask.ts';
import { CMODE_LETTERS, isTextMode, STATUS_LETTERS, type TextMode } from '../../irc/modes.ts';
import { isChannelName, isValidKey } from '../../irc/names.ts';
import type { ChannelModeChanges } from '../actions/channel-modes.ts';
import { AS_SERVER, POLICY_FORM, parseHistoryPolicy } from '../history/channel-policy.ts';
import type { IrcServer } from '../irc-server.ts';
import { limits } from '../limits.ts';
import { MAX_LIMIT } from '../modes/channel-modes.ts';
import { isListMode, listOf, maskCount } from '../modes/mask-lists.ts';
import type { Channel } from '../state/channel.ts';
import { ChannelFlood } from '../state/channel-flood.ts';

type Change = (changes: ChannelModeChanges) => void;

/**
 * The changes in their order.
 * @param key what +k sets, which is none of the words because the audit trail has those
 * @throws SignalboxError `refused` for the first that cannot be made
 */
export function modeChanges(
  server: IrcServer,
  channel: Channel,
  text: string,
  key?: string,
): readonly Change[] {
  const [letters = '', ...parameters] = text.split(' ').filter((word) => word !== '');
  const taken = parameters[Symbol.iterator]();
  const next = (letter: string, otherwise?: string): string => {
    const { value = otherwise } = taken.next();
    if (value === undefined)
      throw refused(`${letter} needs a parameter behind the letters, as in “+${letter} …”.`);
    return value;
  };
  let on = true;
  let keyed = false;
  /** Masks that a list has more behind the changes. */
  let more = 0;
  const changes: Change[] = [];
  for (const letter of letters) {
    if (letter === '+' || letter === '-') on = letter === '+';
    else if (letter === 'k') {
      keyed ||= on;
      changes.push(keyChange(on, key));
    } else if (isListMode(letter)) {
      const mask = listMask(letter, next(letter));
      if (on && !listOf(channel, letter).has(mask)) more++;
      if (maskCount(channel) + more > server.tuning.get('mask_list_entries'))
        throw refused(
          `${channel.name} has as many masks as may be: ${maskCount(channel)}. Take some off before.`,
        );
      const adds = on;
      changes.push((made) => made.mask(adds, letter, mask));
    } else changes.push(changeOf(server, channel, on, letter, next));
  }
  if (changes.length === 0) throw refused('There is no letter of a mode; expected such as “+m” or “-s+i”.');
  if (key !== undefined && !keyed) throw refused('There is a key, but no +k that sets it.');
  const { value: left } = taken.next();
  if (left !== undefined) throw refused(`No letter takes the parameter ${left}.`);
  return changes;
}

function changeOf(
  { state, statuses, history }: IrcServer,
  channel: Channel,
  on: boolean,
  letter: string,
  next: (letter: string, otherwise?: string) => string,
): Change {
  const flag = CMODE_LETTERS.get(letter);
  if (flag !== undefined) return (changes) => changes.flag(on, letter, flag);
  const status = (STATUS_LETTERS.get(letter) ?? 0) & statuses;
  if (status !== 0) {
    const nick = next(letter);
    const member = state.findUser(nick)?.memberships.get(channel);
    if (member === undefined) throw refused(`${nick} is not on ${channel.name}.`);
    return (changes) => changes.status(on, letter, status, member);
  }
  if (letter === 'H' && on) return historyChange(history, next(letter, AS_SERVER));
  if (isTextMode(letter)) return textChange(state, channel, on, letter, next);
  if (letter !== 'l') throw refused(`${letter} is no mode that channels have here.`);
  if (!on) return (changes) => changes.limit(null);
  const limit = Number(next(letter));
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw refused(`l is a number of members from 1 to ${MAX_LIMIT}.`);
  return (changes) => changes.limit(limit);
}

function keyChange(on: boolean, key: string | undefined): Change {
  if (!on) return (changes) => changes.key(null);
  if (key === undefined) throw refused('k needs a key, which stands in a field of its own (key).');
  if (!isValidKey(key, limits.keyLength.default))
    throw refused(
      `The key is none: expected up to ${limits.keyLength.default} characters without spaces, commas and controls.`,
    );
  return (changes) => changes.key(key);
}

function listMask(letter: string, text: string): string {
  const mask = text.startsWith(':') ? null : canonicalListMask(text);
  if (mask === null || hasBrokenNetwork(mask))
    throw refused(`${letter} takes a mask, such as *!*@*.example.org, *!*@10.0.0.0/8 or ~a:account.`);
  if (Buffer.byteLength(mask) > limits.maskBytes.default)
    throw refused(`A mask has at most ${limits.maskBytes.default} bytes.`);
  return mask;
}

function historyChange(history: IrcServer['history'], text: string): Change {
  if (history === null)
    throw refused('Nothing of what is said is kept here; keep_minutes in [ircd.history] keeps it.');
  const policy = parseHistoryPolicy(text);
  if (policy === null) throw refused(`H takes ${POLICY_FORM}.`);
  const problem = history.whyNot(policy);
  if (problem !== null) throw refused(`${problem}.`);
  return (changes) => changes.text('H', policy.text);
}

function textChange(
  state: IrcServer['state'],
  channel: Channel,
  on: boolean,
  letter: TextMode,
  next: (letter: string) => string,
): Change {
  if (!on) return (changes) => changes.text(letter, null);
  const text = next(letter);
  if (letter === 'f') {
    if (ChannelFlood.parse(text) === null)
      throw refused('f takes what is too much in how many seconds, such as [5j#i10,20m,8t#b]:15.');
    return (changes) => changes.text('f', text);
  }
  const there = isChannelName(text) ? state.findChannel(text) : undefined;
  if (there === undefined || there === channel)
    throw refused('L takes the name of another channel that there is.');
  return (changes) => changes.text('L', there.name);
}

function refused(message: string): SignalboxError {
  return new SignalboxError('refused', message);
}

/** Reads the modes that an administrator gives a channel, such as `+mH-s` or `+o ann`, before anything is changed. */
import { SignalboxError } from '../../../contract/errors.ts';
import { CMODE, CMODE_LETTERS, STATUS_LETTERS } from '../../irc/modes.ts';
import type { ChannelModeChanges } from '../actions/channel-modes.ts';
import type { IrcServer } from '../irc-server.ts';
import { MAX_LIMIT } from '../modes/channel-modes.ts';
import type { Channel } from '../state/channel.ts';

type Change = (changes: ChannelModeChanges) => void;

/**
 * The changes in their order. A key is none of them, because the audit trail would have it; lists, floods and forwards are left to the
 * protocol.
 * @throws SignalboxError `refused` for the first that cannot be made
 */
export function modeChanges(server: IrcServer, channel: Channel, text: string): readonly Change[] {
  const [letters = '', ...parameters] = text.split(' ').filter((word) => word !== '');
  const taken = parameters[Symbol.iterator]();
  const next = (letter: string): string => {
    const { value } = taken.next();
    if (value === undefined)
      throw refused(`${letter} needs a parameter behind the letters, as in “+${letter} …”.`);
    return value;
  };
  let on = true;
  const changes: Change[] = [];
  for (const letter of letters) {
    if (letter === '+' || letter === '-') on = letter === '+';
    else changes.push(changeOf(server, channel, on, letter, next));
  }
  if (changes.length === 0) throw refused('There is no letter of a mode; expected such as “+m” or “-s+i”.');
  const { value: left } = taken.next();
  if (left !== undefined) throw refused(`No letter takes the parameter ${left}.`);
  return changes;
}

function changeOf(
  { state, statuses, history }: IrcServer,
  channel: Channel,
  on: boolean,
  letter: string,
  next: (letter: string) => string,
): Change {
  const flag = CMODE_LETTERS.get(letter);
  if (flag === CMODE.history && on && history === null)
    throw refused('Nothing of what is said is kept here; keep_minutes in [ircd.history] keeps it.');
  if (flag !== undefined) return (changes) => changes.flag(on, letter, flag);
  const status = (STATUS_LETTERS.get(letter) ?? 0) & statuses;
  if (status !== 0) {
    const nick = next(letter);
    const member = state.findUser(nick)?.memberships.get(channel);
    if (member === undefined) throw refused(`${nick} is not on ${channel.name}.`);
    return (changes) => changes.status(on, letter, status, member);
  }
  if (letter !== 'l')
    throw refused(
      `${letter} is no mode that is set from here; operators set k, b, e, I, f and L in IRC, by SAMODE.`,
    );
  if (!on) return (changes) => changes.limit(null);
  const limit = Number(next(letter));
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw refused(`l is a number of members from 1 to ${MAX_LIMIT}.`);
  return (changes) => changes.limit(limit);
}

function refused(message: string): SignalboxError {
  return new SignalboxError('refused', message);
}

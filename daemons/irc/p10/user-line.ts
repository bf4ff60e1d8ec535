/**
 * How users are introduced: `N nick hops since user host [+modes [arguments]] address numeric :realname`. A user who takes
 * another nick has the same token with two parameters. Pure; called by whoever keeps a link.
 */
import { isAddress } from './address.ts';
import { type P10Line, writeLine } from './line.ts';
import { isUserNumeric } from './numeric.ts';
import { readWhole } from './server-line.ts';

/** User modes of Nefarious that take a host as their argument, in the order in which they are told. */
export const HOST_MODES = 'hfCc';

/** User modes that take an argument: `r` the account, and the hosts. */
const WITH_ARGUMENT = `r${HOST_MODES}`;

/** One user as they are introduced. Text has one character for each byte. */
export interface UserLine {
  readonly nick: string;
  readonly hops: number;
  /** Since when the nick is theirs, Unix seconds. */
  readonly nickSeconds: number;
  readonly username: string;
  readonly host: string;
  /** Letters without their sign. */
  readonly modes: string;
  /** The argument of each mode that has one. */
  readonly modeArguments: ReadonlyMap<string, string>;
  /** As P10 writes it (address.ts). */
  readonly address: string;
  /** Five characters. */
  readonly numeric: string;
  readonly realname: string;
}

/** The account that `r` names, and since when it exists, Unix seconds (0: not told). */
export interface AccountStamp {
  readonly account: string;
  readonly seconds: number;
}

const NO_ARGUMENTS: ReadonlyMap<string, string> = new Map();

/** Reads the parameters of an introduction; in words what is wrong with them otherwise. */
export function readUser(line: P10Line): UserLine | string {
  const { params } = line;
  const count = params.length;
  if (count < 8) return `N has ${count} parameters, an introduction needs at least 8.`;
  const [nick, hops, since, username, host] = params as [string, string, string, string, string];
  const wholeHops = readWhole(hops);
  const nickSeconds = readWhole(since);
  if (wholeHops < 0 || nickSeconds < 0) return 'hops and time of N must be whole numbers.';
  const address = params[count - 3]!;
  if (!isAddress(address)) return `${address.slice(0, 32)} is no address of P10.`;
  const numeric = params[count - 2]!;
  if (!isUserNumeric(numeric)) return `${numeric.slice(0, 16)} is no numeric of a user.`;
  const withModes = count > 8 && params[5]!.startsWith('+');
  const modes = withModes ? params[5]!.slice(1) : '';
  return {
    nick,
    hops: wholeHops,
    nickSeconds,
    username,
    host,
    modes,
    modeArguments: withModes ? argumentsOf(modes, params.slice(6, count - 3)) : NO_ARGUMENTS,
    address,
    numeric,
    realname: params[count - 1]!,
  };
}

function argumentsOf(modes: string, given: readonly string[]): ReadonlyMap<string, string> {
  if (given.length === 0) return NO_ARGUMENTS;
  const found = new Map<string, string>();
  let next = 0;
  for (const letter of modes) {
    if (WITH_ARGUMENT.includes(letter) && next < given.length) found.set(letter, given[next++]!);
  }
  return found;
}

/** @param source numeric of the user's server. */
export function writeUser(source: string, user: UserLine): string {
  const words: (string | number)[] = [user.nick, user.hops, user.nickSeconds, user.username, user.host];
  if (user.modes !== '') {
    words.push(`+${user.modes}`);
    for (const letter of user.modes) {
      const argument = user.modeArguments.get(letter);
      if (argument !== undefined && WITH_ARGUMENT.includes(letter)) words.push(argument);
    }
  }
  words.push(user.address, user.numeric);
  return writeLine(source, 'N', words, user.realname);
}

/** `account`, `account:since` or `account:since:flags`. */
export function readAccountStamp(argument: string): AccountStamp {
  const colon = argument.indexOf(':');
  if (colon < 0) return { account: argument, seconds: 0 };
  const [seconds] = argument.slice(colon + 1).split(':', 1) as [string];
  return { account: argument.slice(0, colon), seconds: Math.max(0, readWhole(seconds)) };
}

/** @returns what stands as the argument of `r`. */
export function writeAccountStamp({ account, seconds }: AccountStamp): string {
  return seconds === 0 ? account : `${account}:${seconds}`;
}

/**
 * How users are introduced: `N nick hops since user host [+modes [arguments]] address numeric :realname`. A user who takes
 * another nick has the same token with two parameters. Pure; called by whoever keeps a link.
 */
import { isAddressAt } from './address.ts';
import { type P10Line, WordPlaces, writeLine } from './line.ts';
import { base64At, USER_DIGITS } from './numeric.ts';
import { readWhole, wholeAt } from './server-line.ts';

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

const PLUS = 0x2b;
const SPACE = 0x20;
const AT = 0x40;

const NO_ARGUMENTS: ReadonlyMap<string, string> = new Map();

/** Words of an introduction without modes. */
const LEAST_WORDS = 8;
/** Where its words stand, from the beginning, */
const PLACE = { nick: 0, hops: 1, since: 2, username: 3, host: 4, modes: 5 } as const;
/** and from the end. */
const BACK = { realname: 1, numeric: 2, address: 3 } as const;

/**
 * Reads introductions, one after the other: what it says holds until the next is read. A burst is tens of thousands of them, and no
 * object is made of one; words of which most readers need none are made when somebody asks for them.
 */
export class UserReader implements UserLine {
  nick = '';
  hops = 0;
  nickSeconds = 0;
  modes = '';
  /** The value of the numeric. */
  number = -1;
  #text = '';
  /** Of its words. */
  #count = 0;
  readonly #places = new WordPlaces();
  #modeArguments: ReadonlyMap<string, string> | null = null;

  /** Reads the parameters of one; in words what is wrong with them, or null. What is wrong leaves nothing to be asked for. */
  read(line: P10Line): string | null {
    const { text } = line;
    const places = this.#places;
    const count = places.find(line);
    if (count < LEAST_WORDS)
      return `N has ${count} parameters, an introduction needs at least ${LEAST_WORDS}.`;
    const hops = wholeAt(text, places.start(PLACE.hops), places.end(PLACE.hops));
    const nickSeconds = wholeAt(text, places.start(PLACE.since), places.end(PLACE.since));
    if (hops < 0 || nickSeconds < 0) return 'hops and time of N must be whole numbers.';
    const addressAt = places.start(count - BACK.address);
    const addressEnd = places.end(count - BACK.address);
    if (!isAddressAt(text, addressAt, addressEnd))
      return `${text.slice(addressAt, Math.min(addressEnd, addressAt + 32))} is no address of P10.`;
    const numericAt = places.start(count - BACK.numeric);
    const numericEnd = places.end(count - BACK.numeric);
    const number = numericEnd - numericAt === USER_DIGITS ? base64At(text, numericAt, numericEnd) : -1;
    if (number < 0)
      return `${text.slice(numericAt, Math.min(numericEnd, numericAt + 16))} is no numeric of a user.`;
    const modesAt = places.start(PLACE.modes);
    const withModes = count > LEAST_WORDS && text.charCodeAt(modesAt) === PLUS;
    this.#text = text;
    this.#count = count;
    this.nick = this.#word(PLACE.nick);
    this.hops = hops;
    this.nickSeconds = nickSeconds;
    this.modes = withModes ? text.slice(modesAt + 1, places.end(PLACE.modes)) : '';
    this.number = number;
    this.#modeArguments = null;
    return null;
  }

  get username(): string {
    return this.#word(PLACE.username);
  }

  get host(): string {
    return this.#word(PLACE.host);
  }

  get modeArguments(): ReadonlyMap<string, string> {
    if (!this.#hasArguments) return NO_ARGUMENTS;
    const from = this.#places.end(PLACE.modes);
    this.#modeArguments ??= argumentsOf(this.modes, this.#text.slice(from, this.#addressAt));
    return this.#modeArguments;
  }

  /** The argument of one mode, without a map of all; undefined where it has none. */
  argumentOf(letter: string): string | undefined {
    if (!this.#hasArguments) return undefined;
    const text = this.#text;
    const { modes } = this;
    const addressAt = this.#addressAt;
    let at = this.#places.end(PLACE.modes);
    for (let i = 0; i < modes.length; i++) {
      const mode = modes.charAt(i);
      if (!WITH_ARGUMENT.includes(mode)) continue;
      while (text.charCodeAt(at) === SPACE) at++;
      if (at >= addressAt) return undefined;
      const end = text.indexOf(' ', at);
      if (mode === letter) return text.slice(at, end);
      at = end;
    }
    return undefined;
  }

  get address(): string {
    return this.#word(this.#count - BACK.address);
  }

  get numeric(): string {
    return this.#word(this.#count - BACK.numeric);
  }

  /** Whether the numeric is one of a server. @param server two characters */
  isOn(server: string): boolean {
    return this.#text.startsWith(server, this.#places.start(this.#count - BACK.numeric));
  }

  get realname(): string {
    return this.#word(this.#count - BACK.realname);
  }

  get #addressAt(): number {
    return this.#places.start(this.#count - BACK.address);
  }

  /** Whether something stands between the modes and the address. */
  get #hasArguments(): boolean {
    return this.modes !== '' && this.#count > LEAST_WORDS + 1;
  }

  #word(index: number): string {
    return this.#text.slice(this.#places.start(index), this.#places.end(index));
  }
}

/**
 * One word from the front of an introduction that was read and understood before, without a look at the rest of the line: what it costs
 * to read all of it is felt where all users are looked through.
 * @param text the line as it came
 */
export function introductionWord(text: string, word: 'username' | 'host'): string {
  let at = 0;
  while (text.charCodeAt(at) === SPACE) at++;
  // Source and token, and tags where there are any, come first.
  for (let left = PLACE[word] + (text.charCodeAt(at) === AT ? 3 : 2); left > 0; left--) {
    at = text.indexOf(' ', at);
    while (text.charCodeAt(at) === SPACE) at++;
  }
  return text.slice(at, text.indexOf(' ', at));
}

function argumentsOf(modes: string, words: string): ReadonlyMap<string, string> {
  const given = words.split(' ').filter((word) => word !== '');
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

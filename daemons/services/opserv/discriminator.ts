/**
 * Criteria by which operators find users: `NICK bot* IP 10.0.0.0/8 CHANNEL @#help LIMIT 20`. Read once, then asked of each user. What
 * makes no difference to who is meant (LIMIT, REASON, DURATION, DEPTH, ABUSE) is read here too, because it stands among them.
 */
import { fold } from '../../irc/casemapping.ts';
import { compileMask, normalizeUserMask } from '../../irc/mask.ts';
import { STATUS } from '../../irc/modes.ts';
import { isChannelName } from '../../irc/names.ts';
import { cidrContains, parseCidr } from '../../runtime/net/ip-address.ts';
import { wholeNumber } from '../authserv/settings.ts';
import { type Reply, said } from '../bots/reply.ts';
import { readDuration } from '../chanserv/durations.ts';
import { limits } from '../limits.ts';
import type { NetworkView } from '../network/network-view.ts';
import type { ViewUser } from '../network/view-parts.ts';

/** What is asked about a user beyond what they are themselves. */
export interface UserFacts {
  readonly view: NetworkView;
  /** Unix seconds. */
  readonly nowSeconds: number;
  /** Level of the account that they are logged in to; 0 for none. */
  levelOf(user: ViewUser): number;
  /** How many come from their address. */
  clonesOf(user: ViewUser): number;
}

export type UserTest = (user: ViewUser, facts: UserFacts) => boolean;

/** Criteria that were read. */
export interface Discriminator {
  readonly tests: readonly UserTest[];
  /** Users that are listed, or that something is done to. */
  readonly limit: number;
  readonly reason: string | null;
  /** How long a ban lasts; null where that was not said. */
  readonly seconds: number | null;
  /** Parts of a host that DOMAINS keeps together. */
  readonly depth: number;
  /** Whether operators are hit as well, and those whom a trust covers. */
  readonly abuse: { readonly opers: boolean; readonly trusted: boolean };
  /** A channel that all are on, an account that all have, or an address that all come from: whoever looks need look no further. */
  readonly channel: string | null;
  readonly account: string | null;
}

/** A number with a sign before it: `<5`, `>=10`, `=3`; alone it is the least. */
type Comparison = (value: number) => boolean;

const COMPARISONS: Readonly<Record<string, (wanted: number) => Comparison>> = {
  '<': (wanted) => (value) => value < wanted,
  '<=': (wanted) => (value) => value <= wanted,
  '=': (wanted) => (value) => value === wanted,
  '>': (wanted) => (value) => value > wanted,
  '>=': (wanted) => (value) => value >= wanted,
};

function readComparison(text: string, read: (number: string) => number | null, alone: string) {
  const [, sign = '', rest = ''] = /^([<>]=?|=)?(.*)$/s.exec(text) ?? [];
  const wanted = read(rest);
  return wanted === null ? null : COMPARISONS[sign === '' ? alone : sign]!(wanted);
}

function readCount(text: string): number | null {
  const number = wholeNumber(text);
  return Number.isNaN(number) ? null : number;
}

interface Criterion {
  readonly syntax: string;
  /** Null for a value that it cannot use. */
  readonly read: (value: string) => UserTest | null;
}

function glob(text: (user: ViewUser) => string): Criterion {
  return {
    syntax: 'mask',
    read(value) {
      const mask = compileMask(value);
      return (user) => mask.matches(fold(text(user)));
    },
  };
}

/** A part of a mask; null for one that everybody meets, whose text need not be looked for. */
function part(value: string, text: (user: ViewUser) => string): ((user: ViewUser) => boolean) | null {
  const mask = compileMask(value);
  return mask.pattern === '*' ? null : (user) => mask.matches(fold(text(user)));
}

/** Where somebody comes from: a network, or a mask of their host or of their address, which nobody writes down who cannot be meant by it. */
function placeTest(value: string): ((user: ViewUser) => boolean) | null {
  const block = parseCidr(value);
  if (block !== null) return (user) => cidrContains(block, user.addressGroups);
  const host = part(value, (user) => user.host);
  const address = part(value, (user) => user.address);
  if (host === null || address === null) return null;
  return /^[\da-f.:*?]*$/i.test(value) ? (user) => host(user) || address(user) : host;
}

const MASK: Criterion = {
  syntax: 'nick!user@host',
  read(value) {
    const whole = normalizeUserMask(value);
    const nick = part(whole.slice(0, whole.indexOf('!')), (one) => one.nick);
    const username = part(whole.slice(whole.indexOf('!') + 1, whole.lastIndexOf('@')), (one) => one.username);
    const place = placeTest(whole.slice(whole.lastIndexOf('@') + 1));
    const tests = [nick, place, username].filter((test) => test !== null);
    return (one) => tests.every((test) => test(one));
  },
};

const IP: Criterion = {
  syntax: 'address or network',
  read(value) {
    const block = parseCidr(value);
    return block === null ? null : (user) => cidrContains(block, user.addressGroups);
  },
};

const STATUS_WORDS: Readonly<Record<string, (status: number) => boolean>> = {
  '': () => true,
  '@': (status) => (status & STATUS.op) !== 0,
  '+': (status) => (status & STATUS.voice) !== 0 && (status & STATUS.op) === 0,
  '-': (status) => (status & (STATUS.op | STATUS.voice)) === 0,
};

const CHANNEL: Criterion = {
  syntax: '#channel, or @#channel, +#channel, -#channel',
  read(value) {
    const name = value.slice(value.indexOf('#'));
    const holds = STATUS_WORDS[value.slice(0, value.length - name.length)];
    if (!isChannelName(name) || name.length < 2 || holds === undefined) return null;
    return (user, { view }) => {
      const status = view.findChannel(name)?.members.get(user);
      return status !== undefined && holds(status);
    };
  },
};

const MODES: Criterion = {
  syntax: '+letters-letters',
  read(value) {
    if (!/^[+-]?[A-Za-z]+([+-][A-Za-z]+)*$/.test(value)) return null;
    const wanted: [letter: string, on: boolean][] = [];
    let on = true;
    for (const letter of value) {
      if (letter === '+' || letter === '-') on = letter === '+';
      else wanted.push([letter, on]);
    }
    return ({ modes }) => wanted.every(([letter, set]) => modes.includes(letter) === set);
  },
};

const AGE: Criterion = {
  syntax: '<age or >age',
  read(value) {
    const compare = readComparison(value, readDuration, '<=');
    return compare === null ? null : (user, { nowSeconds }) => compare(nowSeconds - user.nickSeconds);
  },
};

function yesOrNo(of: (user: ViewUser) => boolean): Criterion {
  return {
    syntax: 'yes or no',
    read(value) {
      const wanted = value.toLowerCase();
      return wanted === 'yes' || wanted === 'no' ? (user) => of(user) === (wanted === 'yes') : null;
    },
  };
}

function count(of: (user: ViewUser, facts: UserFacts) => number, alone: string): Criterion {
  return {
    syntax: 'number, <number or >number',
    read(value) {
      const compare = readComparison(value, readCount, alone);
      return compare === null ? null : (user, facts) => compare(of(user, facts));
    },
  };
}

/** By name; NICKAGE and LINKED are one, as are the age of a nick and of who has it. */
export const CRITERIA: ReadonlyMap<string, Criterion> = new Map([
  ['MASK', MASK],
  ['NICK', glob(({ nick }) => nick)],
  ['IDENT', glob(({ username }) => username)],
  ['HOST', glob(({ host }) => host)],
  ['INFO', glob(({ realname }) => realname)],
  ['SERVER', glob(({ server }) => server.name)],
  ['IP', IP],
  ['ACCOUNT', { syntax: 'mask', read: readAccount }],
  ['AUTHED', yesOrNo(({ account }) => account !== null)],
  ['INFO_SPACE', yesOrNo(({ realname }) => realname.startsWith(' '))],
  ['CHANNEL', CHANNEL],
  ['NUMCHANNELS', count(({ channels }) => channels?.size ?? 0, '=')],
  ['NICKAGE', AGE],
  ['LINKED', AGE],
  ['LAST', { syntax: 'age', read: (value) => (/^[<>=]/.test(value) ? null : AGE.read(value)) }],
  ['ACCESS', { syntax: 'level, <level or >level', read: readAccess }],
  ['CLONES', count((user, { clonesOf }) => clonesOf(user), '>=')],
  ['MODES', MODES],
]);

function readAccount(value: string): UserTest {
  const mask = compileMask(value);
  return ({ account }) => account !== null && mask.matches(fold(account));
}

/** Below a level are those who have one. */
function readAccess(value: string): UserTest | null {
  const compare = readComparison(value, readCount, '>=');
  if (compare === null) return null;
  const least = value.startsWith('<') ? 1 : 0;
  return (user, facts) => {
    const level = facts.levelOf(user);
    return level >= least && compare(level);
  };
}

/** The options among the criteria, for HELP. */
export const OPTION_WORDS = 'LIMIT number, DURATION time, DEPTH parts, ABUSE opers or trusted, REASON text';

/** Parts of a host that DOMAINS keeps together where nobody says. */
const DEPTH = 2;
const MOST_DEPTH = 16;

/** What somebody typed; a reply where that cannot be read. @param limit users where it does not say */
export function readDiscriminator(words: readonly string[], limit: number): Discriminator | Reply {
  const tests: UserTest[] = [];
  const abuse = { opers: false, trusted: false };
  let most = limit;
  let reason: string | null = null;
  let seconds: number | null = null;
  let depth = DEPTH;
  let channel: string | null = null;
  let account: string | null = null;
  for (let at = 0; at < words.length; at += 2) {
    const name = words[at]!.toUpperCase();
    const value = words[at + 1];
    if (value === undefined) return said`${name.slice(0, 32)} needs a value.`;
    if (name === 'REASON') {
      reason = words.slice(at + 1).join(' ');
      if (Buffer.byteLength(reason) > limits.reasonBytes.default)
        return said`A reason has up to ${limits.reasonBytes.default} bytes.`;
      break;
    }
    if (name === 'LIMIT') {
      most = wholeNumber(value);
      if (!(most >= 1 && most <= limits.traceLimitMost.default))
        return said`LIMIT is a number from 1 to ${limits.traceLimitMost.default}.`;
    } else if (name === 'DURATION') {
      seconds = readDuration(value);
      if (seconds === null || seconds === 0) return 'DURATION is a time such as 30m, 12h or 7d.';
    } else if (name === 'DEPTH') {
      depth = wholeNumber(value);
      if (!(depth >= 1 && depth <= MOST_DEPTH)) return said`DEPTH is a number from 1 to ${MOST_DEPTH}.`;
    } else if (name === 'ABUSE') {
      const whom = value.toLowerCase();
      if (whom !== 'opers' && whom !== 'trusted') return 'ABUSE is opers or trusted.';
      abuse[whom] = true;
    } else {
      const criterion = CRITERIA.get(name);
      if (criterion === undefined) return unknownCriterion(name);
      const test = criterion.read(value);
      if (test === null) return said`${name} is given as ${criterion.syntax}.`;
      tests.push(test);
      if (name === 'CHANNEL') channel ??= value.slice(value.indexOf('#'));
      if (name === 'ACCOUNT' && !/[*?]/.test(value)) account ??= value;
    }
  }
  return { tests, limit: most, reason, seconds, depth, abuse, channel, account };
}

export function isDiscriminator(read: Discriminator | Reply): read is Discriminator {
  return typeof read !== 'string' && 'tests' in read;
}

/** Whether a user meets all of it. */
export function meets({ tests }: Discriminator, user: ViewUser, facts: UserFacts): boolean {
  for (const test of tests) if (!test(user, facts)) return false;
  return true;
}

/** Whom need be looked at: all who may meet it are among them. */
export function candidates({ channel, account }: Discriminator, view: NetworkView): Iterable<ViewUser> {
  if (account !== null) return view.loggedIn(account);
  if (channel !== null) return view.findChannel(channel)?.members.keys() ?? [];
  return view.users.values();
}

function unknownCriterion(name: string): Reply {
  return said`There is no criterion ${name.slice(0, 32)}. There are ${[...CRITERIA.keys()].join(', ')}, LIMIT, DURATION, DEPTH, ABUSE, REASON.`;
}

/** Criteria of TRACE and alerts: what each means, against a slow model, and what is refused. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { STATUS } from '../../irc/modes.ts';
import { NetworkView } from '../network/network-view.ts';
import { ViewServer, type ViewUser } from '../network/view-parts.ts';
import {
  CRITERIA,
  candidates,
  isDiscriminator,
  meets,
  readDiscriminator,
  type UserFacts,
} from './discriminator.ts';

const NOW = 1_000_000;

interface Person {
  readonly nick: string;
  readonly username: string;
  readonly host: string;
  readonly last: number;
  readonly modes: string;
  readonly realname: string;
  readonly age: number;
  readonly account: string | null;
  readonly level: number;
  readonly channels: readonly (readonly [string, number])[];
}

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '[', '1'), minLength: 1, maxLength: 3 });
const person: fc.Arbitrary<Person> = fc.record({
  nick: word,
  username: word.map((text) => `~${text}`),
  host: word.map((text) => `${text}.test`),
  last: fc.integer({ min: 0, max: 3 }),
  modes: fc.constantFrom('', 'i', 'io', 'ix'),
  realname: fc.constantFrom('ab', ' a', 'b b'),
  age: fc.integer({ min: 0, max: 120 }),
  account: fc.option(word),
  level: fc.constantFrom(0, 100, 600),
  channels: fc.uniqueArray(
    fc.tuple(
      fc.constantFrom('#a', '#b'),
      fc.constantFrom(0, STATUS.op, STATUS.voice, STATUS.op | STATUS.voice),
    ),
    { selector: ([name]) => name },
  ),
});

/** A network of them, all on one server. */
function network(people: readonly Person[]) {
  const me = new ViewServer('services.test', 'AF', null, 's', false);
  const view = new NetworkView(me);
  const hub = new ViewServer('hub.test', 'AB', me, 'h', false);
  view.addServer(hub);
  const levels = new Map<ViewUser, number>();
  const users = people.map(({ last, age, level, channels, ...rest }, index) => {
    const user = view.addUser({
      ...rest,
      numeric: `AB${String(index).padStart(3, 'A')}`,
      nick: `${rest.nick}${index}`,
      address: `AKAAA${'ABCD'[last]}`,
      nickSeconds: NOW - age,
      server: hub,
    });
    levels.set(user, rest.account === null ? 0 : level);
    for (const [name, status] of channels) view.join(user, view.channel(name, 1), status);
    return user;
  });
  const clones = (user: ViewUser) => users.filter(({ address }) => address === user.address).length;
  const facts: UserFacts = { view, nowSeconds: NOW, levelOf: (user) => levels.get(user)!, clonesOf: clones };
  return { view, users, facts };
}

/** Case and brackets as IRC has them. */
const same = (text: string) => text.toLowerCase().replaceAll('[', '{');

/** A glob, by trying all ways. */
function slowGlob(mask: string, text: string): boolean {
  if (mask === '') return text === '';
  if (mask[0] === '*') return slowGlob(mask.slice(1), text) || (text !== '' && slowGlob(mask, text.slice(1)));
  return text !== '' && (mask[0] === '?' || mask[0] === text[0]) && slowGlob(mask.slice(1), text.slice(1));
}

const glob = (mask: string, text: string) => slowGlob(same(mask), same(text));
const mask = fc.string({ unit: fc.constantFrom('*', '?', 'a', 'B', '1', '.'), minLength: 1, maxLength: 4 });
const sign = fc.constantFrom('', '<', '<=', '=', '>', '>=');

function compare(text: string, alone: string, value: number, read: (digits: string) => number): boolean {
  const [, given, digits] = /^([<>=]*)(.*)$/.exec(text)!;
  const wanted = read(digits!);
  const by = given === '' ? alone : given!;
  return (
    (by.includes('<') && value < wanted) ||
    (by.includes('>') && value > wanted) ||
    (by.includes('=') && value === wanted)
  );
}

type Slow = (value: string, user: ViewUser, facts: UserFacts) => boolean;

const yes = (value: string, is: boolean) => is === (value === 'yes');
const onChannel: Slow = (value, user, { view }) => {
  const status = view.findChannel(value.slice(value.indexOf('#')))?.members.get(user);
  if (status === undefined) return false;
  const [op, voice] = [(status & STATUS.op) !== 0, (status & STATUS.voice) !== 0];
  if (value[0] === '@') return op;
  if (value[0] === '+') return voice && !op;
  return value[0] === '#' || (!voice && !op);
};
const age: Slow = (value, user, { nowSeconds }) =>
  compare(
    value,
    '<=',
    nowSeconds - user.nickSeconds,
    (digits) => Number(digits.replace('m', '')) * (digits.endsWith('m') ? 60 : 1),
  );

/** What each criterion means, and values of it. */
const MODEL: Readonly<Record<string, { readonly value: fc.Arbitrary<string>; readonly slow: Slow }>> = {
  NICK: { value: mask, slow: (value, { nick }) => glob(value, nick) },
  IDENT: { value: mask, slow: (value, { username }) => glob(value, username) },
  HOST: { value: mask, slow: (value, { host }) => glob(value, host) },
  INFO: { value: mask, slow: (value, { realname }) => glob(value, realname) },
  SERVER: { value: mask, slow: (value, { server }) => glob(value, server.name) },
  MASK: {
    value: fc.tuple(mask, mask, mask).map(([nick, user, host]) => `${nick}!${user}@${host}`),
    slow: (value, { nick, username, host, address }) =>
      glob(value, `${nick}!${username}@${host}`) || glob(value, `${nick}!${username}@${address}`),
  },
  IP: {
    value: fc.constantFrom(
      '10.0.0.0/30',
      '10.0.0.1',
      '10.0.0.2/31',
      '10.0.0.0/8',
      '11.0.0.0/8',
      '::ffff:10.0.0.3',
    ),
    slow: (value, { address }) => {
      const last = Number(address.split('.')[3]);
      if (value === '10.0.0.1') return last === 1;
      if (value.endsWith('.3')) return last === 3;
      return value.startsWith('10.0.0.2/') ? last >= 2 : !value.startsWith('11');
    },
  },
  ACCOUNT: { value: mask, slow: (value, { account }) => account !== null && glob(value, account) },
  AUTHED: { value: fc.constantFrom('yes', 'no'), slow: (value, { account }) => yes(value, account !== null) },
  INFO_SPACE: {
    value: fc.constantFrom('yes', 'no'),
    slow: (value, { realname }) => yes(value, realname[0] === ' '),
  },
  CHANNEL: {
    value: fc
      .tuple(fc.constantFrom('', '@', '+', '-'), fc.constantFrom('#a', '#B', '#c'))
      .map((parts) => parts.join('')),
    slow: onChannel,
  },
  NUMCHANNELS: {
    value: fc.tuple(sign, fc.integer({ min: 0, max: 2 })).map((parts) => parts.join('')),
    slow: (value, { channels }) => compare(value, '=', channels?.size ?? 0, Number),
  },
  NICKAGE: {
    value: fc.tuple(sign, fc.constantFrom('60', '1m', '30')).map((parts) => parts.join('')),
    slow: age,
  },
  LINKED: { value: fc.tuple(sign, fc.constantFrom('60', '1m')).map((parts) => parts.join('')), slow: age },
  LAST: { value: fc.constantFrom('60', '1m', '0'), slow: age },
  ACCESS: {
    value: fc.tuple(sign, fc.constantFrom('1', '100', '600')).map((parts) => parts.join('')),
    slow: (value, user, { levelOf }) =>
      compare(value, '>=', levelOf(user), Number) && (value[0] !== '<' || levelOf(user) > 0),
  },
  CLONES: {
    value: fc.tuple(sign, fc.integer({ min: 0, max: 3 })).map((parts) => parts.join('')),
    slow: (value, user, { clonesOf }) => compare(value, '>=', clonesOf(user), Number),
  },
  MODES: {
    value: fc.constantFrom('i', '+o', '-o', '+i-o', 'x', '-x+i'),
    slow: (value, { modes }) => {
      let on = true;
      return [...value].every((letter) => {
        if (letter === '+' || letter === '-') on = letter === '+';
        return letter === '+' || letter === '-' || modes.includes(letter) === on;
      });
    },
  },
};

it('there is a model of each criterion', () => {
  expect(Object.keys(MODEL).sort()).toEqual([...CRITERIA.keys()].sort());
});

const criterion = fc
  .constantFrom(...Object.keys(MODEL))
  .chain((name) => MODEL[name]!.value.map((value): readonly [string, string] => [name, value]));

it('users meet criteria as the model says, in whatever order and case they are typed, and candidates are enough', () => {
  fc.assert(
    fc.property(
      fc.array(person, { maxLength: 8 }),
      fc.array(criterion, { minLength: 1, maxLength: 3 }),
      (people, criteria) => {
        const { view, users, facts } = network(people);
        const expected = users.filter((user) =>
          criteria.every(([name, value]) => MODEL[name]!.slow(value, user, facts)),
        );
        for (const order of [criteria, criteria.toReversed()]) {
          const read = readDiscriminator(
            order.flatMap(([name, value]) => [name.toLowerCase(), value]),
            10,
          );
          if (!isDiscriminator(read)) throw new Error(`refused: ${JSON.stringify([order, read])}`);
          expect(users.filter((user) => meets(read, user, facts))).toEqual(expected);
          const among = new Set(candidates(read, view));
          expect(expected.every((user) => among.has(user))).toBe(true);
        }
      },
    ),
    { numRuns: 500 },
  );
});

it('nothing that somebody types breaks it', () => {
  const any = fc.oneof(
    fc.constantFrom(...CRITERIA.keys(), 'LIMIT', 'REASON', 'DURATION', 'DEPTH', 'ABUSE'),
    fc.string(),
    mask,
  );
  const { users, facts } = network([
    {
      nick: 'a',
      username: '~a',
      host: 'h',
      last: 0,
      modes: 'i',
      realname: 'r',
      age: 1,
      account: null,
      level: 0,
      channels: [],
    },
  ]);
  fc.assert(
    fc.property(fc.array(any, { maxLength: 6 }), (words) => {
      const read = readDiscriminator(words, 5);
      if (isDiscriminator(read)) {
        expect([true, false]).toContain(meets(read, users[0]!, facts));
        expect(read.limit).toBeGreaterThanOrEqual(1);
      } else expect(typeof read === 'string' ? read : 'text' in read && read.text).toBeTruthy();
    }),
    { numRuns: 500 },
  );
});

it('options stand among criteria, and a reason ends the line', () => {
  const read = readDiscriminator(
    'LIMIT 7 NICK a* DURATION 1h30m ABUSE opers DEPTH 3 REASON sells LIMIT tea'.split(' '),
    250,
  );
  expect(read).toMatchObject({
    limit: 7,
    seconds: 5_400,
    depth: 3,
    reason: 'sells LIMIT tea',
    abuse: { opers: true, trusted: false },
    channel: null,
    account: null,
  });
  expect(readDiscriminator(['CHANNEL', '@#a', 'ACCOUNT', 'ann', 'ABUSE', 'trusted'], 250)).toMatchObject({
    limit: 250,
    seconds: null,
    reason: null,
    channel: '#a',
    account: 'ann',
    abuse: { opers: false, trusted: true },
  });
  expect(readDiscriminator(['ACCOUNT', 'a*'], 250)).toMatchObject({ account: null });
});

it.each([
  ['NICK', '{0} needs a value.'],
  ['REASON', '{0} needs a value.'],
  ['HAT red', /^There is no criterion \{0\}\. There are /],
  ['LIMIT 0', 'LIMIT is a number from 1 to {0}.'],
  ['LIMIT 100001', 'LIMIT is a number from 1 to {0}.'],
  ['LIMIT x', 'LIMIT is a number from 1 to {0}.'],
  ['DURATION 0', 'DURATION is a time such as 30m, 12h or 7d.'],
  ['DURATION soon', 'DURATION is a time such as 30m, 12h or 7d.'],
  ['DEPTH 0', 'DEPTH is a number from 1 to {0}.'],
  ['DEPTH 17', 'DEPTH is a number from 1 to {0}.'],
  ['ABUSE everybody', 'ABUSE is opers or trusted.'],
  ['IP 10.0.0.0/33', '{0} is given as {1}.'],
  ['AUTHED maybe', '{0} is given as {1}.'],
  ['CHANNEL help', '{0} is given as {1}.'],
  ['CHANNEL #', '{0} is given as {1}.'],
  ['CHANNEL !#a', '{0} is given as {1}.'],
  ['NUMCHANNELS some', '{0} is given as {1}.'],
  ['NICKAGE old', '{0} is given as {1}.'],
  ['LAST >5m', '{0} is given as {1}.'],
  ['ACCESS all', '{0} is given as {1}.'],
  ['CLONES -1', '{0} is given as {1}.'],
  ['MODES +', '{0} is given as {1}.'],
  [`REASON ${'x'.repeat(251)}`, 'A reason has up to {0} bytes.'],
])('%s is refused with what is expected', (text, why) => {
  const read = readDiscriminator(text.split(' '), 250);
  const said = typeof read === 'string' ? read : 'text' in read ? read.text : '';
  if (typeof why === 'string') expect(said).toBe(why);
  else expect(said).toMatch(why);
});

it('the least and the most that an option takes are taken', () => {
  for (const text of [
    'LIMIT 1',
    'LIMIT 100000',
    'DEPTH 1',
    'DEPTH 16',
    'DURATION 1',
    `REASON ${'x'.repeat(250)}`,
  ])
    expect(isDiscriminator(readDiscriminator(text.split(' '), 250)), text).toBe(true);
});

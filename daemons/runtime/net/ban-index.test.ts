import fc from 'fast-check';
import { expect, it } from 'vitest';
import { workPrices } from '../async/work-prices.ts';
import { BanIndex, type BanTarget } from './ban-index.ts';
import { cidrContains, parseAddress, parseCidr } from './ip-address.ts';
import { globMatch } from './mask.ts';

interface Ban {
  readonly name: string;
  readonly target: BanTarget;
  readonly endMs: number | null;
}

const lower = (text: string) => text.toLowerCase();

function networkTarget(text: string): BanTarget {
  const block = parseCidr(text);
  if (block === null) throw new Error(`${text} is no network`);
  return { kind: 'network', block };
}

/** What the index must answer, found by looking at every ban. */
function covers({ target }: Ban, address: string, host: string | null, users: readonly string[]): boolean {
  const groups = parseAddress(address);
  if (target.kind === 'network') return groups !== null && cidrContains(target.block, groups);
  if (target.kind === 'key') return false;
  const mask = lower(target.mask);
  const at = mask.lastIndexOf('@');
  const block = at === -1 ? null : parseCidr(mask.slice(at + 1));
  return users.some((user) => {
    if (block !== null)
      return groups !== null && cidrContains(block, groups) && globMatch(mask.slice(0, at), lower(user));
    return [address, host ?? address].some((name) => globMatch(mask, lower(`${user}@${name}`)));
  });
}

const octet = fc.constantFrom(1, 2, 128);
const ipv4 = fc.array(octet, { minLength: 4, maxLength: 4 }).map((octets) => octets.join('.'));
const ipv6 = fc
  .array(fc.constantFrom('0', '1', '8000', 'FFFF'), { minLength: 8, maxLength: 8 })
  .map((groups) => groups.join(':'));
const address = fc.oneof(
  ipv4,
  ipv6,
  ipv4.map((text) => `::FFFF:${text}`),
  ipv6.map((text) => `${text}%eth0`),
  fc.constant(''),
);
const network = fc.oneof(
  fc.tuple(ipv4, fc.nat(32)).map(([text, prefix]) => `${text}/${prefix}`),
  fc.tuple(ipv6, fc.nat(128)).map(([text, prefix]) => `${text}/${prefix}`),
  address.filter((text) => text !== ''),
);
const name = fc.string({ unit: fc.constantFrom('a', 'B', '.', '~'), minLength: 1, maxLength: 6 });
const glob = fc.string({ unit: fc.constantFrom('a', 'b', 'B', '.', '~', '*', '?', '1'), maxLength: 6 });
const mask = fc.oneof(
  fc
    .tuple(glob, fc.oneof(glob, name, network, fc.constant('1.2.*')))
    .map(([user, host]) => `${user}@${host}`),
  glob,
);
const target: fc.Arbitrary<BanTarget> = fc.oneof(
  network.map(networkTarget),
  mask.map((text): BanTarget => ({ kind: 'user', mask: text })),
  fc.constant<BanTarget>({ kind: 'key' }),
);
const endMs = fc.option(fc.nat(20));
const change = fc.oneof(
  { weight: 6, arbitrary: fc.record({ key: fc.nat(15).map(String), target, endMs }) },
  { weight: 1, arbitrary: fc.record({ remove: fc.nat(15).map(String) }) },
  { weight: 1, arbitrary: fc.record({ forget: fc.nat(20) }) },
);
const question = fc.record({
  address,
  host: fc.option(name),
  users: fc.array(name, { maxLength: 2 }),
  nowMs: fc.nat(20),
});

it('answers as looking at every ban would: who matches, the oldest, and none that is over', () => {
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 30 }),
      fc.array(question, { minLength: 1, maxLength: 6 }),
      (changes, questions) => {
        const index = new BanIndex<Ban>(lower);
        // In the order of setting.
        const kept = new Map<string, Ban>();
        changes.forEach((step, at) => {
          if ('remove' in step) {
            expect(index.delete(step.remove)).toBe(kept.get(step.remove));
            kept.delete(step.remove);
          } else if ('forget' in step) {
            index.forgetExpired(step.forget);
            for (const [key, ban] of kept) if ((ban.endMs ?? Infinity) <= step.forget) kept.delete(key);
          } else {
            const ban: Ban = { name: `${at}`, target: step.target, endMs: step.endMs };
            index.set(step.key, ban, step.target, step.endMs);
            kept.delete(step.key);
            kept.set(step.key, ban);
          }
        });
        expect(index.size).toBe(kept.size);
        for (const [key, ban] of kept) expect(index.get(key)).toBe(ban);
        for (const { address: from, host, users, nowMs } of questions) {
          const expected = [...kept.values()].find(
            (ban) => (ban.endMs ?? Infinity) > nowMs && covers(ban, from, host, users),
          );
          expect(index.match(from, host, users, nowMs)).toBe(expected ?? null);
        }
        for (const key of kept.keys()) index.delete(key);
        expect([...index.values()]).toEqual([]);
        for (const { address: from, host, users } of questions)
          expect(index.match(from, host, users, 0)).toBeNull();
      },
    ),
    { numRuns: 2000 },
  );
});

it('tells of two bans on one network the one that is still in force, with its own reason', () => {
  const index = new BanIndex<string>(lower);
  index.set('short', 'for an hour', networkTarget('192.0.2.0/24'), 1000);
  index.set('long', 'for a day', networkTarget('192.0.2.0/24'), 2000);
  index.set('ever', 'for ever', networkTarget('192.0.0.0/16'), null);
  expect(index.match('192.0.2.1', null, [], 999)).toBe('for an hour');
  expect(index.match('::ffff:192.0.2.1', null, [], 1000)).toBe('for a day');
  expect(index.match('192.0.2.1', null, [], 2000)).toBe('for ever');
});

it.each(['host.example', '192.0.2.1', '192.0.2.0/24', '*.example'])(
  'keeps every other ban of users at %s when one of them is lifted',
  (host) => {
    const index = new BanIndex<string>(lower);
    const names = ['ann', 'bob', 'cid'];
    for (const name of names)
      index.set(name, `${name} is banned`, { kind: 'user', mask: `${name}@${host}` }, null);
    const banned = () => names.filter((name) => index.match('192.0.2.1', 'host.example', [name], 0) !== null);
    expect(banned()).toEqual(names);
    index.delete('bob');
    expect(banned()).toEqual(['ann', 'cid']);
    index.delete('ann');
    expect(banned()).toEqual(['cid']);
    index.delete('cid');
    index.set('bob', 'bob is banned', { kind: 'user', mask: `bob@${host}` }, null);
    expect(banned()).toEqual(['bob']);
  },
);

it('lets a ban hold again when a clock that was ahead is set right', () => {
  const index = new BanIndex<string>(lower);
  index.set('a', 'banned', networkTarget('192.0.2.1'), 1000);
  expect(index.match('192.0.2.1', null, [], 40 * 86_400_000)).toBeNull();
  expect(index.match('192.0.2.1', null, [], 500)).toBe('banned');
});

it('does not match a ban of users at accept, before anybody has a name', () => {
  const index = new BanIndex<string>(lower);
  index.set('a', 'banned', { kind: 'user', mask: '*@192.0.2.0/24' }, null);
  expect(index.match('192.0.2.1')).toBeNull();
  expect(index.match('192.0.2.1', null, 'bob')).toBe('banned');
});

it('costs a newcomer nothing while nobody is banned, and looks at no names while only addresses are', () => {
  const index = new BanIndex<string>(lower);
  index.match('192.0.2.1', 'host.example.org', ['~bob', 'bob']);
  expect(index.matchNs).toBe(0);
  index.set('a', 'banned', networkTarget('198.51.100.1'), null);
  index.match('192.0.2.1', 'host.example.org', ['~bob', 'bob']);
  expect(index.matchNs).toBe(workPrices.treeNode.ns);
});

/** 90 % addresses and networks, 10 % masks, of which 1,000 begin with a star. */
function hundredThousand(): BanIndex<string> {
  const index = new BanIndex<string>(lower);
  const set = (text: string, of: BanTarget) => index.set(text, text, of, null);
  for (let i = 0; i < 60_000; i++) {
    const text = `10.${i >> 8}.${i & 255}.${(i * 37) & 255}`;
    set(text, networkTarget(text));
  }
  for (let i = 0; i < 30_000; i++) {
    const text = i % 2 === 0 ? `172.${i >> 8}.${i & 255}.0/24` : `2001:db8:${i.toString(16)}::/48`;
    set(text, networkTarget(text));
  }
  for (let i = 0; i < 9_000; i++) {
    const text = ['bot#@*.host.example.net', 'ev?l#@host', '*@host-#.example.org', 'u#*@*.example.com'][
      i % 4
    ]!;
    set(text.replace('#', `${i}`), { kind: 'user', mask: text.replace('#', `${i}`) });
  }
  for (let i = 0; i < 1_000; i++) {
    const text = i % 2 === 0 ? `*@*.pool-${i}.example.edu` : `*spam${i}x*@*`;
    set(text, { kind: 'user', mask: text });
  }
  return index;
}

it('takes less than 50 microseconds of work for a newcomer, whoever it is, with a hundred thousand bans', () => {
  const index = hundredThousand();
  expect(index.size).toBe(100_000);
  for (const [address, host, user, found] of [
    ['10.4.210.90', null, 'bob', '10.4.210.90'],
    ['192.0.2.1', 'good.example.org', 'bob', null],
    ['2001:db8:1::5', 'b.example.org', 'bob', '2001:db8:1::/48'],
    ['2001:db8:0::5', 'x.pool-998.example.edu', 'bob', '*@*.pool-998.example.edu'],
    ['192.0.2.1', 'a.host.example.net', 'bot4000', 'bot4000@*.host.example.net'],
    ['192.0.2.1', 'HOST-4002.example.org', 'bob', '*@host-4002.example.org'],
    ['192.0.2.1', 'a.example.edu', 'aspam999xa', '*spam999x*@*'],
    ['192.0.2.1', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.com', 'spam', null],
  ] as const) {
    const names = [`~${user}`, user];
    expect(index.match(address, host, names), `${address} ${host}`).toBe(found);
    expect(index.matchNs, `${address} ${host}`).toBeLessThan(50_000);
    expect(index.matchNs).toBeGreaterThan(workPrices.treeNode.ns);
    index.match(address);
    expect(index.matchNs).toBeLessThan(2_000);
  }
});

it('asks for no place of a network whose bans are all gone, and keeps it while one stands', () => {
  const index = new BanIndex<string>(lower);
  const priceOf = () => {
    index.match('10.1.2.3', null, 'bob');
    return index.matchNs;
  };
  index.set('other', 'other', networkTarget('198.51.100.1'), null);
  const before = priceOf();
  index.set('all', 'all', networkTarget('10.0.0.0/8'), null);
  index.set('users', 'users', { kind: 'user', mask: 'b*@10.0.0.0/8' }, null);
  expect(priceOf()).toBeGreaterThan(before);
  index.delete('all');
  expect(index.match('10.1.2.3', null, 'bob')).toBe('users');
  index.set('all', 'all', networkTarget('10.0.0.0/8'), null);
  index.delete('users');
  expect(index.match('10.1.2.3', null, 'bob')).toBe('all');
  index.delete('all');
  expect(priceOf()).toBe(before);
});

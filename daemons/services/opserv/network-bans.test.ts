/** Bans of the network as services keep them: found as a slow model finds them, kept over a restart, and the newest change wins. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import type { openAccounts } from '../../identity/store/database.ts';
import { accountsInMemory } from '../../identity/store/test-databases.ts';
import { WriteTurn } from '../../identity/store/write-turn.ts';
import { encodeAddress } from '../../irc/p10/address.ts';
import { parseAddress } from '../../runtime/net/ip-address.ts';
import { limits } from '../limits.ts';
import { ViewServer, ViewUser } from '../network/view-parts.ts';
import { SERVICES_SCHEMA } from '../store/services-schema.ts';
import { compileUserMask } from './cover.ts';
import { type NetworkBan, NetworkBans, networkBanRow, putNetworkBan } from './network-bans.ts';

const HOUR = 3_600_000;
const hub = new ViewServer('hub.test', 'AB', null, '', false);

let clock: FakeClock;
let database: ReturnType<typeof openAccounts>;
let writes: WriteTurn;
let told: NetworkBan[];
let bans: NetworkBans;

const open = () =>
  new NetworkBans({ database, writes, now: () => clock.now(), tell: (ban) => told.push(ban), log: () => {} });

beforeEach(() => {
  clock = new FakeClock();
  database = accountsInMemory(SERVICES_SCHEMA);
  writes = new WriteTurn(database);
  told = [];
  bans = open();
});
afterEach(() => database.close());

function user(username: string, host: string, address: string): ViewUser {
  return new ViewUser(1, {
    numeric: 'ABAAA',
    nick: 'ann',
    username,
    host,
    address: encodeAddress(parseAddress(address)!),
    modes: '',
    realname: '',
    nickSeconds: 1,
    account: null,
    server: hub,
  });
}

const set = (mask: string, seconds = 3_600) =>
  bans.set('gline', mask, { seconds, reason: 'spam', by: 'ann' });

it('finds whom a ban is against as comparing with each of them does', async () => {
  const part = fc.constantFrom('a', 'b', '*', '?', 'a*', '~a', '*b');
  const host = fc.constantFrom(
    'x.test',
    '*.test',
    'y.x.test',
    '*x*',
    '10.0.0.1',
    '10.0.0.0/8',
    '10.1.0.0/16',
    '*',
    '10.0.?.1',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(part, host), { maxLength: 12 }),
      fc.array(
        fc.record({
          username: fc.constantFrom('a', '~a', 'b', 'ab'),
          host: fc.constantFrom('x.test', 'y.x.test', 'z.example'),
          address: fc.constantFrom('10.0.0.1', '10.1.2.3', '192.0.2.1', '2001:db8::1'),
        }),
        { minLength: 1, maxLength: 6 },
      ),
      async (masks, people) => {
        database.exec('DELETE FROM network_bans');
        bans = open();
        const kept: string[] = [];
        for (const [name, where] of masks) {
          const mask = `${name}@${where}`;
          const outcome = await set(mask).catch(() => null);
          if (outcome !== null && !kept.includes(outcome.mask)) kept.push(outcome.mask);
        }
        for (const { username, host: name, address } of people) {
          const one = user(username, name, address);
          const found = bans.against('gline', one);
          const slow = kept.filter((mask) => compileUserMask(mask)(one));
          expect(found === null).toBe(slow.length === 0);
          if (found !== null) expect(slow).toContain(found.mask);
          expect(bans.against('shun', one)).toBeNull();
        }
      },
    ),
    { numRuns: 60 },
  );
});

it('are kept over a restart, lifted ones too, until nobody could bring them back', async () => {
  await set('*@bad.test');
  await set('*@gone.test');
  await bans.lift('gline', '*@gone.test', 'bob');
  await bans.set('jupe', 'bad.test', { seconds: 60, reason: 'broken', by: 'ann' });
  expect(told.map(({ kind, mask, active }) => [kind, mask, active])).toEqual([
    ['gline', '*@bad.test', true],
    ['gline', '*@gone.test', true],
    ['gline', '*@gone.test', false],
    ['jupe', 'bad.test', true],
  ]);
  const before = [...bans.kept()];
  bans = open();
  expect([...bans.kept()]).toEqual(before);
  expect(bans.inForce('gline').map(({ mask }) => mask)).toEqual(['*@bad.test']);
  expect([bans.holding('gline', '*@gone.test'), bans.get('gline', '*@gone.test')?.active]).toEqual([
    undefined,
    false,
  ]);
  await clock.advance(60_000);
  expect([bans.holding('jupe', 'bad.test'), bans.size]).toEqual([undefined, 3]);
  await clock.advance(HOUR);
  await bans.sweep();
  expect([bans.size, open().size]).toEqual([0, 0]);
});

it('the newer of two changes wins, and who comes with an older one is told', async () => {
  const mine = await set('*@bad.test');
  const said = { kind: 'gline' as const, mask: '*@BAD.test', keptMs: null, by: 'far.test' };
  const older = {
    ...said,
    active: false,
    changedSeconds: mine.changedSeconds - 1,
    expiresMs: clock.now() + HOUR,
    reason: 'x',
  };
  expect(bans.hear(older)).toEqual(mine);
  expect(bans.holding('gline', '*@bad.test')?.reason).toBe('spam');
  expect(bans.hear({ ...older, changedSeconds: mine.changedSeconds + 5 })).toBeNull();
  expect(bans.holding('gline', '*@bad.test')).toBeUndefined();
  // What is changed here comes after that, whatever the clock says.
  const again = await set('*@bad.test');
  expect(again.changedSeconds).toBe(mine.changedSeconds + 6);
  await new Promise((resolve) => setImmediate(resolve));
  expect(open().holding('gline', '*@bad.test')?.changedSeconds).toBe(again.changedSeconds);
  // What is told of one that nobody knows is of no use.
  expect(bans.hear({ ...older, mask: '*@new.test', expiresMs: null })).toBeNull();
  expect(bans.get('gline', '*@new.test')).toBeUndefined();
});

it.each([
  ['gline', '*@*', /would ban everybody/],
  ['gline', 'nobody', null],
  ['gline', '*@10.0.0.0/7', /at least \/8/],
  ['shun', `*@${'x'.repeat(199)}`, /at most 200 characters/],
  ['jupe', 'nodots', /no name of a server/],
] as const)('%s %s is taken or refused', async (kind, mask, why) => {
  const outcome = bans.set(kind, mask, { seconds: 60, reason: 'x', by: 'ann' });
  if (why === null) expect((await outcome).mask).toBe(`*@${mask}`);
  else
    await expect(outcome).rejects.toMatchObject({ code: 'bad_request', message: expect.stringMatching(why) });
});

it('lifting one that does not hold does nothing', async () => {
  expect(await bans.lift('gline', '*@bad.test', 'ann')).toBeNull();
  expect(told).toEqual([]);
});

it('as many are kept as may be, and as soon as one is over there is room for another', async () => {
  const most = limits.networkBans.default;
  const logged: string[] = [];
  const now = clock.now();
  await writes.write(() => {
    const put = putNetworkBan(database);
    const one = { kind: 'gline', reason: 'x', by: 'x', setMs: now, active: true, changedSeconds: 1 } as const;
    for (let at = 1; at < most; at++)
      put.run(
        ...networkBanRow({
          ...one,
          mask: `*@b${at}.test`,
          expiresMs: now + HOUR * (at === 1 ? 1 : 9),
          keptMs: now + HOUR * (at === 1 ? 1 : 9),
        }),
      );
  });
  bans = new NetworkBans({
    ...{ database, writes, now: () => clock.now(), tell: (ban) => told.push(ban) },
    log: (level, event, message) => logged.push(`${level} ${event} ${message}`),
  });
  expect(bans.size).toBe(most - 1);
  const heard = (mask: string) =>
    bans.hear({
      ...{ kind: 'gline', mask, active: true, changedSeconds: 1_700_000_000, keptMs: null, by: 'far.test' },
      ...{ expiresMs: clock.now() + HOUR, reason: 'x' },
    });
  expect([heard('*@last.test'), heard('*@more.test'), heard('*@more.test'), bans.size]).toEqual([
    ...[null, null, null, most],
  ]);
  expect(logged).toEqual(['warn network_bans_full A ban of the network is not kept: *@more.test']);
  await expect(set('*@mine.test')).rejects.toMatchObject({
    code: 'limit_reached',
    message: `There are ${most} bans of the network already.`,
  });
  // What is kept already is changed all the same.
  expect((await set('*@b2.test')).reason).toBe('spam');
  expect(told).toHaveLength(1);
  await clock.advance(HOUR);
  expect((await set('*@mine.test')).mask).toBe('*@mine.test');
  expect(bans.size).toBeLessThanOrEqual(most);
  // It is told anew of after there was room.
  expect(heard('*@other.test')).toBeNull();
  for (let at = 0; bans.size < most; at++) heard(`*@fill${at}.test`);
  expect([heard('*@again.test'), logged.length]).toEqual([null, 2]);
  expect(heard(`*@${'x'.repeat(300)}`)).toBeNull();
});

/** RESV: names that nobody may take. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { limits } from './limits.ts';
import { type MemoryClient, MemoryServer } from './memory-server.ts';

let irc: MemoryServer;
let eve: MemoryClient;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
  irc = new MemoryServer();
  eve = irc.join('eve');
  irc.promote(eve, ['kline', 'auspex']);
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

it('keeps nicks from newcomers and from who is there, until it is lifted or over', () => {
  const bob = irc.join('bob');
  const had = irc.join('badger');
  eve.send('RESV 5 bad* :of the staff');
  expect(had.closedWith).toBe(null);
  expect(bob.send('NICK BADman')).toEqual([':irc.test 432 bob BADman :Reserved: of the staff']);
  const fresh = irc.connect();
  expect(fresh.send('NICK bad')).toEqual([':irc.test 432 * bad :Reserved: of the staff']);
  fresh.send('NICK good', 'USER x 0 * :X');
  expect(fresh.user!.registered).toBe(true);
  expect(eve.send('NICK badmin').at(-1)).toContain(' NICK badmin');
  vi.setSystemTime(Date.now() + 5 * 60_000);
  expect(bob.send('NICK badbob').at(-1)).toContain(' NICK badbob');
  eve.send('RESV bad* :again');
  expect(bob.send('NICK badder').at(-1)).toContain(' 432 ');
  eve.send('UNRESV BAD*');
  expect(bob.send('NICK badder').at(-1)).toContain(' NICK badder');
  expect(irc.server.bans.size).toBe(0);
});

it('keeps channels from who is not on them', () => {
  const [bob, cat] = [irc.join('bob'), irc.join('cat')];
  cat.send('JOIN #warez-talk');
  eve.send('RESV #Warez* :no');
  expect(bob.send('JOIN #warez')).toEqual([':irc.test 476 bob #warez :Reserved: no']);
  expect(bob.send('JOIN #WAREZ-talk').at(-1)).toContain(' 476 ');
  expect(cat.received().concat(cat.send('JOIN #warez-talk'))).toEqual([]);
  expect(eve.send('JOIN #warez').some((line) => line.endsWith(' JOIN #warez'))).toBe(true);
  expect(bob.send('JOIN #wares').some((line) => line.endsWith(' JOIN #wares'))).toBe(true);
});

it('refuses what would reserve every name or is none, and more than can be compared with', () => {
  for (const mask of ['*', '?*', '#*', '#', 'a!b', 'a@b', 'a,b', 'x'.repeat(limits.maskBytes.default + 1)])
    expect(eve.send(`RESV ${mask}`)[0], mask).toContain('RESV failed');
  const given = { kind: 'resv', reason: 'x', by: 'x', setMs: Date.now(), expiresMs: null } as const;
  for (let i = 0; i < limits.reservedNames.default; i++) irc.server.bans.add({ ...given, mask: `n${i}` });
  expect(eve.send('RESV more')[0]).toContain('RESV failed: there are 500 bans of names already');
  expect(irc.server.bans.add({ ...given, mask: 'N0' })).toBe(null);
  expect(eve.send('KLINE ~r:*spam*').at(-1)).toContain('added K-line');
});

it('is no ban of anybody, and listed by STATS q', () => {
  eve.send('RESV eve :mine');
  expect(eve.send('TESTLINE eve').at(-1)).toContain(' 726 ');
  expect(eve.send('STATS q')[0]).toMatch(/^:irc\.test 228 eve Q eve :mine \(/);
  expect(eve.send('STATS k').join()).not.toContain('mine');
});

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

const comes = (nick: string, realname: string) => {
  const client = irc.connect();
  client.send(`NICK ${nick}`, `USER ${nick} 0 * :${realname}`);
  return client;
};

it('drops who has such a real name, and lets nobody in who has, until it is lifted or over', () => {
  const bob = comes('bob', 'Buy SPAM now');
  const ann = comes('ann', 'Ann');
  eve.send('XLINE 5 *spam?now* :begone');
  expect(bob.closedWith).toBe('K-lined: begone');
  expect(ann.closedWith).toBe(null);
  const cat = comes('cat', 'spam now!');
  expect(cat.closedWith).toBe('K-lined: begone');
  vi.setSystemTime(Date.now() + 5 * 60_000);
  expect(comes('dan', 'spam now').closedWith).toBe(null);
  eve.send('XLINE *spam* :again');
  expect(comes('dog', 'spam').closedWith).toBe('K-lined: again');
  eve.send('UNXLINE *SPAM*');
  expect(comes('elk', 'spam').closedWith).toBe(null);
  expect(irc.server.bans.list()).toEqual([]);
});

it('is one ban by whatever command, and shown by STATS and TESTLINE', () => {
  eve.send('KLINE ~r:*spam* :begone');
  eve.received();
  expect(irc.server.bans.list().map(({ kind, mask }) => `${kind} ${mask}`)).toEqual(['kline ~r:*spam*']);
  expect(eve.send('STATS k').some((line) => line.includes('~r:*spam*'))).toBe(true);
  expect(eve.send('TESTLINE eve')).toEqual([':irc.test 726 eve eve :No matches']);
  eve.user!.realname = 'Spam';
  expect(eve.send('TESTLINE eve')).toEqual([':irc.test 725 eve K 0 ~r:*spam* :begone']);
  expect(eve.send('TESTLINE x@host.example')).toEqual([':irc.test 726 eve x@host.example :No matches']);
  eve.send('UNXLINE *spam*');
  expect(irc.server.bans.size).toBe(0);
});

it('refuses what covers everybody or is no mask, and more than newcomers can be compared with', () => {
  for (const mask of ['*', '~r:', '*??*', '~r:*'])
    expect(eve.send(`XLINE ${mask}`)[0], mask).toContain('XLINE failed');
  const given = { kind: 'kline', reason: 'x', by: 'x', setMs: Date.now() } as const;
  for (let i = 0; i < limits.realnameBans.default; i++)
    irc.server.bans.add({ ...given, mask: `~r:n${i}`, expiresMs: Date.now() + 1000 });
  expect(eve.send('XLINE more')[0]).toContain('XLINE failed: there are 500 bans of real names already');
  expect(irc.server.bans.add({ ...given, mask: '~r:n0', expiresMs: null })).toBe(null);
  expect(irc.server.bans.add({ ...given, mask: 'more@*.example', expiresMs: null })).toBe(null);
  vi.setSystemTime(Date.now() + 2000);
  const setMs = Date.now();
  expect(irc.server.bans.add({ ...given, setMs, mask: '~r:more', expiresMs: null })).toBe(null);
});

/** The live table of bans, and how it knows that one has ended. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { setNetworkBan } from '../commands/network-ban.ts';
import { addServerBan } from '../commands/server-ban.ts';
import { MemoryServer } from '../memory-server.ts';
import { BanTable } from './ban-table.ts';

let irc: MemoryServer;
beforeEach(() => {
  irc = new MemoryServer();
});
afterEach(() => irc.close());

it('has bans of all kinds, and is out of date once the first of them ends', () => {
  const table = new BanTable(() => irc.server);
  expect([table.rows(), table.total(), table.isOutdated(Number.MAX_VALUE)]).toEqual([[], 0, false]);
  const now = Date.now();
  const ban = { reason: 'r', by: 'tester', setMs: now } as const;
  addServerBan(irc.server, { ...ban, kind: 'dline', mask: '198.51.100.0/24', expiresMs: now + 60_000 });
  addServerBan(irc.server, { ...ban, kind: 'except', mask: 'ann@*', spares: 'k', expiresMs: null });
  setNetworkBan(irc.server, { kind: 'gline', mask: '*@bad.example', reason: 'r', by: 'tester' }, 60);
  expect(table.rows().map(([mask, kind, spares]) => [kind, mask, spares])).toEqual([
    ['dline', '198.51.100.0/24', ''],
    ['except', 'ann@*', 'k'],
    ['gline', '*@bad.example', ''],
  ]);
  expect(table.total()).toBe(3);
  expect([table.isOutdated(now + 59_999), table.isOutdated(now + 60_000)]).toEqual([false, true]);
});

/** What a ban of the network does here, and what operators are told of it. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { recordLinks } from '../memory-network.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import type { NetworkBan } from '../network-bans/network-ban.ts';
import { takeNetworkBan } from './network-ban.ts';

let irc: MemoryServer;
let boss: MemoryClient;
let bob: MemoryClient;
let told: string[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
  irc = new MemoryServer();
  boss = irc.join('boss');
  bob = irc.join('bob');
  irc.promote(boss, []);
  boss.received();
  told = recordLinks(irc.server);
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

function ban(kind: NetworkBan['kind'], mask: string, more: Partial<NetworkBan> = {}): NetworkBan {
  const setMs = Date.now();
  return {
    kind,
    mask,
    reason: 'harm',
    by: 'eve',
    setMs,
    active: true,
    changedSeconds: Math.floor(setMs / 1_000),
    expiresMs: setMs + 3_600_000,
    keptMs: setMs + 3_600_000,
    ...more,
  };
}

const take = (taken: NetworkBan, quiet = false) =>
  takeNetworkBan(irc.server, irc.server.state.me, taken, { quiet }).dropped;
/** What the operator was told, without who says it. */
const notices = () => boss.received().map((line) => line.replace(/^.*NOTICE boss :\*\*\* /, ''));
const HOUR = 'until Thu, 01 Jan 2026 01:00:00 GMT: harm';

it('drops whom it is against, operators excepted, and tells operators and links', async () => {
  expect(await take(ban('gline', '*@192.0.2.1'))).toBe(1);
  expect([bob.closedWith, boss.closedWith]).toEqual(['G-lined: harm', null]);
  expect(notices()[0]).toBe(`eve added the G-line for *@192.0.2.1 ${HOUR}`);
  expect(told[0]).toBe('network ban by irc.test + gline *@192.0.2.1 :harm');
  expect([irc.host.saves, irc.server.counters.serverBanMatches]).toEqual([1, 1]);
});

it('is told as added, changed and lifted, and not at all where nothing holds before or after', () => {
  const lifted = { active: false };
  take(ban('gline', 'eve@far.example'));
  take(ban('gline', 'eve@far.example', { reason: 'more harm' }));
  take(ban('gline', 'eve@far.example', lifted));
  take(ban('gline', 'eve@far.example', lifted));
  take(ban('gline', 'eve@far.example', { expiresMs: Date.now() }));
  take(ban('gline', 'eve@far.example'));
  expect(notices()).toEqual([
    `eve added the G-line for eve@far.example ${HOUR}`,
    `eve changed the G-line for eve@far.example until Thu, 01 Jan 2026 01:00:00 GMT: more harm`,
    'eve lifted the G-line for eve@far.example',
    `eve added the G-line for eve@far.example ${HOUR}`,
  ]);
  expect([told.length, irc.host.saves]).toEqual([6, 6]);
});

it('of a burst is told to links and to no operator', () => {
  take(ban('gline', 'eve@far.example'), true);
  expect([notices(), told.length]).toEqual([[], 1]);
});

it('that nobody here would set bans nobody here, which is said', async () => {
  expect(await take(ban('gline', '*@*'))).toBe(0);
  take(ban('gline', '*@*', { active: false }));
  expect(notices()).toEqual([
    `eve added the G-line for *@* ${HOUR} (it bans nobody here)`,
    'eve lifted the G-line for *@*',
  ]);
  expect(bob.closedWith).toBeNull();
});

it('of a server drops no client', async () => {
  expect(await take(ban('jupe', 'far.test'))).toBe(0);
  expect(notices()).toEqual([`eve added the jupe for far.test ${HOUR}`]);
});

it('drops nobody who is not registered yet', async () => {
  const half = irc.connect();
  half.send('NICK half');
  expect(await take(ban('gline', '*@192.0.2.1'))).toBe(1);
  expect(half.closedWith).toBeNull();
});

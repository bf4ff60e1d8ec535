/** Bans that are compared with all clients: a few in each turn, whoever comes, leaves and changes meanwhile. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { WorkSteps } from '../../runtime/async/work-turns.ts';
import { setNetworkBan } from '../commands/network-ban.ts';
import { addServerBan, removeServerBan } from '../commands/server-ban.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import { countMatching } from './ban-walk.ts';

let irc: MemoryServer;
let clients: MemoryClient[];
let walks: WorkSteps[];

beforeEach(() => {
  irc = new MemoryServer();
  clients = ['a', 'b', 'c', 'd'].map((nick) => irc.join(nick));
  walks = [];
  // Every comparison is as much as one turn may do, and the turns are those of the test.
  irc.host.work.spend = () => true;
  irc.host.work.runSteps = (_account, steps) => walks.push(steps) > 0;
});
afterEach(() => irc.close());

/** Runs turns of what was begun last; whether it is at its end. */
function turns(most: number): boolean {
  const steps = walks.at(-1)!;
  for (let i = 0; i < most; i++) if (steps.next().done === true) return true;
  return false;
}

const ban = {
  kind: 'kline',
  mask: '*@192.0.2.1',
  reason: 'x',
  by: 'eve',
  setMs: 0,
  expiresMs: null,
} as const;
const gone = () => clients.map(({ closedWith }) => closedWith !== null);
const shunned = () => clients.map(({ client }) => client!.shun !== null);

it('drops one after the other, in as many turns as there are clients, and tells how many those were', async () => {
  const outcome = addServerBan(irc.server, ban);
  if (typeof outcome === 'string') throw new Error(outcome);
  const walk = walks.at(-1)!;
  const seen: number[] = [];
  for (;;) {
    const { done } = walk.next();
    seen.push(gone().filter(Boolean).length);
    if (done === true) break;
  }
  expect(seen).toEqual([1, 2, 3, 4, 4]);
  expect(await outcome.dropped).toBe(4);
});

it('drops nobody any more who is compared after it was lifted, or has left by then', async () => {
  const outcome = addServerBan(irc.server, ban);
  if (typeof outcome === 'string') throw new Error(outcome);
  const walk = walks[0]!;
  walk.next();
  removeServerBan(irc.server, 'kline', ban.mask, 'eve');
  for (let i = 0; i < 9; i++) walk.next();
  expect([gone(), await outcome.dropped]).toEqual([[true, false, false, false], 1]);
});

it('of the network stops where it is another one meanwhile', async () => {
  const given = { kind: 'gline', mask: '*@192.0.2.1', reason: 'x', by: 'eve' } as const;
  const [first, second] = [
    setNetworkBan(irc.server, given, 5),
    setNetworkBan(irc.server, { ...given, reason: 'y' }, 5),
  ];
  if (typeof first === 'string' || typeof second === 'string') throw new Error('refused');
  const [former, latter] = walks as [WorkSteps, WorkSteps];
  for (let i = 0; i < 9; i++) former.next();
  for (let i = 0; i < 9; i++) latter.next();
  expect(clients.map(({ closedWith }) => closedWith)).toEqual([
    'G-lined: x',
    'G-lined: y',
    'G-lined: y',
    'G-lined: y',
  ]);
  expect([await first.dropped, await second.dropped]).toEqual([1, 3]);
});

it('silences one after the other, and lifts it so as well', () => {
  const given = { kind: 'shun', mask: '*@192.0.2.1', reason: 'x', by: 'eve' } as const;
  setNetworkBan(irc.server, given, 5);
  expect(turns(2)).toBe(false);
  expect(shunned()).toEqual([true, true, false, false]);
  turns(9);
  expect(shunned()).toEqual([true, true, true, true]);
});

it('counts whom it would be against, and nobody who has left meanwhile', async () => {
  const counted = countMatching(irc.server, ({ user }) => user.nick !== 'b');
  turns(1);
  irc.server.state.findUser('c')!.gone = true;
  turns(9);
  expect(await counted).toBe(2);
  irc.server.state.findUser('c')!.gone = false;
});

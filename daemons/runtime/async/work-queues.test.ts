/** Queues of accounts, and the networks that accounts belong to. */
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import {
  AccountQueue,
  NetworkLine,
  NetworkQueue,
  WorkAccount,
  WorkGroup,
  WorkGroups,
} from './work-account.ts';

const MS = 1e6;
const ALLOWANCE = { share: 0.1, burstMs: 100, lightMs: 10, maxWaitMs: 2_000 };

afterEach(() => {
  vi.useRealTimers();
});

it('hands accounts out in the order in which they came, also those that come again', () => {
  const step = fc.oneof(fc.nat(4), fc.constant(null));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const accounts = Array.from({ length: 5 }, () => new WorkAccount(new WorkGroup()));
      const queue = new AccountQueue();
      const model: WorkAccount[] = [];
      for (const at of steps) {
        if (at === null) expect(queue.shift()).toBe(model.shift() ?? null);
        else if (!model.includes(accounts[at]!)) {
          queue.push(accounts[at]!);
          model.push(accounts[at]!);
        }
        expect(queue.empty).toBe(model.length === 0);
      }
      while (model.length > 0) expect(queue.shift()).toBe(model.shift());
      expect(queue.shift()).toBeNull();
    }),
  );
});

it('takes turns by network, and within one by who came first', () => {
  const step = fc.oneof(fc.record({ network: fc.nat(2), at: fc.nat(3) }), fc.constant(null));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const lines = Array.from({ length: 3 }, () => new NetworkLine());
      const accounts = lines.map(() => Array.from({ length: 4 }, () => new WorkAccount(new WorkGroup())));
      const queue = new NetworkQueue();
      // The networks in the order of their turns, each with its accounts.
      const model: { readonly line: NetworkLine; readonly accounts: WorkAccount[] }[] = [];
      const shift = () => {
        const [first] = model.splice(0, 1);
        const account = first?.accounts.shift() ?? null;
        if (first !== undefined && first.accounts.length > 0) model.push(first);
        return account;
      };
      for (const one of steps) {
        if (one === null) expect(queue.shift()).toBe(shift());
        else {
          const line = lines[one.network]!;
          const account = accounts[one.network]![one.at]!;
          const waiting = model.find((entry) => entry.line === line);
          if (waiting?.accounts.includes(account)) continue;
          queue.push(line, account);
          if (waiting === undefined) model.push({ line, accounts: [account] });
          else waiting.accounts.push(account);
        }
        expect(queue.empty).toBe(model.length === 0);
        expect(lines.map(({ queued }) => queued)).toEqual(
          lines.map((line) => model.some((entry) => entry.line === line)),
        );
      }
      while (model.length > 0) expect(queue.shift()).toBe(shift());
      expect(queue.shift()).toBeNull();
    }),
  );
});

it('makes a client wait for whichever is behind more, itself or its network', () => {
  const group = new WorkGroup(ALLOWANCE);
  const [one, other] = [new WorkAccount(group, ALLOWANCE), new WorkAccount(group, ALLOWANCE)];
  one.charge(100 * MS, 1_000);
  expect([one.waitMs(1_000), other.waitMs(1_000)]).toEqual([0, 0]);
  other.charge(5 * MS, 1_000);
  // A tenth of a core: 5 ms of work are made up for in 50.
  expect([one.waitMs(1_000), other.waitMs(1_000)]).toEqual([50, 50]);
  one.charge(20 * MS, 1_000);
  expect([one.waitMs(1_000), other.waitMs(1_000)]).toEqual([250, 250]);
  const alone = new WorkAccount(new WorkGroup({ ...ALLOWANCE, burstMs: 10_000 }), ALLOWANCE);
  alone.charge(103 * MS, 1_000);
  expect(alone.waitMs(1_000)).toBe(30);
});

it('is light only where both client and network are, up to the limit and not beyond', () => {
  const group = new WorkGroup({ ...ALLOWANCE, lightMs: 15 });
  const [one, other] = [new WorkAccount(group, ALLOWANCE), new WorkAccount(group, ALLOWANCE)];
  one.charge(10 * MS, 1_000);
  expect([one.isLight(1_000), other.isLight(1_000)]).toEqual([true, true]);
  one.charge(1, 1_000);
  expect([one.isLight(1_000), other.isLight(1_000)]).toEqual([false, true]);
  other.charge(5 * MS, 1_000);
  expect(other.isLight(1_000)).toBe(false);
  expect([one.usedNs(1_000), group.usedNs(1_000)]).toEqual([10 * MS + 1, 15 * MS + 1]);
  expect(one.usedNs(1_050)).toBe(5 * MS + 1);
});

it('keeps a network for as long as it has clients or something to make up for', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const groups = new WorkGroups(ALLOWANCE);
  const idle = groups.enter('192.0.2.1');
  const busy = groups.enter('192.0.2.2');
  expect(groups.enter('192.0.2.2')).toBe(busy);
  busy.charge(10 * MS, performance.now());
  groups.leave('192.0.2.1');
  groups.leave('192.0.2.1');
  groups.leave('192.0.2.9');
  expect([groups.size, groups.membersOf('192.0.2.1')]).toEqual([1, 0]);
  expect(groups.enter('192.0.2.1')).not.toBe(idle);
  groups.leave('192.0.2.2');
  groups.leave('192.0.2.2');
  expect(groups.membersOf('192.0.2.2')).toBe(0);
  expect(groups.enter('192.0.2.2')).toBe(busy);
  groups.leave('192.0.2.2');
  vi.advanceTimersByTime(1_000);
  groups.enter('192.0.2.2');
  groups.leave('192.0.2.2');
  expect(groups.size).toBe(1);
});

it('forgets first the networks without clients that have nothing to make up for, then others without', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const groups = new WorkGroups(ALLOWANCE, 3);
  const enter = (address: string, usedMs: number, stays = false) => {
    const group = groups.enter(address);
    group.charge(usedMs * MS, performance.now());
    if (!stays) groups.leave(address);
    return group;
  };
  const soonOver = enter('10.0.0.1', 1);
  const long = enter('10.0.0.2', 50);
  const here = enter('10.0.0.3', 1, true);
  expect(groups.size).toBe(3);
  vi.advanceTimersByTime(10);
  // The first has made up for its millisecond.
  enter('10.0.0.4', 50);
  expect(groups.size).toBe(3);
  expect([groups.enter('10.0.0.2'), groups.enter('10.0.0.3')]).toEqual([long, here]);
  groups.leave('10.0.0.2');
  expect(groups.enter('10.0.0.1')).not.toBe(soonOver);
  expect(groups.size).toBe(3);
  // Nobody is over: of those without clients the first goes.
  expect([groups.membersOf('10.0.0.3'), groups.membersOf('10.0.0.1')]).toEqual([2, 1]);
});

it('names those that wait in all networks, and no more than it is asked for', () => {
  const queue = new NetworkQueue();
  const accounts = Array.from({ length: 5 }, () => new WorkAccount(new WorkGroup()));
  const lines = [new NetworkLine(), new NetworkLine()];
  for (const [at, account] of accounts.entries()) queue.push(lines[at < 3 ? 0 : 1]!, account);
  const named = (most: number) => [...queue.waiting(most)].map((account) => accounts.indexOf(account));
  expect(named(9)).toEqual([0, 1, 2, 3, 4]);
  expect(named(5)).toEqual([0, 1, 2, 3, 4]);
  expect(named(4)).toEqual([0, 1, 2, 3]);
  expect(named(1)).toEqual([0]);
  expect(named(0)).toEqual([]);
  expect([...new NetworkQueue().waiting(9)]).toEqual([]);
});

/** What a client, an address and a turn may use where nobody says otherwise: the limits of the table, in their units. */
import { expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { WorkAccount, WorkGroup, WorkGroups } from './work-account.ts';
import { type WorkSteps, WorkTurns } from './work-turns.ts';

const MS = 1e6;
const {
  workClientBurstMs: clientBurst,
  workClientShare: clientShare,
  workClientLightMs: clientLight,
  workNetworkBurstMs: networkBurst,
  workNetworkShare: networkShare,
  workNetworkLightMs: networkLight,
  workMaxWaitMs: longest,
} = limits;
/** A network whose own allowance stops nobody. */
const roomy = () => new WorkGroup({ share: 1, burstMs: 1e9, lightMs: 1e9, maxWaitMs: 1e9 });

it('lets a client cause its burst of work at once, and makes it wait by its share for what is more', () => {
  const account = new WorkAccount(roomy());
  account.charge(clientBurst.default * MS, 1_000);
  expect(account.waitMs(1_000)).toBe(0);
  account.charge(10 * MS, 1_000);
  expect(account.waitMs(1_000)).toBeCloseTo(10 / clientShare.default);
  account.charge(3_600_000 * MS, 1_000);
  expect(account.waitMs(1_000)).toBeCloseTo(longest.default);
});

it('lets the clients of an address cause their burst together, and makes them wait by their share', () => {
  const group = new WorkGroup();
  group.charge(networkBurst.default * MS, 1_000);
  expect(group.waitMs(1_000)).toBe(0);
  group.charge(10 * MS, 1_000);
  expect(group.waitMs(1_000)).toBeCloseTo(10 / networkShare.default);
  group.charge(3_600_000 * MS, 1_000);
  expect(group.waitMs(1_000)).toBeCloseTo(longest.default);
});

it('counts a client and an address as light up to what the table says', () => {
  const account = new WorkAccount(roomy());
  account.charge((clientLight.default - 1) * MS, 1_000);
  expect(account.isLight(1_000)).toBe(true);
  account.charge(2 * MS, 1_000);
  expect(account.isLight(1_000)).toBe(false);
  const group = new WorkGroup();
  const [first, second] = [new WorkAccount(group), new WorkAccount(group)];
  first.charge((networkLight.default - 1) * MS, 1_000);
  expect(second.isLight(1_000)).toBe(true);
  first.charge(2 * MS, 1_000);
  expect(second.isLight(1_000)).toBe(false);
});

it('remembers as many addresses without clients as the table says', () => {
  const groups = new WorkGroups();
  for (let n = 0; n < limits.workNetworks.default + 2; n++) {
    const address = `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
    groups.enter(address).charge(50 * MS, performance.now());
    groups.leave(address);
  }
  expect(groups.size).toBeLessThanOrEqual(limits.workNetworks.default);
});

it('gives a client one slice and all of them one turn before others have theirs', () => {
  let nowMs = 1_000;
  const due: (() => void)[] = [];
  const turns = new WorkTurns({ now: () => nowMs, schedule: (callback) => due.push(callback) });
  const started = nowMs;
  const ran: { readonly who: string; readonly atMs: number }[] = [];
  function* work(who: string): WorkSteps {
    for (let step = 0; step < 1_000; step++) {
      nowMs += 0.1;
      ran.push({ who, atMs: nowMs - started });
      if (turns.spend(0.1 * MS)) yield null;
    }
  }
  for (const who of ['a', 'b']) turns.runSteps(new WorkAccount(new WorkGroup()), work(who));
  // The first slice is that of whoever came first.
  const firstOfOther = ran.find(({ who }) => who === 'b')?.atMs ?? Number.NaN;
  expect(firstOfOther).toBeGreaterThan(limits.workSliceMs.default * 0.9);
  expect(firstOfOther).toBeLessThan(limits.workSliceMs.default * 2);
  const before = nowMs;
  for (const callback of due.splice(0)) callback();
  expect(nowMs - before).toBeGreaterThan(limits.workTurnMs.default * 0.3);
  expect(nowMs - before).toBeLessThan(limits.workTurnMs.default * 1.2);
});

import { afterEach, expect, it, vi } from 'vitest';
import { loopTurn, TURN_MEMORY_BYTES } from './loop-turn.ts';
import { TurnBudget } from './turn-budget.ts';

const { setImmediate } = globalThis;
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

afterEach(() => {
  loopTurn.watch(null);
  vi.restoreAllMocks();
});

/** Begins `count` pieces of work and writes down in which turn each began. */
function work(budget: TurnBudget, count: number, begun: number[], turn: () => number): void {
  for (let i = 0; i < count; i++) {
    const wait = budget.begin();
    if (wait === null) begun.push(turn());
    else void wait.then(() => begun.push(turn()));
  }
}

it('begins no more than its number in one turn, and everything in the end', async () => {
  const budget = new TurnBudget(3);
  const begun: number[] = [];
  let turn = 0;
  work(budget, 8, begun, () => turn);
  expect(begun).toEqual([0, 0, 0]);
  for (turn = 1; turn < 5; turn++) await nextTurn();
  expect(begun).toEqual([0, 0, 0, 1, 1, 1, 2, 2]);
});

it('counts what came, what waits, and the most that has waited', async () => {
  const budget = new TurnBudget(3);
  expect(budget.stats()).toEqual({ depth: 0, highWater: 0, submitted: 0 });
  work(budget, 8, [], () => 0);
  expect(budget.stats()).toEqual({ depth: 5, highWater: 5, submitted: 8 });
  await nextTurn();
  expect(budget.stats()).toEqual({ depth: 2, highWater: 5, submitted: 8 });
  await nextTurn();
  work(budget, 2, [], () => 0);
  expect(budget.stats()).toEqual({ depth: 1, highWater: 5, submitted: 10 });
});

it('keeps the order: what comes later does not overtake what waits', async () => {
  const budget = new TurnBudget(2);
  const order: string[] = [];
  const begin = (name: string) => {
    const wait = budget.begin();
    if (wait === null) order.push(name);
    else void wait.then(() => order.push(name));
  };
  for (const name of ['a', 'b', 'c', 'd', 'e']) begin(name);
  await nextTurn();
  begin('f');
  expect(order).toEqual(['a', 'b', 'c', 'd']);
  while (order.length < 6) await nextTurn();
  expect(order).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

it('has its whole number again in a later turn', async () => {
  const budget = new TurnBudget(2);
  const begun: number[] = [];
  let turn = 0;
  for (; turn < 3; turn++) {
    work(budget, 2, begun, () => turn);
    await nextTurn();
  }
  expect(begun).toEqual([0, 0, 1, 1, 2, 2]);
});

it('asks for no turn once nothing waits', async () => {
  const asked = vi.spyOn(globalThis, 'setImmediate');
  const budget = new TurnBudget(2);
  work(budget, 3, [], () => 0);
  for (let turn = 0; turn < 5; turn++) await nextTurn();
  // One for the turn in which the third begins, and one for that after it.
  expect(asked).toHaveBeenCalledTimes(2);
});

it('says that the loop is at work when work comes, and when it begins later', async () => {
  const seen: (number | null)[] = [];
  const memory = new SharedArrayBuffer(TURN_MEMORY_BYTES);
  const budget = new TurnBudget(1);
  loopTurn.watch({ memory, ended: () => {} });
  budget.begin();
  seen.push(loopTurn.turn);
  const later = budget.begin();
  // The turn of the watch ends before that of the budget begins the rest.
  loopTurn.watch({ memory, ended: () => {} });
  void later?.then(() => seen.push(loopTurn.turn));
  await nextTurn();
  await nextTurn();
  expect(seen[0]).toBe(1);
  expect(seen[1]).toEqual(expect.any(Number));
});

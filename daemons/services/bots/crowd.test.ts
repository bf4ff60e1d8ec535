/** What a crowd asks of bots at once begins a few at a time, so that nobody else waits for all of it. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { TestNetwork } from '../test-network.ts';

const NUMERICS = Array.from('abcdefghijklmnopqr', (last) => `ABAA${last}`);
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

let test: TestNetwork;
beforeEach(async () => {
  test = await TestNetwork.start();
  for (const [index, numeric] of NUMERICS.entries()) test.join(numeric, `user${index}`);
  await test.quiet();
  test.take();
});
afterEach(() => test.close());

/** Who is answered in each turn, until nothing is under way. */
async function answered(): Promise<string[][]> {
  const turns: string[][] = [];
  do {
    await turn();
    const told = test.take().flatMap((line) => / O (\S+) :/.exec(line)?.[1] ?? []);
    turns.push([...new Set(told)]);
  } while (test.services.operations.inUse > 0);
  return turns.filter((users) => users.length > 0);
}

it('everybody is answered, in the order in which they asked, a few in each turn', async () => {
  for (const numeric of NUMERICS) test.say(`${numeric} P AFAAA :STATUS`);
  expect(test.services.turns.stats().depth).toBe(NUMERICS.length - limits.begunPerTurn.default);
  const [first, ...turns] = await answered();
  expect([first, turns].flat(2)).toEqual(NUMERICS);
  // Some have begun in the turn in which they asked.
  expect(first).toHaveLength(2 * limits.begunPerTurn.default);
  expect(Math.max(...turns.map((users) => users.length))).toBe(limits.begunPerTurn.default);
});

it('nothing is done for who has left before it was their turn', async () => {
  for (const numeric of NUMERICS) test.say(`${numeric} P AFAAA :REGISTER ${numeric} correct-horse`);
  const [last] = NUMERICS.slice(-1);
  test.say(`${last} Q :gone`);
  await test.quiet();
  const { store } = test.services.keeper;
  expect(store.find(last!)).toBeUndefined();
  expect(store.find(NUMERICS[0]!)).toBeDefined();
});

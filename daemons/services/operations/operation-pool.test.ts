/** Contexts: how many there are at once, when they are late, and what each of them takes. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { limits } from '../limits.ts';
import { TestNetwork } from '../test-network.ts';
import { type Operation, OperationPool } from './operation-pool.ts';

const USERS = Array.from({ length: limits.contexts.default }, (_, sequence) => ({
  numeric: 'ABAAA',
  sequence,
}));

function begun(clock = new FakeClock()) {
  const pool = new OperationPool({ clock, onTime: () => {} });
  const late: number[] = [];
  const begin = (who: number) => pool.begin('auth', USERS[who]!, () => late.push(who));
  return { clock, pool, late, begin };
}

it('are as many as may be, a few of each user, and free once they have ended', () => {
  const { pool, begin } = begun();
  const own = Array.from({ length: limits.contextsPerUser.default }, () => begin(0)!);
  expect([begin(0), pool.refused]).toEqual([null, 1]);
  own[1]!.end();
  own[1]!.end();
  expect(pool.inUse).toBe(own.length - 1);
  expect(begin(0)).not.toBeNull();
  for (let who = 1; pool.inUse < limits.contexts.default; who++) begin(who);
  expect([begin(limits.contexts.default - 1), pool.refused]).toEqual([null, 2]);
  own[2]!.end(true);
  expect(begin(limits.contexts.default - 1)).not.toBeNull();
  expect(pool.counts.get('auth')).toMatchObject({ inFlight: limits.contexts.default, failed: 1 });
});

it('are late after their time, each in its turn, whichever of them have ended', async () => {
  const { clock, pool, late, begin } = begun();
  const { default: ms } = limits.contextMs;
  const all: Operation[] = [];
  for (let who = 0; who < 5; who++) {
    all.push(begin(who)!);
    await clock.advance(1_000);
  }
  all[0]!.end();
  all[2]!.end();
  await clock.advance(ms - 4_001);
  expect(late).toEqual([]);
  await clock.advance(1);
  expect([late, all[1]!.over, all[3]!.over]).toEqual([[1], true, false]);
  await clock.advance(2_000);
  expect(late).toEqual([1, 3]);
  // Who is begun while others are late has the whole of its time.
  begin(0);
  all[4]!.end();
  await clock.advance(ms - 1);
  expect([late, pool.inUse]).toEqual([[1, 3], 1]);
  await clock.advance(1);
  expect([late, pool.inUse, clock.pendingTimers]).toEqual([[1, 3, 0], 0, 0]);
  expect(pool.counts.get('auth')!.failed).toBe(3);
});

/** How often memory is measured: what else the process does in a round, such as compiling, is not in the one in the middle. */
const ROUNDS = 5;

/**
 * Bytes of the heap that `make` leaves, for each of what it makes.
 * @param ready makes ready for a round, and answers what makes them and what has to stay until they are counted
 */
async function bytesEach(count: number, ready: () => Promise<Making> | Making): Promise<number> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { make, end } = await ready();
    gc();
    const before = process.memoryUsage().heapUsed;
    await make();
    gc();
    rounds.push((process.memoryUsage().heapUsed - before) / count);
    end();
  }
  return rounds.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
}

interface Making {
  readonly make: () => Promise<void> | void;
  /** Called when they are counted. */
  readonly end: () => void;
}

it('take less than a kilobyte each, with all that a login by AUTH holds while its password is checked', async () => {
  const { default: most } = limits.contexts;
  const alone = await bytesEach(most, () => {
    const { begin, pool } = begun();
    const kept: unknown[] = new Array(most).fill(null);
    begin(0)!.end();
    return {
      make() {
        for (let who = 0; who < most; who++) kept[who] = begin(who);
      },
      end: () => expect([pool.inUse, kept.includes(null)]).toEqual([most, false]),
    };
  });
  const numericOf = (who: number) => `AB${who.toString(36).toUpperCase().padStart(3, 'A')}`;
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const whole = await bytesEach(most, async () => {
    const test = await TestNetwork.start();
    test.passwords.fits = () => new Promise(() => {});
    for (let who = 0; who < most; who++) test.join(numericOf(who), `nick${who}`);
    await test.quiet();
    test.take();
    return {
      async make() {
        for (let who = 0; who < most; who++) {
          test.say(`${numericOf(who)} P AFAAA :AUTH account${who} correct-horse`);
          if (who % limits.begunPerTurn.default === 0) await turn();
        }
        await turn();
      },
      end: () => expect(test.services.operations.inUse).toBe(most),
    };
  });
  expect(alone).toBeLessThan(512);
  expect(whole).toBeLessThan(1_024);
  process.stdout.write(
    `a context: ${Math.round(alone)} bytes; an AUTH that waits: ${Math.round(whole)} bytes\n`,
  );
});

/** How long the end of a tick may take, what goes on in the next one, and what is never put off for ever. */
import { afterEach, expect, it, vi } from 'vitest';
import { type Flushable, TickFlusher } from './tick-flusher.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** How long what is for a crowd may wait on a busy relay. */
const PATIENCE_MS = 2;

/** A flusher whose ticks the test ends: nothing is scheduled by itself. */
function bench(flushMs = 5) {
  const due: (() => void)[] = [];
  vi.spyOn(globalThis, 'setImmediate').mockImplementation(((callback: () => void) => {
    due.push(callback);
  }) as unknown as typeof setImmediate);
  let nowMs = 100;
  let usedMs = 0;
  const done: string[] = [];
  const flusher = new TickFlusher(
    flushMs,
    () => nowMs,
    () => usedMs,
  );
  const spend = (ms: number) => {
    nowMs += ms;
    usedMs += ms;
  };
  return {
    flusher,
    done,
    due,
    spend,
    /** The machine runs something else. */
    lose: (ms: number) => {
      nowMs += ms;
    },
    connection: (name: string, ms = 0): Flushable => ({
      flush() {
        spend(ms);
        done.push(name);
      },
    }),
    tick: () => {
      for (const callback of due.splice(0)) callback();
    },
  };
}

it('ends a tick once for everything that was asked for in it', () => {
  const { flusher, due, done, connection, tick } = bench();
  flusher.schedule(connection('a'), PATIENCE_MS);
  flusher.scheduleAnswer(connection('b'));
  flusher.later(() => done.push('chore'));
  flusher.afterFlush(() => done.push('work'));
  expect([due.length, flusher.pending]).toEqual([1, 2]);
  tick();
  expect(done).toEqual(['b', 'a', 'chore', 'work']);
  expect([due.length, flusher.pending]).toEqual([0, 0]);
  flusher.schedule(connection('c'), PATIENCE_MS);
  expect(due.length).toBe(1);
});

it('looks at the clock after every sixteen connections', () => {
  const { flusher, due, done, connection, tick } = bench();
  for (let i = 0; i < 40; i++) flusher.schedule(connection(`c${i}`, 1), PATIENCE_MS);
  tick();
  expect([done.length, flusher.pending, due.length]).toEqual([16, 24, 1]);
  tick();
  tick();
  expect([done.length, flusher.pending, due.length]).toEqual([40, 0, 0]);
  expect(done).toEqual(Array.from({ length: 40 }, (_, i) => `c${i}`));
});

it('is over when the time is, and not before', () => {
  const { flusher, done, connection, tick } = bench(16);
  for (let i = 0; i < 64; i++) flusher.schedule(connection(`c${i}`, 0.5), PATIENCE_MS);
  tick();
  // Sixteen of half a millisecond are eight, and twice that is the limit.
  expect(done).toHaveLength(32);
});

it('writes to those who get answers first, and to the crowd all the same', () => {
  const { flusher, done, connection, tick } = bench();
  for (let i = 0; i < 40; i++) flusher.scheduleAnswer(connection('answer', 1));
  for (let i = 0; i < 40; i++) flusher.schedule(connection('crowd', 1), PATIENCE_MS);
  tick();
  expect(done).toEqual([...new Array(16).fill('answer'), ...new Array(16).fill('crowd')]);
  expect(flusher.pending).toBe(48);
});

it('does one chore at least, and as many as there is time for', () => {
  const { flusher, due, done, connection, spend, tick } = bench();
  for (let i = 0; i < 4; i++)
    flusher.later(() => {
      spend(2);
      done.push(`chore ${i}`);
    });
  tick();
  expect(done).toEqual(['chore 0', 'chore 1', 'chore 2']);
  expect(due).toHaveLength(1);
  for (let i = 0; i < 16; i++) flusher.schedule(connection('c', 1), PATIENCE_MS);
  tick();
  expect(done.slice(-1)).toEqual(['chore 3']);
  expect(due).toEqual([]);
});

it('does a chore that a chore asked for, behind those that wait', () => {
  const { flusher, done, tick } = bench();
  flusher.later(() => {
    done.push('first');
    flusher.later(() => done.push('third'));
  });
  flusher.later(() => done.push('second'));
  tick();
  expect(done).toEqual(['first', 'second', 'third']);
});

it('does work once, and goes on when the work threw', () => {
  const { flusher, due, done, connection, tick } = bench();
  flusher.afterFlush(() => {
    flusher.schedule(connection('brought'), PATIENCE_MS);
    throw new Error('broken');
  });
  expect(tick).toThrow('broken');
  expect(due).toHaveLength(1);
  tick();
  expect(done).toEqual(['brought']);
  tick();
  expect([done, due]).toEqual([['brought'], []]);
});

it('gives the time back that the machine took, once half of the time is over', () => {
  const { flusher, done, connection, lose, tick } = bench(10);
  const heldUp = connection('held up', 0.4);
  for (let i = 0; i < 15; i++) flusher.schedule(connection('c', 0.4), PATIENCE_MS);
  flusher.schedule(heldUp, PATIENCE_MS);
  flusher.schedule(
    {
      flush() {
        lose(300);
        done.push('lost');
      },
    },
    PATIENCE_MS,
  );
  for (let i = 0; i < 40; i++) flusher.schedule(connection('c', 0.1), PATIENCE_MS);
  tick();
  // 6.4 ms for the first sixteen, then 300 of somebody else, which do not count.
  expect(done).toHaveLength(57);
});

it('is over for time that it used itself, however that was spent', () => {
  const { flusher, done, connection, spend, tick } = bench(10);
  for (let i = 0; i < 16; i++) flusher.schedule(connection('c', 0.4), PATIENCE_MS);
  flusher.schedule(
    {
      flush() {
        spend(300);
        done.push('slow');
      },
    },
    PATIENCE_MS,
  );
  for (let i = 0; i < 40; i++) flusher.schedule(connection('c', 0.1), PATIENCE_MS);
  tick();
  expect(done).toHaveLength(32);
});

it('holds nothing back from a crowd where nothing was written for two milliseconds', () => {
  const { flusher, done, connection, spend, tick } = bench();
  flusher.schedule(connection('first'), PATIENCE_MS);
  flusher.crowdBytes += 10;
  tick();
  expect(done).toEqual(['first']);
  spend(2);
  flusher.schedule(connection('later'), PATIENCE_MS);
  flusher.crowdBytes += 10;
  tick();
  expect(done).toEqual(['first', 'later']);
  expect(flusher.flushes).toEqual({ idle: 2, time: 0, bytes: 0, size: 0 });
});

/** As {@link bench}, a moment after something was written. */
function busyBench() {
  const made = bench();
  made.flusher.scheduleAnswer(made.connection('answered'));
  made.tick();
  made.done.length = 0;
  return {
    ...made,
    /** Others send a frame to a receiver. */
    bring(name: string, patienceMs = PATIENCE_MS, bytes = 10) {
      made.flusher.schedule(made.connection(name), patienceMs);
      made.flusher.crowdBytes += bytes;
    },
  };
}

it('lets a crowd wait for the next poll on a busy relay, and then as long as more comes', () => {
  const { flusher, done, bring, spend, tick, due } = busyBench();
  bring('a');
  tick();
  expect([done, due.length, flusher.pending]).toEqual([[], 1, 1]);
  bring('b');
  spend(1.9);
  tick();
  // A further frame for one who waits already.
  flusher.crowdBytes += 10;
  spend(0.1);
  tick();
  expect([done, due.length]).toEqual([['a', 'b'], 0]);
  expect(flusher.flushes).toEqual({ idle: 0, time: 1, bytes: 0, size: 0 });
  bring('c');
  tick();
  tick();
  expect(done).toEqual(['a', 'b', 'c']);
  expect(flusher.flushes).toEqual({ idle: 1, time: 1, bytes: 0, size: 0 });
});

it('lets nobody wait longer than the one with the least patience', () => {
  const { done, bring, spend, tick } = busyBench();
  bring('patient', 50);
  bring('hasty', 1);
  tick();
  spend(1);
  bring('last', 50);
  tick();
  expect(done).toEqual(['patient', 'hasty', 'last']);
});

it('writes at once what is enough for a write, or for a turn', () => {
  const { flusher, done, bring, tick } = busyBench();
  bring('large', PATIENCE_MS, 1_048_575);
  tick();
  expect(done).toEqual([]);
  flusher.crowdBytes++;
  tick();
  expect(done).toEqual(['large']);
  for (let i = 0; i < 2_047; i++) bring(`c${i}`);
  tick();
  expect(done).toHaveLength(1);
  bring('the last');
  tick();
  expect(done).toHaveLength(2_049);
  expect(flusher.flushes).toEqual({ idle: 0, time: 0, bytes: 1, size: 1 });
});

it('answers while a crowd waits, and does what was put off', () => {
  const { flusher, done, bring, connection, tick } = busyBench();
  bring('crowd');
  flusher.scheduleAnswer(connection('answer'));
  flusher.later(() => done.push('chore'));
  tick();
  expect(done).toEqual(['answer', 'chore']);
  tick();
  expect(done).toEqual(['answer', 'chore', 'crowd']);
});

it('asks once a tick: what work brings behind a crowd that waits, waits with it', () => {
  const { flusher, done, bring, connection, tick } = busyBench();
  bring('crowd');
  flusher.afterFlush(() => {
    bring('brought');
    flusher.scheduleAnswer(connection('answer'));
  });
  tick();
  expect(done).toEqual(['answer']);
  tick();
  expect(done).toEqual(['answer']);
  tick();
  expect(done).toEqual(['answer', 'crowd', 'brought']);
});

it('writes in the next turn to those of a crowd whom it did not reach, without asking again', () => {
  const { flusher, due, done, connection, tick } = bench();
  for (let i = 0; i < 20; i++) flusher.schedule(connection(`c${i}`, 1), PATIENCE_MS);
  flusher.crowdBytes = 200;
  tick();
  expect([done.length, due.length]).toEqual([16, 1]);
  flusher.crowdBytes += 10;
  tick();
  expect([done.length, flusher.flushes.idle]).toEqual([20, 1]);
});

it('counts as idle who is to be flushed although nothing came for him', () => {
  const { flusher, done, connection, tick } = busyBench();
  flusher.schedule(connection('at his end'), PATIENCE_MS);
  tick();
  expect([done, flusher.flushes.idle]).toEqual([['at his end'], 1]);
});

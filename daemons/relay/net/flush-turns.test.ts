/** How long the end of a tick may take, what goes on in the next one, and what is never put off for ever. */
import { afterEach, expect, it, vi } from 'vitest';
import { type Flushable, TickFlusher } from './tick-flusher.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

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
  flusher.schedule(connection('a'), false);
  flusher.schedule(connection('b'), true);
  flusher.later(() => done.push('chore'));
  flusher.afterFlush(() => done.push('work'));
  expect([due.length, flusher.pending]).toEqual([1, 2]);
  tick();
  expect(done).toEqual(['b', 'a', 'chore', 'work']);
  expect([due.length, flusher.pending]).toEqual([0, 0]);
  flusher.schedule(connection('c'), false);
  expect(due.length).toBe(1);
});

it('looks at the clock after every sixteen connections', () => {
  const { flusher, due, done, connection, tick } = bench();
  for (let i = 0; i < 40; i++) flusher.schedule(connection(`c${i}`, 1), false);
  tick();
  expect([done.length, flusher.pending, due.length]).toEqual([16, 24, 1]);
  tick();
  tick();
  expect([done.length, flusher.pending, due.length]).toEqual([40, 0, 0]);
  expect(done).toEqual(Array.from({ length: 40 }, (_, i) => `c${i}`));
});

it('is over when the time is, and not before', () => {
  const { flusher, done, connection, tick } = bench(16);
  for (let i = 0; i < 64; i++) flusher.schedule(connection(`c${i}`, 0.5), false);
  tick();
  // Sixteen of half a millisecond are eight, and twice that is the limit.
  expect(done).toHaveLength(32);
});

it('writes to those who get answers first, and to the crowd all the same', () => {
  const { flusher, done, connection, tick } = bench();
  for (let i = 0; i < 40; i++) flusher.schedule(connection('answer', 1), true);
  for (let i = 0; i < 40; i++) flusher.schedule(connection('crowd', 1), false);
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
  for (let i = 0; i < 16; i++) flusher.schedule(connection('c', 1), false);
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
    flusher.schedule(connection('brought'), false);
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
  for (let i = 0; i < 15; i++) flusher.schedule(connection('c', 0.4), false);
  flusher.schedule(heldUp, false);
  flusher.schedule(
    {
      flush() {
        lose(300);
        done.push('lost');
      },
    },
    false,
  );
  for (let i = 0; i < 40; i++) flusher.schedule(connection('c', 0.1), false);
  tick();
  // 6.4 ms for the first sixteen, then 300 of somebody else, which do not count.
  expect(done).toHaveLength(57);
});

it('is over for time that it used itself, however that was spent', () => {
  const { flusher, done, connection, spend, tick } = bench(10);
  for (let i = 0; i < 16; i++) flusher.schedule(connection('c', 0.4), false);
  flusher.schedule(
    {
      flush() {
        spend(300);
        done.push('slow');
      },
    },
    false,
  );
  for (let i = 0; i < 40; i++) flusher.schedule(connection('c', 0.1), false);
  tick();
  expect(done).toHaveLength(32);
});

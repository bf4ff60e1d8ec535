import { afterEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { poolTask } from './pool-task.ts';
import type * as anyTasks from './test-fixtures/any-tasks.ts';
import { begun, makeGate, open } from './test-fixtures/gates.ts';
import type * as timedTasks from './test-fixtures/timed-tasks.ts';
import { ThreadPool, type ThreadPoolOptions } from './thread-pool.ts';

const TIMED = new URL('test-fixtures/timed-tasks.ts', import.meta.url);
const stopTime = poolTask<typeof timedTasks.stopTime>(TIMED, 'stopTime');
const timed = poolTask<typeof timedTasks.timed>(TIMED, 'timed');
const other = poolTask<typeof timedTasks.other>(TIMED, 'other');
const echo = poolTask<typeof anyTasks.echo<unknown>>(
  new URL('test-fixtures/any-tasks.ts', import.meta.url),
  'echo',
);

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** A pool with idle threads on which no time passes but what tasks say; it knows that `timed` takes `ms`. */
async function crewOf(threads: number, ms: number, options: Partial<ThreadPoolOptions> = {}) {
  const clock = new FakeClock();
  const pool = new ThreadPool({ name: 'test', max: threads, idleMs: 1e6, clock, ...options });
  closers.push(async () => {
    const closing = pool.close(0);
    await clock.advance(0);
    await closing;
  });
  const gate = makeGate();
  const stopping = Array.from({ length: threads }, () => pool.run(stopTime, { gate }));
  await begun(gate, threads);
  open(gate);
  await Promise.all(stopping);
  await pool.run(timed, { ms });
  expect(pool.stats()).toMatchObject({ idle: threads, active: 0 });
  return { pool, clock };
}

/** Until what was submitted has been handed out. */
const turn = () => new Promise(setImmediate);

/** As long as a thread takes that is started now. */
async function aThreadStarts(): Promise<void> {
  const pool = new ThreadPool({ name: 'another', max: 1 });
  closers.push(() => pool.close(0));
  await pool.run(echo, 1);
}

describe('PoolCrew', () => {
  it('hands a thread 2 ms of work in advance, and no more', async () => {
    const { pool } = await crewOf(1, 0.9);
    const gate = makeGate();
    const all = [1, 2, 3].map((value) => pool.submit(timed, { gate, value }));
    await turn();
    expect(pool.stats()).toMatchObject({ active: 1, depth: 1 });
    // Its place is free again when the second is cancelled, which the next hand-out finds.
    all[1]?.cancel();
    all.push(pool.submit(timed, { gate, value: 4 }));
    await turn();
    expect(pool.stats()).toMatchObject({ active: 1, depth: 1 });
    open(gate);
    const ends = await Promise.allSettled(all.map(({ result }) => result));
    expect(ends.map((end) => (end.status === 'fulfilled' ? end.value : end.reason.code))).toEqual([
      1,
      'cancelled',
      3,
      4,
    ]);
  });

  it('hands a busy thread nothing that it does not have the time for', async () => {
    const { pool } = await crewOf(1, 0.9);
    const gate = makeGate();
    const all = [1, 2, 3].map(async (value) => {
      for (let i = 0; i < value; i++) await turn();
      return pool.run(timed, { gate, value });
    });
    for (let i = 0; i < 5; i++) await turn();
    expect(pool.stats()).toMatchObject({ active: 1, depth: 1 });
    open(gate);
    expect(await Promise.all(all)).toEqual([1, 2, 3]);
  });

  it('hands a thread one task alone of which it does not know what it takes', async () => {
    const { pool } = await crewOf(1, 0);
    const gate = makeGate();
    const all = [1, 2].map((value) => pool.run(other, { gate, value }));
    await begun(gate);
    expect(pool.stats()).toMatchObject({ active: 1, depth: 1 });
    open(gate);
    expect(await Promise.all(all)).toEqual([1, 2]);
  });

  it('gives more to the thread that has least to do', async () => {
    const { pool } = await crewOf(2, 0.5);
    const quick = makeGate();
    open(quick);
    const held = [makeGate(), makeGate()];
    const first = held.map((gate) => pool.run(timed, { gate }));
    await Promise.all(held.map((gate) => begun(gate)));
    const more: ReturnType<typeof pool.submit>[] = [];
    for (let i = 0; i < 2; i++) {
      more.push(pool.submit(timed, { gate: quick }));
      await turn();
    }
    open(held[1]!);
    await Promise.race(more.map(({ result }) => result));
    expect(more.map(({ state }) => state).sort()).toEqual(['completed', 'pending']);
    open(held[0]!);
    await Promise.all([...first, ...more.map(({ result }) => result)]);
  });

  it('takes nothing back before a thread has been quiet for 10 ms since it was handed something', async () => {
    const { pool, clock } = await crewOf(1, 0);
    await clock.advance(5_000);
    const gate = makeGate();
    const all = [1, 2].map((value) => pool.run(timed, { gate, value }));
    await begun(gate);
    await clock.advance(6);
    // What it is handed meanwhile does not make it any quicker.
    all.push(pool.run(timed, { gate, value: 3 }));
    await turn();
    await clock.advance(3);
    expect(pool.stats()).toMatchObject({ active: 1, depth: 0 });
    await clock.advance(1);
    expect(pool.stats()).toMatchObject({ active: 1, depth: 2 });
    // Until it answers it is handed nothing more.
    all.push(pool.run(timed, { gate, value: 4 }));
    await turn();
    await clock.advance(100);
    expect(pool.stats()).toMatchObject({ active: 1, depth: 3 });
    open(gate);
    expect(await Promise.all(all)).toEqual([1, 2, 3, 4]);
    const again = makeGate();
    const behind = [5, 6].map((value) => pool.run(timed, { gate: again, value }));
    await begun(again);
    expect(pool.stats()).toMatchObject({ active: 1, depth: 0 });
    open(again);
    expect(await Promise.all(behind)).toEqual([5, 6]);
  });

  it('leaves with a thread what was moved to it', async () => {
    const { pool, clock } = await crewOf(1, 0);
    const gate = makeGate();
    const moved = new Uint8Array(4);
    const all = [
      pool.run(timed, { gate, value: 1 }),
      pool.run(timed, { gate, value: 2, moved }, { transfer: [moved.buffer] }),
      pool.run(timed, { gate, value: 3 }),
    ];
    await begun(gate);
    await clock.advance(10);
    expect(pool.stats()).toMatchObject({ active: 1, depth: 1 });
    open(gate);
    expect(await Promise.all(all)).toEqual([1, 2, 3]);
  });

  it('takes back only from the thread that is quiet for so long, and gives it to another', async () => {
    const { pool, clock } = await crewOf(2, 0.1);
    const gate = makeGate();
    const all = [pool.run(timed, { gate, value: 0 })];
    await begun(gate);
    await clock.advance(5);
    all.push(pool.run(timed, { gate, value: 1 }));
    await begun(gate, 2);
    for (let value = 2; value < 6; value++) {
      all.push(pool.run(timed, { gate, value }));
      await turn();
    }
    await clock.advance(5);
    expect(pool.stats()).toMatchObject({ active: 2, depth: 0 });
    await clock.advance(4);
    expect(pool.stats()).toMatchObject({ active: 2, depth: 0 });
    await clock.advance(1);
    expect(pool.stats()).toMatchObject({ active: 2, depth: 4 });
    open(gate);
    expect(await Promise.all(all)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('still hands something to a thread that is at its only task, however long, when another has too much', async () => {
    const { pool, clock } = await crewOf(2, 0.1);
    const gate = makeGate();
    const all = [0, 1].map((value) => pool.run(timed, { gate, value }));
    await begun(gate, 2);
    const tooMuch = pool.submit(timed, { gate });
    const cancelled = expect(tooMuch.result).rejects.toMatchObject({ code: 'cancelled' });
    await turn();
    tooMuch.cancel();
    await cancelled;
    await clock.advance(10);
    const moved = new Uint8Array(1);
    all.push(pool.run(timed, { gate, value: 2, moved }, { transfer: [moved.buffer] }));
    await turn();
    expect(pool.stats()).toMatchObject({ active: 2, depth: 0 });
    open(gate);
    expect(await Promise.all(all)).toEqual([0, 1, 2]);
  });

  it('starts a thread for what has waited for 25 ms since there last was nothing', async () => {
    const { pool, clock } = await crewOf(1, 0, { max: 2 });
    const quick = makeGate();
    open(quick);
    const wait = async () => {
      const gate = makeGate();
      const held = pool.run(timed, { gate });
      const behind = pool.run(timed, { gate: quick, value: 7 });
      await begun(gate);
      await clock.advance(10);
      expect(pool.stats()).toMatchObject({ active: 1, depth: 1 });
      return { gate, held, behind };
    };
    const first = await wait();
    await clock.advance(2);
    open(first.gate);
    await Promise.all([first.held, first.behind]);
    const second = await wait();
    await clock.advance(24);
    await aThreadStarts();
    expect(pool.stats()).toMatchObject({ active: 1, idle: 0, depth: 1 });
    await clock.advance(1);
    expect(await second.behind).toBe(7);
    open(second.gate);
    await second.held;
    expect(pool.stats()).toMatchObject({ active: 0, idle: 2, lost: 0 });
  });

  it('starts a thread at once where 25 ms of work wait, and not for less', async () => {
    const { pool } = await crewOf(1, 3, { max: 2 });
    const [gate, quick] = [makeGate(), makeGate()];
    open(quick);
    const held = pool.run(timed, { gate });
    await begun(gate);
    const all = Array.from({ length: 8 }, (_, value) => pool.run(timed, { gate: quick, value }));
    await turn();
    await aThreadStarts();
    expect(pool.stats()).toMatchObject({ active: 1, idle: 0, depth: 8 });
    all.push(pool.run(timed, { gate: quick, value: 8 }));
    expect(await Promise.all(all)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    open(gate);
    await held;
  });

  it('hands a thread no more than 2,048 tasks, however quick they are', async () => {
    const { pool } = await crewOf(1, 0);
    const gate = makeGate();
    const all = Array.from({ length: 3_000 }, (_, value) =>
      pool.run(timed, value === 0 ? { gate, value } : { value }),
    );
    await begun(gate);
    expect(pool.stats()).toMatchObject({ active: 1, depth: 3_000 - 2_048 });
    open(gate);
    expect(await Promise.all(all)).toEqual(all.map((_, value) => value));
  });

  it('starts no thread while another is being started', async () => {
    const pool = new ThreadPool({ name: 'test', max: 2 });
    closers.push(() => pool.close(0));
    const cancelled = pool.submit(echo, 1);
    await turn();
    cancelled.cancel();
    expect(await pool.run(echo, 2)).toBe(2);
    await aThreadStarts();
    expect(pool.stats()).toMatchObject({ idle: 1, active: 0 });
  });

  it('ends a thread that has had nothing to do for 30 s where it is told nothing else', async () => {
    const clock = new FakeClock();
    const pool = new ThreadPool({ name: 'test', max: 1, clock });
    closers.push(() => pool.close(0));
    expect(await pool.run(echo, 2)).toBe(2);
    await clock.advance(29_999);
    expect(pool.stats()).toMatchObject({ idle: 1 });
    await clock.advance(1);
    expect(pool.stats()).toMatchObject({ idle: 0 });
  });

  it('cancels when it is closed all that a thread has, whether that has begun, waits or has only not been reported', async () => {
    const { pool, clock } = await crewOf(1, 0);
    const gate = makeGate();
    const all = [{}, { gate }, {}].map((what) => pool.submit(timed, what));
    await begun(gate);
    expect(all.map(({ state }) => state)).toEqual(['running', 'running', 'pending']);
    const closing = pool.close(5);
    await clock.advance(5);
    expect(await closing).toBe(false);
    expect(all.map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(pool.stats()).toMatchObject({ cancelled: 3, active: 0, depth: 0 });
  });

  it('has no timer where nothing has to be looked after', async () => {
    const { pool, clock } = await crewOf(1, 0, { min: 1 });
    await clock.advance(1e7);
    expect(clock.pendingTimers).toBe(0);
    const gate = makeGate();
    const held = pool.run(timed, { gate });
    await begun(gate);
    expect(clock.pendingTimers).toBe(1);
    open(gate);
    await held;
  });

  it('looks at a thread once, not all the time, when the first of its tasks was cancelled', async () => {
    const { pool, clock } = await crewOf(1, 0);
    const [first, second] = [makeGate(), makeGate()];
    const held = pool.run(timed, { gate: first });
    await begun(first);
    const cancelled = pool.submit(timed, {});
    const long = pool.run(timed, { gate: second, value: 5 });
    await turn();
    cancelled.cancel();
    expect(cancelled.state).toBe('cancelled');
    open(first);
    await held;
    await begun(second);
    const after = vi.spyOn(clock, 'after').mockImplementation((ms, callback) => {
      if (after.mock.calls.length > 20) throw new Error('It looks all the time.');
      return FakeClock.prototype.after.call(clock, ms, callback);
    });
    await clock.advance(1_000);
    expect(after.mock.calls.length).toBeLessThan(5);
    open(second);
    expect(await long).toBe(5);
  });

  it('looks at a thread once, not all the time, when the first of its tasks might take less time than the next', async () => {
    const { pool, clock } = await crewOf(1, 0);
    const gate = makeGate();
    const short = pool.run(timed, { value: 1 }, { runMs: 30 });
    const long = pool.run(timed, { gate, value: 2 }, { runMs: 1e8 });
    await begun(gate);
    const after = vi.spyOn(clock, 'after').mockImplementation((ms, callback) => {
      if (after.mock.calls.length > 20) throw new Error('It looks all the time.');
      return FakeClock.prototype.after.call(clock, ms, callback);
    });
    await clock.advance(1_000);
    expect(after.mock.calls.length).toBeLessThan(5);
    // It began a second ago, by the time of its thread.
    const lookMs = Math.max(...after.mock.calls.map(([ms]) => ms));
    expect(lookMs).toBeGreaterThan(9e7);
    expect(lookMs).toBeLessThan(1e8 - 500);
    open(gate);
    expect(await Promise.all([short, long])).toEqual([1, 2]);
  });

  it('fails what waits where no thread can be started, and does not try for ever', async () => {
    const lost: unknown[] = [];
    // A niceness that is no whole number is refused on the thread itself.
    const pool = new ThreadPool({ name: 'broken', max: 1, nice: 0.5, onLost: (one) => lost.push(one) });
    closers.push(() => pool.close(0));
    const ends = await Promise.allSettled([1, 2].map((value) => pool.run(echo, value)));
    for (const end of ends)
      expect(end).toMatchObject({
        status: 'rejected',
        reason: { code: 'unavailable', message: expect.stringContaining('No thread can be started') },
      });
    expect(lost).toEqual([
      expect.objectContaining({ pool: 'broken', thread: 'broken 1', how: 'threw', task: null }),
    ]);
    expect(pool.stats()).toMatchObject({ depth: 0, failed: 2, lost: 1, active: 0, idle: 0 });
  });
});

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { poolTask } from './pool-task.ts';
import type * as anyTasks from './test-fixtures/any-tasks.ts';
import { begun, makeGate, open } from './test-fixtures/gates.ts';
import type * as timedTasks from './test-fixtures/timed-tasks.ts';
import { ThreadPool } from './thread-pool.ts';

const ANY = new URL('test-fixtures/any-tasks.ts', import.meta.url);
const TIMED = new URL('test-fixtures/timed-tasks.ts', import.meta.url);
const echo = poolTask<typeof anyTasks.echo<unknown>>(ANY, 'echo');
const notData = poolTask<typeof anyTasks.notData>(ANY, 'notData');
const throwing = poolTask<typeof anyTasks.throwing>(ANY, 'throwing');
const moved = poolTask<typeof anyTasks.moved>(ANY, 'moved');
const leftOfMoved = poolTask<typeof anyTasks.leftOfMoved>(ANY, 'leftOfMoved');
const port = poolTask<typeof anyTasks.port>(ANY, 'port');
const stopTime = poolTask<typeof timedTasks.stopTime>(TIMED, 'stopTime');
const timed = poolTask<typeof timedTasks.timed>(TIMED, 'timed');
const awaitGate = poolTask<typeof timedTasks.awaitGate>(TIMED, 'awaitGate');
const looks = poolTask<typeof timedTasks.looks>(TIMED, 'looks');

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** A pool of one thread, on which no time passes but what tasks say. */
async function makePool(): Promise<ThreadPool> {
  const clock = new FakeClock();
  const pool = new ThreadPool({ name: 'test', max: 1, clock });
  closers.push(async () => {
    const closing = pool.close(0);
    await clock.advance(0);
    await closing;
  });
  const gate = makeGate();
  open(gate);
  await pool.run(stopTime, { gate });
  return pool;
}

const turn = () => new Promise(setImmediate);

/** Time enough for a thread that does something at once. */
async function aThreadStarts(): Promise<void> {
  const pool = new ThreadPool({ name: 'another', max: 1 });
  closers.push(() => pool.close(0));
  await pool.run(echo, 1);
}

describe('a thread of a pool', () => {
  it('returns whatever a function does, and takes only what can be waited for as a promise', async () => {
    const pool = await makePool();
    for (const value of [
      null,
      undefined,
      0,
      'text',
      Object.fromEntries([['then', 5]]),
      { when: null },
      [null],
    ])
      expect(await pool.run(echo, value)).toEqual(value);
  });

  it('does not take a task for cancelled that looks and was not', async () => {
    const pool = await makePool();
    expect(await pool.run(looks, null)).toBe(false);
    expect(pool.stats()).toMatchObject({ cancelled: 0, completed: 2 });
  });

  it('tells what each task took, whichever place it has', async () => {
    const pool = await makePool();
    await pool.run(timed, { ms: 0 });
    const runs: number[] = [];
    const waits: number[] = [];
    const names = new Set<string>();
    pool.onTimes(({ waitMs, runMs }, name) => {
      waits.push(waitMs * 1e6);
      runs.push(runMs * 1e6);
      names.add(name);
    });
    // Once in one message, once one by one.
    await Promise.all([0.25, 0.5, 1, 2].map((ms) => pool.run(timed, { ms })));
    for (const ms of [3, 0]) await pool.run(timed, { ms });
    expect(runs).toEqual([0.25, 0.5, 1, 2, 3, 0].map((ms) => expect.closeTo(ms * 1e6, -2)));
    // They began before they were submitted, by the time of the thread; but none waits less than nothing.
    expect(waits[0]).toBeLessThan(0);
    expect([...names]).toEqual(['timed']);
    await pool.run(timed, { ms: 100_000 });
    waits.length = 0;
    await pool.run(timed, {});
    expect(waits[0]).toBeGreaterThan(5e10);
    expect(waits[0]).toBeLessThan(1.5e11);
  });

  it('sends what has waited for a millisecond for other results, and what there is before it waits', async () => {
    const pool = await makePool();
    for (let i = 0; i < 12; i++) await pool.run(timed, {});
    const gate = makeGate();
    const first = [{ value: 1 }, { ms: 1.5, value: 2 }].map((what) => pool.run(timed, what));
    const held = pool.run(timed, { gate, value: 3 });
    expect(await Promise.all(first)).toEqual([1, 2]);
    open(gate);
    expect(await held).toBe(3);
    // Less than that is not worth a message.
    await pool.run(awaitGate, { gate, value: 0 });
    for (let i = 0; i < 12; i++) await pool.run(timed, {});
    const next = makeGate();
    const short = [{ value: 4 }, { ms: 0.4, value: 5 }].map((what) => pool.submit(timed, what));
    const behind = pool.run(timed, { gate: next, value: 6 });
    await begun(next);
    await aThreadStarts();
    expect(short.map(({ state }) => state)).toEqual(['running', 'running']);
    open(next);
    expect(await behind).toBe(6);
    const last = makeGate();
    const ready = pool.run(timed, { value: 7 });
    const waiting = pool.run(awaitGate, { gate: last, value: 8 });
    expect(await ready).toBe(7);
    open(last);
    expect(await waiting).toBe(8);
  });

  it('begins no task before the one that it waits for has ended', async () => {
    const pool = await makePool();
    const [gate, later] = [makeGate(), makeGate()];
    open(later);
    await pool.run(awaitGate, { gate: later, value: 0 });
    await pool.run(timed, {});
    const waiting = pool.run(awaitGate, { gate, value: 1 });
    await begun(gate);
    const other = makeGate();
    open(other);
    const behind = pool.submit(timed, { gate: other, value: 2 });
    await turn();
    await aThreadStarts();
    expect([behind.state, Atomics.load(other, 0)]).toEqual(['pending', 0]);
    open(gate);
    expect(await Promise.all([waiting, behind.result])).toEqual([1, 2]);
  });

  it('does as many tasks one after the other as are submitted, more than it can have at once', async () => {
    const pool = await makePool();
    const all = Array.from({ length: 5_000 }, (_, value) => pool.run(echo, value));
    expect(await Promise.all(all)).toEqual(all.map((_, value) => value));
    expect(pool.stats()).toMatchObject({ completed: 5_001, failed: 0 });
  });

  it('gives each its own where results of one message cannot be copied together', async () => {
    const pool = await makePool();
    const submit = () => [
      pool.run(echo, 1),
      pool.run(notData as typeof echo, null),
      pool.run(throwing, 'known'),
      pool.run(port, null),
      pool.run(moved, 3),
      pool.run(echo, 2),
    ];
    // What they take is known from the first time.
    for (let round = 0; round < 2; round++) {
      const ends = (await Promise.allSettled(submit())).map((end) =>
        end.status === 'fulfilled' ? end.value : end.reason.code,
      );
      expect(ends).toEqual([
        1,
        'bad_request',
        'conflict',
        expect.objectContaining({ postMessage: expect.any(Function) }),
        new Uint8Array(3).fill(7),
        2,
      ]);
      (ends[3] as { close(): void }).close();
    }
  });

  it('moves a result instead of copying it', async () => {
    const pool = await makePool();
    expect(await pool.run(moved, 3)).toEqual(new Uint8Array(3).fill(7));
    expect(await pool.run(leftOfMoved, undefined)).toBe(0);
  });

  it('keeps its process alive while it has a task, and not when that was refused or has ended', async () => {
    const pool = await makePool();
    const calls: string[] = [];
    for (const what of ['ref', 'unref'] as const)
      vi.spyOn(Worker.prototype, what).mockImplementation(() => void calls.push(what));
    expect(await pool.run(echo, 1)).toBe(1);
    expect(calls.splice(0)).toEqual(['ref', 'unref']);
    await expect(pool.run(echo, () => {})).rejects.toMatchObject({ code: 'bad_request' });
    expect(calls.splice(0)).toEqual(['ref', 'unref']);
    // What goes with it does.
    const both = await Promise.allSettled([pool.run(echo, () => {}), pool.run(echo, 2)]);
    expect(both[1]).toEqual({ status: 'fulfilled', value: 2 });
    expect(calls).toEqual(['ref', 'unref']);
  });

  it('keeps nothing of a task that has ended', async () => {
    const pool = await makePool();
    const argument = await (async () => {
      const given = { value: 1 };
      await pool.run(echo, given);
      return new WeakRef(given);
    })();
    // What a turn of the loop has seen lives until its end.
    await turn();
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    expect(argument.deref()).toBeUndefined();
  });

  it('is sent at once what finds it idle, and together what is submitted in the same turn', async () => {
    const pool = await makePool();
    await pool.run(echo, 0);
    await turn();
    const sent: number[] = [];
    const plain = Worker.prototype.postMessage;
    vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, ...message) {
      sent.push((message[0] as unknown[]).length / 2);
      plain.apply(this, message);
    });
    const all = [1, 2].map((value) => pool.run(echo, value));
    expect(sent).toEqual([]);
    await Promise.resolve();
    expect(sent).toEqual([2]);
    // The turn has not ended yet.
    all.push(pool.run(echo, 3));
    await Promise.resolve();
    all.push(pool.run(echo, 4));
    await Promise.resolve();
    expect(sent).toEqual([2]);
    await turn();
    expect(sent).toEqual([2, 2]);
    expect(await Promise.all(all)).toEqual([1, 2, 3, 4]);
    await turn();
    all.push(pool.run(echo, 5));
    await Promise.resolve();
    expect(sent).toEqual([2, 2, 1]);
    await Promise.all(all);
  });
});

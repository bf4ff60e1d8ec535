import { execFile } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { getActiveResourcesInfo } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import type { LostThread } from './pool-crew.ts';
import { type PoolTicket, poolTask, type TaskTimes } from './pool-task.ts';
import { PRIORITIES } from './priority-lanes.ts';
import type * as tasks from './test-fixtures/any-tasks.ts';
import { begun, type Gate, makeGate, open } from './test-fixtures/gates.ts';
import { ThreadPool, type ThreadPoolOptions } from './thread-pool.ts';

const MODULE = new URL('test-fixtures/any-tasks.ts', import.meta.url);
const echo = poolTask<typeof tasks.echo<unknown>>(MODULE, 'echo');
const waitAt = poolTask<typeof tasks.waitAt>(MODULE, 'waitAt');
const note = poolTask<typeof tasks.note>(MODULE, 'note');
const untilCancelled = poolTask<typeof tasks.untilCancelled>(MODULE, 'untilCancelled');
const deaf = poolTask<typeof tasks.deaf>(MODULE, 'deaf');
const later = poolTask<typeof tasks.later>(MODULE, 'later');
const throwing = poolTask<typeof tasks.throwing>(MODULE, 'throwing');
const hang = poolTask<typeof tasks.hang>(MODULE, 'hang');
const maybeHang = poolTask<typeof tasks.maybeHang>(MODULE, 'maybeHang');
const exit = poolTask<typeof tasks.exit>(MODULE, 'exit');
const throwBehindItsBack = poolTask<typeof tasks.throwBehindItsBack>(MODULE, 'throwBehindItsBack');
const notData = poolTask<typeof tasks.notData>(MODULE, 'notData');
const moved = poolTask<typeof tasks.moved>(MODULE, 'moved');
const port = poolTask<typeof tasks.port>(MODULE, 'port');
const whoAmI = poolTask<typeof tasks.whoAmI>(MODULE, 'whoAmI');

const pools: ThreadPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close(0)));
});

function makePool(options: Partial<ThreadPoolOptions> = {}): ThreadPool & { lostThreads: LostThread[] } {
  const lostThreads: LostThread[] = [];
  const pool = new ThreadPool({ name: 'test', max: 1, onLost: (lost) => lostThreads.push(lost), ...options });
  pools.push(pool);
  return Object.assign(pool, { lostThreads });
}

/** Occupies a pool of one thread until the gate opens. */
async function occupy(pool: ThreadPool): Promise<{ gate: Int32Array; ticket: PoolTicket<number> }> {
  const gate = makeGate();
  const ticket = pool.submit(waitAt, { gate });
  await begun(gate);
  return { gate, ticket };
}

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'completed',
    (error: { code?: unknown }) => error.code,
  );

/** Has two tasks run at once, then quick ones, so that the pool knows `waitAt` as quick; returns a gate that is open. */
async function runOnBoth(pool: ThreadPool): Promise<Gate> {
  const gates = [makeGate(), makeGate()];
  const both = gates.map((gate) => pool.run(waitAt, { gate }));
  await Promise.all(gates.map((gate) => begun(gate)));
  for (const gate of gates) open(gate);
  await Promise.all(both);
  const quick = makeGate();
  open(quick);
  for (let round = 0; round < 40; round++) await pool.run(waitAt, { gate: quick });
  return quick;
}

describe('ThreadPool', () => {
  it('has no thread before there is work, and gives a copy of what a function returns', async () => {
    const pool = makePool({ max: 3, capacity: 7 });
    expect(pool.stats()).toMatchObject({ active: 0, idle: 0, max: 3, capacity: 7, depth: 0, submitted: 0 });
    const value = { text: 'ä', bytes: new Uint8Array([1, 2]), deep: [{ date: new Date(5) }] };
    const result = await pool.run(echo, value);
    expect(result).toEqual(value);
    expect(result).not.toBe(value);
    expect(await pool.run(later, 21)).toBe(42);
    const stats = pool.stats();
    expect(stats).toMatchObject({ active: 0, idle: 1, submitted: 2, completed: 2, failed: 0, highWater: 1 });
    expect([stats.wait.count, stats.run.count]).toEqual([2, 2]);
  });

  it('uses all cores but one, and at least one, where it is not told otherwise', () => {
    const cores = vi.spyOn(os, 'availableParallelism');
    syncBuiltinESMExports();
    try {
      for (const [there, used] of [
        [1, 1],
        [2, 1],
        [3, 2],
        [8, 7],
      ] as const) {
        cores.mockReturnValue(there);
        expect(new ThreadPool({ name: 'default' }).stats()).toMatchObject({ max: used, capacity: 10_000 });
      }
    } finally {
      cores.mockRestore();
      syncBuiltinESMExports();
    }
    expect(new ThreadPool({ name: 'fixed', min: 2, max: 2, capacity: 1 }).stats()).toMatchObject({ max: 2 });
  });

  it.each([
    [{ max: 0 }, 'max is 0'],
    [{ max: 1.5 }, 'max is 1.5'],
    [{ min: -1 }, 'min is -1'],
    [{ min: 3, max: 2 }, 'min is 3'],
    [{ capacity: 0 }, 'capacity is 0'],
  ])('refuses sizes that cannot be: %o', (options, message) => {
    expect(() => new ThreadPool({ name: 'wrong', ...options })).toThrow(
      expect.objectContaining({ code: 'bad_request', message: expect.stringContaining(message) }),
    );
  });

  it('says how far a task is, and counts tasks up', async () => {
    const pool = makePool();
    const first = await occupy(pool);
    const second = pool.submit(echo, 2);
    expect([first.ticket.id, second.id]).toEqual([1, 2]);
    expect([first.ticket.state, second.state]).toEqual(['running', 'pending']);
    expect(pool.stats()).toMatchObject({ active: 1, idle: 0, depth: 1 });
    open(first.gate);
    expect(await second.result).toBe(2);
    expect([first.ticket.state, second.state]).toEqual(['completed', 'completed']);
    second.cancel();
    expect(second.state).toBe('completed');
  });

  it('begins urgent tasks before others, and keeps none for ever', async () => {
    // A machine that is busy takes nothing back meanwhile.
    const pool = makePool({ clock: new FakeClock() });
    const { gate } = await occupy(pool);
    const order = new Int32Array(new SharedArrayBuffer(4 * 100));
    const all = PRIORITIES.flatMap((priority, number) =>
      Array.from({ length: 10 }, () => pool.run(note, { order, number }, { priority })),
    );
    const plain = pool.run(note, { order, number: 9 });
    open(gate);
    await Promise.all([...all, plain]);
    const began = [...order.slice(1, 42)];
    // The one that occupied the thread was the first normal one of its round.
    expect(began.slice(0, 15)).toEqual([3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 1, 0, 3]);
    // What says nothing is normal, so it comes behind ten of them and before the last of the low ones.
    expect(began.indexOf(9)).toBeGreaterThan(began.lastIndexOf(1));
    expect(began.indexOf(9)).toBeLessThan(began.lastIndexOf(0));
  });

  it('lets whoever asks once go before the many tasks of another', async () => {
    const pool = makePool({ clock: new FakeClock() });
    const { gate } = await occupy(pool);
    const order = new Int32Array(new SharedArrayBuffer(4 * 20));
    const many = Array.from({ length: 10 }, () => pool.run(note, { order, number: 1 }, { group: 'many' }));
    const one = pool.run(note, { order, number: 2 }, { group: 'one' });
    open(gate);
    await Promise.all([...many, one]);
    expect([...order.slice(1, 12)]).toEqual([1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  });

  it('refuses a task when as many wait as may, and takes one again when there is room', async () => {
    const pool = makePool({ capacity: 2 });
    const { gate } = await occupy(pool);
    expect(pool.full).toBe(false);
    const waiting = [pool.run(echo, 1), pool.run(echo, 2)];
    expect(pool.full).toBe(true);
    expect(await codeOf(pool.run(echo, 3))).toBe('limit_reached');
    expect(() => pool.submit(echo, 3)).toThrow(expect.objectContaining({ code: 'limit_reached' }));
    expect(pool.stats()).toMatchObject({ rejected: 2, depth: 2, highWater: 2, submitted: 3 });
    open(gate);
    expect(await Promise.all(waiting)).toEqual([1, 2]);
    expect(await pool.run(echo, 3)).toBe(3);
    expect(pool.stats()).toMatchObject({ rejected: 2, depth: 0, highWater: 2, completed: 4 });
  });

  it('never begins a task that was cancelled while it waited', async () => {
    const pool = makePool();
    const { gate } = await occupy(pool);
    const order = new Int32Array(new SharedArrayBuffer(40));
    const ticket = pool.submit(note, { order, number: 1 });
    const controller = new AbortController();
    const aborted = pool.run(note, { order, number: 2 }, { signal: controller.signal });
    const kept = pool.run(note, { order, number: 3 });
    ticket.cancel();
    ticket.cancel();
    controller.abort();
    expect(ticket.state).toBe('cancelled');
    expect(await codeOf(ticket.result)).toBe('cancelled');
    expect(await codeOf(aborted)).toBe('cancelled');
    expect(await codeOf(pool.run(echo, 1, { signal: controller.signal }))).toBe('cancelled');
    expect(pool.stats()).toMatchObject({ depth: 1, cancelled: 2, failed: 0, submitted: 4 });
    open(gate);
    await kept;
    expect([...order.slice(0, 2)]).toEqual([1, 3]);
  });

  it.each(['return', 'throw'] as const)('cancels a running task that sees it and then %ss', async (how) => {
    const pool = makePool();
    const gate = makeGate();
    const ticket = pool.submit(untilCancelled, { gate, how });
    await begun(gate);
    ticket.cancel();
    expect(ticket.state).toBe('running');
    expect(await codeOf(ticket.result)).toBe('cancelled');
    expect(ticket.state).toBe('cancelled');
    expect(await pool.run(echo, 5)).toBe(5);
    expect(pool.stats()).toMatchObject({ cancelled: 1, completed: 1, failed: 0, lost: 0 });
  });

  it('keeps the result of a running task that does not see that it was cancelled', async () => {
    const pool = makePool();
    const gate = makeGate();
    const ticket = pool.submit(deaf, { gate });
    await begun(gate);
    ticket.cancel();
    open(gate);
    expect(await ticket.result).toBe('done 0');
    expect(pool.stats()).toMatchObject({ cancelled: 0, completed: 1 });
  });

  it('gives the code of a known error, and `internal` with the stack of the thread for any other', async () => {
    const pool = makePool();
    await expect(pool.run(throwing, 'known')).rejects.toMatchObject({
      name: 'SignalboxError',
      code: 'conflict',
      message: 'is there already',
      detail: { limit: 'x' },
    });
    await expect(pool.run(throwing, 'error')).rejects.toMatchObject({
      code: 'internal',
      message: 'not of that type',
      stack: expect.stringMatching(/throwing .*any-tasks\.ts/),
    });
    await expect(pool.run(throwing, 'text')).rejects.toMatchObject({
      code: 'internal',
      message: 'only a text',
    });
    await expect(pool.run(throwing, 'strange')).rejects.toMatchObject({
      code: 'internal',
      message: 'is not known here',
    });
    await expect(pool.run(later, -1)).rejects.toMatchObject({ code: 'internal', message: 'below zero' });
    expect(pool.stats()).toMatchObject({ failed: 5, completed: 0, cancelled: 0, lost: 0 });
  });

  it('says what cannot be copied, and runs what was to go with it', async () => {
    const pool = makePool();
    const results = [
      pool.run(echo, 1),
      pool.run(echo, () => {}),
      pool.run(echo, 2),
      pool.run(notData as typeof echo, null),
      pool.run(throwing, 'known').catch(({ code }) => code),
      pool.run(moved, 4),
      pool.run(echo, 3),
    ];
    expect(
      await Promise.all(results.map((one) => one.catch(({ code, message }) => [code, message]))),
    ).toEqual([
      1,
      ['bad_request', expect.stringContaining('argument of echo cannot be copied')],
      2,
      ['bad_request', expect.stringContaining('returned cannot be copied')],
      'conflict',
      new Uint8Array([7, 7, 7, 7]),
      3,
    ]);
    // And where everything goes in one message because it is known to be quick.
    const many = Array.from({ length: 100 }, (_, i) =>
      pool.run(i % 10 === 3 ? (notData as typeof echo) : echo, i),
    );
    const outcomes = await Promise.allSettled(many);
    expect(
      outcomes.map((one, i) =>
        i % 10 === 3 ? one.status === 'rejected' : one.status === 'fulfilled' && one.value === i,
      ),
    ).toEqual(new Array(100).fill(true));
  });

  it('lets go of the signal that may cancel a task when that has ended, and says that it failed', async () => {
    const pool = makePool();
    const { signal } = new AbortController();
    const failing = pool.submit(throwing, 'error', { signal });
    const done = pool.submit(echo, 1, { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(2);
    await Promise.allSettled([failing.result, done.result]);
    expect([failing.state, done.state]).toEqual(['failed', 'completed']);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('reports a task that hangs also where it was cancelled before', async () => {
    const pool = makePool();
    const gate = makeGate();
    const hung = pool.submit(hang, { gate }, { runMs: 30 });
    await begun(gate);
    hung.cancel();
    await expect(hung.result).rejects.toMatchObject({ code: 'timeout' });
    expect(pool.lostThreads).toMatchObject([{ how: 'hung', task: 'hang' }]);
    // Its thread is not left to hang.
    const end = vi.spyOn(Worker.prototype, 'terminate');
    await pool.close(1_000);
    expect(end).toHaveBeenCalledTimes(1);
    end.mockRestore();
  });

  it('fails a task that ends its thread as if nothing were left to do', async () => {
    const pool = makePool();
    await expect(pool.run(exit, 0)).rejects.toMatchObject({
      code: 'crashed',
      message: expect.stringContaining('exit ended its thread'),
    });
    expect(pool.lostThreads).toMatchObject([{ how: 'returned', task: 'exit', thread: 'test 1' }]);
    expect(await pool.run(echo, 1)).toBe(1);
  });

  it('leaves no timer behind when it is closed', async () => {
    const clock = new FakeClock();
    const pool = makePool({ clock });
    expect(await pool.run(echo, 1)).toBe(1);
    expect(await pool.close(10_000)).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it('moves what it is told to move, both ways', async () => {
    const pool = makePool();
    const bytes = new Uint8Array([1, 2, 3]);
    expect(await pool.run(echo, bytes, { transfer: [bytes.buffer] })).toEqual(new Uint8Array([1, 2, 3]));
    expect(bytes.byteLength).toBe(0);
    const there = await pool.run(port, null);
    expect(there).toHaveProperty('postMessage');
    there.close();
  });

  it('says which function or module is not there', async () => {
    const pool = makePool();
    await expect(
      pool.run(poolTask<() => void>(MODULE, 'noFunction'), undefined as never),
    ).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('exports no function noFunction'),
    });
    const nowhere = poolTask<() => void>(new URL('nothing.ts', MODULE), 'x');
    await expect(pool.run(nowhere, undefined as never)).rejects.toMatchObject({
      message: expect.stringContaining('nothing.ts'),
    });
    expect(await pool.run(echo, 1)).toBe(1);
  });

  it('reports a task that hangs with its stack, replaces its thread and runs what waited', async () => {
    const pool = makePool();
    await pool.run(echo, 0);
    const gate = makeGate();
    const hung = pool.run(hang, { gate }, { runMs: 30 });
    const waiting = [1, 2, 3].map((value) => pool.run(echo, value));
    await expect(hung).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/hang has run for longer than 30 ms(.|\n)*at hang .*any-tasks\.ts/),
    });
    expect(await Promise.all(waiting)).toEqual([1, 2, 3]);
    expect(pool.lostThreads).toEqual([
      {
        pool: 'test',
        thread: 'test 1',
        how: 'hung',
        task: 'hang',
        message: expect.stringContaining('at hang'),
      },
    ]);
    expect(pool.stats()).toMatchObject({ lost: 1, failed: 1, completed: 4, active: 0, idle: 1 });
    expect((await pool.run(whoAmI, undefined as never)).name).toBe('test 2');
  });

  it('says of tasks that have run that their results are lost, when one that was handed over with them hangs', async () => {
    const pool = makePool({ runMs: 50 });
    // Known to be quick, so that several go together.
    for (let i = 0; i < 20; i++) await pool.run(maybeHang, i);
    const all = [1, 2, -1, 3, 4].map((value) => pool.submit(maybeHang, value));
    const outcomes = await Promise.allSettled(all.map(({ result }) => result));
    expect(
      outcomes.map((one) => (one.status === 'fulfilled' ? one.value : [one.reason.code, one.reason.message])),
    ).toEqual([
      ['crashed', expect.stringContaining('The result of maybeHang is lost')],
      ['crashed', expect.stringContaining('The result of maybeHang is lost')],
      ['timeout', expect.stringContaining('maybeHang has run for longer than 50 ms')],
      3,
      4,
    ]);
    expect(pool.stats()).toMatchObject({ lost: 1, failed: 3, completed: 22, cancelled: 0 });
  });

  it('fails a task that ends its thread, with where it did, and keeps the results of those before it', async () => {
    const pool = makePool();
    await pool.run(echo, 0);
    const before = [1, 2].map((value) => pool.run(echo, value));
    const ending = pool.run(exit, 7);
    const behind = [3, 4].map((value) => pool.run(echo, value));
    await expect(ending).rejects.toMatchObject({
      code: 'crashed',
      message: expect.stringMatching(/exit ended its thread(.|\n)*code 7(.|\n)*at exit .*any-tasks\.ts/),
    });
    expect(await Promise.all([...before, ...behind])).toEqual([1, 2, 3, 4]);
    await expect(pool.run(throwBehindItsBack, undefined as never)).rejects.toMatchObject({
      code: 'crashed',
      message: expect.stringMatching(/nobody caught it(.|\n)*any-tasks\.ts/),
    });
    expect(pool.lostThreads).toMatchObject([
      { how: 'exited', task: 'exit', thread: 'test 1' },
      { how: 'threw', task: 'throwBehindItsBack', thread: 'test 2' },
    ]);
    expect(await pool.run(echo, 5)).toBe(5);
    expect(pool.stats()).toMatchObject({ lost: 2, failed: 2 });
  });

  it('gives what has not begun to others when a thread is at a longer task than expected', async () => {
    const pool = makePool({ max: 2 });
    // Both threads are there, and `waitAt` is known as quick.
    const quick = await runOnBoth(pool);
    const [slow, slower] = [makeGate(), makeGate()];
    const held = [slow, slower].map((gate) => pool.run(waitAt, { gate }));
    // What has begun is not taken back, however late its thread had its turn.
    await begun(slow);
    const behind = Array.from({ length: 10 }, (_, value) => pool.run(waitAt, { gate: quick, value }));
    open(slower);
    // The first stands still, whatever was handed to its thread.
    expect(await Promise.all(behind)).toEqual(behind.map((_, value) => value));
    open(slow);
    await Promise.all(held);
  });

  it('has threads and functions ready before the first task where it is told to, and tells a caller what a task took', async () => {
    const pool = makePool({ min: 2, max: 3 });
    pool.warm([echo]);
    while (pool.stats().idle < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(pool.stats()).toMatchObject({ active: 0, submitted: 0 });
    pool.warm([echo, whoAmI]);
    expect(pool.stats()).toMatchObject({ idle: 2 });
    const times: TaskTimes[] = [];
    const onTimes = (took: TaskTimes) => void times.push(took);
    expect(await pool.run(echo, 5, { onTimes })).toBe(5);
    await expect(pool.run(exit, 1, { onTimes })).rejects.toMatchObject({ code: 'crashed' });
    const took = { waitMs: expect.any(Number), runMs: expect.any(Number), backMs: expect.any(Number) };
    expect(times).toEqual([took]);
    await pool.close(1_000);
    pool.warm([echo]);
    expect(pool.stats().idle).toBe(0);
  });

  it('shares what waits among the threads that are idle', async () => {
    const pool = makePool({ max: 2, clock: new FakeClock() });
    for (let round = 0; round < 2; round++) {
      // The second time both are there and would be handed as much as they can do.
      await runOnBoth(pool);
    }
  });

  it('takes tasks back after 10 ms behind a longer one, and starts a thread for them when they have waited for 25 ms', async () => {
    const clock = new FakeClock();
    const pool = makePool({ max: 2, clock });
    const [quick, slow] = [makeGate(), makeGate()];
    open(quick);
    for (let i = 0; i < 40; i++) await pool.run(waitAt, { gate: quick });
    const held = pool.run(waitAt, { gate: slow });
    const behind = [1, 2].map((value) => pool.run(waitAt, { gate: quick, value }));
    await begun(slow);
    await clock.advance(9);
    expect(pool.stats()).toMatchObject({ depth: 0, active: 1, idle: 0 });
    await clock.advance(1);
    expect(pool.stats()).toMatchObject({ depth: 2, active: 1 });
    await clock.advance(25);
    expect(await Promise.all(behind)).toEqual([1, 2]);
    open(slow);
    await held;
    expect(pool.stats()).toMatchObject({ idle: 2, lost: 0 });
  });

  it('ends threads that have had nothing to do for a while, but for those that stay', async () => {
    const clock = new FakeClock();
    const pool = makePool({ max: 3, min: 1, idleMs: 1_000, clock });
    const gates = [makeGate(), makeGate(), makeGate()];
    const held = gates.map((gate) => pool.run(waitAt, { gate }));
    await Promise.all(gates.map((gate) => begun(gate)));
    expect(pool.stats()).toMatchObject({ active: 3, idle: 0 });
    for (const gate of gates) open(gate);
    await Promise.all(held);
    await clock.advance(999);
    expect(pool.stats()).toMatchObject({ active: 0, idle: 3 });
    await clock.advance(1);
    expect(pool.stats()).toMatchObject({ active: 0, idle: 1 });
    await clock.advance(5_000);
    expect(pool.stats()).toMatchObject({ active: 0, idle: 1, lost: 0 });
    expect(await pool.run(echo, 1)).toBe(1);
  });

  it('runs tasks at a lower priority than the loop, each thread under a name of its own', async () => {
    const { nice: own } = await makePool({ nice: 0 }).run(whoAmI, undefined as never);
    const pool = makePool({ name: 'nice' });
    const nice = Math.min(19, own + 10);
    expect(await pool.run(whoAmI, undefined as never)).toMatchObject({ name: 'nice 1', nice });
    // There is no higher one.
    expect(await makePool({ nice: 100 }).run(whoAmI, undefined as never)).toMatchObject({ nice: 19 });
  });

  it('slows no other thread of the process, also where a task is the first to read a file', async () => {
    const file = fileURLToPath(new URL('test-fixtures/nice-pool.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [file]);
    const niceness = JSON.parse(stdout) as number[];
    expect(niceness.length).toBeGreaterThan(5);
    expect(niceness.filter((nice) => nice !== Math.min(...niceness))).toHaveLength(1);
  });

  it('lets everything end when it is closed, and takes nothing more in', async () => {
    const pool = makePool();
    const { gate, ticket } = await occupy(pool);
    const waiting = pool.run(echo, 1);
    const closing = pool.close(10_000);
    expect(pool.close(0)).toBe(closing);
    expect(await codeOf(pool.run(echo, 2))).toBe('refused');
    open(gate);
    expect(await waiting).toBe(1);
    expect(await closing).toBe(true);
    expect(ticket.state).toBe('completed');
    expect(pool.stats()).toMatchObject({ active: 0, idle: 0, cancelled: 0, lost: 0 });
    const unused = makePool();
    expect(await unused.close(10_000)).toBe(true);
  });

  it('cancels what has not ended in time when it is closed', async () => {
    const clock = new FakeClock();
    const pool = makePool({ clock });
    const gate = makeGate();
    const hung = pool.submit(hang, { gate });
    await begun(gate);
    const waiting = pool.submit(echo, 1);
    const closing = pool.close(500);
    await clock.advance(499);
    expect([hung.state, waiting.state]).toEqual(['running', 'pending']);
    await clock.advance(1);
    expect(await closing).toBe(false);
    expect([hung.state, waiting.state]).toEqual(['cancelled', 'cancelled']);
    expect(await codeOf(hung.result)).toBe('cancelled');
    expect(pool.stats()).toMatchObject({ cancelled: 2, depth: 0, active: 0, idle: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('loses and doubles nothing, whatever is submitted and cancelled at any moment', async () => {
    const pool = makePool({ max: 2, capacity: 50 });
    const step = fc.record({
      priority: fc.constantFrom(...PRIORITIES),
      cancel: fc.constantFrom('no', 'now', 'soon', 'turn'),
      yields: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const before = pool.stats();
        const ends: Promise<string>[] = [];
        for (const [number, { priority, cancel, yields }] of steps.entries()) {
          let ticket: PoolTicket<unknown>;
          try {
            ticket = pool.submit(echo, number, { priority });
          } catch {
            ends.push(Promise.resolve('rejected'));
            continue;
          }
          ends.push(
            ticket.result.then(
              (value) => {
                expect(value).toBe(number);
                return 'completed';
              },
              ({ code }) => code,
            ),
          );
          if (cancel === 'now') ticket.cancel();
          if (cancel === 'soon') queueMicrotask(() => ticket.cancel());
          if (cancel === 'turn') setImmediate(() => ticket.cancel());
          if (yields) await new Promise(setImmediate);
        }
        const counted = { completed: 0, cancelled: 0, rejected: 0 };
        for (const end of await Promise.all(ends)) counted[end as keyof typeof counted]++;
        const after = pool.stats();
        for (const what of ['completed', 'cancelled', 'rejected'] as const)
          expect(after[what] - before[what]).toBe(counted[what]);
        expect(after).toMatchObject({ depth: 0, failed: 0 });
      }),
      { numRuns: 60 },
    );
  });

  it('leaves no thread and no handle behind', async () => {
    const first = makePool();
    await first.run(echo, 1);
    await first.close(1_000);
    const before = getActiveResourcesInfo().length;
    for (let i = 0; i < 5; i++) {
      const pool = new ThreadPool({ name: 'leak', max: 1 });
      expect(await pool.run(echo, i)).toBe(i);
      expect(await pool.close(1_000)).toBe(true);
    }
    expect(getActiveResourcesInfo().length).toBeLessThanOrEqual(before);
  });
});

import { closeSync, fstatSync, readdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { Logger } from '../telemetry/logger.ts';
import { AsyncWorker, type AsyncWorkerOptions, type HungWorker, type WorkerEnd } from './async-worker.ts';
import { currentWorker } from './current-worker.ts';
import type { WorkerJob } from './test-fixtures/any-worker.ts';
import { stackOfThread } from './thread-stack.ts';
import { logWorker } from './worker-log.ts';

const ANY_WORKER = new URL('test-fixtures/any-worker.ts', import.meta.url);

const started: AsyncWorker[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(started.splice(0).map((worker) => worker.destroy()));
});

interface Watched {
  readonly worker: AsyncWorker;
  readonly ends: WorkerEnd[];
  readonly hung: HungWorker[];
  /** Resolves with the next message that nobody has taken yet. */
  next(): Promise<unknown>;
}

function start(
  behaviour: WorkerJob['behaviour'],
  options: Partial<AsyncWorkerOptions> & { turns?: Int32Array } = {},
): Watched {
  const said: unknown[] = [];
  const ends: WorkerEnd[] = [];
  const hung: HungWorker[] = [];
  let wake = () => {};
  const worker = new AsyncWorker({
    name: `test-${behaviour}`,
    module: ANY_WORKER,
    data: { behaviour, turns: options.turns } satisfies WorkerJob,
    onMessage: (message) => {
      said.push(message);
      wake();
    },
    onEnd: (end) => ends.push(end),
    onHung: (one) => hung.push(one),
    ...options,
  });
  started.push(worker);
  const next = async (): Promise<unknown> => {
    while (said.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return said.shift();
  };
  return { worker, ends, hung, next };
}

/** Starts a thread that spins, once it does. */
async function startSpinning(
  behaviour: 'spin' | 'spin-until-stop',
  options: Partial<AsyncWorkerOptions> = {},
) {
  const turns = new Int32Array(new SharedArrayBuffer(4));
  const watched = start(behaviour, { ...options, turns });
  await Atomics.waitAsync(turns, 0, 0).value;
  return watched;
}

describe('AsyncWorker', () => {
  it('says that a thread has done its work, under the name that it was given', async () => {
    const { worker, ends, next } = start('return');
    expect(worker.state).toBe('running');
    expect(await next()).toBe('test-return');
    const end = { name: 'test-return', how: 'returned', asked: false, exitCode: 0, error: null };
    expect(await worker.ended).toEqual(end);
    expect(worker.state).toBe('stopped');
    expect(ends).toEqual([end]);
    expect(await worker.join(0)).toBe(true);
  });

  it('stops a busy thread without a message', async () => {
    const { worker, hung } = await startSpinning('spin-until-stop');
    worker.signalStop();
    expect(worker.state).toBe('stopping');
    worker.signalStop();
    expect(worker.state).toBe('stopping');
    expect(await worker.join(10_000)).toBe(true);
    expect(worker.state).toBe('stopped');
    expect(hung).toEqual([]);
    expect(await worker.ended).toMatchObject({ how: 'returned', asked: true, exitCode: 0 });
    worker.signalStop();
    expect(worker.state).toBe('stopped');
  });

  it('stops a thread that pauses at once, and lets a pause end by itself', async () => {
    const { worker, next } = start('pause-until-stop');
    expect(await next()).toEqual({ paused: false });
    worker.signalStop();
    expect(await next()).toEqual({ paused: true });
    expect(await worker.join(10_000)).toBe(true);
  });

  it('ends a thread that listens when it is to stop, and refuses it to stand still before', async () => {
    const { worker, next } = start('echo');
    worker.post([1, 'two']);
    expect(await next()).toEqual({ echo: [1, 'two'] });
    worker.post('block');
    expect(await next()).toMatchObject({ message: expect.stringContaining('stopRequested') });
    const bytes = new Uint8Array(8);
    worker.post(bytes, [bytes.buffer]);
    expect(bytes.byteLength).toBe(0);
    expect(await next()).toEqual({ echo: new Uint8Array(8) });
    worker.signalStop();
    expect(await worker.join(10_000)).toBe(true);
    expect(await worker.ended).toMatchObject({ how: 'returned', asked: true });
  });

  it('moves what it is told to move to the thread instead of copying it', async () => {
    const bytes = new Uint8Array(8);
    const { worker } = start('return', {
      data: { behaviour: 'return', turns: bytes },
      transfer: [bytes.buffer],
    });
    expect(bytes.byteLength).toBe(0);
    await worker.ended;
  });

  it.each([
    ['throw', 'no such number', /no such number\n(.|\n)*any-worker\.ts/],
    ['throw-text', 'only a text', /only a text/],
  ] as const)('reports with its stack a thread that ends by a %s', async (behaviour, text, stack) => {
    const { worker } = start(behaviour);
    const end = await worker.ended;
    expect(end).toMatchObject({ how: 'threw', asked: false, exitCode: 1 });
    expect(end.error).toMatchObject({ code: 'crashed', message: expect.stringContaining(text) });
    expect(end.error?.message).toContain(`test-${behaviour}`);
    expect(end.error?.stack).toMatch(stack);
    expect(end.error?.cause).toBeInstanceOf(Error);
  });

  it('reports where a thread has called process.exit', async () => {
    const { worker } = start('exit');
    const end = await worker.ended;
    expect(end).toMatchObject({ how: 'exited', exitCode: 3, error: { code: 'crashed' } });
    expect(end.error?.message).toContain('test-exit ended itself with code 3');
    expect(end.error?.stack).toMatch(/code 3\.\n\s+at (Object\.)?giveUp .*any-worker\.ts:\d+:\d+\)?\n\s+at /);
    const { worker: well } = start('exit-well');
    expect(await well.ended).toMatchObject({ how: 'returned', exitCode: 0, error: null });
  });

  it('says of a thread whose module is not there what was not found', async () => {
    const { worker } = start('return', { module: new URL('test-fixtures/nothing.ts', import.meta.url) });
    const end = await worker.ended;
    expect(end.how).toBe('threw');
    expect(end.error?.message).toContain('nothing.ts');
  });

  it('says where a thread spins that does not stop, and ends it', async () => {
    const { worker, hung } = await startSpinning('spin');
    worker.signalStop();
    expect(await worker.join(20)).toBe(false);
    expect(worker.state).toBe('stopping');
    expect(hung).toEqual([{ name: 'test-spin', waitedMs: 20, stack: expect.any(String) }]);
    // The innermost frame is the thread's own, and nothing of what asked is among them.
    expect(hung[0]?.stack).toMatch(/^(\s*at Atomics\.\w+ .*\n)?\s*at .*spinForEver .*any-worker\.ts:\d+/);
    expect(hung[0]?.stack).not.toMatch(/<anonymous>:1|node:internal/);
    const twice = worker.destroy();
    await Promise.all([worker.destroy(), twice]);
    expect(worker.state).toBe('stopped');
    expect(await worker.ended).toMatchObject({ how: 'destroyed', asked: true, error: null });
    expect(await worker.stack()).toBe(null);
  });

  it('says where a thread stands still, and that another only waits', async () => {
    const still = start('block');
    expect(await still.next()).toBe('blocking');
    const idle = start('idle');
    expect(await idle.next()).toBe('idle');
    expect(await still.worker.stack()).toMatch(/Atomics\.wait(.|\n)*any-worker\.ts/);
    expect(await idle.worker.stack()).toBe('');
    expect(await stackOfThread(987_654, 5)).toBe(null);
  });

  it('leaves no timer behind when a thread has said where it is', async () => {
    const { worker, next } = start('block');
    await next();
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const stack = await worker.stack();
    expect(timers()).toBeLessThanOrEqual(before);
    // A line for each frame, so that an operator can read it.
    const lines = String(stack).split('\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line).toMatch(/^\s*at (?:(?! at ).)+$/);
  });

  it('ends a thread that sends what cannot be read, because whoever waits for it would wait for ever', async () => {
    const { worker, next } = start('idle');
    await next();
    const post = vi.spyOn(Worker.prototype, 'postMessage');
    worker.post('anything');
    const unreadable = new Error('an object of another version');
    (post.mock.contexts[0] as Worker).emit('messageerror', unreadable);
    const end = await worker.ended;
    expect(end).toMatchObject({ how: 'threw', asked: false });
    expect(end.error).toMatchObject({ code: 'crashed', cause: unreadable });
    expect(end.error?.message).toContain('an object of another version');
  });

  it('has asked a thread that it ends to stop, and tells that it did so', async () => {
    const { worker, ends, next } = start('idle');
    await next();
    await worker.destroy();
    expect(ends).toEqual([expect.objectContaining({ how: 'destroyed', asked: true })]);
    await worker.destroy();
    expect(ends).toHaveLength(1);
  });

  it('keeps the process alive unless told otherwise, and always while it is waited for', async () => {
    const clock = new FakeClock();
    const { worker, next } = start('idle', { clock });
    await next();
    const calls: string[] = [];
    for (const what of ['ref', 'unref'] as const) {
      const plain = Worker.prototype[what];
      vi.spyOn(Worker.prototype, what).mockImplementation(function (this: Worker) {
        calls.push(what);
        plain.call(this);
      });
    }
    const joinInVain = async () => {
      calls.length = 0;
      const joining = worker.join(100);
      expect(calls).toEqual(['ref']);
      await clock.advance(100);
      // Before it is asked where it is.
      const after = [...calls];
      expect(await joining).toBe(false);
      return after;
    };
    expect(await joinInVain()).toEqual(['ref', 'ref']);
    calls.length = 0;
    worker.keepAlive(false);
    expect(calls).toEqual(['unref']);
    expect(await joinInVain()).toEqual(['ref', 'unref']);
    calls.length = 0;
    worker.keepAlive(true);
    expect(calls).toEqual(['ref']);
  });

  it('calls no thread hung that has ended while it was asked where it is', async () => {
    const clock = new FakeClock();
    const { worker, hung, next } = start('idle', { clock });
    await next();
    process.once('worker', (asks) => void worker.destroy().then(() => asks.terminate()));
    const joining = worker.join(100);
    await clock.advance(100);
    expect(await joining).toBe(true);
    expect(hung).toEqual([]);
  });

  it('does not ask where a thread is that does not stop when nobody wants to know', async () => {
    const clock = new FakeClock();
    const data: WorkerJob = { behaviour: 'idle' };
    const worker = await new Promise<AsyncWorker>((resolve) => {
      const idle = new AsyncWorker({
        name: 'unwatched',
        module: ANY_WORKER,
        data,
        clock,
        onMessage: () => resolve(idle),
      });
      started.push(idle);
    });
    const asks = vi.fn();
    process.on('worker', asks);
    const joining = worker.join(100);
    await clock.advance(100);
    expect(await joining).toBe(false);
    process.off('worker', asks);
    expect(asks).not.toHaveBeenCalled();
  });

  it('waits for as long as it was told, and not when the thread ends before', async () => {
    const clock = new FakeClock();
    const { worker, hung, next } = start('idle', { clock });
    await next();
    let joined: boolean | null = null;
    const joining = worker.join(5_000).then((ended) => (joined = ended));
    await clock.advance(4_999);
    expect(joined).toBe(null);
    await clock.advance(1);
    await joining;
    expect(joined).toBe(false);
    expect(hung[0]).toMatchObject({ waitedMs: 5_000, stack: '' });
    const again = worker.join(5_000);
    await worker.destroy();
    expect(await again).toBe(true);
    expect(clock.pendingTimers).toBe(0);
    expect(hung).toHaveLength(1);
  });

  it('writes threads that threw, exited, ended unasked or hang to the log', async () => {
    const logger = new Logger();
    const watch = logWorker(logger.child('pool'));
    await start('throw', watch).worker.ended;
    await start('exit', watch).worker.ended;
    await start('return', watch).worker.ended;
    const asked = await startSpinning('spin-until-stop', watch);
    asked.worker.signalStop();
    await asked.worker.ended;
    const spins = await startSpinning('spin', watch);
    await spins.worker.join(1);
    watch.onHung({ name: 'native', waitedMs: 7, stack: null });
    watch.onHung({ name: 'loop', waitedMs: 7, stack: '' });
    expect(
      logger.after(0).map(({ level, event, message, fields }) => [level, event, message, fields]),
    ).toEqual([
      [
        'error',
        'thread_lost',
        expect.stringContaining('no such number\n'),
        { thread: 'test-throw', how: 'threw', exitCode: 1 },
      ],
      [
        'error',
        'thread_lost',
        expect.stringContaining('giveUp'),
        { thread: 'test-exit', how: 'exited', exitCode: 3 },
      ],
      [
        'warn',
        'thread_ended',
        'The thread test-return ended unasked.',
        { thread: 'test-return', how: 'returned' },
      ],
      [
        'error',
        'thread_hung',
        expect.stringMatching(/test-spin has not stopped in 1 ms\. It is here:\n(.|\n)*spinForEver/),
        { thread: 'test-spin', waitedMs: 1 },
      ],
      ['error', 'thread_hung', expect.stringContaining('in native code'), { thread: 'native', waitedMs: 7 }],
      ['error', 'thread_hung', expect.stringContaining('event loop'), { thread: 'loop', waitedMs: 7 }],
    ]);
  });

  it('closes what a thread has opened when it ends, but for a thread that gives descriptors away', async () => {
    for (const trackUnmanagedFds of [true, false]) {
      const { worker, next } = start('open', { trackUnmanagedFds });
      const fd = (await next()) as number;
      await worker.ended;
      const isOpen = fstatSync.bind(null, fd);
      if (trackUnmanagedFds) expect(isOpen).toThrow('EBADF');
      else expect(isOpen().isCharacterDevice()).toBe(true);
      if (!trackUnmanagedFds) closeSync(fd);
    }
  });

  it('says how busy a thread was, without asking it', async () => {
    const { worker } = await startSpinning('spin');
    const before = worker.loopUse();
    expect(worker.loopUse(before).utilization).toBeGreaterThanOrEqual(0);
    await worker.destroy();
    expect(worker.loopUse().active).toBe(0);
  });

  it('tells a thread that no worker started that it has none', () => {
    expect(() => currentWorker()).toThrow(expect.objectContaining({ code: 'refused' }));
  });

  it('leaves no thread and no handle behind', async () => {
    const threads = () => readdirSync('/proc/self/task').length;
    await start('return').worker.ended;
    const before = { threads: threads(), handles: process.getActiveResourcesInfo().length };
    for (let i = 0; i < 10; i++) {
      const { worker } = start(i % 2 === 0 ? 'idle' : 'return');
      await worker.destroy();
    }
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before.handles);
    expect(threads()).toBeLessThanOrEqual(before.threads);
  });
});

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { stackOfThread } from './thread-stack.ts';

/** Threads that ask, or are asked. */
const threads: Worker[] = [];
const seen = (thread: Worker) => threads.push(thread);

afterEach(async () => {
  process.off('worker', seen);
  await Promise.all(threads.splice(0).map((thread) => thread.terminate()));
});

/** So long that whatever waits for it in vain does not end. */
const FOR_EVER = 2 ** 30;

/** A thread that stands still in a function of that name. */
async function standsIn(name: string): Promise<Worker> {
  const code = `require('node:worker_threads').parentPort.postMessage('');
function ${name}() { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); }
${name}();`;
  const thread = new Worker(code, { eval: true, env: {}, execArgv: [] });
  threads.push(thread);
  await new Promise((resolve) => thread.once('message', resolve));
  return thread;
}

describe('stackOfThread', () => {
  it('has no answer in a host without an inspector', async () => {
    process.once('worker', (asks) => {
      asks.emit('error', new Error('there is no inspector'));
      void asks.terminate();
    });
    expect(await stackOfThread(1, FOR_EVER)).toBe(null);
  });

  it('has no answer where no thread can be started, and has one the next time', async () => {
    const noData = (() => 1) as unknown as number;
    expect(await stackOfThread(noData, FOR_EVER)).toBe(null);
    const { threadId } = await standsIn('here');
    // Of what runs the thread nothing is told.
    expect(await stackOfThread(threadId, FOR_EVER)).toMatch(
      /^\s+at Atomics\.wait .*\n\s+at here .*\n\s+at \[worker eval\]:3:1\n\s+at \[worker eval\]-wrapper.*$/,
    );
  });

  it('has no answer when the time is over, and leaves no thread behind', async () => {
    process.on('worker', seen);
    expect(await stackOfThread(987_654, 1)).toBe(null);
    expect(threads.map(({ threadName, threadId }) => [threadName, threadId])).toEqual([[null, -1]]);
  });

  it('asks one thread after another, and each for itself', async () => {
    const asked = [await standsIn('one'), await standsIn('two'), await standsIn('three')];
    let most = 0;
    let now = 0;
    const counts = (asks: Worker) => {
      most = Math.max(most, ++now);
      asks.once('exit', () => now--);
    };
    process.on('worker', counts);
    const stacks = await Promise.all(asked.map(({ threadId }) => stackOfThread(threadId, FOR_EVER)));
    process.off('worker', counts);
    expect(stacks.map((stack) => /at (one|two|three) /.exec(stack ?? '')?.[1])).toEqual([
      'one',
      'two',
      'three',
    ]);
    expect(most).toBe(1);
  });

  it('does not end the process when threads end while one is asked', async () => {
    const program = join(import.meta.dirname, 'test-fixtures/ask-ending-threads.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [program]);
    expect(stdout).toContain('at hangs ');
  });
});

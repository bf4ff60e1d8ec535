import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Leftovers } from './test-fixtures/open-and-close.ts';

const PROGRAM = join(import.meta.dirname, 'test-fixtures/open-and-close.ts');

/**
 * How often each part is opened and closed, and how many bytes may seem to stay of one round: less than the smallest thing that the
 * part could forget, and more than Node's own caches come to.
 */
const PARTS = [
  ['PriorityLanes', 1_000, 40],
  ['AsyncQueue', 1_000, 80],
  ['CompletionLoop', 1_000, 80],
  ['SlabPool', 1_000, 80],
  ['requests', 1_000, 80],
  ['Batcher', 1_000, 80],
  ['AsyncCache', 1_000, 80],
  ['DuplexChannel', 1_000, 200],
  ['Resilience', 1_000, 200],
  ['ConnectionPool', 1_000, 500],
  ['LoopTurn', 1_000, 80],
  ['LoopWatch', 20, 4_000],
  ['AsyncWorker', 20, 3_000],
  ['ThreadPool', 20, 3_000],
] as const;

/** Opens and closes parts in a process of its own, where nothing else comes and goes. */
async function leftoversOf(which: 'plain' | 'threaded'): Promise<Leftovers[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', PROGRAM, which]);
  const lines = stdout.trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Leftovers);
}

describe('a part of the async library that was opened, used and closed many times', () => {
  let leftovers: Leftovers[] = [];
  beforeAll(async () => {
    leftovers = (await Promise.all([leftoversOf('plain'), leftoversOf('threaded')])).flat();
  });

  it.each(PARTS)(
    '%s, %i times: leaves no handle, thread, listener, metric or memory',
    (part, rounds, most) => {
      const { bytes, ...others } = leftovers.find((one) => one.part === part)!;
      expect(others).toEqual({ part, rounds, handles: {}, threads: 0, metrics: 0, listeners: 0, error: '' });
      expect(bytes).toBeLessThan(most);
    },
  );
});

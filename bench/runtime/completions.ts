/**
 * Completions of a thread in the loop that serves, by CompletionLoop and by `postMessage`: how long it takes until a loop that waits
 * calls the handler, and how many it handles in a second while a thread posts as many as it can. The clock of both is that of the
 * machine.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CompletionLoop } from '../../daemons/runtime/async/completion-loop.ts';
import { type Figures, medians, printColumns } from '../shared/figures.ts';
import { type CompletionsTask, KEY } from './completions-worker.ts';
import { MICROSECONDS } from './microseconds.ts';

type Way = CompletionsTask['way'];

/** Between completions that come one at a time, in milliseconds. */
const PAUSE_MS = 0.5;

/** Has a thread post so many and calls `handle` with the microsecond of each; resolves after the last. */
async function receive(
  way: Way,
  completions: number,
  pauseMs: number,
  handle: (postedUs: number) => void,
): Promise<void> {
  const loop = new CompletionLoop({
    onError: (error) => {
      throw error;
    },
  });
  const task: CompletionsTask = { way, completions, pauseMs, shared: loop.shared };
  const worker = new Worker(join(import.meta.dirname, 'completions-worker.ts'), { workerData: task });
  await once(worker, 'message');
  await new Promise<void>((resolve) => {
    let left = completions;
    const handler = (postedUs: number) => {
      handle(postedUs);
      if (--left === 0) resolve();
    };
    if (way === 'loop') loop.on(KEY, handler);
    else {
      const handlers = new Map([[KEY, handler]]);
      worker.on('message', ({ key, value }: { key: number; value: number }) => handlers.get(key)?.(value));
    }
    worker.postMessage('go');
  });
  await loop.close();
  await worker.terminate();
}

async function measure(way: Way, wakes: number, completions: number): Promise<Figures> {
  const delays: number[] = [];
  await receive(way, wakes, PAUSE_MS, (postedUs) => delays.push(MICROSECONDS() - postedUs));
  delays.sort((a, b) => a - b);
  const at = (share: number) => delays[Math.floor(delays.length * share)]! / 1000;
  let first = 0;
  await receive(way, completions, 0, (postedUs) => {
    if (first === 0) first = postedUs;
  });
  const seconds = (MICROSECONDS() - first) / 1e6;
  return {
    'wake p50 ms': at(0.5),
    'wake p99 ms': at(0.99),
    'wake max ms': delays.at(-1)! / 1000,
    'flood/s': completions / seconds,
  };
}

/** Measures both ways in turn, as often as there are rounds, and prints the medians. */
export async function benchCompletions(options: { rounds: number; wakes: number; completions: number }) {
  const { rounds, wakes, completions } = options;
  const runs = { loop: [] as Figures[], postMessage: [] as Figures[] };
  for (let round = 0; round < rounds; round++) {
    runs.loop.push(await measure('loop', wakes, completions));
    runs.postMessage.push(await measure('post', wakes, completions));
  }
  const columns = { CompletionLoop: medians(runs.loop), postMessage: medians(runs.postMessage) };
  printColumns(`${wakes} completions to a loop that waits, and a flood of ${completions}`, columns);
  return columns;
}

/**
 * How long it takes until a reader that waits for a message has it: the main thread waits, a worker sends one at a time. The
 * clock of both is that of the machine.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AsyncQueue } from '../../daemons/runtime/async/async-queue.ts';
import { type Figures, medians, printColumns } from '../shared/figures.ts';
import { MICROSECONDS } from './microseconds.ts';
import type { WakeTask } from './wake-worker.ts';

/** Gives each message, as the microsecond at which it was sent, to `arrived`; resolves after the last. */
type Receive = (
  worker: Worker,
  queue: AsyncQueue,
  wakes: number,
  arrived: (sentUs: number) => void,
) => Promise<void>;

const byQueue: Receive = async (_worker, queue, wakes, arrived) => {
  const target = new Uint8Array(8);
  const sent = new DataView(target.buffer);
  for (let left = wakes; left > 0; ) {
    await queue.readable();
    for (; queue.dequeueInto(target) >= 0; left--) arrived(sent.getFloat64(0));
  }
};

const byPost: Receive = (worker, _queue, wakes, arrived) =>
  new Promise((resolve) => {
    let left = wakes;
    worker.on('message', (sentUs: number) => {
      arrived(sentUs);
      if (--left === 0) resolve();
    });
  });

async function measure(way: WakeTask['way'], receive: Receive, wakes: number): Promise<Figures> {
  const queue = AsyncQueue.create({ capacity: 64, maxMessageBytes: 8 });
  const worker = new Worker(join(import.meta.dirname, 'wake-worker.ts'), {
    workerData: { way, wakes, shared: queue.shared } satisfies WakeTask,
  });
  await once(worker, 'message');
  const delays: number[] = [];
  worker.postMessage('go');
  await receive(worker, queue, wakes, (sentUs) => delays.push(MICROSECONDS() - sentUs));
  await worker.terminate();
  delays.sort((a, b) => a - b);
  const at = (share: number) => delays[Math.floor(delays.length * share)]! / 1000;
  return { 'p50 ms': at(0.5), 'p99 ms': at(0.99), 'max ms': delays.at(-1)! / 1000 };
}

/** Measures both ways in turn, as often as there are rounds, and prints the medians. */
export async function benchWake({ rounds, wakes }: { rounds: number; wakes: number }) {
  const runs = { queue: [] as Figures[], postMessage: [] as Figures[] };
  for (let round = 0; round < rounds; round++) {
    runs.queue.push(await measure('queue', byQueue, wakes));
    runs.postMessage.push(await measure('post', byPost, wakes));
  }
  const columns = { queue: medians(runs.queue), postMessage: medians(runs.postMessage) };
  printColumns(`${wakes} messages to a loop that waits, one at a time`, columns);
  return columns;
}

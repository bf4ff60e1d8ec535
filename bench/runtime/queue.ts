/**
 * The queue between threads beside `postMessage`: two writers send messages of 64 bytes to the main thread, which checks every
 * byte; and how long it takes until a reader that waits has a message.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AsyncQueue } from '../../daemons/runtime/async/async-queue.ts';
import { type Figures, medians, printColumns } from '../shared/figures.ts';
import { checkedWriter, MESSAGE_BYTES, MESSAGE_WORDS } from './message.ts';
import type { WriterTask } from './queue-worker.ts';

const WRITERS = 2;
const CAPACITY = 16_384;

interface Way {
  readonly name: string;
  readonly perPost: number | null;
  /** A slow way sends fewer, so that a round does not take long. */
  readonly share: number;
}

const WAYS: readonly Way[] = [
  { name: 'queue', perPost: null, share: 1 },
  { name: 'postMessage', perPost: 1, share: 0.1 },
  { name: '64 a post', perPost: 64, share: 1 },
];

async function startWriters(task: Omit<WriterTask, 'id'>): Promise<Worker[]> {
  const file = join(import.meta.dirname, 'queue-worker.ts');
  const writers = Array.from(
    { length: WRITERS },
    (_, id) => new Worker(file, { workerData: { ...task, id } satisfies WriterTask }),
  );
  await Promise.all(writers.map((writer) => once(writer, 'message')));
  return writers;
}

/** Messages that the main thread reads and checks in a second. */
async function throughput(way: Way, messages: number): Promise<Figures> {
  const queue = AsyncQueue.create({ capacity: CAPACITY, maxMessageBytes: MESSAGE_BYTES, whenFull: 'block' });
  const each = Math.round((messages * way.share) / WRITERS);
  const writers = await startWriters({ messages: each, perPost: way.perPost, shared: queue.shared });
  const numbers = new Int32Array(WRITERS);
  let left = each * WRITERS;
  const started = performance.now();
  const cpu = process.cpuUsage();
  for (const writer of writers) writer.postMessage('go');
  if (way.perPost === null) {
    const words = new Int32Array(MESSAGE_WORDS);
    const target = new Uint8Array(words.buffer);
    while (left > 0) {
      await queue.readable();
      for (; queue.dequeueInto(target) >= 0; left--) checkedWriter(words, 0, numbers);
    }
  } else {
    await new Promise<void>((resolve) => {
      for (const writer of writers)
        writer.on('message', (batch: Int32Array) => {
          for (let at = 0; at < batch.length; at += MESSAGE_WORDS, left--) checkedWriter(batch, at, numbers);
          if (left === 0) resolve();
        });
    });
  }
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await Promise.all(writers.map((writer) => writer.terminate()));
  const total = each * WRITERS;
  return { 'messages/s': total / seconds, 'CPU ns/message': ((user + system) * 1000) / total };
}

/** Measures all ways in turn, as often as there are rounds, and prints the medians. */
export async function benchQueue({ rounds, messages }: { rounds: number; messages: number }) {
  const runs = new Map<string, Figures[]>(WAYS.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const way of WAYS) runs.get(way.name)?.push(await throughput(way, messages));
  const columns = Object.fromEntries([...runs].map(([name, figures]) => [name, medians(figures)]));
  const rival = columns.postMessage!['messages/s']!;
  for (const column of Object.values(columns)) column['times postMessage'] = column['messages/s']! / rival;
  printColumns(`${WRITERS} writers, messages of ${MESSAGE_BYTES} bytes, every byte checked`, columns);
  return columns;
}

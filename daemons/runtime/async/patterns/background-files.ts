/**
 * Background files: a thread that may stand still reads files, while the loop serves others. What is wanted goes through one queue,
 * what was found comes back through another; both threads wait without polling. `node background-files.ts FILE...`
 */
import { readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { AsyncQueue } from '../async-queue.ts';
import { AsyncWorker } from '../async-worker.ts';
import { currentWorker } from '../current-worker.ts';
import type { SharedQueue } from '../queue-memory.ts';

interface Queues {
  readonly wanted: SharedQueue;
  readonly found: SharedQueue;
}

async function readInBackground(files: readonly string[]): Promise<void> {
  const wanted = AsyncQueue.create({ capacity: files.length, maxMessageBytes: 4_096 });
  const found = AsyncQueue.create({ capacity: 16, maxMessageBytes: 8_192, whenFull: 'block' });
  const worker = new AsyncWorker({
    name: 'files',
    module: new URL(import.meta.url),
    data: { wanted: wanted.shared, found: found.shared } satisfies Queues,
    // Whatever becomes of the thread, nobody waits for it for ever.
    onEnd: () => found.close(),
  });
  for (const file of files) wanted.enqueue(Buffer.from(file));
  wanted.close();
  while (await found.readable())
    for (let line = found.dequeue(); line !== null; line = found.dequeue()) process.stdout.write(line);
  await worker.join(5_000);
}

function readFiles(): void {
  const { data } = currentWorker<Queues>();
  const [wanted, found] = [AsyncQueue.attach(data.wanted), AsyncQueue.attach(data.found)];
  while (wanted.waitReadable())
    for (let name = wanted.dequeue(); name !== null; name = wanted.dequeue()) {
      const file = Buffer.from(name).toString();
      found.enqueue(Buffer.from(`${file}: ${describe(file)}\n`));
    }
}

function describe(file: string): string {
  try {
    return `${readFileSync(file).length} bytes`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unreadable';
  }
}

if (isMainThread) await readInBackground(process.argv.slice(2));
else readFiles();

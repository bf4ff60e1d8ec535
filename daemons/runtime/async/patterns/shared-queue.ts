/**
 * Several workers on one queue: whoever is free takes the next task, so a long one keeps only its own thread. For tasks of a
 * program's own there is the thread pool, which also grows, shrinks and cancels. `node shared-queue.ts THREADS TASKS`
 */
import { isMainThread } from 'node:worker_threads';
import { AsyncQueue } from '../async-queue.ts';
import { AsyncWorker } from '../async-worker.ts';
import { currentWorker } from '../current-worker.ts';
import type { SharedQueue } from '../queue-memory.ts';

interface Queues {
  readonly tasks: SharedQueue;
  readonly results: SharedQueue;
}

async function distribute(threads: number, count: number): Promise<void> {
  const tasks = AsyncQueue.create({ capacity: count, maxMessageBytes: 8, consumers: 'many' });
  const results = AsyncQueue.create({ capacity: 64, maxMessageBytes: 8, whenFull: 'block' });
  let running = threads;
  const workers = Array.from(
    { length: threads },
    (_, i) =>
      new AsyncWorker({
        name: `worker ${i}`,
        module: new URL(import.meta.url),
        data: { tasks: tasks.shared, results: results.shared } satisfies Queues,
        onEnd: () => {
          running--;
          if (running === 0) results.close();
        },
      }),
  );
  const task = new Float64Array(1);
  for (let number = 1; number <= count; number++) {
    task[0] = number;
    tasks.enqueue(new Uint8Array(task.buffer));
  }
  tasks.close();
  let [done, sum] = [0, 0];
  const result = new Float64Array(1);
  const bytes = new Uint8Array(result.buffer);
  while (await results.readable())
    while (results.dequeueInto(bytes) >= 0) {
      done++;
      sum += result[0]!;
    }
  process.stdout.write(`${done} tasks by ${threads} threads, the sum of their squares is ${sum}\n`);
  await Promise.all(workers.map((worker) => worker.join(5_000)));
}

function takeTasks(): void {
  const { data } = currentWorker<Queues>();
  const [tasks, results] = [AsyncQueue.attach(data.tasks), AsyncQueue.attach(data.results)];
  const task = new Float64Array(1);
  const bytes = new Uint8Array(task.buffer);
  while (tasks.waitReadable())
    while (tasks.dequeueInto(bytes) >= 0) {
      const result = Float64Array.of(task[0]! ** 2);
      results.enqueue(new Uint8Array(result.buffer));
    }
}

if (isMainThread) await distribute(Number(process.argv[2]), Number(process.argv[3]));
else takeTasks();

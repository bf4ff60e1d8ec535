/**
 * Progress: a long task says how far it is and may be cancelled. Who looks on needs the newest state alone, so the queue drops the
 * oldest: a slow reader keeps nobody. `node progress.ts STEPS [CANCEL_AT_PERCENT]`
 */
import { isMainThread } from 'node:worker_threads';
import { AsyncQueue } from '../async-queue.ts';
import { AsyncWorker } from '../async-worker.ts';
import { currentWorker } from '../current-worker.ts';
import type { SharedQueue } from '../queue-memory.ts';

interface Task {
  readonly steps: number;
  readonly reports: SharedQueue;
}

interface Report {
  readonly percent: number;
  readonly status: 'running' | 'completed' | 'cancelled';
}

async function follow(steps: number, cancelAt: number): Promise<void> {
  const reports = AsyncQueue.create({ capacity: 4, maxMessageBytes: 256, whenFull: 'drop-oldest' });
  const worker = new AsyncWorker({
    name: 'task',
    module: new URL(import.meta.url),
    data: { steps, reports: reports.shared } satisfies Task,
    onEnd: () => reports.close(),
  });
  while (await reports.readable())
    for (let bytes = reports.dequeue(); bytes !== null; bytes = reports.dequeue()) {
      const { percent, status } = JSON.parse(Buffer.from(bytes).toString()) as Report;
      process.stdout.write(`${percent} % ${status}\n`);
      if (percent >= cancelAt) worker.signalStop();
    }
  await worker.join(5_000);
}

function work(): void {
  const worker = currentWorker<Task>();
  const { steps } = worker.data;
  const reports = AsyncQueue.attach(worker.data.reports);
  const report = (step: number, status: Report['status']) =>
    reports.enqueue(
      Buffer.from(JSON.stringify({ percent: Math.floor((step / steps) * 100), status } satisfies Report)),
    );
  let step = 0;
  while (step < steps && !worker.shouldStop()) {
    // Stands for a step of work; it too ends when the task is cancelled.
    worker.pause(5);
    step++;
    report(step, 'running');
  }
  report(step, step === steps ? 'completed' : 'cancelled');
}

if (isMainThread) await follow(Number(process.argv[2]), Number(process.argv[3] ?? Number.NaN));
else work();

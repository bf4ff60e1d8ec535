import { on } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { AsyncQueue } from './async-queue.ts';
import type { SharedQueue } from './queue-memory.ts';
import { messageOf, type QueueReport, type QueueTask, readMessage } from './test-fixtures/queue-worker.ts';

const started: Worker[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((worker) => worker.terminate()));
});

/** Resolves when the thread has its part in the queue; then `report` is what it says at its end. */
async function start(
  shared: SharedQueue,
  task: QueueTask,
): Promise<{ worker: Worker; report: Promise<QueueReport> }> {
  const file = join(import.meta.dirname, 'test-fixtures/queue-worker.ts');
  const worker = new Worker(file, { workerData: { ...task, shared } });
  started.push(worker);
  // Kept from the start: what it says may all come at once.
  const said = on(worker, 'message');
  expect((await said.next()).value).toEqual(['attached']);
  const report = said.next().then(({ value }) => (value as [QueueReport])[0]);
  return { worker, report };
}

/** Reads until the queue is closed and empty, by the promises that a loop waits for. */
async function readAll(queue: AsyncQueue): Promise<[number, number][]> {
  const found: [number, number][] = [];
  while (await queue.readable())
    for (let message = queue.dequeue(); message !== null; message = queue.dequeue())
      found.push(readMessage(message, queue.shared.maxMessageBytes));
  return found;
}

function expectInOrder(read: readonly (readonly [number, number])[]): void {
  const last = new Map<number, number>();
  for (const [id, number] of read) {
    expect(number).toBeGreaterThan(last.get(id) ?? -1);
    last.set(id, number);
  }
}

const MESSAGES = 10_000;

describe('AsyncQueue between threads', () => {
  it.each(['fail', 'block'] as const)(
    'loses nothing, doubles nothing and keeps the order of every writer, where it would %s when full',
    async (whenFull) => {
      const queue = AsyncQueue.create({ capacity: 64, maxMessageBytes: 40, whenFull });
      const writers = await Promise.all(
        [0, 1].map((id) => start(queue.shared, { role: 'writer', id, messages: MESSAGES })),
      );
      const reading = readAll(queue);
      for (const { report } of writers) expect(await report).toEqual({ results: { queued: MESSAGES } });
      queue.close();
      const read = await reading;
      expectInOrder(read);
      expect(read).toHaveLength(2 * MESSAGES);
      expect(queue.stats()).toMatchObject({
        size: 0,
        enqueued: 2 * MESSAGES,
        dequeued: 2 * MESSAGES,
        dropped: 0,
      });
      expect(queue.stats().highWater).toBeLessThanOrEqual(64);
    },
  );

  it('gives every message to one of several readers', async () => {
    const queue = AsyncQueue.create({
      capacity: 64,
      maxMessageBytes: 40,
      whenFull: 'block',
      consumers: 'many',
    });
    const readers = await Promise.all([0, 1].map(() => start(queue.shared, { role: 'reader' })));
    const writers = await Promise.all(
      [0, 1].map((id) => start(queue.shared, { role: 'writer', id, messages: MESSAGES })),
    );
    await Promise.all(writers.map(({ report }) => report));
    queue.close();
    const reports = await Promise.all(readers.map(({ report }) => report));
    const read = reports.flatMap((report) => {
      if (!('read' in report)) throw new Error('a reader says what it read');
      expectInOrder(report.read);
      return report.read;
    });
    expect(new Set(read.map(([id, number]) => id * MESSAGES + number)).size).toBe(2 * MESSAGES);
    expect(read).toHaveLength(2 * MESSAGES);
  });

  it('drops the oldest and nothing else while others read and write', async () => {
    const queue = AsyncQueue.create({ capacity: 16, maxMessageBytes: 40, whenFull: 'drop-oldest' });
    const writers = await Promise.all(
      [0, 1].map((id) => start(queue.shared, { role: 'writer', id, messages: MESSAGES })),
    );
    const reading = readAll(queue);
    for (const { report } of writers) expect(await report).toEqual({ results: { queued: MESSAGES } });
    queue.close();
    const read = await reading;
    expectInOrder(read);
    const { dropped, dequeued, enqueued } = queue.stats();
    expect(dequeued).toBe(read.length);
    expect(dropped + dequeued).toBe(enqueued);
    expect(enqueued).toBe(2 * MESSAGES);
    // The newest are never the ones that go.
    expect(read.some(([, number]) => number === MESSAGES - 1)).toBe(true);
  });

  it('wakes a writer that waits for room, and tells one that waits in vain', async () => {
    const queue = AsyncQueue.create({ capacity: 2, maxMessageBytes: 40, whenFull: 'block' });
    const hasty = await start(queue.shared, { role: 'writer', id: 0, messages: 3, timeoutMs: 1 });
    expect(await hasty.report).toEqual({ results: { queued: 2, timeout: 1 } });
    expect(queue.stats()).toMatchObject({ size: 2, rejected: 1 });
    const patient = await start(queue.shared, { role: 'writer', id: 1, messages: 1 });
    queue.dequeue();
    expect(await patient.report).toEqual({ results: { queued: 1 } });
  });

  it('wakes everybody who waits when it is closed', async () => {
    const queue = AsyncQueue.create({
      capacity: 2,
      maxMessageBytes: 40,
      whenFull: 'block',
      consumers: 'many',
    });
    const readers = await Promise.all([0, 1, 2].map(() => start(queue.shared, { role: 'reader' })));
    queue.close();
    for (const { report } of readers) expect(await report).toEqual({ read: [] });
    const full = AsyncQueue.create({ capacity: 2, maxMessageBytes: 40, whenFull: 'block' });
    const writer = await start(full.shared, { role: 'writer', id: 0, messages: 4 });
    full.close();
    const report = await writer.report;
    if (!('results' in report)) throw new Error('a writer says what came of its messages');
    const { queued = 0, closed = 0 } = report.results;
    expect(queued).toBeLessThanOrEqual(2);
    expect(queued + closed).toBe(4);
  });

  it('goes on when a reader that waits is ended', async () => {
    const queue = AsyncQueue.create({ capacity: 8, maxMessageBytes: 40, consumers: 'many' });
    const [lost, kept] = await Promise.all([0, 1].map(() => start(queue.shared, { role: 'reader' })));
    await lost!.worker.terminate();
    const writer = await start(queue.shared, { role: 'writer', id: 3, messages: 500 });
    await writer.report;
    queue.close();
    const report = await kept!.report;
    expect(report).toMatchObject({ read: expect.objectContaining({ length: 500 }) });
  });

  it.each(['writer', 'reader'] as const)(
    'is whole after a %s was ended in the middle of its work',
    async (role) => {
      const queue = AsyncQueue.create({ capacity: 8, maxMessageBytes: 40, consumers: 'many' });
      for (let round = 0; round < 5; round++) {
        const { worker } = await start(queue.shared, { role, id: round, messages: 2 ** 30 });
        for (let left = 200 * (round + 1); left > 0; left--) {
          if (role === 'reader') while (queue.enqueue(messageOf(99, left, 40)) === 'full');
          else if (queue.dequeue() === null) await queue.readable();
        }
        await worker.terminate();
      }
      const { report } = await start(queue.shared, { role: 'writer', id: 100, messages: 500 });
      const read = readAll(queue);
      await report;
      queue.close();
      const last = (await read).filter(([id]) => id === 100);
      expect(last).toHaveLength(500);
      expectInOrder(last);
    },
  );
});

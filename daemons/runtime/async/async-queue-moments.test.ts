import { afterEach, describe, expect, it, vi } from 'vitest';
import { AsyncQueue, type AsyncQueueOptions } from './async-queue.ts';
import { QueueMemory, word } from './queue-memory.ts';

// Here the thread of the test may stand still, because nobody else has to be served.
vi.mock('./blocking.ts', () => ({ assertMayBlock: () => {} }));

afterEach(() => vi.restoreAllMocks());

const text = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString());

function make(more: Partial<AsyncQueueOptions> = {}): AsyncQueue {
  return AsyncQueue.create({ capacity: 4, maxMessageBytes: 16, ...more });
}

function fill(queue: AsyncQueue, ...messages: string[]): void {
  for (const message of messages) expect(queue.tryEnqueue(Buffer.from(message))).toBe('queued');
}

/** All that is left, in the order in which it is read. */
function drain(queue: AsyncQueue): (string | null)[] {
  const read: (string | null)[] = [];
  for (let message = queue.dequeue(); message !== null; message = queue.dequeue()) read.push(text(message));
  return read;
}

const wordsOf = (queue: AsyncQueue) => new QueueMemory(queue.shared).words;

const SIGNALS = {
  data: [word.dataSignal, word.dataWaiters],
  room: [word.roomSignal, word.roomWaiters],
} as const;

/** So many threads that wait, as others see them. Says how many of them have been woken, which ends the waiting of the others. */
function waiters(queue: AsyncQueue, what: keyof typeof SIGNALS, count: number): () => number {
  const words = wordsOf(queue);
  const [signal, waiting] = SIGNALS[what];
  Atomics.add(words, waiting, count);
  const now = Atomics.load(words, signal);
  for (let i = 0; i < count; i++) Atomics.waitAsync(words, signal, now);
  return () => {
    Atomics.sub(words, waiting, count);
    return count - Atomics.notify(words, signal);
  };
}

/** What another thread does just before this one looks at a word for the `nth` time from now. */
function justBefore(
  how: 'load' | 'compareExchange' | 'sub',
  index: number,
  nth: number,
  happens: () => void,
): void {
  const plain = Atomics[how] as (words: Int32Array, at: number, ...more: number[]) => number;
  let left = nth;
  vi.spyOn(Atomics, how).mockImplementation(((words: Int32Array, at: number, ...more: number[]) => {
    if (at === index && left > 0 && --left === 0) happens();
    return plain(words, at, ...more);
  }) as never);
}

describe('AsyncQueue, when others wait', () => {
  it('wakes one reader for a message, and looks after nobody where nobody waits', () => {
    const queue = make();
    const words = wordsOf(queue);
    fill(queue, 'a');
    expect(words[word.dataSignal]).toBe(0);
    const woken = waiters(queue, 'data', 3);
    fill(queue, 'b');
    expect(woken()).toBe(1);
  });

  it('wakes writers when a quarter of the places is free, not for every one', () => {
    const queue = make({ capacity: 8, whenFull: 'block' });
    fill(queue, ...'12345678');
    const words = wordsOf(queue);
    queue.dequeue();
    queue.dequeue();
    queue.dequeue();
    expect(words[word.roomSignal]).toBe(0);
    fill(queue, ...'9ab');
    const woken = waiters(queue, 'room', 2);
    queue.dequeue();
    expect(words[word.roomSignal]).toBe(0);
    queue.dequeue();
    expect(words[word.roomSignal]).toBe(1);
    expect(woken()).toBe(2);
  });

  it('wakes the writers of a queue of two places for each message that is read', () => {
    const queue = make({ capacity: 2, whenFull: 'block' });
    fill(queue, '1', '2');
    const woken = waiters(queue, 'room', 2);
    queue.dequeue();
    expect(woken()).toBe(2);
  });

  it('wakes another of several readers for what one of them leaves', () => {
    const queue = make({ consumers: 'many' });
    const words = wordsOf(queue);
    fill(queue, '1', '2', '3');
    queue.dequeue();
    expect(words[word.dataSignal]).toBe(0);
    const woken = waiters(queue, 'data', 2);
    queue.dequeue();
    expect(words[word.dataSignal]).toBe(1);
    queue.dequeue();
    expect(words[word.dataSignal]).toBe(1);
    expect(woken()).toBe(1);
    const single = make();
    fill(single, '1', '2');
    const wokenThere = waiters(single, 'data', 1);
    single.dequeue();
    expect(wokenThere()).toBe(0);
  });

  it('wakes all readers and all writers when it is closed', () => {
    const queue = make({ whenFull: 'block' });
    const [readers, writers] = [waiters(queue, 'data', 3), waiters(queue, 'room', 3)];
    queue.close();
    expect([readers(), writers()]).toEqual([3, 3]);
  });

  it('counts nobody as waiting when the waiting is over', async () => {
    const queue = make({ whenFull: 'block' });
    const reading = queue.readable();
    const words = wordsOf(queue);
    expect(words[word.dataWaiters]).toBe(1);
    fill(queue, 'a');
    expect(await reading).toBe(true);
    expect(queue.waitReadable()).toBe(true);
    queue.dequeue();
    expect(queue.waitReadable(0)).toBe(false);
    fill(queue, ...'1234');
    expect(queue.enqueue(Buffer.from('5'), 0)).toBe('timeout');
    expect([words[word.dataWaiters], words[word.roomWaiters]]).toEqual([0, 0]);
  });
});

describe('AsyncQueue, when another thread is quicker', () => {
  it('goes on waiting for a message when the one that it was told of is taken', async () => {
    const queue = make({ consumers: 'many' });
    fill(queue, 'taken');
    let told: boolean | null = null;
    const reading = queue.readable().then((there) => (told = there));
    queue.dequeue();
    await Promise.resolve();
    expect(told).toBe(null);
    fill(queue, 'next');
    expect(await reading).toBe(true);
  });

  it('waits until the time is over for a message that another reader takes', () => {
    const queue = make({ consumers: 'many' });
    fill(queue, 'taken');
    justBefore('sub', word.dataWaiters, 1, () => queue.dequeue());
    const wait = vi.spyOn(Atomics, 'wait');
    // Long enough that a busy machine gives it back before the time is over.
    const ms = 250;
    expect(queue.waitReadable(ms)).toBe(false);
    // It stood still after the message was gone, for as long as it was told.
    expect(wait).toHaveBeenCalled();
    expect(wait.mock.calls[0]?.[3]).toBeLessThanOrEqual(ms);
  });

  it('takes a message in that finds room in the last moment', () => {
    const queue = make({ whenFull: 'block' });
    fill(queue, ...'1234');
    const another = AsyncQueue.attach(queue.shared);
    justBefore('sub', word.roomWaiters, 1, () => another.dequeue());
    expect(queue.enqueue(Buffer.from('5'), 0)).toBe('queued');
    expect(queue.stats()).toMatchObject({ size: 4, rejected: 0 });
    expect(drain(queue)).toEqual(['2', '3', '4', '5']);
  });

  it('waits for room as long as it is told and no longer', () => {
    const queue = make({ whenFull: 'block', capacity: 2 });
    fill(queue, '1', '2');
    const wait = vi.spyOn(Atomics, 'wait').mockImplementationOnce(() => {
      queue.dequeue();
      return 'ok';
    });
    expect(queue.enqueue(Buffer.from('3'), 1_000)).toBe('queued');
    expect(wait.mock.calls[0]?.[3]).toBeGreaterThan(0);
    expect(wait.mock.calls[0]?.[3]).toBeLessThanOrEqual(1_000);
    wait.mockClear();
    expect(queue.enqueue(Buffer.from('4'), 0)).toBe('timeout');
    expect(wait).not.toHaveBeenCalled();
    expect(queue.stats()).toMatchObject({ size: 2, rejected: 1 });
  });

  it('is not full for a writer that others were only quicker than', () => {
    const queue = make();
    fill(queue, ...'1234');
    const another = AsyncQueue.attach(queue.shared);
    // Between its look at the place, which was taken, and its look whether that is still the last one.
    justBefore('load', word.tail, 2, () => {
      another.dequeue();
      fill(another, '5');
      another.dequeue();
    });
    expect(queue.tryEnqueue(Buffer.from('6'))).toBe('queued');
    expect(drain(queue)).toEqual(['3', '4', '5', '6']);
    expect(queue.stats().rejected).toBe(0);
  });

  it('writes into no place that another writer has just taken', () => {
    const queue = make();
    const another = AsyncQueue.attach(queue.shared);
    justBefore('compareExchange', word.tail, 1, () => fill(another, 'first'));
    fill(queue, 'second');
    expect(drain(queue)).toEqual(['first', 'second']);
  });

  it.each(['dequeue', 'dequeueInto'] as const)(
    'gives no message that another reader has just taken to whoever calls %s',
    (how) => {
      const queue = make({ consumers: 'many' });
      fill(queue, 'mine', 'yours');
      const another = AsyncQueue.attach(queue.shared);
      justBefore('compareExchange', word.head, 1, () => expect(text(another.dequeue())).toBe('mine'));
      const target = new Uint8Array(16);
      const read = how === 'dequeue' ? queue.dequeue() : target.subarray(0, queue.dequeueInto(target));
      expect(text(read)).toBe('yours');
      expect(queue.empty).toBe(true);
    },
  );

  it('counts no message as dropped that a reader took before', () => {
    const queue = make({ whenFull: 'drop-oldest' });
    fill(queue, ...'1234');
    const another = AsyncQueue.attach(queue.shared);
    justBefore('compareExchange', word.head, 1, () => another.dequeue());
    fill(queue, '5');
    expect(queue.stats()).toMatchObject({ dropped: 0, dequeued: 1, size: 4 });
    expect(drain(queue)).toEqual(['2', '3', '4', '5']);
  });

  it('drops nothing where readers have emptied it just before', () => {
    const queue = make({ whenFull: 'drop-oldest' });
    fill(queue, ...'1234');
    justBefore('load', word.head, 1, () => {
      vi.restoreAllMocks();
      drain(AsyncQueue.attach(queue.shared));
    });
    fill(queue, '5');
    expect(queue.stats()).toMatchObject({ dropped: 0, dequeued: 4, size: 1 });
    expect(drain(queue)).toEqual(['5']);
  });

  it('never says that it was larger than it can be', () => {
    const queue = make({ consumers: 'many' });
    fill(queue, ...'1234');
    const another = AsyncQueue.attach(queue.shared);
    const goesOn = () => {
      another.dequeue();
      fill(another, '5');
    };
    justBefore('load', word.tail, 1, goesOn);
    expect(queue.size).toBe(4);
    vi.restoreAllMocks();
    justBefore('load', word.tail, 1, goesOn);
    expect(text(queue.dequeue())).toBe('3');
    vi.restoreAllMocks();
    expect(queue.stats()).toMatchObject({ size: 3, highWater: 4 });
  });

  it('keeps the largest size that any reader has seen', () => {
    const queue = make({ consumers: 'many', capacity: 8 });
    const another = AsyncQueue.attach(queue.shared);
    fill(queue, ...'123');
    // Another raises it to more while this one is about to.
    justBefore('compareExchange', word.highWater, 1, () => {
      fill(another, ...'45');
      another.dequeue();
    });
    queue.dequeue();
    vi.restoreAllMocks();
    expect(drain(queue)).toHaveLength(3);
    expect(queue.stats().highWater).toBe(5);
  });
});

import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AsyncQueue, type AsyncQueueOptions } from './async-queue.ts';
import { QueueMemory, word } from './queue-memory.ts';

const text = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString());
const bytes = (from: string) => Buffer.from(from);

function make(more: Partial<AsyncQueueOptions> = {}): AsyncQueue {
  return AsyncQueue.create({ capacity: 4, maxMessageBytes: 16, ...more });
}

/** The same queue after so many messages that its positions are about to go round. */
function aged(queue: AsyncQueue): AsyncQueue {
  const memory = new QueueMemory(queue.shared);
  const { words } = memory;
  const start = -2;
  words[word.tail] = words[word.head] = start;
  for (let i = 0; i < queue.shared.capacity; i++) words[memory.slotAt(start + i)] = start + i;
  queue.stats();
  return queue;
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('AsyncQueue', () => {
  it('gives messages out in the order in which they came, as copies', () => {
    const queue = make();
    const first = bytes('first');
    expect(queue.enqueue(first)).toBe('queued');
    expect(queue.enqueue(bytes(''))).toBe('queued');
    first.fill(0);
    expect(queue.size).toBe(2);
    expect(text(queue.dequeue())).toBe('first');
    expect(text(queue.dequeue())).toBe('');
    expect(queue.dequeue()).toBeNull();
    expect(queue.empty).toBe(true);
  });

  it('copies into a buffer that is used again, short messages and long ones', () => {
    const queue = make({ maxMessageBytes: 1_000 });
    const target = new Uint8Array(1_000);
    const long = Buffer.from(Array.from({ length: 1_000 }, (_, i) => i));
    for (const message of [long, long.subarray(0, 128), long.subarray(0, 129), long.subarray(0, 0)]) {
      queue.enqueue(message);
      const length = queue.dequeueInto(target);
      expect(Buffer.from(target.subarray(0, length))).toEqual(message);
    }
    expect(queue.dequeueInto(target)).toBe(-1);
    expect(() => queue.dequeueInto(new Uint8Array(999))).toThrow(
      'The target has 999 bytes; a message may have 1000.',
    );
  });

  it.each([
    ['at a word', 0, 16],
    ['between words', 1, 16],
    ['at a word, for messages that end within one', 8, 13],
    ['between words, for messages that end within one', 3, 13],
  ])(
    'copies messages of every length into a buffer that begins %s, and no byte behind their last word',
    (_where, offset, most) => {
      const queue = make({ maxMessageBytes: most });
      const memory = new Uint8Array(offset + most + 8);
      const target = memory.subarray(offset, offset + most);
      for (let length = 0; length <= most; length++) {
        memory.fill(0xff);
        const message = Uint8Array.from({ length }, (_, i) => i + 1);
        queue.enqueue(message);
        expect(queue.dequeueInto(target)).toBe(length);
        expect(target.slice(0, length)).toEqual(message);
        const behind = memory.subarray(offset + Math.ceil(length / 4) * 4);
        expect(behind.every((byte) => byte === 0xff)).toBe(true);
      }
    },
  );

  it('makes nothing anew for a short message where the buffer is the same as before', () => {
    const queue = make({ maxMessageBytes: 1_000, capacity: 8 });
    const [one, two] = [new Uint8Array(1_000), new Uint8Array(1_000)];
    let views = 0;
    const Plain = Int32Array;
    vi.stubGlobal(
      'Int32Array',
      class extends Plain {
        constructor(...from: [ArrayBuffer, number, number]) {
          super(...from);
          views++;
        }
      },
    );
    const parts = vi.spyOn(Uint8Array.prototype, 'subarray');
    const read = (target: Uint8Array, bytes: number) => {
      const message = new Uint8Array(bytes);
      queue.enqueue(message);
      parts.mockClear();
      views = 0;
      queue.dequeueInto(target);
      return [views, parts.mock.calls.length];
    };
    expect(read(one, 4)).toEqual([1, 0]);
    expect([read(one, 1), read(one, 256)]).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(read(one, 257)).toEqual([0, 1]);
    expect(read(two, 8)).toEqual([1, 0]);
    expect(read(two, 8)).toEqual([0, 0]);
  });

  it('says how many messages there were when their number has gone round once', () => {
    const old = aged(make());
    expect(old.stats()).toMatchObject({ enqueued: 2 ** 32 - 2, dequeued: 2 ** 32 - 2 });
    for (let n = 1; n <= 4; n++) expect(old.enqueue(bytes(`${n}`))).toBe('queued');
    for (let n = 1; n <= 4; n++) expect(text(old.dequeue())).toBe(`${n}`);
    expect(old.stats()).toMatchObject({ enqueued: 2 ** 32 + 2, dequeued: 2 ** 32 + 2 });
  });

  it('takes a header of 192 bytes, and for each message its bytes and eight more', () => {
    expect(make().shared.buffer.byteLength).toBe(192 + 4 * (16 + 8));
    expect(make({ maxMessageBytes: 13 }).shared.buffer.byteLength).toBe(192 + 4 * (16 + 8));
    expect(make({ maxMessageBytes: 1 }).shared.buffer.byteLength).toBe(192 + 4 * (4 + 8));
  });

  it('refuses a message that is too large, and takes nothing of it', () => {
    const queue = make();
    expect(queue.enqueue(Buffer.alloc(16))).toBe('queued');
    expect(() => queue.enqueue(Buffer.alloc(17))).toThrow(
      /17 bytes does not fit the queue: at most 16 bytes/,
    );
    expect(queue.stats()).toMatchObject({ size: 1, enqueued: 1, rejected: 0 });
  });

  it('fails when it is full, and has room again when one was read', () => {
    const queue = make();
    const results = [1, 2, 3, 4, 5].map((n) => queue.enqueue(bytes(`${n}`)));
    expect(results).toEqual(['queued', 'queued', 'queued', 'queued', 'full']);
    expect(queue.full).toBe(true);
    expect(text(queue.dequeue())).toBe('1');
    expect(queue.enqueue(bytes('6'))).toBe('queued');
    expect(['2', '3', '4', '6']).toEqual([1, 2, 3, 4].map(() => text(queue.dequeue())));
    expect(queue.stats()).toEqual({
      size: 0,
      capacity: 4,
      enqueued: 5,
      dequeued: 5,
      dropped: 0,
      rejected: 1,
      highWater: 4,
    });
  });

  it('drops the oldest where it is told to', () => {
    const queue = make({ whenFull: 'drop-oldest' });
    for (let n = 1; n <= 6; n++) expect(queue.enqueue(bytes(`${n}`))).toBe('queued');
    expect(text(queue.dequeue())).toBe('3');
    expect(queue.stats()).toEqual({
      size: 3,
      capacity: 4,
      enqueued: 6,
      dequeued: 1,
      dropped: 2,
      rejected: 0,
      highWater: 4,
    });
  });

  it('does not stop the loop of the main thread, whatever is asked', () => {
    const queue = make({ whenFull: 'block' });
    expect(() => queue.enqueue(bytes('a'))).toThrow(
      'AsyncQueue.enqueue would stop the event loop of this thread. Call it in a worker thread, or use tryEnqueue here.',
    );
    expect(() => queue.waitReadable(0)).toThrow(/use readable here/);
    for (let n = 0; n < 4; n++) expect(queue.tryEnqueue(bytes('a'))).toBe('queued');
    expect(queue.tryEnqueue(bytes('a'))).toBe('full');
  });

  it('takes nothing more once it is closed, and what is in it can be read', async () => {
    const queue = make();
    queue.enqueue(bytes('last'));
    queue.close();
    expect(queue.closed).toBe(true);
    expect(queue.enqueue(bytes('late'))).toBe('closed');
    expect(await queue.readable()).toBe(true);
    expect(text(queue.dequeue())).toBe('last');
    expect(await queue.readable()).toBe(false);
  });

  it('says when there is something to read', async () => {
    const queue = make();
    queue.enqueue(bytes('there'));
    expect(await queue.readable()).toBe(true);
    queue.dequeue();
    const coming = queue.readable();
    const another = AsyncQueue.attach(queue.shared);
    another.enqueue(bytes('came'));
    expect(await coming).toBe(true);
    queue.dequeue();
    const closing = queue.readable();
    another.close();
    expect(await closing).toBe(false);
  });

  it('says when there is room, once a quarter of it is free, and when there will be none any more', async () => {
    const queue = make({ capacity: 4 });
    expect(await queue.writable()).toBe(true);
    for (let i = 0; i < 4; i++) queue.enqueue(bytes('full'));
    let told: boolean | null = null;
    const coming = queue.writable().then((room) => (told = room));
    await new Promise(setImmediate);
    expect(told).toBeNull();
    AsyncQueue.attach(queue.shared).dequeue();
    expect(await coming).toBe(true);
    queue.enqueue(bytes('full'));
    const closing = queue.writable();
    queue.close();
    expect(await closing).toBe(false);
  });

  it('takes the next power of two, and says what is no size', () => {
    expect([1, 2, 3, 100].map((capacity) => make({ capacity }).shared.capacity)).toEqual([2, 2, 4, 128]);
    for (const wrong of [0, -1, 1.5, Number.NaN]) {
      expect(() => make({ capacity: wrong })).toThrow(
        `capacity is ${wrong}: expected a whole number from 1.`,
      );
      expect(() => make({ maxMessageBytes: wrong })).toThrow(`maxMessageBytes is ${wrong}`);
    }
    expect(() => make({ capacity: 2 ** 20, maxMessageBytes: 2 ** 10 })).toThrow(
      /at most 1073741824 are possible/,
    );
  });

  const steps = fc.array(
    fc.oneof(
      fc.record({ put: fc.uint8Array({ maxLength: 16 }) }),
      fc.constantFrom('take', 'take into', 'look', 'another', 'close' as const),
    ),
    { maxLength: 60 },
  );
  const kinds = [
    fc.constantFrom('fail' as const, 'drop-oldest' as const),
    fc.constantFrom('one' as const, 'many' as const),
    fc.boolean(),
  ] as const;
  it('does as a plain list does', () => {
    fc.assert(fc.property(steps, ...kinds, doesAsAList));
  });

  type Step = typeof steps extends fc.Arbitrary<(infer Each)[]> ? Each : never;
  function doesAsAList(
    todo: readonly Step[],
    whenFull: 'fail' | 'drop-oldest',
    consumers: 'one' | 'many',
    old: boolean,
  ) {
    const fresh = make({ whenFull, consumers });
    const before = (old ? aged(fresh) : fresh).stats();
    let queue = fresh;
    const model: Uint8Array[] = [];
    const count = { enqueued: 0, dequeued: 0, dropped: 0, rejected: 0, highWater: 0 };
    let closed = false;
    const target = new Uint8Array(16);
    for (const step of todo) {
      if (typeof step === 'object') {
        const full = model.length === 4;
        const expected = closed ? 'closed' : full && whenFull === 'fail' ? 'full' : 'queued';
        expect(queue.enqueue(step.put)).toBe(expected);
        if (expected === 'full') count.rejected++;
        if (expected !== 'queued') continue;
        if (full) {
          model.shift();
          count.dropped++;
        }
        model.push(step.put);
        count.enqueued++;
        count.highWater = Math.max(count.highWater, model.length);
      } else if (step === 'take' || step === 'take into') {
        const wanted = model.shift() ?? null;
        if (wanted !== null) count.dequeued++;
        if (step === 'take') expect(queue.dequeue()).toEqual(wanted);
        else {
          const length = queue.dequeueInto(target);
          expect(length < 0 ? null : target.slice(0, length)).toEqual(wanted);
        }
      } else if (step === 'close') {
        queue.close();
        closed = true;
      } else if (step === 'another') {
        queue = AsyncQueue.attach(queue.shared);
      } else {
        expect([queue.size, queue.empty, queue.full, queue.closed]).toEqual([
          model.length,
          model.length === 0,
          model.length === 4,
          closed,
        ]);
      }
    }
    const now = fresh.stats();
    expect(now).toMatchObject({ size: model.length, dropped: count.dropped, rejected: count.rejected });
    expect(now.enqueued - before.enqueued).toBe(count.enqueued);
    expect(now.dequeued - before.dequeued).toBe(count.dequeued);
    expect(now.highWater).toBe(count.highWater);
  }
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Backlog } from './backlog.ts';
import { ReceiveQueue } from './receive-queue.ts';

/** Bytes that tell where they belong. */
const numbered = (from: number, count: number) =>
  Buffer.from(Array.from({ length: count }, (_, i) => from + i));

describe('Backlog', () => {
  test('keeps what it is given in order, the first four kilobytes apart, then blocks of a hundred and twenty-eight', () => {
    const backlog = new Backlog();
    const source = Buffer.alloc(300_000, 'abcdefg');
    backlog.append(source, 10, 5_000);
    backlog.append(source, 5_000, 300_000);
    expect(backlog.bytes).toBe(299_990);
    const blocks = backlog.take();
    expect(blocks.map(({ length }) => length)).toEqual([4096, 131_072, 131_072, 33_750]);
    expect(Buffer.concat(blocks).equals(source.subarray(10))).toBe(true);
    expect([backlog.bytes, backlog.take()]).toEqual([0, []]);
  });

  test('has no empty block behind one that is just full, and goes on behind it', () => {
    const backlog = new Backlog();
    backlog.append(Buffer.alloc(4096, 'x'), 0, 4096);
    backlog.append(Buffer.from('yz'), 0, 2);
    expect(backlog.take().map(({ length }) => length)).toEqual([4096, 2]);
    backlog.append(Buffer.alloc(4096, 'x'), 0, 4096);
    expect(backlog.take().map(({ length }) => length)).toEqual([4096]);
  });

  test('copies, so that what it was given may change', () => {
    const backlog = new Backlog();
    const source = Buffer.from('one');
    backlog.append(source, 0, 3);
    source.fill('x');
    expect(Buffer.concat(backlog.take()).toString()).toBe('one');
  });

  test('gives its memory back when it is discarded', () => {
    const backlog = new Backlog();
    backlog.append(Buffer.alloc(10_000), 0, 10_000);
    const taken = new Backlog();
    taken.append(Buffer.alloc(10), 0, 10);
    backlog.discard();
    expect([backlog.bytes, backlog.take()]).toEqual([0, []]);
    expect(taken.bytes).toBe(10);
  });
});

describe('ReceiveQueue', () => {
  test('gives back what it was given, in order, however much is taken at a time', () => {
    const step = fc.oneof(
      fc.record({ add: fc.nat(3000), from: fc.nat(20) }),
      fc.record({ take: fc.nat(3000) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const queue = new ReceiveQueue();
        let model = Buffer.alloc(0);
        let serial = 0;
        for (const one of steps) {
          if ('add' in one) {
            const bytes = numbered(serial, one.from + one.add);
            serial += bytes.length;
            queue.append(bytes, one.from);
            model = Buffer.concat([model, bytes.subarray(one.from)]);
          } else {
            queue.consume((bytes, start, end) => {
              expect(bytes.subarray(start, end).equals(model)).toBe(true);
              return Math.min(end, start + one.take);
            });
            model = model.subarray(Math.min(model.length, one.take));
          }
          expect(queue.bytes).toBe(model.length);
        }
      }),
      { numRuns: 100 },
    );
  });

  /** How large the memory behind it is. */
  function memoryOf(queue: ReceiveQueue): number {
    let size = 0;
    queue.consume((bytes, start) => {
      size = bytes.length;
      return start;
    });
    return size;
  }

  test('holds little memory for little, doubled while that is small, and a block that can be given back for more', () => {
    const queue = new ReceiveQueue();
    const sizes: number[] = [];
    for (const bytes of [512, 1, 512, 1, 3000, 71, 130_000]) {
      queue.append(Buffer.alloc(bytes), 0);
      sizes.push(memoryOf(queue));
    }
    expect(sizes).toEqual([512, 1024, 2048, 2048, 4096, 131_072, 262_144]);
  });

  test('uses the place of what was taken before it grows', () => {
    const queue = new ReceiveQueue();
    queue.append(Buffer.alloc(500, 'a'), 0);
    queue.consume((_bytes, start) => start + 400);
    queue.append(Buffer.alloc(412, 'b'), 0);
    expect([queue.bytes, memoryOf(queue)]).toEqual([512, 512]);
    queue.consume((bytes, start, end) => {
      expect(bytes.toString('latin1', start, end)).toBe('a'.repeat(100) + 'b'.repeat(412));
      return start;
    });
  });

  test('gives its memory back when it grows, and when it is discarded', () => {
    const queue = new ReceiveQueue();
    const seen = new Set<Buffer>();
    const look = () =>
      queue.consume((bytes, start) => {
        seen.add(bytes);
        return start;
      });
    queue.append(Buffer.alloc(100), 0);
    look();
    queue.append(Buffer.alloc(1000), 0);
    look();
    expect([...seen].map(({ length }) => length)).toEqual([0, 1100]);
    queue.discard();
    expect([[...seen].map(({ length }) => length), queue.bytes]).toEqual([[0, 0], 0]);
  });
});

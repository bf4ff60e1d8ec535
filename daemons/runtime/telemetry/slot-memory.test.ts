import { expect, it } from 'vitest';
import { SlotMemory, sharedSlots } from './slot-memory.ts';

it('has memory that threads share, of zeros', () => {
  const slots = sharedSlots(3);
  expect(slots.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect([...slots]).toEqual([0, 0, 0]);
  expect(slots.buffer.byteLength).toBe(24);
});

it('fills the first chunk to its end, then makes one of 256', () => {
  const memory = new SlotMemory(10);
  expect([memory.allocate(7), memory.allocate(3), memory.allocate(1), memory.allocate(7)]).toEqual([
    { chunk: 0, slot: 0, width: 7 },
    { chunk: 0, slot: 7, width: 3 },
    { chunk: 1, slot: 0, width: 1 },
    { chunk: 1, slot: 1, width: 7 },
  ]);
  expect(memory.chunks.map(({ length }) => length)).toEqual([10, 256]);
});

it('gives what was too narrow for a histogram to counters, before it makes another chunk', () => {
  const memory = new SlotMemory(9);
  memory.allocate(7);
  expect(memory.allocate(7)).toEqual({ chunk: 1, slot: 0, width: 7 });
  const narrow = [memory.allocate(1), memory.allocate(1), memory.allocate(1)];
  expect(narrow).toEqual([
    { chunk: 0, slot: 8, width: 1 },
    { chunk: 0, slot: 7, width: 1 },
    { chunk: 1, slot: 7, width: 1 },
  ]);
});

it('gives places back to those of the same width, zero again, and touches no neighbour', () => {
  const memory = new SlotMemory(20);
  const [first, second, third] = [memory.allocate(7), memory.allocate(7), memory.allocate(1)];
  memory.chunks[0]!.fill(5);
  memory.release(second);
  expect([...memory.chunks[0]!]).toEqual([
    ...Array.from({ length: 7 }, () => 5),
    ...Array.from({ length: 7 }, () => 0),
    ...Array.from({ length: 6 }, () => 5),
  ]);
  memory.release(first);
  memory.release(third);
  expect(memory.allocate(1)).toEqual(third);
  expect([memory.allocate(7), memory.allocate(7)]).toEqual([first, second]);
  expect(memory.allocate(1)).toEqual({ chunk: 0, slot: 15, width: 1 });
});

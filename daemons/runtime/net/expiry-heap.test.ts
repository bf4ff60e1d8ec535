import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ExpiryHeap } from './expiry-heap.ts';

it('has what ends first on top, whatever goes before its time', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 50 }), fc.array(fc.nat(49)), (ends, removed) => {
      const heap = new ExpiryHeap<{ endMs: number; heapAt: number }>();
      const items = ends.map((endMs) => ({ endMs, heapAt: -1 }));
      for (const item of items) heap.add(item);
      const left = new Set(items);
      for (const at of removed) {
        const item = items[at];
        if (item === undefined) continue;
        heap.delete(item);
        left.delete(item);
      }
      const expected = [...left].map(({ endMs }) => endMs).sort((a, b) => a - b);
      const order: number[] = [];
      for (let first = heap.first; first !== null; first = heap.first) {
        order.push(first.endMs);
        heap.delete(first);
      }
      expect(order).toEqual(expected);
      expect(items.every(({ heapAt }) => heapAt === -1)).toBe(true);
    }),
  );
});

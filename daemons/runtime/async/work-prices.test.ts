import { expect, it } from 'vitest';
import { workPrices } from './work-prices.ts';

it('has prices that are right in proportion: none for less than what is less work', () => {
  const steps: (keyof typeof workPrices)[][] = [
    // A byte that is only copied, one that is looked at, put together, kept.
    ['receiverByte'],
    ['inputByte', 'maskCharacter'],
    ['rowByte'],
    ['heldByte'],
    // A place in memory, a call.
    ['treeNode'],
    ['skipped'],
    ['mask', 'receiver'],
    ['handOver'],
    // A row, a line, a system call, an error with its stack.
    ['row'],
    ['line', 'message'],
    ['read'],
    ['write'],
    ['malformed'],
    // All that belongs to a client.
    ['departure'],
    ['registration'],
  ];
  const prices = steps.map((step) => [...new Set(step.map((price) => workPrices[price].ns))]);
  expect(prices.every(({ length }) => length === 1)).toBe(true);
  expect(prices.flat()).toEqual([...new Set(prices.flat())].sort((a, b) => a - b));
  expect(steps.flat().sort()).toEqual(Object.keys(workPrices).sort());
});

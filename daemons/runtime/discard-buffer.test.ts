import { expect, it } from 'vitest';
import { discardBuffer } from './discard-buffer.ts';

it('gives the memory of a buffer back without waiting for the collector', () => {
  const before = process.memoryUsage().arrayBuffers;
  const buffers = Array.from({ length: 64 }, () => Buffer.allocUnsafeSlow(1 << 20));
  expect(process.memoryUsage().arrayBuffers - before).toBeGreaterThan(60 << 20);
  for (const buffer of buffers) discardBuffer(buffer);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 << 20);
  expect(buffers[0]?.length).toBe(0);
});

it('does nothing to a buffer that is discarded already', () => {
  const buffer = Buffer.allocUnsafeSlow(10);
  discardBuffer(buffer);
  discardBuffer(buffer);
  expect(buffer.length).toBe(0);
});

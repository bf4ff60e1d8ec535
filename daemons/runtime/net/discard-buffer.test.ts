import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { discardBuffer, discardWhole } from './discard-buffer.ts';

it('gives the memory of a buffer back without waiting for the collector', () => {
  // Nor is anything else collected meanwhile that was left by what ran before.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // The memory of buffers is given back beside the program; the second collection waits for what the first has found.
  collect();
  collect();
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

it('leaves alone what is small, and what others may have a part of', () => {
  const [small, large] = [Buffer.allocUnsafeSlow(1_000), Buffer.allocUnsafeSlow(40_000)];
  discardWhole(small);
  discardWhole(large.subarray(0, 30_000));
  expect([small.length, large.length]).toEqual([1_000, 40_000]);
  discardWhole(large);
  expect(large.length).toBe(0);
});

it('gives back what has 16 KiB, and nothing smaller', () => {
  const [small, large] = [Buffer.allocUnsafeSlow(16_383), Buffer.allocUnsafeSlow(16_384)];
  for (const buffer of [small, large]) discardWhole(buffer);
  expect([small.length, large.length]).toEqual([16_383, 0]);
});

it('leaves shared memory alone', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(40_000));
  discardBuffer(shared);
  expect(shared.length).toBe(40_000);
});

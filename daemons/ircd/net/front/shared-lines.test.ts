/** Slabs that threads write from: each is used again when all of them are done with its tick, and not before. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SharedLines } from './shared-lines.ts';

test('a slab of a tick is free when that tick was taken, and not before', () => {
  const lines = new SharedLines();
  const first = lines.take() as Buffer;
  expect(first.byteOffset).toBe(0);
  expect(lines.retire(first)).toBe(true);
  lines.endTick();
  expect([lines.tick, lines.inUse]).toEqual([1, 1]);
  lines.free(0);
  expect(lines.inUse).toBe(1);
  lines.free(1);
  expect([lines.inUse, lines.take()]).toEqual([0, first]);
});

test('what is none of its own is not taken, and there is an end', () => {
  const lines = new SharedLines();
  expect(lines.retire(Buffer.alloc(16))).toBe(false);
  let count = 0;
  let roomy = 0;
  while (lines.take() !== null) {
    count++;
    if (!lines.short) roomy = count;
  }
  expect(count).toBe(256);
  // So that one more full tick of 4 MiB finds room.
  expect(roomy).toBe(256 - 64);
});

test('no slab is ever had twice, whatever is taken and done in which order', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant('take'), fc.constant('end'), fc.nat(3))), (steps) => {
      const lines = new SharedLines();
      let now: Buffer[] = [];
      const held = new Map<Buffer, number>();
      let done = 0;
      for (const step of steps) {
        if (step === 'take') {
          const slab = lines.take() as Buffer;
          expect(held.has(slab)).toBe(false);
          held.set(slab, lines.tick);
          now.push(slab);
        } else if (step === 'end') {
          for (const slab of now) lines.retire(slab);
          now = [];
          lines.endTick();
        } else {
          done = Math.min(lines.tick, done + (step as number));
          lines.free(done);
          for (const [slab, tick] of held) if (tick < done) held.delete(slab);
        }
        expect(lines.inUse).toBe(held.size);
      }
    }),
  );
});

test('what was freed is freed once', () => {
  const lines = new SharedLines();
  lines.retire(lines.take() as Buffer);
  lines.endTick();
  const kept = lines.take();
  lines.free(1);
  lines.free(1);
  expect([kept === null, lines.inUse]).toEqual([false, 1]);
});

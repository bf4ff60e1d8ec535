/** Frames as the client library cuts them out of what comes. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FrameSplitter, framed } from './frame-splitter.ts';

it('finds the same frames however the stream is split, and gives memory of their own', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 40 }),
      (payloads, cuts) => {
        const found: Uint8Array[] = [];
        const splitter = new FrameSplitter(
          () => 40,
          (payload) => found.push(payload),
        );
        const wire = Uint8Array.from(payloads.flatMap((payload) => [...framed(payload)]));
        let at = 0;
        for (const cut of [...cuts, wire.length]) {
          const part = wire.slice(at, at + cut);
          splitter.push(part);
          part.fill(0xee);
          at += cut;
        }
        expect(found).toEqual(payloads.map((payload) => Uint8Array.from(payload)));
      },
    ),
  );
});

it('takes a length up to the limit that holds then, and none over it', () => {
  let most = 3;
  const found: number[] = [];
  const splitter = new FrameSplitter(
    () => most,
    ({ length }) => found.push(length),
  );
  splitter.push(framed(new Uint8Array(3)));
  most = 300;
  splitter.push(framed(new Uint8Array(300)));
  expect(found).toEqual([3, 300]);
  expect(() => splitter.push(Uint8Array.of(0, 0, 1, 45))).toThrow(
    new RangeError('A frame of 301 bytes was announced; at most 300 are expected.'),
  );
});

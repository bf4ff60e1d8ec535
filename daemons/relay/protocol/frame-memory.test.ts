/** What a decoder holds while frames are incomplete or wait: to the byte, because the relay's total is made of it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameDecoder } from './frame-decoder.ts';

const KIB = 1_024;

function bench({ wanted = true, most = 1 << 22 } = {}) {
  const payloads: Buffer[] = [];
  const oversized: number[] = [];
  const decoder = new FrameDecoder(
    {
      onFrame(source, start, end) {
        payloads.push(Buffer.from(source.subarray(start + 4, end)));
        return wanted;
      },
      onOversized: (length) => oversized.push(length),
    },
    { max_frame_bytes: most },
  );
  return { decoder, payloads, oversized };
}

function header(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
}

describe('a frame that has begun', () => {
  it.each([
    // Announced, arrived, held: all of it where half is there or it is small, else what has arrived, at least 1 KiB.
    [100, 0, 104],
    [2_044, 0, 2_048],
    [2_045, 0, KIB],
    [10_000, 0, KIB],
    [10_000, 1_020, KIB],
    [10_000, 1_021, 2 * KIB],
    [10_000, 4_997, 5_001 * 2],
    [10_000, 4_998, 10_004],
    // Of a large one the pages that were written to, and one more.
    [200_000, 0, 4 + 4_096],
    [200_000, 10_000, 10_004 + 4_096],
    [200_000, 131_068, 131_072],
    // The last block is smaller than those that the system maps.
    [200_000, 131_069, 200_004],
    [131_068, 0, KIB],
    [131_069, 0, 4 + 4_096],
  ])('of %i bytes holds, when %i are there, %i', (length, arrived, held) => {
    const { decoder } = bench();
    decoder.push(header(length));
    // Byte by byte would be slow; the first read decides the first block.
    if (arrived > 0) decoder.push(Buffer.alloc(arrived));
    const direct = bench().decoder;
    direct.push(Buffer.concat([header(length), Buffer.alloc(arrived)]));
    expect(decoder.midFrame).toBe(true);
    if (length === 10_000 && arrived > 1_020) {
      // In pieces it doubles; at once it is what has arrived, or all.
      expect(direct.heldBytes).toBe(2 * (4 + arrived) >= 10_004 ? 10_004 : 4 + arrived);
      expect(decoder.heldBytes).toBeLessThanOrEqual(2 * (4 + arrived) + KIB);
    } else {
      expect(decoder.heldBytes).toBe(held);
    }
  });

  it('doubles its blocks up to 128 KiB', () => {
    const { decoder } = bench();
    const total = 120_000;
    decoder.push(header(total));
    const seen: number[] = [];
    for (let at = 0; at < total - 1; at++) {
      decoder.push(Buffer.alloc(1));
      if (decoder.heldBytes !== seen.at(-1)) seen.push(decoder.heldBytes);
    }
    const sums = [1, 3, 7, 15, 31, 63].map((blocks) => blocks * KIB);
    expect(seen).toEqual([...sums, total + 4]);
  });

  it('is forgotten when the client ends', () => {
    const { decoder, payloads } = bench();
    decoder.push(Buffer.concat([header(50_000), Buffer.alloc(3_000)]));
    decoder.push(Buffer.alloc(9_000));
    decoder.stop();
    expect([decoder.heldBytes, decoder.midFrame, decoder.waiting]).toEqual([0, false, false]);
    decoder.push(Buffer.alloc(90_000));
    decoder.hold(Buffer.alloc(90_000));
    expect([decoder.heldBytes, decoder.resume(), payloads]).toEqual([0, 0, []]);
  });

  it('is no longer one when it is whole, also without a payload and with its length in pieces', () => {
    const { decoder, payloads } = bench();
    decoder.push(Buffer.from([0, 0]));
    expect([decoder.midFrame, decoder.heldBytes]).toEqual([true, 0]);
    expect(decoder.push(Buffer.from([0]))).toBe(0);
    expect(decoder.push(Buffer.from([0, 0, 0, 0, 1, 7]))).toBe(2);
    expect([decoder.midFrame, decoder.heldBytes, payloads]).toEqual([
      false,
      0,
      [Buffer.alloc(0), Buffer.from([7])],
    ]);
  });
});

describe('what waits', () => {
  it('is held as the whole read until its last frame is taken', () => {
    const { decoder, payloads } = bench({ wanted: false });
    const chunk = Buffer.concat([header(1), Buffer.from('a'), header(2), Buffer.from('bc'), header(0)]);
    expect(decoder.push(chunk)).toBe(1);
    expect([decoder.waiting, decoder.waitingBytes, decoder.heldBytes]).toEqual([true, 10, chunk.length]);
    // What comes meanwhile joins the rest.
    expect(decoder.push(Buffer.from('..'))).toBe(0);
    expect([decoder.waitingBytes, decoder.heldBytes]).toEqual([12, 12]);
    expect(decoder.resume()).toBe(1);
    expect([decoder.waitingBytes, decoder.heldBytes]).toEqual([6, 12]);
    expect(decoder.resume()).toBe(1);
    expect([decoder.waiting, decoder.waitingBytes, decoder.resume()]).toEqual([true, 2, 0]);
    expect([decoder.waiting, decoder.midFrame]).toEqual([false, true]);
    expect(payloads.map(String)).toEqual(['a', 'bc', '']);
  });

  it('is taken where it was only held', () => {
    const { decoder, payloads } = bench();
    decoder.hold(Buffer.concat([header(1), Buffer.from('a')]));
    expect([decoder.waiting, decoder.waitingBytes, decoder.heldBytes, payloads.length]).toEqual([
      true,
      5,
      5,
      0,
    ]);
    decoder.hold(header(0));
    expect([decoder.waitingBytes, decoder.resume(), decoder.waitingBytes]).toEqual([9, 2, 0]);
  });
});

it('takes a length up to the limit, and says which one was over it, in one piece and in several', () => {
  for (const pieces of [1, 5])
    for (const length of [10, 11]) {
      const { decoder, payloads, oversized } = bench({ most: 10 });
      const stream = Buffer.concat([header(length), Buffer.alloc(length, 'x')]);
      const size = Math.ceil(stream.length / pieces / 2);
      for (let at = 0; at < stream.length; at += size) decoder.push(stream.subarray(at, at + size));
      expect([payloads.length, oversized]).toEqual(length === 10 ? [1, []] : [0, [11]]);
      expect(decoder.heldBytes).toBe(0);
    }
});

it('gives memory back only where it is large, its own, and nothing of it is kept, whatever the frames', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(9_000), fc.boolean()), { minLength: 1, maxLength: 8 }), (list) => {
      const size = list.reduce((sum, [length]) => sum + 4 + length, 0);
      const chunk = Buffer.allocUnsafeSlow(size).fill(0);
      let at = 0;
      for (const [length] of list) {
        chunk.writeUInt32BE(length, at);
        at += 4 + length;
      }
      let frame = 0;
      const sink = {
        keeps: false,
        onFrame() {
          this.keeps = list[frame++]![1];
          return frame % 3 !== 0;
        },
        onOversized() {},
      };
      const decoder = new FrameDecoder(sink, { max_frame_bytes: 10_000 }, true);
      decoder.push(chunk);
      while (decoder.waiting) decoder.resume();
      const kept = list.some(([, keeps]) => keeps);
      expect(chunk.length === 0).toBe(!kept && size >= 16_384);
      expect([frame, decoder.heldBytes]).toEqual([list.length, 0]);
    }),
  );
});

import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { LIMITS } from '../limits.ts';
import { FrameDecoder } from './frame-decoder.ts';

function collector(maxFrameBytes = 1 << 20) {
  const payloads: Buffer[] = [];
  const oversized: number[] = [];
  const ranges: { source: Buffer; start: number }[] = [];
  const decoder = new FrameDecoder(
    {
      onFrame(source, start, end) {
        expect(source.readUInt32BE(start)).toBe(end - start - 4);
        payloads.push(source.subarray(start + 4, end));
        ranges.push({ source, start });
        return true;
      },
      onOversized: (length) => oversized.push(length),
    },
    { max_frame_bytes: maxFrameBytes },
  );
  return { decoder, payloads, oversized, ranges };
}

function encode(payload: Uint8Array): Buffer {
  const frame = Buffer.alloc(4 + payload.length);
  frame.writeUInt32BE(payload.length);
  frame.set(payload, 4);
  return frame;
}

it('gives the same frames whatever the split', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 40 }),
      (messages, cuts) => {
        const stream = Buffer.concat(messages.map(encode));
        const { decoder, payloads } = collector();
        let frames = 0;
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = cuts[i % cuts.length]!;
          // A copy, as a socket delivers each read in memory of its own.
          frames += decoder.push(Buffer.from(stream.subarray(at, at + size)));
          at += size;
        }
        expect(frames).toBe(messages.length);
        expect(payloads.map((payload) => [...payload])).toEqual(messages.map((message) => [...message]));
        expect(decoder.midFrame).toBe(false);
      },
    ),
  );
});

it('takes the part of a chunk that it is told, whatever stands around it and however it is split', () => {
  const part = fc.record({
    size: fc.integer({ min: 1, max: 50 }),
    before: fc.uint8Array({ maxLength: 9 }),
    behind: fc.uint8Array({ maxLength: 9 }),
    /** Whether the sink has had enough when the part comes, and more after it. */
    isLate: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 20 }),
      fc.array(part, { minLength: 1, maxLength: 20 }),
      (messages, parts) => {
        const stream = Buffer.concat(messages.map(encode));
        const payloads: string[] = [];
        let wanted = true;
        const decoder = new FrameDecoder(
          {
            onFrame(source, start, end) {
              payloads.push(source.toString('hex', start + 4, end));
              return wanted;
            },
            onOversized() {},
          },
          { max_frame_bytes: 1 << 20 },
        );
        for (let at = 0, i = 0; at < stream.length; i++) {
          const { size, before, behind, isLate } = parts[i % parts.length]!;
          const bytes = stream.subarray(at, at + size);
          wanted = !isLate;
          decoder.push(Buffer.concat([before, bytes, behind]), before.length, before.length + bytes.length);
          at += size;
          if (isLate) continue;
          while (decoder.waiting) decoder.resume();
        }
        wanted = true;
        while (decoder.waiting) decoder.resume();
        expect(decoder.waitingBytes).toBe(0);
        expect(payloads).toEqual(messages.map((message) => Buffer.from(message).toString('hex')));
      },
    ),
  );
});

it('reads the first word of an HTTP request as a length over any limit that may be set', () => {
  for (const verb of 'CONNECT DELETE GET HEAD OPTIONS PATCH POST PRI PUT TRACE'.split(' ')) {
    const { decoder, payloads, oversized } = collector(LIMITS.max_frame_bytes.max);
    decoder.push(Buffer.from(`${verb} / HTTP/1.1\r\nHost: relay\r\n\r\n`));
    decoder.push(Buffer.concat([encode(Buffer.from('{"type":"hello"}')), Buffer.from('text of a web page')]));
    expect(oversized, verb).toEqual([Buffer.from(`${verb} `).readUInt32BE(0)]);
    expect(payloads, verb).toEqual([]);
  }
});

it('hands a frame inside one chunk on without copying it', () => {
  const chunk = Buffer.concat([encode(Buffer.from('one')), encode(Buffer.from('two'))]);
  const { decoder, ranges } = collector();
  decoder.push(chunk);
  expect(ranges.map((range) => range.start)).toEqual([0, 7]);
  expect(ranges.every((range) => range.source === chunk)).toBe(true);
});

it('reassembles a frame of the largest size from small pieces', () => {
  const payload = Buffer.alloc(1 << 20, 7);
  const stream = encode(payload);
  const { decoder, payloads } = collector();
  for (let at = 0; at < stream.length; at += 1000) decoder.push(stream.subarray(at, at + 1000));
  expect(payloads).toHaveLength(1);
  expect(payloads[0]!.equals(payload)).toBe(true);
});

it('refuses a length over the limit, also the largest one, and decodes nothing after it', () => {
  for (const length of [11, 0x8000_0000, 0xffff_ffff]) {
    const { decoder, payloads, oversized } = collector(10);
    const header = Buffer.alloc(4);
    header.writeUInt32BE(length);
    decoder.push(Buffer.concat([encode(Buffer.from('ok')), header, encode(Buffer.from('late'))]));
    decoder.push(encode(Buffer.from('later')));
    expect(payloads.map(String)).toEqual(['ok']);
    expect(oversized).toEqual([length]);
  }
});

it('refuses it byte by byte as well', () => {
  const { decoder, oversized } = collector(10);
  for (const byte of [0xff, 0xff, 0xff, 0xff]) decoder.push(Buffer.from([byte]));
  expect(oversized).toEqual([0xffff_ffff]);
});

it('sets memory aside for what has arrived, not for what was announced', () => {
  const { decoder } = collector();
  const header = Buffer.alloc(4);
  header.writeUInt32BE(1 << 20);
  decoder.push(header);
  expect(decoder.midFrame).toBe(true);
  expect(decoder.heldBytes).toBeLessThanOrEqual(8_192);
  let arrived = header.length;
  while (arrived < 1 << 20) {
    decoder.push(Buffer.alloc(1_500));
    arrived += 1_500;
    expect(decoder.heldBytes).toBeLessThanOrEqual(2 * arrived + 8_192);
  }
  decoder.stop();
  expect(decoder.heldBytes).toBe(0);
});

it('goes on where the sink wanted no more, and loses and repeats no frame', () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 });
  const payloads = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 });
  fc.assert(
    fc.property(payloads, cuts, fc.array(fc.boolean(), { minLength: 1 }), (messages, sizes, wants) => {
      const stream = Buffer.concat(messages.map(encode));
      const seen: number[][] = [];
      const decoder = new FrameDecoder(
        {
          onFrame(source, start, end) {
            seen.push([...source.subarray(start + 4, end)]);
            return wants[seen.length % wants.length]!;
          },
          onOversized: () => {},
        },
        { max_frame_bytes: 100 },
      );
      let frames = 0;
      for (let at = 0, i = 0; at < stream.length; i++) {
        const size = sizes[i % sizes.length]!;
        frames += decoder.push(Buffer.from(stream.subarray(at, at + size)));
        at += size;
        // Sometimes more arrives before it goes on.
        if (i % 3 === 0) frames += decoder.resume();
      }
      while (decoder.waiting) frames += decoder.resume();
      expect(seen).toEqual(messages.map((message) => [...message]));
      expect(frames).toBe(messages.length);
      expect(decoder.heldBytes).toBe(0);
    }),
  );
});

it('decodes nothing more once it is stopped', () => {
  const seen: number[] = [];
  const decoder: FrameDecoder = new FrameDecoder(
    {
      onFrame(_source, start) {
        seen.push(start);
        decoder.stop();
        return true;
      },
      onOversized: () => {},
    },
    { max_frame_bytes: 100 },
  );
  decoder.push(Buffer.concat([encode(Buffer.from('a')), encode(Buffer.from('b'))]));
  decoder.push(encode(Buffer.from('c')));
  expect(seen).toEqual([0]);
  expect(decoder.waiting).toBe(false);
});

/** A decoder that gives memory back, what it handed on, and whether that is kept. */
function owner(keeps: (frame: number) => boolean = () => false, wanted: () => boolean = () => true) {
  const sources: Buffer[] = [];
  const sink = {
    keeps: false,
    onFrame(source: Buffer) {
      this.keeps = keeps(sources.push(source) - 1);
      return wanted();
    },
    onOversized() {},
  };
  return { decoder: new FrameDecoder(sink, { max_frame_bytes: 1 << 20 }, true), sources };
}

/** A chunk in memory of its own that begins with a length. */
function chunkOf(size: number, ...lengths: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafeSlow(size).fill(0);
  let at = 0;
  for (const length of lengths) {
    bytes.writeUInt32BE(length, at);
    at += 4 + length;
  }
  return bytes;
}

it('gives a large chunk back at once of which nothing is kept', () => {
  const unfinished = chunkOf(40_000, 1 << 20);
  owner().decoder.push(unfinished);
  expect(unfinished.length).toBe(0);
  const used = chunkOf(40_000, 20_000, 30_000);
  owner().decoder.push(used);
  expect(used.length).toBe(0);
});

it('leaves a chunk alone in which a frame is kept, also when it was taken in pieces, and one that others share', () => {
  const first = chunkOf(40_000, 20_000, 30_000);
  owner((frame) => frame === 0).decoder.push(first);
  expect(first.length).toBe(40_000);
  const second = chunkOf(40_000, 10_000, 10_000, 19_988);
  const { decoder, sources } = owner(
    (frame) => frame === 0,
    () => false,
  );
  decoder.push(second);
  decoder.resume();
  decoder.resume();
  expect(sources).toHaveLength(3);
  expect(second.length).toBe(40_000);
  const whole = chunkOf(80_000, 39_996, 39_996);
  owner().decoder.push(whole.subarray(0, 40_000));
  owner().decoder.push(whole, 0, 40_000);
  expect(whole.length).toBe(80_000);
});

it('gives a large frame that spans chunks back at once unless it is kept', () => {
  for (const keeps of [false, true]) {
    const { decoder, sources } = owner(() => keeps);
    const stream = chunkOf(4 + 60_000, 60_000);
    for (let at = 0; at < stream.length; at += 20_000)
      decoder.push(Buffer.from(stream.subarray(at, at + 20_000)));
    expect(sources).toHaveLength(1);
    expect(sources[0]!.length).toBe(keeps ? 60_004 : 0);
  }
});

it('puts a frame of which half is there into one block', () => {
  const concat = vi.spyOn(Buffer, 'concat');
  const { decoder, sources } = owner(() => true);
  const stream = chunkOf(4 + 60_000, 60_000);
  decoder.push(stream.subarray(0, 31_000));
  decoder.push(stream.subarray(31_000));
  expect(concat).not.toHaveBeenCalled();
  concat.mockRestore();
  expect(sources[0]!.equals(stream)).toBe(true);
});

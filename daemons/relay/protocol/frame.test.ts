/** Frames on their way out: what stands on the wire, in whose memory, and what is shared. */
import { describe, expect, it } from 'vitest';
import { Frame, FrameWriter, KIND, MAPPED_BYTES, WITH_ID } from './frame.ts';

const wire = (frame: Frame) => frame.bytes().toString('latin1');
const payload = Buffer.from('..hello..');

describe('the writer', () => {
  it('writes bare, tagged and control frames behind their length', () => {
    const writer = new FrameWriter();
    const bare = writer.bare(payload, 2, 7, 5);
    expect([wire(bare), bare.control, bare.receivedAt, bare.size]).toEqual(['\0\0\0\x05hello', false, 5, 9]);
    const data = writer.data(KIND.direct, [Buffer.from('al')], payload, 2, 7, 6);
    expect([wire(data), data.control, data.receivedAt]).toEqual(['\0\0\0\x09\x03\x02alhello', false, 6]);
    const tagged = writer.control({ a: 'é' }, true, 7);
    expect(tagged.bytes().toString()).toBe('\0\0\0\x0b\0{"a":"é"}');
    const plain = writer.control({ a: 'é' }, false, 8);
    expect(plain.bytes().toString()).toBe('\0\0\0\x0a{"a":"é"}');
    expect([tagged.control, tagged.receivedAt, plain.control, plain.receivedAt]).toEqual([true, 7, true, 8]);
    expect([KIND, WITH_ID]).toEqual([{ control: 0, echo: 1, room: 2, direct: 3, broadcast: 4 }, 16]);
  });

  it('puts small frames side by side in blocks of 64 KiB', () => {
    const writer = new FrameWriter();
    const full = Buffer.alloc(8_188, 1);
    // Eight times 8 KiB fill one.
    const frames = Array.from({ length: 9 }, () => writer.bare(full, 0, full.length, 0));
    expect(frames.map(({ start }) => start)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0].map((i) => i * 8_192));
    expect(new Set(frames.map(({ source }) => source)).size).toBe(2);
    expect(frames.every(({ source }) => source.buffer.byteLength === 65_536)).toBe(true);
    for (const frame of frames) expect(frame.bytes().subarray(4).equals(full)).toBe(true);
    const next = writer.bare(payload, 0, 1, 0);
    expect([next.source === frames[8]!.source, next.start]).toEqual([true, 8_192]);
  });

  it.each([
    [8_188, 65_536],
    [8_189, 8_193],
    [49_148, 49_152],
    [49_149, MAPPED_BYTES],
    [MAPPED_BYTES - 4, MAPPED_BYTES],
    [MAPPED_BYTES - 3, MAPPED_BYTES + 1],
  ])('puts a payload of %i bytes into memory of %i', (bytes, memory) => {
    const content = Buffer.alloc(bytes, 3);
    const writer = new FrameWriter();
    const frame = writer.bare(content, 0, bytes, 0);
    expect(frame.source.buffer.byteLength).toBe(memory);
    expect(frame.bytes().readUInt32BE()).toBe(bytes);
    expect(frame.bytes().subarray(4).equals(content)).toBe(true);
    // What comes next does not land in it.
    const next = writer.bare(payload, 2, 7, 0);
    expect(next.source === frame.source).toBe(memory === 65_536);
    expect(wire(next)).toBe('\0\0\0\x05hello');
  });

  it('sends on what arrived, where it is', () => {
    const frame = new FrameWriter().passOn(payload, 2, 7, 9);
    expect([frame.source === payload, wire(frame), frame.control, frame.receivedAt]).toEqual([
      true,
      'hello',
      false,
      9,
    ]);
  });
});

describe('a frame', () => {
  const of = (memory: number, start: number, end: number) =>
    new Frame(Buffer.allocUnsafeSlow(memory).fill(5), start, end, true, 4);

  it.each([
    [100, 0, 100, true],
    [101, 0, 100, false],
    [101, 1, 101, false],
    [MAPPED_BYTES, 0, 49_153, true],
    [MAPPED_BYTES, 0, 49_152, false],
    [MAPPED_BYTES + 1, 0, 60_000, false],
  ])('in memory of %i from %i to %i has it to itself: %s', (memory, start, end, alone) => {
    const frame = of(memory, start, end);
    expect([frame.alone, frame.durable() === frame]).toEqual([alone, alone]);
  });

  it('is copied once where others share its memory, with all that is known of it', () => {
    const frame = of(1_000, 100, 300);
    const copy = frame.durable();
    expect([copy.size, copy.control, copy.receivedAt, copy.start, copy.source.buffer.byteLength]).toEqual([
      200,
      true,
      4,
      0,
      200,
    ]);
    expect(copy.bytes().equals(frame.bytes())).toBe(true);
    expect(frame.durable()).toBe(copy);
    expect([frame.queues, frame.own]).toEqual([0, false]);
    expect(of(200_000, 10, 60_010).durable().source.buffer.byteLength).toBe(MAPPED_BYTES);
  });
});

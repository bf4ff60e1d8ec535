import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { Frame } from './frame.ts';
import { LAG_BLOCK_BYTES, LagBlocks } from './lag-blocks.ts';
import { dataPayload, TestRelay, until } from './test-relay.ts';

let relay: TestRelay | null = null;
afterEach(async () => {
  vi.restoreAllMocks();
  await relay?.close();
  relay = null;
});

/** A frame that is a part of something larger. */
function frameOf(size: number, control = false): Frame {
  const source = Buffer.alloc(size + 10);
  for (let at = 0; at < source.length; at++) source[at] = (size + at) & 0xff;
  return new Frame(source, 5, 5 + size, control, size);
}

it('keeps every frame as it was, whatever their sizes', () => {
  const sizes = fc.array(fc.integer({ min: 4, max: LAG_BLOCK_BYTES + 100 }), { maxLength: 40 });
  fc.assert(
    fc.property(sizes, (list) => {
      const blocks = new LagBlocks();
      const frames = list.map((size) => frameOf(size));
      const kept = frames.map((frame) => blocks.keep(frame));
      for (const [index, frame] of frames.entries()) {
        expect(kept[index]!.bytes().equals(frame.bytes())).toBe(true);
        expect(kept[index]).toMatchObject({ control: false, receivedAt: frame.receivedAt });
      }
    }),
    { numRuns: 30 },
  );
});

it('puts frames side by side in blocks that are returned to the system', () => {
  const blocks = new LagBlocks();
  const kept = Array.from({ length: 100 }, () => blocks.keep(frameOf(4_000)));
  const sources = new Set(kept.map(({ source }) => source));
  expect(sources.size).toBe(Math.ceil(100 / Math.floor(LAG_BLOCK_BYTES / 4_000)));
  for (const source of sources) expect(source.buffer.byteLength).toBe(LAG_BLOCK_BYTES);
  expect(kept[1]!.start).toBe(kept[0]!.end);
});

it('keeps a control frame and one that is larger than a block in memory of their own size', () => {
  const blocks = new LagBlocks();
  blocks.keep(frameOf(10));
  for (const frame of [frameOf(20, true), frameOf(LAG_BLOCK_BYTES + 1)])
    expect(blocks.keep(frame).source.buffer.byteLength).toBe(frame.size);
});

it('gives its block back when everything is sent, and begins a new one after that', () => {
  const blocks = new LagBlocks();
  blocks.release();
  const { source } = blocks.keep(frameOf(10));
  blocks.release();
  expect(source.length).toBe(0);
  expect(blocks.keep(frameOf(12)).bytes().equals(frameOf(12).bytes())).toBe(true);
});

it('is where direct frames wait for a client that lags, and gone once the client has read them', async () => {
  const keep = vi.spyOn(LagBlocks.prototype, 'keep');
  relay = await TestRelay.start({ send_queue_bytes: 64 << 20 });
  const sender = await relay.greet('direct', 'sender');
  const deaf = await relay.greet('direct', 'deaf');
  deaf.socket.pause();
  const total = 400;
  for (let sent = 0; sent < total; sent++) {
    sender.send(dataPayload(3, ['deaf'], String(sent).padStart(60_000, '.'), sent));
    await sender.message();
  }
  const blocks = new Set(keep.mock.results.map(({ value }) => (value as Frame).source));
  expect(blocks.size).toBeGreaterThan(1);
  deaf.socket.resume();
  for (let sent = 0; sent < total; sent++) expect((await deaf.text())?.endsWith(`.${sent}`)).toBe(true);
  await until(() => [...blocks].at(-1)?.length === 0);
});

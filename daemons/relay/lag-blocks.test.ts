import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { until } from '../runtime/test-fixtures/until.ts';
import { LagBlocks } from './lag-blocks.ts';
import { Frame, FrameWriter, KIND, MAPPED_BYTES } from './protocol/frame.ts';
import { dataPayload, TestRelay } from './test-relay.ts';

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
  const sizes = fc.array(fc.integer({ min: 4, max: MAPPED_BYTES + 100 }), { maxLength: 40 });
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
  expect(sources.size).toBe(Math.ceil(100 / Math.floor(MAPPED_BYTES / 4_000)));
  for (const source of sources) expect(source.buffer.byteLength).toBe(MAPPED_BYTES);
  expect(kept[1]!.start).toBe(kept[0]!.end);
});

it('keeps a control frame and one that is larger than a block in memory of their own size', () => {
  const blocks = new LagBlocks();
  blocks.keep(frameOf(10));
  for (const frame of [frameOf(20, true), frameOf(MAPPED_BYTES + 1)])
    expect(blocks.keep(frame).source.buffer.byteLength).toBe(frame.size);
});

it('gives blocks back that are older than what waits, but none that is being written', () => {
  const blocks = new LagBlocks();
  const [first, second, third] = [0, 1, 2].map(() => blocks.keep(frameOf(60_000)));
  const sizes = () => [first, second, third].map((frame) => frame!.source.length);
  blocks.trim(frameOf(10, true), null);
  blocks.trim(second!, first!.bytes());
  expect(sizes()).toEqual([MAPPED_BYTES, MAPPED_BYTES, MAPPED_BYTES]);
  blocks.trim(second!, second!.bytes());
  expect(sizes()).toEqual([0, MAPPED_BYTES, MAPPED_BYTES]);
  blocks.trim(null, null);
  expect(sizes()).toEqual([0, 0, 0]);
  expect(blocks.keep(frameOf(12)).bytes().equals(frameOf(12).bytes())).toBe(true);
});

it('gives the memory that a frame had to itself back when it has moved', () => {
  const source = Buffer.allocUnsafeSlow(30_000);
  const shared = Buffer.allocUnsafeSlow(40_000);
  const blocks = new LagBlocks();
  blocks.keep(new Frame(source, 0, 30_000, false, 0));
  blocks.keep(new Frame(shared, 0, 30_000, false, 0));
  expect([source.length, shared.length]).toEqual([0, 40_000]);
});

it('takes a frame over whose memory goes back to the system anyway, and leaves what others share', () => {
  const payload = Buffer.alloc(65_536, 7);
  const frame = new FrameWriter().data(KIND.direct, [Buffer.from('al')], payload, 0, payload.length, 0);
  expect(frame.source.buffer.byteLength).toBe(MAPPED_BYTES);
  expect([frame.alone, frame.durable()]).toEqual([true, frame]);
  const blocks = new LagBlocks();
  expect(blocks.keep(frame)).toBe(frame);
  const next = blocks.keep(frameOf(10));
  expect(next.source).not.toBe(frame.source);
  blocks.trim(next, null);
  expect([frame.source.length, next.source.length]).toEqual([0, MAPPED_BYTES]);
});

it('holds no more blocks than it may, whatever waits in front of them', () => {
  const blocks = new LagBlocks();
  const kept = Array.from({ length: 100 }, () => blocks.keep(frameOf(90_000)));
  blocks.trim(null, null);
  expect(kept.filter(({ source }) => source.length === 0)).toHaveLength(64);
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

it('gives a large frame back once the kernel has it, and leaves one alone that others are sent as well', async () => {
  relay = await TestRelay.start();
  const data = vi.spyOn(FrameWriter.prototype, 'data');
  const sender = await relay.greet('direct', 'sender');
  const receiver = await relay.greet('direct', 'receiver');
  sender.send(dataPayload(3, ['receiver'], 'x'.repeat(40_000)));
  expect((await receiver.text())?.endsWith('x'.repeat(40_000))).toBe(true);
  await until(() => (data.mock.results[0]!.value as Frame).source.length === 0);
  const members = await Promise.all(['a', 'b', 'c'].map((peer) => relay!.greet('rooms', peer)));
  for (const member of members) await member.ask({ type: 'join', room: 'den' });
  members[0]!.send(dataPayload(2, ['den'], 'y'.repeat(40_000)));
  for (const member of members.slice(1))
    expect((await member.text())?.endsWith('y'.repeat(40_000))).toBe(true);
  expect((data.mock.results[1]!.value as Frame).source.length).toBeGreaterThan(40_000);
});

it.each(['disconnect', 'drop-oldest'] as const)(
  'leaves every frame whole for a client that reads now and then, under the policy %s',
  async (slow_reader) => {
    relay = await TestRelay.start({ slow_reader, send_queue_bytes: 2 << 20 });
    const sender = await relay.greet('direct', 'sender');
    const slow = await relay.greet('direct', 'slow');
    const total = 600;
    let newest = -1;
    const sending = (async () => {
      for (let sent = 0; sent < total; sent++) {
        const content = String(sent).padStart(4, '0').repeat(8_000);
        sender.send(dataPayload(3, ['slow'], content, sent));
        await sender.message();
        if (slow_reader === 'disconnect') await until(() => newest > sent - 100);
        if (sent % 300 === 0) slow.socket.pause();
        if (sent % 300 === (slow_reader === 'disconnect' ? 60 : 290)) slow.socket.resume();
      }
      slow.socket.resume();
      sender.send(dataPayload(3, ['slow'], 'last', total));
    })();
    for (let text = await slow.text(); !text?.endsWith('last'); text = await slow.text()) {
      const content = text?.slice(-32_000) ?? '';
      const number = content.slice(0, 4);
      expect(content === number.repeat(8_000)).toBe(true);
      expect(Number(number)).toBeGreaterThan(newest);
      newest = Number(number);
    }
    await sending;
    if (slow_reader === 'disconnect') expect(newest).toBe(total - 1);
    else expect(relay.metrics.dropped.value).toBeGreaterThan(0);
  },
);

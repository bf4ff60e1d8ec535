/** What one end of a channel says and when, message by message. */
import { expect, test, vi } from 'vitest';
import type { ByteMessage } from '../contract/byte-stream.ts';
import { SignalboxError } from '../contract/errors.ts';
import { ByteChannel } from './byte-channel.ts';
import { limits } from './limits.ts';

const OPEN = { type: 'bytes-open', name: '', size: null, credit: 1_000_000 } as const;

function make(asked = false, windowBytes = 100) {
  const sent: ByteMessage[] = [];
  let deliver: (message: unknown) => void = () => {};
  let goes = () => {};
  const close = vi.fn();
  const channel = new ByteChannel(
    {
      send: (message) => void sent.push(message),
      onMessage(listener) {
        deliver = listener;
      },
      onClose(listener) {
        goes = listener;
      },
      close,
    },
    asked,
    windowBytes,
  );
  const hear = (...messages: unknown[]) => {
    for (const message of messages) deliver(message);
  };
  const lastError = () => {
    const last = sent.at(-1);
    return last?.type === 'bytes-cancel' ? last.error : null;
  };
  return { channel, sent, hear, close, lastError, goes: () => goes() };
}
const types = (sent: readonly ByteMessage[]) => sent.map(({ type }) => type);
const data = (size: number) => ({ type: 'bytes', data: new Uint8Array(size) }) as const;

test('an end opens once, with the credit of its window, which has a megabyte where nobody says otherwise', () => {
  const { channel, sent } = make();
  channel.open({ name: 'a', size: 5 });
  channel.open({ name: 'b', size: 6 });
  expect(sent).toEqual([{ type: 'bytes-open', name: 'a', size: 5, credit: 100 }]);
  const usual: ByteMessage[] = [];
  const pipe = { send: (m: ByteMessage) => void usual.push(m), onMessage() {}, onClose() {}, close() {} };
  new ByteChannel(pipe, true).open({ name: '', size: null });
  expect(usual[0]).toMatchObject({ credit: 1_048_576 });
});

test('a long piece goes in chunks, in order and only as far as there is credit', async () => {
  const { channel, sent, hear } = make();
  const chunk = limits.byteChunkBytes.default;
  hear({ ...OPEN, credit: 2 * chunk + 10 });
  const bytes = new Uint8Array(2 * chunk + 11).map((_, n) => n % 251);
  let done = false;
  const writing = channel.write(bytes).then(() => {
    done = true;
  });
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  const sizes = () => sent.map((message) => (message.type === 'bytes' ? message.data.length : -1));
  expect([sizes(), done]).toEqual([[chunk, chunk, 10], false]);
  hear({ type: 'bytes-ack', credit: 5 });
  await writing;
  expect(sizes()).toEqual([chunk, chunk, 10, 1]);
  const all = sent.flatMap((message) => (message.type === 'bytes' ? [...message.data] : []));
  expect(Buffer.compare(Buffer.from(all), Buffer.from(bytes))).toBe(0);
  await channel.end();
  await channel.end();
  expect(sent.at(-1)).toEqual({ type: 'bytes-end', total: bytes.length });
  expect(types(sent).filter((type) => type === 'bytes-end')).toHaveLength(1);
  await expect(channel.write(new Uint8Array(1))).rejects.toMatchObject({
    code: 'conflict',
    message: 'This end of the channel has ended already.',
  });
  // Nothing is written by that.
  await channel.write(new Uint8Array(0));
});

test('credit goes back when half of the window was taken over, and not after the end', async () => {
  const { channel, sent, hear } = make();
  channel.open({ name: '', size: null });
  hear(OPEN, data(49), data(1), data(50));
  const reader = channel[Symbol.asyncIterator]();
  const acks = () => sent.flatMap((message) => (message.type === 'bytes-ack' ? [message.credit] : []));
  await reader.next();
  expect(acks()).toEqual([]);
  await reader.next();
  expect(acks()).toEqual([50]);
  await reader.next();
  expect(acks()).toEqual([50, 50]);
  hear(data(100), { type: 'bytes-end', total: 200 });
  await reader.next();
  expect(acks()).toEqual([50, 50]);
  expect(await reader.next()).toMatchObject({ done: true });
  expect(types(sent)).not.toContain('bytes-cancel');
});

test('an empty piece is none for the reader', async () => {
  const { channel, hear } = make();
  channel.open({ name: '', size: null });
  hear(OPEN, data(0), data(2), data(0), { type: 'bytes-end', total: 2 });
  const pieces: number[] = [];
  for await (const piece of channel) pieces.push(piece.length);
  expect(pieces).toEqual([2]);
});

test.each<[string, unknown[], string, string]>([
  ['opens twice', [OPEN, OPEN], 'bad_request', 'The other end opened the channel twice.'],
  [
    'speaks before it opens',
    [data(1)],
    'bad_request',
    'The other end sent bytes before it opened the channel.',
  ],
  [
    'says what nobody knows',
    [OPEN, { type: 'x' }],
    'bad_request',
    'The other end sent what no channel for files knows.',
  ],
  [
    'goes over its credit',
    [OPEN, data(60), data(41)],
    'limit_reached',
    'The other end sent 41 bytes with credit for 40.',
  ],
  [
    'sends on after its end',
    [OPEN, { type: 'bytes-end', total: 0 }, data(1)],
    'limit_reached',
    'The other end sent bytes after its end.',
  ],
  [
    'gives more credit than it could take',
    [
      { ...OPEN, credit: limits.byteCreditBytes.default },
      { type: 'bytes-ack', credit: 1 },
    ],
    'limit_reached',
    `The other end gave credit for more than ${limits.byteCreditBytes.default} bytes.`,
  ],
])('is ended, and told why, an end that %s', async (_, messages, code, message) => {
  const { channel, hear, close, lastError, sent } = make();
  channel.open({ name: '', size: null });
  hear(...messages);
  expect(lastError()).toMatchObject({ code, message });
  expect(close).toHaveBeenCalledOnce();
  await expect(channel.end()).rejects.toMatchObject({ code });
  const count = sent.length;
  hear(OPEN, data(1));
  channel.cancel(new SignalboxError('cancelled', 'again'));
  channel.open({ name: '', size: null });
  expect(sent).toHaveLength(count);
});

test('as much credit as an end may give is taken', () => {
  const { hear, sent } = make();
  hear({ ...OPEN, credit: limits.byteCreditBytes.default });
  expect(sent).toEqual([]);
});

test('an end may refuse before it opens, and whoever waits for it hears why', async () => {
  const { channel, hear } = make();
  hear({ type: 'bytes-cancel', error: { code: 'refused', message: 'No.' } });
  await expect(channel.opened).rejects.toMatchObject({ code: 'refused', message: 'No.' });
});

test.each([
  [true, 1],
  [false, 0],
])('the end that asked closes the pipe when both are done (%s)', async (asked, closes) => {
  const { channel, hear, close, goes, sent } = make(asked);
  channel.open({ name: '', size: null });
  hear(OPEN);
  await channel.end();
  expect(close).not.toHaveBeenCalled();
  hear({ type: 'bytes-end', total: 0 });
  expect(close).toHaveBeenCalledTimes(closes);
  // What has ended well is not spoilt by what follows.
  goes();
  channel.cancel(new SignalboxError('cancelled', 'late'));
  for await (const _ of channel) expect.unreachable();
  expect(types(sent)).toEqual(['bytes-open', 'bytes-end']);
});

test.each(['ended', 'other'])(
  'an end that goes away when only one was done is a loss (%s)',
  async (which) => {
    const { channel, hear, goes } = make(true);
    channel.open({ name: '', size: null });
    hear(OPEN);
    if (which === 'ended') await channel.end();
    else hear({ type: 'bytes-end', total: 0 });
    goes();
    goes();
    await expect(channel.end()).rejects.toMatchObject({
      code: 'cancelled',
      message: 'The other end of the channel is gone.',
    });
  },
);

test('a reader that leaves says so, and what has arrived is let go', async () => {
  const { channel, hear, lastError } = make();
  channel.open({ name: '', size: null });
  hear(OPEN, data(1), data(1));
  for await (const _ of channel) break;
  expect(lastError()).toMatchObject({ code: 'cancelled', message: 'The reader has left.' });
  const reading = async () => {
    for await (const _ of channel) expect.unreachable();
  };
  await expect(reading()).rejects.toMatchObject({ code: 'cancelled' });
});

test('a write that failed does not keep those behind it from saying why', async () => {
  const { channel, hear } = make();
  const [first, second] = [channel.write(new Uint8Array(1)), channel.write(new Uint8Array(1))];
  hear({ type: 'bytes-cancel', error: { code: 'refused', message: 'No.' } });
  await expect(first).rejects.toMatchObject({ code: 'refused' });
  await expect(second).rejects.toMatchObject({ code: 'refused' });
});

test('an end that was cancelled before it opened says nothing more', () => {
  const { channel, sent } = make();
  channel.cancel(new SignalboxError('refused', 'No.'));
  channel.open({ name: '', size: null });
  expect(types(sent)).toEqual(['bytes-cancel']);
});

test('an end says that it has ended after all that it wrote, however long that waits for credit', async () => {
  const { channel, hear, sent } = make();
  hear({ ...OPEN, credit: 1 });
  void channel.write(new Uint8Array(2));
  const ending = channel.end();
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  expect(types(sent)).toEqual(['bytes']);
  hear({ type: 'bytes-ack', credit: 1 });
  await ending;
  expect(types(sent)).toEqual(['bytes', 'bytes', 'bytes-end']);
  // The other end has not ended: it may be told that nothing of it counts.
  channel.cancel(new SignalboxError('refused', 'No.'));
  expect(types(sent).at(-1)).toBe('bytes-cancel');
});

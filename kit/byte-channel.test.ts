import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteMessage, BytePipe } from '../contract/byte-stream.ts';
import { SignalboxError } from '../contract/errors.ts';
import { ByteChannel } from './byte-channel.ts';
import { limits } from './limits.ts';

/** An end of a pair that delivers in order, a turn later. */
class MemoryPipe implements BytePipe {
  readonly sent: ByteMessage[] = [];
  other: MemoryPipe | null = null;
  closed = false;
  #onMessage: (message: unknown) => void = () => {};
  #onClose = () => {};

  send(message: ByteMessage): void {
    this.sent.push(message);
    const copy = structuredClone(message);
    setImmediate(() => this.other?.deliver(copy));
  }

  deliver(message: unknown): void {
    this.#onMessage(message);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#onMessage = listener;
  }

  onClose(listener: () => void): void {
    this.#onClose = listener;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    setImmediate(() => this.other?.end());
  }

  end(): void {
    this.closed = true;
    this.#onClose();
  }
}

function pair(windowBytes = 100) {
  const [a, b] = [new MemoryPipe(), new MemoryPipe()];
  a.other = b;
  b.other = a;
  const asking = new ByteChannel(a, true, windowBytes);
  const serving = new ByteChannel(b, false, windowBytes);
  asking.open({ name: 'logo.png', size: null });
  serving.open({ name: '', size: null });
  return { a, b, asking, serving };
}

async function readAll(channel: ByteChannel): Promise<number[]> {
  const bytes: number[] = [];
  for await (const piece of channel) bytes.push(...piece);
  return bytes;
}

async function send(channel: ByteChannel, pieces: readonly Uint8Array[]): Promise<void> {
  for (const piece of pieces) await channel.write(piece);
  await channel.end();
}

const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 });

test('whatever is sent arrives whole, in order and in both directions at once, within the credit', async () => {
  await fc.assert(
    fc.asyncProperty(pieces, pieces, fc.integer({ min: 1, max: 200 }), async (there, back, windowBytes) => {
      const { a, b, asking, serving } = pair(windowBytes);
      const [, , got, answer] = await Promise.all([
        send(asking, there),
        send(serving, back),
        readAll(serving),
        readAll(asking),
      ]);
      expect(got).toEqual(there.flatMap((piece) => [...piece]));
      expect(answer).toEqual(back.flatMap((piece) => [...piece]));
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      expect([a.closed, b.closed]).toEqual([true, true]);
    }),
    { numRuns: 60 },
  );
});

test('each end learns what the other is', async () => {
  const { asking, serving } = pair();
  expect(await serving.opened).toEqual({ name: 'logo.png', size: null });
  expect(await asking.opened).toEqual({ name: '', size: null });
});

test('a reader that does not read holds the writer up, and no more than the window is under way', async () => {
  const { a, asking, serving } = pair(100);
  let done = false;
  const writing = asking.write(new Uint8Array(1_000)).then(() => {
    done = true;
  });
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  const sent = () =>
    a.sent.reduce((sum, message) => sum + (message.type === 'bytes' ? message.data.length : 0), 0);
  expect(done).toBe(false);
  expect(sent()).toBe(100);
  const reading = readAll(serving);
  await writing;
  await asking.end();
  expect((await reading).length).toBe(1_000);
});

test('an end that sends more than it has credit for is cut off', async () => {
  const { a, b, serving } = pair(100);
  await serving.opened;
  a.send({ type: 'bytes', data: new Uint8Array(101) });
  await expect(readAll(serving)).rejects.toMatchObject({ code: 'limit_reached' });
  expect(b.sent.at(-1)).toMatchObject({ type: 'bytes-cancel', error: { code: 'limit_reached' } });
});

test('an end that gives more credit than it could take has the channel ended, and nothing is sent on it', async () => {
  const most = limits.byteCreditBytes.default;
  const open = { type: 'bytes-open', name: '', size: null, credit: most - 1 } as const;
  const [pipe, other] = [new MemoryPipe(), new MemoryPipe()];
  pipe.other = other;
  const channel = new ByteChannel(pipe, true);
  channel.open({ name: 'history.db', size: null });
  pipe.deliver(open);
  pipe.deliver({ type: 'bytes-ack', credit: 2 });
  await expect(channel.write(new Uint8Array(10))).rejects.toMatchObject({ code: 'limit_reached' });
  expect(pipe.sent.map(({ type }) => type)).toEqual(['bytes-open', 'bytes-cancel']);
});

test('an end opens once, and before it says anything else', async () => {
  const open = { type: 'bytes-open', name: '', size: null, credit: 1 } as const;
  const wrong: ByteMessage[][] = [
    [open, open],
    [{ type: 'bytes-ack', credit: 1 }],
    [{ type: 'bytes', data: new Uint8Array(1) }],
    [{ type: 'bytes-end', total: 0 }],
  ];
  for (const messages of wrong) {
    const pipe = new MemoryPipe();
    const channel = new ByteChannel(pipe, false);
    channel.open({ name: '', size: null });
    for (const message of messages) pipe.deliver(message);
    await expect(readAll(channel)).rejects.toMatchObject({ code: 'bad_request' });
  }
});

test('an end that lost bytes on the way is told, not left with half a file', async () => {
  const { a, serving } = pair();
  a.send({ type: 'bytes-end', total: 5 });
  await expect(readAll(serving)).rejects.toMatchObject({
    code: 'bad_request',
    message: 'The other end says it sent 5 bytes; 0 arrived.',
  });
});

test('what no channel knows ends it', async () => {
  const { b, serving } = pair();
  b.deliver({ type: 'bytes', data: 'text' });
  await expect(readAll(serving)).rejects.toMatchObject({ code: 'bad_request' });
});

test('a reason given at one end is thrown at the other, by reader and writer', async () => {
  const { asking, serving } = pair(10);
  const writing = serving.write(new Uint8Array(50));
  const reading = readAll(serving);
  asking.cancel(new SignalboxError('refused', 'No room.'));
  await expect(writing).rejects.toMatchObject({ code: 'refused', message: 'No room.' });
  await expect(reading).rejects.toMatchObject({ code: 'refused' });
  await expect(asking.end()).rejects.toMatchObject({ code: 'refused' });
});

test('an end that goes away ends the other', async () => {
  const { a, serving } = pair();
  const reading = readAll(serving);
  await serving.opened;
  a.close();
  await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
});

test('a reader that leaves early cancels', async () => {
  const { asking, serving } = pair(10);
  const writing = asking.write(new Uint8Array(50));
  for await (const piece of serving) {
    expect(piece.length).toBeGreaterThan(0);
    break;
  }
  await expect(writing).rejects.toMatchObject({ code: 'cancelled' });
});

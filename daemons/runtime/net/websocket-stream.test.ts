/** What a WebSocket client sends, as a stream of bytes; and the frames that carry one back. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientFrame } from '../test-fixtures/client-frame.ts';
import { CLOSE_CODE, headBinaryFrame, LONG_FRAME_HEADER_BYTES } from './websocket-frame.ts';
import { WebSocketStream } from './websocket-stream.ts';

const [TEXT, BINARY, PING] = [1, 2, 9];

function reader(maxBytes = 1_000) {
  const broken: [number, string][] = [];
  const input = new WebSocketStream((code, reason) => broken.push([code, reason]), maxBytes);
  return { input, broken };
}

/** The library tells of a mistake when the write is over. */
const told = () => new Promise((resolve) => setImmediate(resolve));

test('however a stream is cut into messages, and those into reads, the same bytes come of it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }),
      fc.array(fc.nat(400), { maxLength: 20 }),
      (messages, cuts) => {
        const { input } = reader();
        const wire = Buffer.concat(messages.map((message) => clientFrame(BINARY, Buffer.from(message))));
        const parts: Buffer[] = [];
        let at = 0;
        for (const cut of [...cuts, wire.length]) {
          parts.push(input.feed(Buffer.from(wire.subarray(at, at + cut))));
          at += cut;
        }
        expect(Buffer.concat(parts)).toEqual(Buffer.concat(messages));
        input.clear();
      },
    ),
  );
});

test('what a read gave stays as it was when more is read', () => {
  const { input } = reader();
  const first = input.feed(Buffer.concat([clientFrame(BINARY, 'one'), clientFrame(BINARY, 'two')]));
  input.feed(clientFrame(BINARY, 'three'));
  expect(first.toString()).toBe('onetwo');
});

test('frames that bring nothing of the stream are counted, and the last ping is kept for its answer', () => {
  const { input } = reader();
  const bytes = [
    clientFrame(PING, 'a'),
    clientFrame(BINARY, ''),
    clientFrame(BINARY, 'x'),
    clientFrame(PING, 'b'),
  ];
  expect(input.feed(Buffer.concat(bytes)).toString()).toBe('x');
  expect([input.frames, input.idleFrames, input.ping?.toString()]).toEqual([4, 3, 'b']);
  expect(input.feed(Buffer.alloc(0))).toHaveLength(0);
  expect([input.frames, input.idleFrames, input.ping]).toEqual([0, 0, null]);
});

test('text ends it, and so does a message that is too long', async () => {
  const text = reader();
  expect(
    text.input
      .feed(Buffer.concat([clientFrame(BINARY, 'x'), clientFrame(TEXT, 'y'), clientFrame(BINARY, 'z')]))
      .toString(),
  ).toBe('x');
  expect(text.broken).toEqual([[CLOSE_CODE.badData, 'text was sent where bytes are spoken']]);
  expect(text.input.feed(clientFrame(BINARY, 'more'))).toHaveLength(0);
  const long = reader(10);
  expect(long.input.feed(clientFrame(BINARY, 'x'.repeat(10)))).toHaveLength(10);
  long.input.feed(clientFrame(BINARY, 'x'.repeat(11)));
  await told();
  expect(long.broken).toEqual([[CLOSE_CODE.tooBig, expect.any(String)]]);
});

test('a frame has the shortest header that its length allows, and stands right behind it', async () => {
  const { Receiver } = (await import('ws')) as unknown as {
    Receiver: new (
      options: object,
    ) => {
      on(event: 'message', listener: (data: Buffer, binary: boolean) => void): void;
      write(bytes: Buffer): void;
    };
  };
  for (const [length, header] of [
    [0, 2],
    [125, 2],
    [126, 4],
    [65_535, 4],
    [65_536, 10],
    [70_000, 10],
  ] as const) {
    const out = Buffer.alloc(LONG_FRAME_HEADER_BYTES + length, length & 0x7f);
    const begin = headBinaryFrame(out, length);
    expect(LONG_FRAME_HEADER_BYTES - begin).toBe(header);
    const messages: [Buffer, boolean][] = [];
    const receiver = new Receiver({ isServer: false, maxPayload: 1e6, binaryType: 'nodebuffer' });
    receiver.on('message', (data, binary) => messages.push([Buffer.from(data), binary]));
    receiver.write(out.subarray(begin));
    await told();
    expect(messages).toEqual([[Buffer.alloc(length, length & 0x7f), true]]);
  }
});

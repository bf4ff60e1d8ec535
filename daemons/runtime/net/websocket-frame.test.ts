/** Frames as a server writes them, read by the library as a client would. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as library from 'ws';
import { CLOSE_CODE, closeFrame, FRAME_HEADER_BYTES, pongFrame, writeFrame } from './websocket-frame.ts';

/** The client's side of the library, which its types leave out. */
interface Receiver {
  on(event: string, listener: (...found: unknown[]) => void): this;
  write(bytes: Buffer): void;
  destroy(): void;
}
const { Receiver } = library as unknown as { Receiver: new () => Receiver };

function readBy(bytes: Buffer): unknown[][] {
  const found: unknown[][] = [];
  const receiver = new Receiver();
  receiver.on('message', (data, binary) => found.push([binary, String(data)]));
  receiver.on('pong', (data) => found.push(['pong', String(data)]));
  receiver.on('conclude', (code, reason) => found.push(['close', code, String(reason)]));
  receiver.write(Buffer.from(bytes));
  receiver.destroy();
  return found;
}

test('a client reads every text that is written, of whatever length, as text or as binary', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.integer({ min: 30, max: 140 }).map((length) => 'ż'.repeat(length)),
    fc.integer({ min: 0, max: 60_000 }).map((length) => 'x'.repeat(length)),
  );
  fc.assert(
    fc.property(text, fc.boolean(), fc.nat(20), (line, binary, start) => {
      const bytes = Buffer.alloc(start + Buffer.byteLength(line) + FRAME_HEADER_BYTES);
      const end = writeFrame(bytes, start, binary ? 2 : 1, line);
      expect(readBy(bytes.subarray(start, end))).toEqual([[binary, line]]);
    }),
    { numRuns: 150 },
  );
});

test.each([0, 1, 41, 42, 125, 126, 127, 65_535])('a frame of %i bytes has the shortest header', (length) => {
  const bytes = Buffer.alloc(length + FRAME_HEADER_BYTES);
  expect(writeFrame(bytes, 0, 1, 'x'.repeat(length))).toBe(length + (length <= 125 ? 2 : 4));
});

test('a pong carries what the ping did', () => {
  expect(readBy(pongFrame(Buffer.from('token')))).toEqual([['pong', 'token']]);
  expect(readBy(pongFrame(Buffer.alloc(125, 'y')))).toEqual([['pong', 'y'.repeat(125)]]);
});

test('a close frame says why, without half a character; where the client gave no code, none is given back', () => {
  expect(readBy(closeFrame(CLOSE_CODE.goingAway, 'Server is shutting down'))).toEqual([
    ['close', 1001, 'Server is shutting down'],
  ]);
  expect(readBy(closeFrame(CLOSE_CODE.normal, 'ż'.repeat(70)))).toEqual([['close', 1000, 'ż'.repeat(61)]]);
  expect(readBy(closeFrame(CLOSE_CODE.normal, 'x'.repeat(123)))).toEqual([['close', 1000, 'x'.repeat(123)]]);
  expect(readBy(closeFrame(CLOSE_CODE.none, 'never said'))).toEqual([['close', 1005, '']]);
});

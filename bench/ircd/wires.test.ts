import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeFrame } from '../../daemons/runtime/net/websocket-frame.ts';
import { WebSocketInput } from '../../daemons/runtime/net/websocket-input.ts';
import { FrameWire, LineWire, UnreadableFrame } from './wires.ts';

test('only line ends within the read are counted', () => {
  const wire = new LineWire();
  const bytes = Buffer.from('a\r\nb\r\n\r\nhalf');
  expect([wire.read(bytes, bytes.length), wire.read(bytes, 4), wire.read(bytes, 0)]).toEqual([3, 1, 0]);
  const ends: number[] = [];
  wire.read(bytes, bytes.length, (end) => ends.push(end));
  expect(ends).toEqual([1, 4, 6]);
});

test('frames are counted and read however they are split, and what is no line is passed over', () => {
  const pong = Buffer.from([0x8a, 2, 1, 2]);
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          line: fc.constantFrom('', 'hi', 'x'.repeat(125), 'y'.repeat(126), 'z'.repeat(400)),
          pong: fc.boolean(),
        }),
        { maxLength: 6 },
      ),
      fc.array(fc.nat(40), { minLength: 1, maxLength: 50 }),
      (frames, cuts) => {
        const bytes = Buffer.concat(
          frames.flatMap(({ line, pong: withPong }) => {
            const frame = Buffer.alloc(500);
            return [...(withPong ? [pong] : []), frame.subarray(0, writeFrame(frame, 0, 1, line))];
          }),
        );
        const [counted, told] = [new FrameWire('x', null), new FrameWire('x', null)];
        let lines = 0;
        let text = '';
        /** The last byte of each line, where it is in the same piece. */
        const ends: (string | undefined)[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const piece = bytes.subarray(at, at + 1 + cuts[i % cuts.length]!);
          at += piece.length;
          lines += counted.read(piece, piece.length, (end) =>
            ends.push(String.fromCharCode(piece[end - 1] ?? 0)),
          );
          text += told.text(piece, piece.length);
        }
        for (const [i, { line }] of frames.entries()) if (line !== '') expect(ends[i]).toBe(line.at(-1));
        expect(lines).toBe(frames.length);
        expect(text).toBe(frames.map(({ line }) => `${line}\n`).join(''));
      },
    ),
  );
});

test('a server reads what is sent', () => {
  const input = new WebSocketInput(() => {});
  const wire = new FrameWire('x', null);
  const bytes = Buffer.concat([wire.encode('PING 1'), wire.encode('x'.repeat(300))]);
  expect(input.feed(bytes).toString()).toBe(`PING 1\n${'x'.repeat(300)}\n`);
});

test.each([
  ['a masked frame', [0x81, 0x82, 0, 0, 0, 0, 1, 1]],
  ['one of more than 65,535 bytes', [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]],
  ['the first of several', [0x01, 1, 1]],
  ['the last of several', [0x80, 1, 1]],
])('%s cannot be read', (_name, bytes) => {
  const frame = Uint8Array.from(bytes);
  expect(() => new FrameWire('x', null).read(frame, frame.length)).toThrow(UnreadableFrame);
});

test('an opening names the page where there is one', () => {
  const text = (origin: string | null) => new FrameWire('irc.test:80', origin).opening.bytes.toString();
  expect(text('https://a.test')).toMatch(
    /\r\nHost: irc\.test:80\r\n[\s\S]*\r\nOrigin: https:\/\/a\.test\r\n/,
  );
  expect(text(null)).not.toContain('Origin');
});

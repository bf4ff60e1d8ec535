import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineFramer } from './line-framer.ts';

const OVERSIZED = '<oversized>';

function collect(pieces: readonly Uint8Array[], stopEvery = Number.POSITIVE_INFINITY): string[] {
  const framer = new LineFramer();
  const lines: string[] = [];
  const goOn = () => lines.length % stopEvery !== 0;
  const sink = {
    takeLine(bytes: Uint8Array, start: number, end: number) {
      lines.push(Buffer.from(bytes.subarray(start, end)).toString('latin1'));
      return goOn();
    },
    takeOversized() {
      lines.push(OVERSIZED);
      return goOn();
    },
  };
  for (const piece of pieces) {
    let at = 0;
    while (at < piece.length) at = framer.feed(piece, at, piece.length, sink);
  }
  return lines;
}

const bytes = (text: string) => Buffer.from(text, 'latin1');

function splitAt(whole: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set(cuts.map((cut) => cut % (whole.length + 1)))].sort((a, b) => a - b);
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const place of [...places, whole.length]) {
    pieces.push(whole.subarray(from, place));
    from = place;
  }
  return pieces;
}

describe('LineFramer', () => {
  test('CR LF, LF and CR each end a line, and empty lines are skipped', () => {
    expect(collect([bytes('A\r\nB\nC\rD\r\n\r\n\n\rE')])).toEqual(['A', 'B', 'C', 'D']);
  });

  test('a line that comes byte by byte is one line', () => {
    const pieces = [...bytes('NICK alice\r\nUSER a 0 * :A\r\n')].map((byte) => Uint8Array.of(byte));
    expect(collect(pieces)).toEqual(['NICK alice', 'USER a 0 * :A']);
  });

  test('a body of 510 bytes passes and one of 511 does not', () => {
    expect(collect([bytes(`${'x'.repeat(510)}\r\n`)])).toEqual(['x'.repeat(510)]);
    expect(collect([bytes(`${'x'.repeat(511)}\r\nNEXT\r\n`)])).toEqual([OVERSIZED, 'NEXT']);
  });

  test('4094 bytes of tag data pass beside a full body, one more does not', () => {
    const body = 'b'.repeat(510);
    const fits = `@${'t'.repeat(4094)} ${body}`;
    expect(collect([bytes(`${fits}\n`)])).toEqual([fits]);
    expect(collect([bytes(`@${'t'.repeat(4095)} ${'b'.repeat(509)}\n`)])).toEqual([OVERSIZED]);
    expect(collect([bytes(`@t ${'b'.repeat(511)}\n`)])).toEqual([OVERSIZED]);
  });

  test('a megabyte without an end is reported once and the next line is understood', () => {
    const megabyte = Buffer.alloc(1 << 20, 0x78);
    expect(collect([megabyte, bytes('\r\nPING x\r\n')])).toEqual([OVERSIZED, 'PING x']);
    const framer = new LineFramer();
    framer.feed(megabyte, 0, megabyte.length, { takeLine: () => true, takeOversized: () => true });
    expect(framer.heldBytes).toBe(0);
  });

  test('the same lines come out however the stream is split and whenever the sink stops', () => {
    const piece = fc.oneof(
      fc.stringMatching(/^[ -~]{0,40}$/),
      fc.integer({ min: 500, max: 520 }).map((length) => 'y'.repeat(length)),
      fc.integer({ min: 4085, max: 4100 }).map((length) => `@${'t'.repeat(length)} PRIVMSG a :b`),
    );
    const stream = fc
      .array(fc.tuple(piece, fc.constantFrom('\r\n', '\n', '\r', '\r\n\r\n')), { maxLength: 12 })
      .map((parts) => bytes(parts.map(([text, end]) => text + end).join('')));
    fc.assert(
      fc.property(
        stream,
        fc.array(fc.nat(20_000), { maxLength: 20 }),
        fc.integer({ min: 1, max: 3 }),
        (whole, cuts, stopEvery) => {
          const expected = collect([whole]);
          expect(collect(splitAt(whole, cuts))).toEqual(expected);
          expect(collect(splitAt(whole, cuts), stopEvery)).toEqual(expected);
        },
      ),
    );
  });
});

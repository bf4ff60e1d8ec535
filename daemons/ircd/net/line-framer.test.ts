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

  test('the same holds for a line that comes in pieces, and its first piece may be the last that is too long', () => {
    const inTwo = (text: string, at: number) => [bytes(text.slice(0, at)), bytes(text.slice(at))];
    for (const at of [1, 300, 510])
      expect(collect(inTwo(`${'x'.repeat(510)}\r\n`, at)), String(at)).toEqual(['x'.repeat(510)]);
    for (const at of [1, 300, 510, 511])
      expect(collect(inTwo(`${'x'.repeat(511)}\r\nNEXT\r\n`, at)), String(at)).toEqual([OVERSIZED, 'NEXT']);
    const tagged = `@${'t'.repeat(4094)} ${'b'.repeat(510)}`;
    for (const at of [1, 511, 4097, 4606]) {
      expect(collect(inTwo(`${tagged}\n`, at)), String(at)).toEqual([tagged]);
      expect(collect(inTwo(`${tagged}b\nNEXT\n`, at)), String(at)).toEqual([OVERSIZED, 'NEXT']);
    }
    // Tags without a body, of the most bytes that tags may have and of one more.
    expect(collect([bytes(`@${'t'.repeat(4095)}\n`)])).toEqual([`@${'t'.repeat(4095)}`]);
    expect(collect([bytes(`@${'t'.repeat(4096)}\n`)])).toEqual([OVERSIZED]);
  });

  test('what is kept of an unfinished line is counted, and none of a finished one', () => {
    const framer = new LineFramer();
    const sink = { takeLine: () => true, takeOversized: () => true };
    const feed = (text: string) => framer.feed(bytes(text), 0, text.length, sink);
    feed('NICK');
    feed(' al');
    expect(framer.heldBytes).toBe(7);
    feed('ice\r\nUS');
    expect(framer.heldBytes).toBe(2);
    framer.clear();
    expect(framer.heldBytes).toBe(0);
    feed('PING');
    expect(framer.heldBytes).toBe(4);
  });

  test('stops behind the line, and its line end, where the sink has had enough', () => {
    const lines: string[] = [];
    const framer = new LineFramer();
    const sink = {
      takeLine(line: Uint8Array, start: number, end: number) {
        lines.push(Buffer.from(line.subarray(start, end)).toString());
        return false;
      },
      takeOversized() {
        lines.push(OVERSIZED);
        return false;
      },
    };
    const input = bytes(`--A\r\n\nB\n${'x'.repeat(511)}\r\nC`);
    const stops: number[] = [];
    for (let at = 2; at < input.length; stops.push(at)) at = framer.feed(input, at, input.length, sink);
    expect([stops, lines]).toEqual([
      [6, 8, 521, 522],
      ['A', 'B', OVERSIZED],
    ]);
    expect(framer.heldBytes).toBe(1);
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

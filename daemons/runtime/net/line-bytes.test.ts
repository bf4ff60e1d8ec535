/** How bytes that arrive in pieces become lines, and what is kept of them. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { LineBytes } from './line-bytes.ts';

/** Lines have 8 bytes, and those with `@` before them 12. */
const ROOM = { least: 8, of: (line: string) => (line[0] === '@' ? 12 : 8) };

/** Pushes pieces and takes what is ready after each. */
function told(pieces: readonly string[], lines = new LineBytes(ROOM)): string[] {
  const found: string[] = [];
  for (const piece of pieces) {
    lines.push(Buffer.from(piece, 'latin1'));
    while (lines.ready) found.push(lines.take());
    lines.compact();
  }
  return found;
}

describe('lines', () => {
  it('are the same wherever bytes are cut, with one character for each byte', () => {
    const parts = fc.array(fc.constantFrom('a', '\n', '\r', '\r\n', '\xe9', '@', 'abcdefg'));
    const texts = parts.map((list) => list.join('').replace(/[^\n]{8,}/g, (long) => long.slice(0, 7)));
    fc.assert(
      fc.property(texts, fc.array(fc.nat()), (text, places) => {
        const cuts = places.map((place) => place % (text.length + 1)).sort((a, b) => a - b);
        const pieces = [0, ...cuts].map((from, i) => text.slice(from, cuts[i]));
        const whole = text.split('\n').slice(0, -1);
        expect(told(pieces)).toEqual(whole.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line)));
      }),
    );
  });

  it('are there one by one, and what comes meanwhile is behind them', () => {
    const lines = new LineBytes(ROOM);
    expect(lines.ready).toBe(false);
    lines.push(Buffer.from('one\r\ntwo\nthr'));
    expect([lines.ready, lines.take()]).toEqual([true, 'one']);
    lines.push(Buffer.from('ee\nfour'));
    expect([lines.ready, lines.take(), lines.ready, lines.take(), lines.ready]).toEqual([
      true,
      'two',
      true,
      'three',
      false,
    ]);
    lines.push(Buffer.from('\n'));
    lines.clear();
    expect(lines.ready).toBe(false);
  });

  it('that are too long are there before their end is, and not before that is sure', () => {
    // The ninth byte may be the CR of an end.
    expect(told(['12345678\r', '\n'])).toEqual(['12345678']);
    expect(told(['123456789'])).toEqual([]);
    expect(told(['1234567890'])).toEqual(['1234567890']);
    expect(told(['ok\n1234567890', 'rest\nok\n'])).toEqual(['ok', '1234567890', 'rest', 'ok']);
    expect(told(['@23456789012\r', '\n'])).toEqual(['@23456789012']);
    expect(told(['@2345678901234'])).toEqual(['@2345678901234']);
    // Whoever takes it sees how long it is.
    expect(told(['123456789012345\n'])).toEqual(['123456789012345']);
  });
});

describe('what came', () => {
  const PIECES = 60;
  const piece = Buffer.from(`${'somebody has a nick that is kept\r\n'.repeat(2_000)}beginning`);
  const room = { least: 100, of: () => 100 };
  let collect: () => void;

  beforeAll(() => {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  });

  it('is not kept by a word of it', () => {
    const lines = new LineBytes(room);
    const kept: string[] = [];
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < PIECES; i++) {
      lines.push(Buffer.from(piece));
      let last = '';
      while (lines.ready) last = lines.take();
      kept.push(last.slice(0, 20));
      lines.clear();
    }
    collect();
    // All of it would be 4 MB.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan((PIECES * piece.length) / 4);
    expect(kept).toHaveLength(PIECES);
  });

  it('is not kept by the beginning of a line', async () => {
    const lines = new LineBytes(room);
    const pushed = (() => {
      const bytes = Buffer.from(piece);
      lines.push(bytes);
      while (lines.ready) lines.take();
      lines.compact();
      return new WeakRef(bytes);
    })();
    // What a turn of the loop has seen lives until its end.
    await new Promise<void>((resolve) => setImmediate(resolve));
    collect();
    expect(pushed.deref()).toBeUndefined();
    lines.push(Buffer.from('\n'));
    expect([lines.ready, lines.take()]).toEqual([true, 'beginning']);
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyCharacter } from '../../../contract/test-characters.ts';
import { encodeCheckedLine, readCheckedLines } from './checked-lines.ts';

const records = fc.array(fc.record({ text: fc.string({ unit: anyCharacter, maxLength: 20 }), n: fc.nat() }), {
  minLength: 1,
  maxLength: 8,
});
const bytesOf = (all: readonly object[]) => Buffer.from(all.map(encodeCheckedLine).join(''));

it('are what was written, up to the last whole one when they are cut off anywhere', () => {
  fc.assert(
    fc.property(records, fc.nat(), (all, at) => {
      const bytes = bytesOf(all);
      const cut = bytes.subarray(0, at % (bytes.length + 1));
      const whole = all.filter((_, index) => bytesOf(all.slice(0, index + 1)).length <= cut.length);
      expect(readCheckedLines(cut)).toEqual({
        records: whole,
        wholeBytes: bytesOf(whole).length,
        damaged: 0,
      });
    }),
    { numRuns: 200 },
  );
});

it('are all but the damaged one, which is counted', () => {
  fc.assert(
    fc.property(records, fc.nat(), fc.integer({ min: 1, max: 255 }), (all, at, flip) => {
      const bytes = bytesOf(all);
      const index = at % bytes.length;
      // A line feed more or less is another number of lines.
      fc.pre(bytes[index] !== 10 && (bytes[index]! ^ flip) !== 10);
      const starts = all.map((_, before) => bytesOf(all.slice(0, before)).length);
      const hit = starts.findLastIndex((start) => start <= index);
      bytes[index]! ^= flip;
      const found = readCheckedLines(bytes);
      expect(found.damaged).toBe(1);
      expect(found.records).toEqual(all.filter((_, n) => n !== hit));
      expect(found.wholeBytes).toBe(hit === all.length - 1 ? starts[hit] : bytes.length);
    }),
    { numRuns: 200 },
  );
});

it('are none in what is no such file', () => {
  expect(readCheckedLines(Buffer.from('[ircd]\nname = "x"\n'))).toEqual({
    records: [],
    wholeBytes: 0,
    damaged: 2,
  });
  expect(readCheckedLines(Buffer.alloc(0))).toEqual({ records: [], wholeBytes: 0, damaged: 0 });
});

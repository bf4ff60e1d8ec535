/** Edits make one list of the other, and are few where little is other. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { editsBetween, withEdits } from './row-edits.ts';

const row = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), fc.constantFrom(1, null, true));
const rows = fc.array(row, { maxLength: 12 });

it('makes any list of any other, or says that the whole is as good', () => {
  fc.assert(
    fc.property(rows, rows, (before, after) => {
      const edits = editsBetween(before, after);
      if (edits !== null) expect(withEdits(before, edits)).toEqual(after);
      else expect(after.length).toBeGreaterThan(0);
    }),
  );
});

it('tells little of a long list of which some rows went, came and changed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(999), fc.constantFrom('go', 'change', 'come')), { maxLength: 20 }),
      (deeds) => {
        const before = Array.from({ length: 1_000 }, (_, at) => [`row ${at}`, at]);
        const after: (string | number)[][] = [...before];
        for (const [at, deed] of deeds) {
          if (deed === 'go') after.splice(at % after.length, 1);
          else if (deed === 'change') after[at % after.length] = [`changed ${at}`, at];
          else after.splice(at, 0, [`new ${at}`, at]);
        }
        const edits = editsBetween(before, after)!;
        expect(withEdits(before, edits)).toEqual(after);
        expect(edits.length).toBeLessThanOrEqual(deeds.length);
        expect(edits.flatMap(([, , come]) => come).length).toBeLessThanOrEqual(deeds.length);
      },
    ),
  );
});

it('is nothing where nothing is other, and the whole where most is', () => {
  expect(editsBetween([['a'], ['b']], [['a'], ['b']])).toEqual([]);
  expect(editsBetween([], [])).toEqual([]);
  expect(editsBetween([['a']], [])).toEqual([[0, 1, []]]);
  expect(editsBetween([['a'], ['b']], [['c'], ['d']])).toBe(null);
  expect(editsBetween([['a'], ['b']], [['a'], ['b', 1]])).toEqual([[1, 1, [['b', 1]]]]);
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { asSet, type Few, withOne, withoutOne } from './few.ts';

const THINGS = Array.from({ length: 4 }, (_, number) => ({ number }));

it('holds what a set would hold, in the same order', () => {
  const change = fc.record({
    thing: fc.constantFrom(...THINGS),
    deed: fc.constantFrom('add', 'remove', 'look'),
  });
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const twin = new Set<object>();
      let few: Few<object> = null;
      for (const { thing, deed } of changes) {
        if (deed === 'add') {
          few = withOne(few, thing);
          twin.add(thing);
        } else if (deed === 'remove') {
          few = withoutOne(few, thing);
          twin.delete(thing);
        } else few = asSet(few);
        expect([...(asSet(few) ?? [])]).toEqual([...twin]);
        expect(few === null).toBe(twin.size === 0);
      }
    }),
  );
});

it('makes no set for one', () => {
  const [one, other] = THINGS as [object, object];
  expect(withOne(null, one)).toBe(one);
  expect(withOne(one, one)).toBe(one);
  expect(withoutOne(one, other)).toBe(one);
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fold } from './casemapping.ts';
import { compileMask } from './mask.ts';
import { MaskIndex } from './mask-index.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'B', '@', '.'), maxLength: 14 });
const mask = fc.string({ unit: fc.constantFrom('a', 'B', '@', '.', '*', '?'), maxLength: 9 });

it('finds every mask that matches, after adding and removing', () => {
  fc.assert(
    fc.property(fc.array(mask, { maxLength: 40 }), fc.array(fc.nat(39)), text, (masks, removed, subject) => {
      const index = new MaskIndex<number>();
      masks.forEach((one, at) => {
        index.add(one, at);
      });
      for (const at of removed) index.delete(at);
      const found = new Set(index.candidates(fold(subject)));
      masks.forEach((one, at) => {
        if (removed.includes(at)) expect(found.has(at)).toBe(false);
        else if (compileMask(one).matches(fold(subject))) expect(found.has(at)).toBe(true);
      });
    }),
    { numRuns: 500 },
  );
});

it('looks at about a hundred of ten thousand masks that differ in a few characters', () => {
  const index = new MaskIndex<number>();
  for (let i = 0; i < 10_000; i++) index.add(`*aaaaaa${i}*@*.example.org`, i);
  expect([...index.candidates('aaaaaaaaaa@127.0.0.1')].length).toBeLessThan(200);
  expect(new Set(index.candidates('xaaaaaa1234y@host.example.org'))).toContain(1234);
});

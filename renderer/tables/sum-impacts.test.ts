import fc from 'fast-check';
import { expect, it } from 'vitest';
import { summedImpact } from './sum-impacts.ts';

it('adds up amounts of the same things', () => {
  expect(summedImpact(Array.from({ length: 12 }, () => 'Disconnects 1 client.'))).toBe(
    'Disconnects 12 clients.',
  );
  expect(summedImpact(['Closes 2 entries of 1 user', 'Closes 1 entry of 1,200 users'])).toBe(
    'Closes 3 entries of 1,201 users',
  );
  expect(summedImpact(['Disturbs nobody.', 'Disturbs nobody.'])).toBe('Disturbs nobody.');
});

it('sums up nothing that is not the same', () => {
  expect(summedImpact(['Disconnects 1 client.', 'Closes 1 client.'])).toBeNull();
  expect(summedImpact(['Disconnects ann, on 1 channel', 'Disconnects ben, on 1 channel'])).toBeNull();
  expect(summedImpact([])).toBeNull();
});

it('says the sum, whatever the amounts', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5_000), { minLength: 1, maxLength: 20 }), (amounts) => {
      const texts = amounts.map((amount) => `Disconnects ${amount} client${amount === 1 ? '' : 's'}.`);
      const sum = amounts.reduce((total, amount) => total + amount, 0);
      expect(summedImpact(texts)?.replaceAll(',', '')).toBe(
        `Disconnects ${sum} client${sum === 1 ? '' : 's'}.`,
      );
    }),
    { numRuns: 50 },
  );
});

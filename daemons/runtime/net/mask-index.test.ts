import fc from 'fast-check';
import { expect, it } from 'vitest';
import { workPrices } from '../async/work-prices.ts';
import type { BucketEntry } from './bucket.ts';
import { compileMask, type Mask } from './mask.ts';
import { MaskIndex, MaskSearch } from './mask-index.ts';

interface Item {
  readonly mask: Mask;
  readonly number: number;
}

const lower = (text: string) => text.toLowerCase();
const itemOf = (mask: string, number: number): Item => ({ mask: compileMask(mask, lower), number });

function found(index: MaskIndex<Item>, text: string): number[] {
  const numbers: number[] = [];
  const search = new MaskSearch<Item>(({ number }) => numbers.push(number));
  search.text = lower(text);
  index.find(search);
  return numbers.sort((a, b) => a - b);
}

it('finds every mask that matches once, and no other, after adding and removing', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'B', '@', '.', '\u{1f600}'), maxLength: 14 });
  const mask = fc.string({ unit: fc.constantFrom('a', 'B', '@', '.', '*', '?', '\ud83d'), maxLength: 9 });
  fc.assert(
    fc.property(
      fc.array(mask, { maxLength: 40 }),
      fc.array(fc.nat(39)),
      fc.array(text, { maxLength: 4 }),
      (masks, removed, texts) => {
        const index = new MaskIndex<Item>();
        const items = masks.map(itemOf);
        const entries = new Map<number, BucketEntry<Item>>();
        for (const item of items) entries.set(item.number, index.add(item));
        for (const number of removed) {
          const entry = entries.get(number);
          if (entry !== undefined) index.delete(entry);
          entries.delete(number);
        }
        expect(index.size).toBe(entries.size);
        for (const one of texts) {
          const expected = items.filter(
            ({ number, mask: compiled }) => entries.has(number) && compiled.matches(lower(one)),
          );
          expect(found(index, one)).toEqual(expected.map(({ number }) => number));
        }
        for (const entry of entries.values()) index.delete(entry);
        expect(index.size).toBe(0);
        for (const one of texts) expect(found(index, one)).toEqual([]);
      },
    ),
    { numRuns: 1000 },
  );
});

it.each([
  ['a star at both ends', (i: number) => `*aaaaaa${i}*@*.example.org`, 'xaaaaaa1234y@host.example.org'],
  [
    'a leading star and one length',
    (i: number) => `*@*.host-${10_000 + i}.example.net`,
    'a@x.host-11234.example.net',
  ],
  [
    'two letters in every order',
    (i: number) => `*${(16_384 + i).toString(2)}`,
    `b@${(16_384 + 1234).toString(2)}`,
  ],
  ['a question mark', (i: number) => `*-${i}-?.dyn.example.com`, 'b@a-1234-7.dyn.example.com'],
])('compares a text with a handful of ten thousand masks with %s', (_, maskOf, text) => {
  const index = new MaskIndex<Item>();
  for (let i = 0; i < 10_000; i++) index.add(itemOf(maskOf(i), i));
  const numbers: number[] = [];
  const search = new MaskSearch<Item>(({ number }) => numbers.push(number));
  search.text = text;
  index.find(search);
  expect(numbers).toContain(1234);
  expect(search.compared).toBeLessThan(20);
  expect(search.priceNs).toBeLessThan(50_000);
});

it('asks its price for every mask that is compared', () => {
  const index = new MaskIndex<Item>();
  for (let i = 0; i < 1000; i++) index.add(itemOf(`*a*${'?'.repeat((i % 30) + 1)}`, i));
  const search = new MaskSearch<Item>(() => {});
  search.text = 'xxaxx';
  index.find(search);
  expect(search.compared).toBe(1000);
  expect(search.priceNs).toBeGreaterThan(1000 * workPrices.mask.ns);
});

it('asks the price of one look for all masks that are plain texts', () => {
  const index = new MaskIndex<Item>();
  for (let i = 0; i < 100; i++) index.add(itemOf(`host${i}`, i));
  const search = new MaskSearch<Item>(() => {});
  search.text = 'another';
  index.find(search);
  expect([search.compared, search.priceNs]).toEqual([0, workPrices.treeNode.ns]);
});

it('asks the price of every place of a text that is looked at, and forgets where masks were that are gone', () => {
  const priceOf = (index: MaskIndex<Item>, text: string): number => {
    const search = new MaskSearch<Item>(() => {});
    search.text = text;
    index.find(search);
    return search.priceNs;
  };
  const text = 'abcdefghij@host.example.org';
  const index = new MaskIndex<Item>();
  const entries = ['*abcdef*', '*abcxyz*', '*abc*', 'abc*', 'ab*', '*example.org', '*.org'].map((mask, at) =>
    index.add(itemOf(mask, at)),
  );
  const full = priceOf(index, text);
  for (const entry of entries) index.delete(entry);
  const empty = priceOf(index, text);
  // One look at the root of a tree for each place, one at the start and one at the end.
  expect(empty).toBe((text.length + 2) * workPrices.treeNode.ns);
  expect(full).toBeGreaterThan(empty);
  index.add(itemOf('*abcdef*', 7));
  const alone = priceOf(index, text);
  const fork = index.add(itemOf('*abcxyz*', 8));
  expect(priceOf(index, text)).toBe(alone + workPrices.treeNode.ns);
  index.delete(fork);
  expect(priceOf(index, text)).toBe(alone);
});

it.each([
  ['abcdef*', 'abcdxf', 'abcdefg'],
  ['*abcdef', 'xbcdef', 'zabcdef'],
  ['*abcdef*', 'zabcdxfz', 'zabcdefz'],
  ['abcdef*', 'abcde', 'abcdef'],
  ['*abcdef', 'bcdef', 'abcdef'],
])('compares %s with no text that has only a part of its literal, such as %s', (mask, unlike, like) => {
  const index = new MaskIndex<Item>();
  index.add(itemOf(mask, 1));
  const comparedWith = (text: string) => {
    const search = new MaskSearch<Item>(() => {});
    search.text = text;
    index.find(search);
    return search.compared;
  };
  expect([comparedWith(unlike), comparedWith(like)]).toEqual([0, 1]);
});

it('keeps a mask under the piece that few texts have: the longest, unless many masks share that', () => {
  const compared = (masks: string[], text: string) => {
    const index = new MaskIndex<Item>();
    for (const [at, mask] of masks.entries()) index.add(itemOf(mask, at));
    const search = new MaskSearch<Item>(() => {});
    search.text = text;
    index.find(search);
    return search.compared;
  };
  expect(compared(['a*longer*b'], 'axxxb')).toBe(0);
  expect(compared(['a*longer*b'], 'xlongerx')).toBe(1);
  // The fifth under one piece of two letters goes under one that only it has.
  const shared = Array.from({ length: 12 }, (_, n) => `*ab*${String.fromCharCode(99 + n)}*`);
  expect(compared(shared, 'xabx')).toBeLessThan(12);
  expect(compared(['?', '*', '??'], 'anything')).toBe(3);
});

import { beforeEach, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { MaskList } from './mask-list.ts';
import type { User } from './user.ts';

let list: MaskList;
beforeEach(() => {
  list = new MaskList();
});

const shown = () => list.entries.map(({ mask, by, atMs }) => [mask.text, by, atMs]);

it('has each mask once, in any letters, as it was set first', () => {
  expect(list.add('*!*@A.test', 'ann', 5_000)).toBe(true);
  expect(list.add('*!*@a.TEST', 'bob', 1_000)).toBe(false);
  expect([list.size, list.has('*!*@a.test'), list.has('*!*@b.test')]).toEqual([1, true, false]);
  expect(shown()).toEqual([['*!*@A.test', 'ann', 5_000]]);
  expect([list.remove('*!*@b.test'), list.remove('*!*@a.test'), list.size]).toEqual([null, '*!*@A.test', 0]);
});

it('holds as many as servers may bring', () => {
  const most = limits.linkMaskEntries.default;
  for (let i = 0; i < most; i++) expect(list.add(`n${i}!*@*`, 'x', 0)).toBe(true);
  expect([list.add('more!*@*', 'x', 0), list.size]).toEqual([false, most]);
  // One for which there was no room has been set by nobody.
  expect(list.settle('more!*@*', 'a', 0)).toBe(false);
  list.clear();
  expect(list.size).toBe(0);
});

it('has been set by whoever did so first, by seconds and then by name', () => {
  list.add('a!*@*', 'm', 5_000);
  const settle = (by: string, atMs: number) => [list.settle('A!*@*', by, atMs), ...shown()[0]!.slice(1)];
  expect(settle('z', 5_999)).toEqual([false, 'm', 5_000]);
  expect(settle('m', 5_900)).toEqual([false, 'm', 5_000]);
  expect(settle('b', 5_900)).toEqual([true, 'b', 5_900]);
  expect(settle('a', 6_000)).toEqual([false, 'b', 5_900]);
  expect(settle('z', 4_999)).toEqual([true, 'z', 4_999]);
  expect(shown()).toEqual([['a!*@*', 'z', 4_999]]);
});

it('is copied with who set each', () => {
  list.add('old!*@*', 'x', 1);
  const other = new MaskList();
  for (const name of ['a', 'b']) other.add(`${name}!*@*`, name, 2);
  list.copy(other);
  other.clear();
  expect(shown()).toEqual([
    ['a!*@*', 'a', 2],
    ['b!*@*', 'b', 2],
  ]);
});

const user = (more: object) =>
  ({
    folded: { prefix: 'a!u@host', who: 'a!u', address: 'a!u@192.0.2.1', hidden: ['a!u@real.test'] },
    addressGroups: [0, 0, 0, 0, 0, 0xffff, 0xc000, 0x201],
    account: null,
    ...more,
  }) as unknown as User;

it.each<[string, object, boolean]>([
  ['a!*@host', {}, true],
  ['b!*@host', {}, false],
  ['*!*@192.0.2.*', {}, true],
  ['*!*@real.test', {}, true],
  ['*!*@192.0.2.0/24', {}, true],
  ['b!*@192.0.2.0/24', {}, false],
  ['*!*@192.0.3.0/24', {}, false],
  ['~a:Ann', { account: 'ann' }, true],
  ['~a:a*', { account: 'ANN' }, true],
  ['~a:bob', { account: 'ann' }, false],
  ['~a:*', {}, false],
])('%s covers %o: %s', (mask, more, covers) => {
  list.add('~a:nobody', 'x', 0);
  list.add(mask, 'x', 0);
  list.add('z!*@*', 'x', 0);
  expect(list.matches(user(more))).toBe(covers);
  // Only those that are to be looked at.
  expect([list.matches(user(more), 2), list.matches(user(more), 0, 1)]).toEqual([false, false]);
  expect([list.matches(user(more), 1, 2), list.matches(user(more), 1, 99)]).toEqual([covers, covers]);
});

it('costs two comparisons for each mask that is looked at', () => {
  for (const mask of ['abc', '*bc*', 'x']) list.add(mask, 'x', 0);
  const [a, b, c] = list.entries.map((entry) => entry.mask.priceNs);
  expect([list.priceNs(0, 1), list.priceNs(1, 3), list.priceNs(0, 99), list.priceNs(3, 99)]).toEqual([
    2 * a!,
    2 * (b! + c!),
    2 * (a! + b! + c!),
    0,
  ]);
});

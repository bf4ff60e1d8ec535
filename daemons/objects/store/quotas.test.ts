/** Quotas while objects are put: what has a place counts, whatever it gives way to. */
import { expect, it } from 'vitest';
import type { IndexedObject } from './object-index.ts';
import { Quotas } from './quotas.ts';
import { StoreError } from './store-problems.ts';

const of = (sizeBytes: number): IndexedObject => ({ sizeBytes, mtimeMs: 0, ino: 1 });

/** Quotas with some objects, by size. */
async function quotasOf(quota: { bytes?: number; objects?: number }, objects: Record<string, number> = {}) {
  const quotas = new Quotas();
  await quotas.configure([{ prefix: 'q/', ...quota }], () =>
    new Map(Object.entries(objects).map(([uri, size]) => [uri, of(size)])).entries(),
  );
  return quotas;
}

/** Whether there is room, which is taken then. */
function takes(quotas: Quotas, uri: string, bytes: number, before?: number): boolean {
  try {
    quotas.reserve(uri, bytes, before === undefined ? undefined : of(before));
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.problem === 'quota') return false;
    throw error;
  }
}

it('what is being put has its room until it ends, one way or the other', async () => {
  const quotas = await quotasOf({ bytes: 10 });
  const first = quotas.reserve('q/a', 6, undefined);
  expect(takes(quotas, 'q/b', 5)).toBe(false);
  expect(takes(quotas, 'q/b', 4)).toBe(true);
  quotas.release(first);
  quotas.release(first);
  expect(takes(quotas, 'q/c', 7)).toBe(false);
  expect(takes(quotas, 'q/c', 6)).toBe(true);
});

it('one put has the room of the object that it replaces; more of the same object beside it need their own', async () => {
  const quotas = await quotasOf({ bytes: 10 }, { 'q/a': 8 });
  const first = quotas.reserve('q/a', 10, of(8));
  expect(takes(quotas, 'q/a', 1, 8)).toBe(false);
  quotas.release(first);
  expect(takes(quotas, 'q/a', 10, 8)).toBe(true);
  expect(takes(quotas, 'other/a', 1_000, 8)).toBe(true);
});

it('a put that makes an object smaller needs no room, also where there is none', async () => {
  const quotas = await quotasOf({ bytes: 5, objects: 1 }, { 'q/a': 9 });
  expect(takes(quotas, 'q/a', 9, 9)).toBe(true);
  expect(takes(quotas, 'q/b', 0)).toBe(false);
  expect(takes(quotas, 'p/b', 100)).toBe(true);
});

it('the number of objects counts those that are being put', async () => {
  const quotas = await quotasOf({ objects: 2 });
  const first = quotas.reserve('q/a', 1, undefined);
  expect(takes(quotas, 'q/b', 1)).toBe(true);
  expect(takes(quotas, 'q/c', 1)).toBe(false);
  quotas.release(first);
  expect(takes(quotas, 'q/c', 1)).toBe(true);
});

it('other quotas take over what is being put', async () => {
  const quotas = await quotasOf({ bytes: 10 });
  const first = quotas.reserve('q/a', 6, undefined);
  await quotas.configure([{ prefix: '', bytes: 8 }], () => new Map<string, IndexedObject>().entries());
  expect(takes(quotas, 'x', 3)).toBe(false);
  quotas.release(first);
  expect(takes(quotas, 'x', 8)).toBe(true);
});

it('a rename needs no room where both places have the same quota', async () => {
  const quotas = await quotasOf({ bytes: 5, objects: 1 }, { 'q/a': 5 });
  expect(() => quotas.reserve('q/b', 5, undefined, 'q/a')).not.toThrow();
  expect(() => quotas.reserve('q/c', 5, undefined, 'p/a')).toThrow('objects that begin with q/');
});

it('a count under way sees each object once, whatever is put and deleted meanwhile', async () => {
  const quotas = new Quotas();
  const objects = new Map(
    Array.from({ length: 12_000 }, (_, i): [string, IndexedObject] => [`q/${i}`, of(1)]),
  );
  const counted = quotas.configure([{ prefix: 'q/' }], () => objects.entries());
  // The count has come by the first thousands, and not by the last.
  objects.set('q/0', of(3));
  quotas.changed('q/0', of(1), of(3));
  objects.delete('q/11999');
  quotas.changed('q/11999', of(1), undefined);
  objects.set('q/new', of(5));
  quotas.changed('q/new', undefined, of(5));
  await counted;
  expect(quotas.uses()).toMatchObject([{ usedObjects: 12_000, usedBytes: 11_998 + 3 + 5 }]);
  quotas.changed('q/1', of(1), undefined);
  expect(quotas.uses()).toMatchObject([{ usedObjects: 11_999, usedBytes: 11_997 + 3 + 5 }]);
});

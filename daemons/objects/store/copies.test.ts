/** Copies of objects in the cache directory: when there are some, that nobody gets one that is no longer right, and their size. */
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXED_LIMITS } from '../limits.ts';
import { COPY_PREFIX } from './copy-folder.ts';
import type { FreshObject } from './object-reader.ts';
import type { ObjectStore, ObjectStoreOptions } from './object-store.ts';
import { get, listed, openBelow, put, testReader, testRoot, testStore, writeByHand } from './test-store.ts';

async function cachedStore(root: string, options: Partial<ObjectStoreOptions> = {}) {
  const cacheDir = join(root, '../cache');
  mkdirSync(cacheDir, { recursive: true });
  const store = await testStore(root, { cacheDir, cacheBytes: 100, ...options });
  return {
    store,
    cacheDir,
    copies: () => readdirSync(cacheDir).filter((name) => name.startsWith(COPY_PREFIX)),
  };
}

/** Asks often enough. */
async function heat(store: ObjectStore, uri: string): Promise<void> {
  for (let i = 0; i < FIXED_LIMITS.copy_requests.default; i++) get(store.reader, uri);
  await store.copies?.settled();
}

const tierOf = (store: ObjectStore, uri: string) => {
  const object = store.reader.take(uri);
  if (typeof object === 'string') return object;
  store.reader.giveBack(object);
  return object.tier;
};

describe('an object that is asked for often', () => {
  it('is read from a copy, by every thread and in every mode, and an object that is not from the root', async () => {
    const { root } = testRoot();
    const { store, copies } = await cachedStore(root);
    await put(store, 'a/b', 'hello');
    expect(tierOf(store, 'a/b')).toBe('root');
    await heat(store, 'a/b');
    expect(copies()).toHaveLength(1);
    expect(tierOf(store, 'a/b')).toBe('cache');
    expect(get(store.reader, 'a/b')).toBe('hello');
    const other = testReader(root, {}, undefined, store.shared);
    expect(get(other, 'a/b')).toBe('hello');
    const fresh = other.openFresh('a/b') as FreshObject;
    expect([fresh.tier, readFileSync(fresh.fd, 'utf8')]).toEqual(['cache', 'hello']);
    other.closeFresh(fresh);
    expect(store.figures().copies).toMatchObject({ copies: 1, bytes: 5, made: 1, failed: 0 });
  });

  it('is asked for often by several threads together', async () => {
    const { root } = testRoot();
    const { store, copies } = await cachedStore(root);
    await put(store, 'a', 'hello');
    const other = testReader(root, { onHot: (uri) => void store.wantCopy(uri) }, undefined, store.shared);
    const half = FIXED_LIMITS.copy_requests.default / 2;
    for (let i = 0; i < half; i++) get(store.reader, 'a');
    for (let i = 0; i < half; i++) get(other, 'a');
    await store.copies?.settled();
    expect(copies()).toHaveLength(1);
  });

  it.each<[string, (store: ObjectStore, root: string) => Promise<unknown>, string]>([
    ['put', (store) => put(store, 'a', 'new'), 'new'],
    ['deleted', (store) => store.delete('a'), 'not_found'],
    [
      'renamed over',
      async (store) => {
        await put(store, 'b', 'other');
        await store.rename('b', 'a');
      },
      'other',
    ],
    ['written by hand', async (_store, root) => appendFileSync(join(root, 'a'), ' more'), 'hello more'],
  ])('is never read from a copy of before it was %s', async (_how, change, text) => {
    const { root } = testRoot();
    const { store } = await cachedStore(root);
    await put(store, 'a', 'hello');
    await heat(store, 'a');
    expect(tierOf(store, 'a')).toBe('cache');
    await change(store, root);
    expect(get(store.reader, 'a')).toBe(text);
    expect(get(testReader(root, {}, undefined, store.shared), 'a')).toBe(text);
  });

  it('has no copy where it is too large, and is served all the same', async () => {
    const { root } = testRoot();
    const { store, copies } = await cachedStore(root);
    await put(store, 'a', 'x'.repeat(26));
    await heat(store, 'a');
    expect(copies()).toEqual([]);
    expect(get(store.reader, 'a')).toHaveLength(26);
  });
});

describe('the copies', () => {
  it('take no more than they may: the one that was asked for least goes', async () => {
    const { root } = testRoot();
    const { store, copies } = await cachedStore(root);
    for (let i = 0; i < 6; i++) await put(store, `a${i}`, String(i).repeat(20));
    for (let i = 0; i < 5; i++) await heat(store, `a${i}`);
    for (const i of [0, 1, 3, 4]) for (let n = 0; n < 20; n++) get(store.reader, `a${i}`);
    expect(store.figures().copies).toMatchObject({ copies: 5, bytes: 100 });
    await heat(store, 'a5');
    expect(copies()).toHaveLength(5);
    expect([0, 1, 2, 3, 4, 5].map((i) => tierOf(store, `a${i}`))).toEqual([
      'cache',
      'cache',
      'root',
      'cache',
      'cache',
      'cache',
    ]);
    await store.configure({ maxObjectBytes: 100, listEntries: 10, quotas: [], cacheBytes: 40 });
    expect(copies()).toHaveLength(2);
    expect(await store.copies?.clear()).toBe(2);
    expect(copies()).toEqual([]);
    for (let i = 0; i < 6; i++) expect(get(store.reader, `a${i}`)).toBe(String(i).repeat(20));
  });

  it('are there after a restart, without what was half written, and other files of the directory are left alone', async () => {
    const { root } = testRoot();
    const { store, cacheDir, copies } = await cachedStore(root);
    await put(store, 'a', 'hello');
    await heat(store, 'a');
    await store.close();
    writeFileSync(join(cacheDir, `${COPY_PREFIX}new`), 'half');
    writeFileSync(join(cacheDir, 'of somebody'), 'else');
    const again = (await cachedStore(root)).store;
    await again.ready;
    expect(copies()).toHaveLength(1);
    expect(tierOf(again, 'a')).toBe('cache');
    expect(again.figures().copies).toMatchObject({ copies: 1, bytes: 5 });
    await again.copies?.clear();
    expect(readdirSync(cacheDir)).toEqual(['of somebody']);
  });

  it('that are damaged in their size, or swapped for a link, are not used', async () => {
    const { root, outside } = testRoot();
    writeByHand(outside, 'secret', 'hell0');
    const { store, cacheDir, copies } = await cachedStore(root);
    await put(store, 'a', 'hello');
    await heat(store, 'a');
    writeFileSync(join(cacheDir, copies()[0]!), 'hell');
    store.reader.cache.clear();
    expect(get(store.reader, 'a')).toBe('hello');
  });

  it('are not made on a disk that is full, and the object is served from the root', async () => {
    const { root } = testRoot();
    const { store, cacheDir } = await cachedStore(root);
    await put(store, 'a', 'hello');
    // Nothing can be written at this name.
    mkdirSync(join(cacheDir, `${COPY_PREFIX}new`));
    await heat(store, 'a');
    expect(get(store.reader, 'a')).toBe('hello');
    expect(store.figures().copies).toMatchObject({ copies: 0, bytes: 0, failed: 1 });
    await store.close();
    expect(openBelow(join(root, '..'))).toEqual([]);
  });

  it('are none where their directory cannot be read, which is said, and objects are served', async () => {
    const { root } = testRoot();
    writeByHand(root, '../cache/file', '');
    const { store } = await cachedStore(root, { cacheDir: join(root, '../cache/file') });
    await put(store, 'a', 'hello');
    await heat(store, 'a');
    expect([get(store.reader, 'a'), tierOf(store, 'a')]).toEqual(['hello', 'root']);
    expect(store.copies?.problem).toContain('ENOTDIR');
  });

  it('have nothing to do with lists', async () => {
    const { root } = testRoot();
    const { store } = await cachedStore(root);
    await put(store, 'a', 'hello');
    await heat(store, 'a');
    expect(await listed(store)).toEqual(['a']);
    expect(await store.copies?.isPointless()).toBe(true);
  });
});

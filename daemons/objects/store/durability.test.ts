/** What must have happened before a put or a deletion is acknowledged, and what a put never writes into. */
import fs, { existsSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ObjectWrites } from './object-writes.ts';
import { problemFrom, put, testRoot, testStore } from './test-store.ts';
import { Upload } from './upload.ts';

/** Every sync from here on, in words, with what is there at that moment. */
let synced: string[];
let root: string;

beforeEach(async () => {
  root = testRoot().root;
  synced = [];
  const state = () => (existsSync(join(root, 'a/b')) ? 'there' : 'not there');
  const handle = await open('/dev/null');
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const { sync } = prototype;
  vi.spyOn(prototype, 'sync').mockImplementation(async function (this: FileHandle) {
    await sync.call(this);
    synced.push(`file of ${(await this.stat()).size} bytes, ${state()}`);
  });
  const { fsync } = fs;
  const spied = vi.spyOn(fs, 'fsync').mockImplementation((fd, done) => {
    const path = readlinkSync(`/proc/self/fd/${fd}`).slice(root.length);
    fsync(fd, (error) => {
      synced.push(`folder ${path === '' ? '/' : path}, ${state()}`);
      done(error);
    });
  });
  syncBuiltinESMExports();
  onTestFinished(() => {
    vi.restoreAllMocks();
    spied.mockRestore();
    syncBuiltinESMExports();
  });
});

describe('the disk has', () => {
  it('the whole file before it takes its place, and its folders before the put is acknowledged', async () => {
    const store = await testStore(root);
    await put(store, 'a/b', 'hello');
    expect(synced[0]).toBe('file of 5 bytes, not there');
    // Side by side.
    expect(synced.slice(1).sort()).toEqual(['folder /, there', 'folder /a, there']);
  });

  it('the folder of an object that is gone before that is acknowledged', async () => {
    const store = await testStore(root);
    await put(store, 'a/b', 'hello');
    await put(store, 'a/c', 'stays');
    synced = [];
    await store.delete('a/b');
    expect(synced).toContain('folder /a, not there');
  });

  it('both folders of an object that was renamed', async () => {
    const store = await testStore(root);
    await put(store, 'a/b', 'hello');
    await put(store, 'a/c', 'stays');
    await put(store, 'd/e', 'stays');
    synced = [];
    await store.rename('a/b', 'd/f');
    expect([...synced].sort()).toEqual(['folder /a, not there', 'folder /d, not there']);
  });
});

describe('a put never writes into', () => {
  /** A store whose place for a put is taken already. */
  const taken = (path: string): ObjectWrites =>
    ({
      beginPut: async () => ({ put: 1, path }),
      abandonPut: async () => {},
    }) as unknown as ObjectWrites;

  it('a file that is there already', async () => {
    const path = join(root, 'taken');
    writeFileSync(path, 'of somebody else');
    expect(await problemFrom(Upload.begin(taken(path), 'a', 5))).toBe('storage');
    expect(readFileSync(path, 'utf8')).toBe('of somebody else');
  });

  it('what a link leads to', async () => {
    const target = join(root, 'target');
    const path = join(root, 'link');
    symlinkSync(target, path);
    expect(await problemFrom(Upload.begin(taken(path), 'a', 5))).not.toBe('ok');
    expect(existsSync(target)).toBe(false);
  });
});

describe('an upload', () => {
  it('takes no byte more than was said, also when it comes in pieces', async () => {
    const store = await testStore(root);
    const upload = await Upload.begin(store, 'a/b', 5);
    await upload.write(Buffer.from('hel'));
    await expect(upload.write(Buffer.from('lo!'))).rejects.toMatchObject({ problem: 'changed' });
    expect(await problemFrom(upload.finish())).toBe('changed');
    expect(existsSync(join(root, 'a/b'))).toBe(false);
  });

  it('whose file somebody changes before it takes its place is refused', async () => {
    const store = await testStore(root);
    const place = await store.beginPut('a/b', 5);
    writeFileSync(place.path, 'shorter'.slice(0, 4));
    expect(await problemFrom(store.commitPut(place.put))).toBe('changed');
    expect(existsSync(join(root, 'a/b'))).toBe(false);
  });

  it('that is being put when the store closes is there, or nothing of it is', async () => {
    const store = await testStore(root);
    const upload = await Upload.begin(store, 'a/b', 5);
    await upload.write(Buffer.from('hello'));
    const finished = upload.finish();
    // As far as it takes its place.
    while (!synced.some((what) => what.startsWith('file'))) await new Promise((next) => setImmediate(next));
    const closed = store.close();
    const outcome = await problemFrom(finished);
    await closed;
    expect(existsSync(join(root, 'a/b'))).toBe(outcome === 'ok');
  });
});

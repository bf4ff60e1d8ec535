import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ObjectReader } from './object-reader.ts';
import {
  get,
  listed,
  openBelow,
  problemFrom,
  put,
  testReader,
  testRoot,
  testStore,
  writeByHand,
} from './test-store.ts';
import { Upload } from './upload.ts';
import { OWN_PREFIX } from './uri.ts';

/** Files in the folder for what is being written. */
const uploads = (root: string) => readdirSync(join(root, OWN_PREFIX));

/** The size of an object as a request of a batch gets it, or the problem. */
function sizeIn(reader: ObjectReader, uri: string, batch: number): number | string {
  const object = reader.take(uri, batch);
  if (typeof object === 'string') return object;
  reader.giveBack(object);
  return object.sizeBytes;
}

describe('an object that is put', () => {
  it('is a file at its URI, and is found by every thread from the answer on', async () => {
    const { root } = testRoot();
    const store = await testStore(root);
    const other = testReader(root, {}, undefined, store.shared);
    expect(get(other, 'a/b/c.txt')).toBe('not_found');
    const info = await put(store, '/a/b/c.txt', 'hello');
    expect(info).toEqual(
      store.reader.stat('a/b/c.txt') && {
        uri: 'a/b/c.txt',
        sizeBytes: 5,
        mtimeMs: statSync(join(root, 'a/b/c.txt')).mtimeMs,
        etag: info.etag,
        contentType: 'text/plain',
      },
    );
    expect(store.reader.stat('a/b/c.txt')).toMatchObject({ ...info });
    expect(get(other, 'a/b/c.txt')).toBe('hello');
    expect(readFileSync(join(root, 'a/b/c.txt'), 'utf8')).toBe('hello');
    expect(statSync(join(root, 'a/b/c.txt')).mode & 0o777).toBe(0o640);
    expect(uploads(root)).toEqual([]);
  });

  it('takes the place of another one at once: whoever has that open reads it to its end', async () => {
    const { root } = testRoot();
    const store = await testStore(root);
    const before = await put(store, 'a', 'old');
    const held = store.reader.take('a');
    const after = await put(store, 'a', 'newer');
    expect(after.etag).not.toBe(before.etag);
    expect(get(store.reader, 'a')).toBe('newer');
    expect(openBelow(root).filter((path) => path.endsWith('(deleted)'))).toHaveLength(1);
    if (typeof held !== 'string') store.reader.giveBack(held);
    expect(openBelow(root).filter((path) => path.endsWith('(deleted)'))).toEqual([]);
    expect(store.figures()).toMatchObject({ objects: 1, bytes: 5, uploads: 0 });
  });

  it('is what requests get from the answer on that arrived with one from before, and so is its end', async () => {
    const { root } = testRoot();
    const store = await testStore(root);
    await put(store, 'a', 'old');
    const other = testReader(root, {}, undefined, store.shared);
    const batch = other.newBatch();
    const sizes = [];
    for (const change of [
      () => put(store, 'a', 'newer'),
      () => store.rename('a', 'b'),
      () => store.delete('b'),
    ]) {
      for (const uri of ['a', 'b']) sizes.push(sizeIn(other, uri, batch));
      await change();
    }
    for (const uri of ['a', 'b']) sizes.push(sizeIn(other, uri, batch));
    const none = 'not_found';
    expect(sizes).toEqual([3, none, 5, none, none, 5, none, none]);
  });

  it('may be empty, and may come in pieces', async () => {
    const { root } = testRoot();
    const store = await testStore(root);
    expect(await put(store, 'empty', '')).toMatchObject({ sizeBytes: 0 });
    const upload = await Upload.begin(store, 'pieces', 6);
    for (const piece of ['a', 'bc', '', 'def']) await upload.write(Buffer.from(piece));
    await upload.finish();
    expect(get(store.reader, 'pieces')).toBe('abcdef');
  });

  it.each([
    ['shorter', 'abc', 5],
    ['longer', 'abcdefg', 5],
  ])('is not there when its body is %s than was said, and what was there stays', async (_how, body, said) => {
    const { root } = testRoot();
    const store = await testStore(root);
    await put(store, 'a', 'old');
    const upload = await Upload.begin(store, 'a', said);
    const end = upload.write(Buffer.from(body)).then(() => upload.finish());
    expect(await problemFrom(end)).toBe('changed');
    await upload.abandon();
    expect(get(store.reader, 'a')).toBe('old');
    expect(uploads(root)).toEqual([]);
    expect(openBelow(join(root, OWN_PREFIX))).toEqual([]);
  });

  it('leaves nothing when it is given up', async () => {
    const { root } = testRoot();
    const store = await testStore(root);
    const upload = await Upload.begin(store, 'a/b', 5);
    await upload.write(Buffer.from('abc'));
    expect(uploads(root)).toHaveLength(1);
    await upload.abandon();
    await upload.abandon();
    expect(readdirSync(root)).toEqual([OWN_PREFIX]);
    expect(uploads(root)).toEqual([]);
    expect(store.figures()).toMatchObject({ objects: 0, uploads: 0 });
    expect(await problemFrom(upload.write(Buffer.from('x')))).toBe('changed');
  });

  it.each([
    ['../a', 'invalid_uri'],
    ['a/../../b', 'invalid_uri'],
    ['a\0', 'invalid_uri'],
    ['COM1', 'invalid_uri'],
    [`${OWN_PREFIX}/a`, 'invalid_uri'],
    ['x'.repeat(5_000), 'uri_too_long'],
    ['file/below', 'conflict'],
    ['link/below', 'conflict'],
    ['folder', 'conflict'],
  ])('is refused at %j', async (uri, problem) => {
    const { root, outside } = testRoot();
    writeByHand(root, 'file', 'F');
    writeByHand(root, 'folder/x', 'X');
    symlinkSync(outside, join(root, 'link'));
    const store = await testStore(root);
    expect(await problemFrom(put(store, uri, 'text'))).toBe(problem);
    expect(readdirSync(outside)).toEqual([]);
    expect(await listed(store)).toEqual(['file', 'folder/x']);
    expect(uploads(root)).toEqual([]);
  });

  it('takes the place of an empty folder, and of a link instead of what that leads to', async () => {
    const { root, outside } = testRoot();
    writeByHand(outside, 'file', 'outside');
    mkdirSync(join(root, 'folder/empty/too'), { recursive: true });
    symlinkSync(join(outside, 'file'), join(root, 'link'));
    const store = await testStore(root);
    await put(store, 'folder', 'F');
    await put(store, 'link', 'L');
    expect([get(store.reader, 'folder'), get(store.reader, 'link')]).toEqual(['F', 'L']);
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('outside');
  });

  it('is refused where only a new one was wanted', async () => {
    const { root } = testRoot();
    const store = await testStore(root);
    await put(store, 'a', 'old', { onlyNew: true });
    expect(await problemFrom(put(store, 'a', 'new', { onlyNew: true }))).toBe('conflict');
    writeByHand(root, 'b', 'by hand');
    expect(await problemFrom(put(store, 'b', 'new', { onlyNew: true }))).toBe('conflict');
    expect([get(store.reader, 'a'), get(store.reader, 'b')]).toEqual(['old', 'by hand']);
  });

  it('is one of those that were put there together, and the index says which', async () => {
    const { root } = testRoot();
    const store = await testStore(root);
    const texts = Array.from({ length: 20 }, (_, i) => 'x'.repeat(i));
    await Promise.all(texts.map((text) => put(store, 'deep/er/a', text)));
    const text = get(store.reader, 'deep/er/a');
    expect(texts).toContain(text);
    expect(store.figures()).toMatchObject({ objects: 1, bytes: text.length });
  });
});

describe('an object that is deleted', () => {
  it('is gone for every thread, with the folders that it leaves empty', async () => {
    const { root } = testRoot();
    const store = await testStore(root);
    await put(store, 'a/b/c', 'x');
    await put(store, 'a/d', 'y');
    const other = testReader(root, {}, undefined, store.shared);
    expect(get(other, 'a/b/c')).toBe('x');
    await store.delete('/a/b/c');
    expect(get(other, 'a/b/c')).toBe('not_found');
    expect(readdirSync(join(root, 'a'))).toEqual(['d']);
    expect(await problemFrom(store.delete('a/b/c'))).toBe('not_found');
    await store.delete('a/d');
    expect(readdirSync(root)).toEqual([OWN_PREFIX]);
    await put(store, 'a', 'an object now');
  });

  it('is a regular file: a link and what it leads to stay, and so does a folder', async () => {
    const { root, outside } = testRoot();
    writeByHand(outside, 'file', 'outside');
    writeByHand(root, 'folder/x', 'X');
    symlinkSync(join(outside, 'file'), join(root, 'link'));
    symlinkSync(outside, join(root, 'way'));
    const store = await testStore(root);
    expect(await problemFrom(store.delete('link'))).toBe('not_regular');
    expect(await problemFrom(store.delete('folder'))).toBe('not_regular');
    expect(await problemFrom(store.delete('way/file'))).toMatch(/^not_(found|regular)$/);
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('outside');
    expect(readdirSync(root).sort()).toEqual([OWN_PREFIX, 'folder', 'link', 'way']);
  });

  it('is put again by whoever puts it meanwhile, wherever its folder went', async () => {
    const { root } = testRoot();
    const store = await testStore(root);
    for (let i = 0; i < 30; i++) {
      await put(store, 'f/g/a', 'a');
      await Promise.all([store.delete('f/g/a'), put(store, 'f/g/b', 'b')]);
      expect(get(store.reader, 'f/g/b')).toBe('b');
      expect(await listed(store)).toEqual(['f/g/b']);
      await store.delete('f/g/b');
    }
  });
});

describe('an object that is given another URI', () => {
  it('is found there and nowhere else', async () => {
    const { root } = testRoot();
    const store = await testStore(root);
    const info = await put(store, 'a/b', 'text');
    await put(store, 'c', 'gives way');
    expect(get(store.reader, 'a/b')).toBe('text');
    expect(await store.rename('a/b', '/c')).toEqual({
      ...info,
      uri: 'c',
      contentType: 'application/octet-stream',
    });
    expect([get(store.reader, 'a/b'), get(store.reader, 'c')]).toEqual(['not_found', 'text']);
    expect(existsSync(join(root, 'a'))).toBe(false);
    expect(store.figures()).toMatchObject({ objects: 1, bytes: 4 });
    expect(await problemFrom(store.rename('none', 'd'))).toBe('not_found');
    expect(await store.rename('c', 'c')).toMatchObject({ uri: 'c' });
    await put(store, 'e', 'stays');
    expect(await problemFrom(store.rename('c', 'e', { onlyNew: true }))).toBe('conflict');
    expect(await problemFrom(store.rename('c', 'e/below'))).toBe('conflict');
    expect(await listed(store)).toEqual(['c', 'e']);
  });

  it('does not come to rest when two are exchanged again and again', async () => {
    const { root } = testRoot();
    const store = await testStore(root);
    await put(store, 'a', 'A');
    await put(store, 'b', 'B');
    const moves = Array.from({ length: 40 }, (_, i) =>
      problemFrom(i % 2 ? store.rename('a', 'b') : store.rename('b', 'a')),
    );
    for (const problem of await Promise.all(moves)) expect(['ok', 'not_found']).toContain(problem);
    expect(await listed(store)).toHaveLength(1);
  });
});

describe('a list', () => {
  it('has all that begins with the prefix, in order, a page at a time', async () => {
    const { root } = testRoot();
    const names = ['a', 'a-b', 'a-b/c', 'a.b', 'a/b'].filter((name) => name !== 'a' && name !== 'a-b');
    for (const name of ['b/1', 'b/2', 'b/3/x', 'b0', 'z', ...names]) writeByHand(root, name, name);
    const store = await testStore(root);
    const all = ['a-b/c', 'a.b', 'a/b', 'b/1', 'b/2', 'b/3/x', 'b0', 'z'];
    for (const limit of [1, 2, 3, 100]) expect(await listed(store, { limit })).toEqual(all);
    expect(await listed(store, { prefix: 'b' })).toEqual(all.slice(3, 7));
    expect(await listed(store, { prefix: '/b/', limit: 1 })).toEqual(all.slice(3, 6));
    expect(await listed(store, { prefix: 'b/3/x' })).toEqual(['b/3/x']);
    expect(await listed(store, { after: 'b/2' })).toEqual(all.slice(5));
    expect(await listed(store, { folders: true })).toEqual(['a-b/', 'a.b', 'a/', 'b/', 'b0', 'z']);
    expect(await listed(store, { prefix: 'b/', folders: true, limit: 2 })).toEqual(['b/1', 'b/2', 'b/3/']);
    expect(await listed(store, { prefix: 'none/' })).toEqual([]);
    expect(await problemFrom(store.list({ prefix: '../' }))).toBe('invalid_uri');
  });

  it('has what was copied in, changed, moved and removed by hand, without a restart', async () => {
    const { root } = testRoot();
    writeByHand(root, 'a/1', 'x');
    writeByHand(root, 'a/2', 'x');
    const store = await testStore(root);
    expect(await listed(store)).toEqual(['a/1', 'a/2']);
    writeByHand(root, 'b/deep/er/new', 'new');
    writeByHand(root, 'a/1', 'changed');
    expect(await listed(store)).toEqual(['a/1', 'a/2', 'b/deep/er/new']);
    expect((await store.list({ prefix: 'a/1' })).objects).toMatchObject([{ sizeBytes: 7 }]);
    expect(store.figures()).toMatchObject({ objects: 3, bytes: 11 });
    rmSync(join(root, 'a/2'));
    renameSync(join(root, 'b'), join(root, 'c'));
    expect(await listed(store)).toEqual(['a/1', 'c/deep/er/new']);
    rmSync(join(root, 'c'), { recursive: true });
    expect(await listed(store, { prefix: 'c/deep/' })).toEqual([]);
    expect(store.figures()).toMatchObject({ objects: 1, bytes: 7 });
  });

  it('sees a change in a folder whose time is that of before', async () => {
    const { root } = testRoot();
    writeByHand(root, 'a/1', 'x');
    utimesSync(join(root, 'a'), 1_700_000_000, 1_700_000_000);
    const store = await testStore(root);
    expect(await listed(store)).toEqual(['a/1']);
    await put(store, 'a/2', 'x');
    writeByHand(root, 'a/3', 'x');
    utimesSync(join(root, 'a'), 1_700_000_000, 1_700_000_000);
    expect(await listed(store)).toEqual(['a/1', 'a/2', 'a/3']);
  });

  it('leaves out links, what is no regular file and names that no URI can have', async () => {
    const { root, outside } = testRoot();
    writeByHand(outside, 'secret', 'S');
    writeByHand(root, 'a', 'A');
    symlinkSync(outside, join(root, 'link'));
    symlinkSync('a', join(root, 'file-link'));
    writeFileSync(join(root, 'con'), '');
    writeFileSync(Buffer.concat([Buffer.from(join(root, 'latin')), Buffer.from([0xe9])]), '');
    writeFileSync(join(root, 'line\nfeed'), '');
    const store = await testStore(root);
    expect(await store.ready).toEqual({ notRegular: 2, badNames: 3 });
    expect(await listed(store)).toEqual(['a']);
  });
});

describe('folders that lie too deep', () => {
  it('are not made, and not read where somebody made them by hand', async () => {
    const { root } = testRoot();
    writeByHand(root, `${'d/'.repeat(63)}last`, 'x');
    writeByHand(root, `${'d/'.repeat(64)}hidden`, 'x');
    const store = await testStore(root);
    expect(await problemFrom(put(store, `${'e/'.repeat(64)}a`, 'x'))).toBe('invalid_uri');
    expect(await listed(store)).toEqual([`${'d/'.repeat(63)}last`]);
    expect(store.figures()).toMatchObject({ objects: 1, folders: 64 });
    expect(get(store.reader, `${'d/'.repeat(64)}hidden`)).toBe('invalid_uri');
  });
});

describe('a quota', () => {
  it('is not exceeded by puts, also not by several at once, and holds what is there already', async () => {
    const { root } = testRoot();
    writeByHand(root, 'a/1', '12345');
    const store = await testStore(root, { quotas: [{ prefix: 'a/', bytes: 10, objects: 3 }] });
    const results = await Promise.all(['a/2', 'a/3', 'a/4'].map((uri) => problemFrom(put(store, uri, '12'))));
    expect(results.sort()).toEqual(['ok', 'ok', 'quota']);
    expect(await problemFrom(put(store, 'a/1', '1234567'))).toBe('quota');
    expect(await problemFrom(put(store, 'a/1', '123456'))).toBe('ok');
    expect(await problemFrom(put(store, 'b/1', '12345678901'))).toBe('ok');
    expect(store.quotas()).toMatchObject([{ usedBytes: 10, usedObjects: 3 }]);
    expect(await problemFrom(store.rename('b/1', 'a/1'))).toBe('quota');
    expect(await problemFrom(store.rename('a/1', 'a/9'))).toBe('ok');
    await store.delete('a/9');
    expect(store.quotas()).toMatchObject([{ usedBytes: 4, usedObjects: 2 }]);
  });

  it('is given back by a put that fails', async () => {
    const { root } = testRoot();
    const store = await testStore(root, { quotas: [{ prefix: '', bytes: 5 }] });
    for (let i = 0; i < 3; i++) {
      const upload = await Upload.begin(store, 'a', 5);
      await upload.abandon();
    }
    expect(await problemFrom(put(store, 'a', '12345'))).toBe('ok');
    expect(await problemFrom(put(store, 'b', ''))).toBe('ok');
    expect(await problemFrom(put(store, 'c', '1'))).toBe('quota');
  });

  it('counts what is there when it comes into force', async () => {
    const { root } = testRoot();
    for (let i = 0; i < 50; i++) writeByHand(root, `a/${i}`, 'xx');
    const store = await testStore(root);
    await store.ready;
    const settings = {
      maxObjectBytes: 100,
      listEntries: 10,
      cacheBytes: 0,
      quotas: [{ prefix: 'a/1', objects: 12 }],
    };
    await store.configure(settings);
    expect(store.quotas()).toMatchObject([{ usedObjects: 11, usedBytes: 22 }]);
    expect(await problemFrom(put(store, 'a/100', 'x'))).toBe('ok');
    expect(await problemFrom(put(store, 'a/101', 'x'))).toBe('quota');
    expect(await problemFrom(put(store, 'b', 'x'.repeat(101)))).toBe('too_large');
  });
});

describe('a store', () => {
  it('of thousands of files starts with turns for everybody else in between', async () => {
    const { root } = testRoot();
    for (let i = 0; i < 3_000; i++) writeByHand(root, `${i % 3}/${i}`, '');
    const store = await testStore(root);
    let turns = 0;
    let over = false;
    const turn = () => {
      turns++;
      if (!over) setImmediate(turn);
    };
    setImmediate(turn);
    await store.ready;
    over = true;
    expect(store.figures()).toMatchObject({ objects: 3_000, folders: 4 });
    expect(turns).toBeGreaterThanOrEqual(6);
  });

  it('has as many descriptors open after thousands of requests of every kind as before', async () => {
    const { root } = testRoot();
    const store = await testStore(root);
    await put(store, 'a/b', 'x');
    await listed(store);
    store.reader.cache.clear();
    const before = readdirSync('/proc/self/fd').length;
    for (let i = 0; i < 20; i++) {
      await put(store, `f${i % 3}/g/a`, 'text');
      for (const uri of [
        'a/b',
        `f${i % 3}/g/a`,
        'none',
        '../x',
        'a',
        `f${i}/g`,
        'NUL',
        `x${'y'.repeat(5_000)}`,
      ]) {
        get(store.reader, uri);
        const fresh = store.reader.openFresh(uri);
        if (typeof fresh !== 'string') store.reader.closeFresh(fresh);
        if (!uri.startsWith('a/')) await problemFrom(put(store, `${uri}/below`, 'y'));
        await problemFrom(store.delete(`${uri}/below`));
      }
      await problemFrom(store.rename('a/b', 'f0/g/a/b'));
      await listed(store, { prefix: 'f' });
    }
    store.reader.cache.clear();
    expect(readdirSync('/proc/self/fd')).toHaveLength(before);
  });

  it('removes what a killed process was writing when it starts', async () => {
    const { root } = testRoot();
    for (let i = 0; i < 100; i++) writeByHand(root, `${OWN_PREFIX}/1-${i}`, 'half');
    writeByHand(root, 'a', 'A');
    const store = await testStore(root);
    expect(uploads(root)).toEqual([]);
    expect(await listed(store)).toEqual(['a']);
  });

  it('goes on when somebody removes the folder that it writes in', async () => {
    const { root } = testRoot();
    const store = await testStore(root);
    rmSync(join(root, OWN_PREFIX), { recursive: true });
    expect(await problemFrom(put(store, 'a', 'text'))).toBe('ok');
    expect(await listed(store)).toEqual(['a']);
  });

  it('closes all that it opened, gives up what is being put, and refuses from then on', async () => {
    const { root } = testRoot();
    const store = await testStore(root);
    await put(store, 'a/b', 'x');
    get(store.reader, 'a/b');
    const upload = await Upload.begin(store, 'c', 5);
    await Promise.all([store.close(), store.close()]);
    expect(uploads(root)).toEqual([]);
    await upload.abandon();
    expect(openBelow(join(root, '..'))).toEqual([]);
    expect(await problemFrom(put(store, 'd', 'x'))).toBe('unavailable');
    expect(await problemFrom(store.list({}))).toBe('unavailable');
    expect(await problemFrom(store.delete('a/b'))).toBe('unavailable');
    expect(store.reader.take('a/b')).toBe('unavailable');
  });

  it('says what is wrong with its root', async () => {
    const { root } = testRoot();
    expect(await problemFrom(testStore(join(root, 'none')))).toBe('not_found');
    writeByHand(root, 'file', '');
    expect(await problemFrom(testStore(join(root, 'file')))).toBe('not_found');
    symlinkSync('..', join(root, OWN_PREFIX));
    expect(await problemFrom(testStore(root))).toMatch(/^not_(found|regular)$/);
    expect(openBelow(join(root, '..'))).toEqual([]);
  });
});

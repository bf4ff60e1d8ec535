import {
  appendFileSync,
  mkdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../kit/clock.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import { Generations } from './generations.ts';
import type { ObjectInfo } from './object-info.ts';
import type { FreshObject, ObjectReader } from './object-reader.ts';
import type { OpenedObject } from './opened-object.ts';
import { openBelow, testReader, testRoot, writeByHand } from './test-store.ts';

function taken(reader: ObjectReader, uri: string): OpenedObject {
  const object = reader.take(uri);
  if (typeof object === 'string') throw new Error(`${uri}: ${object}`);
  return object;
}

function textOf(reader: ObjectReader, uri: string): string {
  const object = reader.take(uri);
  if (typeof object === 'string') return object;
  const bytes = Buffer.alloc(100);
  const count = readSync(object.fd, bytes, 0, 100, 0);
  reader.giveBack(object);
  return bytes.toString('utf8', 0, count);
}

describe('an object that is asked for', () => {
  it('is said with its size, time, etag and content type, with a slash at the beginning and without', () => {
    const { root } = testRoot();
    writeByHand(root, 'images/a.PNG', '12345');
    utimesSync(join(root, 'images/a.PNG'), 1_700_000_000, 1_700_000_000);
    const reader = testReader(root);
    const info = reader.stat('/images/a.PNG');
    expect(info).toMatchObject({
      uri: 'images/a.PNG',
      sizeBytes: 5,
      mtimeMs: 1_700_000_000_000,
      contentType: 'image/png',
      etag: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(reader.stat('images/a.PNG')).toMatchObject({ etag: (info as ObjectInfo).etag });
    expect(reader.cache.stats()).toMatchObject({ depth: 1, hits: 1, misses: 1 });
  });

  it.each([
    ['../secret', 'invalid_uri'],
    ['a\0', 'invalid_uri'],
    ['x'.repeat(5_000), 'uri_too_long'],
    ['none', 'not_found'],
    ['file/below', 'not_found'],
    ['NUL', 'invalid_uri'],
  ])('is refused for %j', (uri, problem) => {
    const { root } = testRoot();
    writeByHand(root, 'file', '');
    const reader = testReader(root);
    expect(reader.take(uri)).toBe(problem);
    expect(reader.openFresh(uri)).toBe(problem);
  });

  it('is opened once for all, and a position is shared with nobody by whom a descriptor is passed on', () => {
    const { root } = testRoot();
    writeByHand(root, 'a', 'hello');
    const reader = testReader(root);
    const [first, second] = [taken(reader, 'a'), taken(reader, '/a')];
    expect(second.fd).toBe(first.fd);
    const fresh = [reader.openFresh('a'), reader.openFresh('a')] as FreshObject[];
    for (const object of fresh) {
      const bytes = Buffer.alloc(5);
      expect(readSync(object.fd, bytes)).toBe(5);
      expect(bytes.toString()).toBe('hello');
      reader.closeFresh(object);
    }
  });
});

it('an object may be passed on to be written, and not otherwise', () => {
  const { root } = testRoot();
  writeByHand(root, 'a', 'old');
  const reader = testReader(root);
  const [read, write] = [reader.openFresh('a'), reader.openFresh('a', true)] as FreshObject[];
  expect(() => writeSync(read!.fd, 'new')).toThrow('EBADF');
  writeSync(write!.fd, 'new');
  expect(textOf(reader, 'a')).toBe('new');
  for (const object of [read!, write!]) reader.closeFresh(object);
});

describe('an object that was changed by hand', () => {
  const changes: readonly [string, string, (root: string) => void][] = [
    [
      'replaced',
      'new',
      (root) => {
        writeFileSync(join(root, 'f/new'), 'new');
        renameSync(join(root, 'f/new'), join(root, 'f/a'));
      },
    ],
    ['deleted', 'not_found', (root) => rmSync(join(root, 'f/a'))],
    ['moved', 'not_found', (root) => renameSync(join(root, 'f/a'), join(root, 'f/b'))],
    ['moved with its folder', 'not_found', (root) => renameSync(join(root, 'f'), join(root, 'g'))],
    ['written in place', 'old and more', (root) => appendFileSync(join(root, 'f/a'), ' and more')],
    [
      'swapped for a link to itself',
      'not_regular',
      (root) => {
        renameSync(join(root, 'f/a'), join(root, 'f/b'));
        symlinkSync('b', join(root, 'f/a'));
      },
    ],
    [
      'moved out, with a link to its folder left behind',
      'not_found',
      (root) => {
        renameSync(join(root, 'f'), join(root, '../outside/f'));
        symlinkSync('../outside/f', join(root, 'f'));
      },
    ],
    [
      'hidden behind another folder',
      'other',
      (root) => {
        renameSync(join(root, 'f'), join(root, 'g'));
        mkdirSync(join(root, 'f'));
        writeFileSync(join(root, 'f/a'), 'other');
      },
    ],
  ];

  it.each(changes)('is seen at the next request when it was %s', (_how, text, change) => {
    const { root } = testRoot();
    writeByHand(root, 'f/a', 'old');
    const reader = testReader(root);
    expect(textOf(reader, 'f/a')).toBe('old');
    change(root);
    expect(textOf(reader, 'f/a')).toBe(text);
    expect(reader.cache.stats().expired).toBe(1);
  });

  it('has another etag then', () => {
    const { root } = testRoot();
    writeByHand(root, 'a', 'old');
    const reader = testReader(root);
    const { etag } = taken(reader, 'a');
    writeByHand(root, 'a', 'older');
    expect(taken(reader, 'a').etag).not.toBe(etag);
  });

  it('appears without a restart when it was copied in', () => {
    const { root } = testRoot();
    const reader = testReader(root);
    expect(textOf(reader, 'new/file')).toBe('not_found');
    writeByHand(root, 'new/file', 'here');
    expect(textOf(reader, 'new/file')).toBe('here');
  });

  it('is looked at once for requests that arrived together', () => {
    const { root } = testRoot();
    writeByHand(root, 'f/a', 'old');
    const reader = testReader(root);
    const batch = reader.newBatch();
    const first = reader.take('f/a', batch);
    rmSync(join(root, 'f/a'));
    expect(reader.take('f/a', batch)).toBe(first);
    expect(reader.take('f/a', reader.newBatch())).toBe('not_found');
  });
});

describe('an object that the store has changed', () => {
  it('is opened again by every thread from the answer on, although it looks the same', () => {
    const { root } = testRoot();
    writeByHand(root, 'a', 'text');
    const generations = new Generations();
    const reader = testReader(root, {}, generations);
    const batch = reader.newBatch();
    const before = reader.take('a', batch);
    expect(reader.take('a', batch)).toBe(before);
    // As another thread has it.
    new Generations(generations.memory).bump('a');
    expect(reader.take('a', batch)).not.toBe(before);
  });

  it('is closed soon after, although nobody asks for it, so that its space is free', async () => {
    const { root } = testRoot();
    for (const name of ['a', 'b']) writeByHand(root, name, name);
    const clock = new FakeClock();
    const reader = testReader(root, { clock });
    for (const name of ['a', 'b']) textOf(reader, name);
    rmSync(join(root, 'a'));
    new Generations(reader.generations.memory).bump('a');
    // One timer is for files that nobody uses.
    await until(() => clock.pendingTimers === 2);
    await clock.advance(1_000);
    expect(openBelow(root).map((path) => path.at(-1))).toEqual(['b']);
  });

  it('keeps its file open for a request that reads it still, and no longer', () => {
    const { root } = testRoot();
    writeByHand(root, 'a', 'old');
    const reader = testReader(root);
    const old = taken(reader, 'a');
    rmSync(join(root, 'a'));
    reader.generations.bump('a');
    reader.forgetChanged();
    expect(reader.take('a')).toBe('not_found');
    const bytes = Buffer.alloc(3);
    expect(readSync(old.fd, bytes, 0, 3, 0)).toBe(3);
    expect(openBelow(root)).toHaveLength(1);
    reader.giveBack(old);
    expect(openBelow(root)).toEqual([]);
  });
});

describe('the files that stay open', () => {
  it('are as many as there may be, and the one not used for longest goes', () => {
    const { root } = testRoot();
    for (const name of ['a', 'b', 'c', 'd']) writeByHand(root, name, name);
    const reader = testReader(root, { entries: 3 });
    for (const name of ['a', 'b', 'c', 'a', 'd']) textOf(reader, name);
    expect(openBelow(root).map((path) => path.at(-1))).toEqual(['a', 'c', 'd']);
    expect(reader.cache.stats()).toMatchObject({ depth: 3, capacity: 3, evicted: 1, hits: 1, misses: 4 });
  });

  it('stay when they are pinned, whatever else is asked for, until they are let go', () => {
    const { root } = testRoot();
    for (const name of ['a', 'b', 'c', 'd', 'e']) writeByHand(root, name, name);
    const reader = testReader(root, { entries: 4 });
    textOf(reader, 'a');
    expect(reader.cache.pin('a')).toBe(true);
    expect(reader.cache.pin('b')).toBe(true);
    expect(reader.cache.pin('c')).toBe(false);
    for (const name of ['b', 'c', 'd', 'e', 'c', 'd']) textOf(reader, name);
    reader.cache.clear();
    expect(openBelow(root).map((path) => path.at(-1))).toEqual(['a', 'b']);
    expect(reader.cache.unpin('a')).toBe(true);
    reader.cache.clear();
    expect(openBelow(root).map((path) => path.at(-1))).toEqual(['b']);
    // A pin is of the name: what is put there next is kept open as well.
    writeByHand(root, 'b2', 'new');
    renameSync(join(root, 'b2'), join(root, 'b'));
    expect(textOf(reader, 'b')).toBe('new');
    reader.cache.clear();
    expect(textOf(reader, 'b')).toBe('new');
    expect(openBelow(root)).toHaveLength(1);
  });

  it('are closed after a time without a request, and then no timer runs', async () => {
    const { root } = testRoot();
    for (const name of ['a', 'b']) writeByHand(root, name, name);
    const clock = new FakeClock();
    const reader = testReader(root, { clock });
    textOf(reader, 'a');
    textOf(reader, 'b');
    await clock.advance(40_000);
    textOf(reader, 'b');
    await clock.advance(30_000);
    expect(openBelow(root).map((path) => path.at(-1))).toEqual(['b']);
    await clock.advance(60_000);
    expect(openBelow(root)).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('are all closed with the reader, which refuses from then on', () => {
    const { root } = testRoot();
    for (const name of ['a', 'b/c']) writeByHand(root, name, name);
    const reader = testReader(root);
    textOf(reader, 'a');
    reader.cache.pin('b/c');
    const inUse = taken(reader, 'b/c');
    reader.close();
    reader.close();
    expect(reader.take('a')).toBe('unavailable');
    reader.giveBack(inUse);
    expect(openBelow(join(root, '..'))).toEqual([]);
  });
});

describe('the content of a small object', () => {
  /** By which everything was written a while ago. */
  const later: Clock = { ...systemClock, now: () => Date.now() + 1_000 };

  it('is read once for all who ask together, and kept in memory', async () => {
    const { root } = testRoot();
    writeByHand(root, 'a', 'hello');
    const reader = testReader(root, { clock: later });
    const object = taken(reader, 'a');
    const [first, second] = [reader.content(object), reader.content(object)];
    expect(first).toBe(second);
    expect(String(await first)).toBe('hello');
    expect(reader.content(object)).toBe(object.content);
    expect(String(object.content)).toBe('hello');
    expect(reader.cache.memoryBytes).toBe(5);
    reader.cache.clear();
    expect(reader.cache.memoryBytes).toBe(0);
  });

  it('is not kept of a file that was written this moment: the clock of the disk might not tell a second writing', async () => {
    const { root } = testRoot();
    writeByHand(root, 'a', 'hello');
    const reader = testReader(root, {
      clock: { ...systemClock, now: () => statSync(join(root, 'a')).ctimeMs },
    });
    const object = taken(reader, 'a');
    expect(String(await reader.content(object))).toBe('hello');
    expect(object.content).toBeNull();
  });

  it('is not taken from memory when the file was written in place meanwhile', async () => {
    const { root } = testRoot();
    writeByHand(root, 'a', 'hello');
    const reader = testReader(root, { clock: later });
    expect(String(await reader.content(taken(reader, 'a')))).toBe('hello');
    writeByHand(root, 'a', 'HELLO');
    expect(String(await reader.content(taken(reader, 'a')))).toBe('HELLO');
  });

  it('is nothing that a large one has', () => {
    const { root } = testRoot();
    writeByHand(root, 'a', 'x'.repeat(65_537));
    const reader = testReader(root);
    expect(reader.content(taken(reader, 'a'))).toBeNull();
  });
});

it('keeps fewer files open once other threads have a share of them, those that were used last', () => {
  const { root } = testRoot();
  for (const uri of ['a', 'b', 'c']) writeByHand(root, uri, uri);
  const reader = testReader(root, { entries: 8 });
  for (const uri of ['a', 'b', 'c']) textOf(reader, uri);
  reader.cache.resize(2);
  const open = () =>
    openBelow(root)
      .map((path) => path.at(-1))
      .sort();
  expect(open()).toEqual(['b', 'c']);
  textOf(reader, 'a');
  expect(open()).toEqual(['a', 'c']);
  expect(reader.cache.stats()).toMatchObject({ depth: 2, capacity: 2 });
  reader.cache.resize(100);
  expect(reader.cache.stats().capacity).toBe(8);
});

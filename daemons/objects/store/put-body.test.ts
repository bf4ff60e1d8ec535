import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { until } from '../../runtime/test-fixtures/until.ts';
import { FIXED_LIMITS } from '../limits.ts';
import { PutBody } from './put-body.ts';
import { get, openBelow, problemFrom, put, testRoot, testStore } from './test-store.ts';
import { OWN_PREFIX } from './uri.ts';

const uploads = (root: string) => readdirSync(join(root, OWN_PREFIX));

describe('the body of a put', () => {
  it('is whole although the memory that it came in is used again at once', async () => {
    const { root } = testRoot();
    const store = await testStore(root);
    const body = new PutBody(store, 'a', 12, () => {});
    const memory = Buffer.alloc(8);
    for (const text of ['abcd', 'efgh', 'ijkl']) {
      memory.write(text, 2);
      expect(body.push(memory, 2, 6)).toBe(true);
      memory.fill('#');
    }
    expect(await body.finish()).toMatchObject({ uri: 'a', sizeBytes: 12 });
    expect(get(store.reader, 'a')).toBe('abcdefghijkl');
  });

  it('may be empty', async () => {
    const { root } = testRoot();
    const store = await testStore(root);
    await new PutBody(store, 'a', 0, () => {}).finish();
    expect(get(store.reader, 'a')).toBe('');
  });

  it('that comes faster than the disk is read no further until there is room', async () => {
    const { root } = testRoot();
    const store = await testStore(root, { maxObjectBytes: 1e9 });
    const piece = Buffer.alloc(FIXED_LIMITS.put_waiting_bytes.default / 4, 'x');
    let waits = 0;
    let goOn = () => {};
    const body = new PutBody(store, 'a', piece.length * 20, () => goOn());
    for (let i = 0; i < 20; i++) {
      if (body.push(piece, 0, piece.length)) continue;
      waits++;
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
    }
    expect(await body.finish()).toMatchObject({ sizeBytes: piece.length * 20 });
    expect(waits).toBeGreaterThan(0);
  });

  it.each([
    ['names no object', '../a', 3, 'invalid_uri'],
    ['is too large', 'a', 2_000_000, 'too_large'],
    ['has a quota against it', 'q/a', 3, 'quota'],
    ['is shorter than was said', 'a', 4, 'changed'],
    ['is longer than was said', 'a', 2, 'changed'],
    ['has a folder in its way', 'folder', 3, 'conflict'],
  ])('that %s is taken to its end and refused, and nothing of it stays', async (_why, uri, said, problem) => {
    const { root } = testRoot();
    const store = await testStore(root, { quotas: [{ prefix: 'q/', bytes: 2 }] });
    await put(store, 'folder/b', 'x');
    let drained = 0;
    const body = new PutBody(store, uri, said, () => drained++);
    expect(body.push(Buffer.from('abc'), 0, 3)).toBe(true);
    expect(await problemFrom(body.finish())).toBe(problem);
    expect(body.push(Buffer.from('abc'), 0, 3)).toBe(true);
    expect(uploads(root)).toEqual([]);
    expect(store.figures()).toMatchObject({ objects: 1, uploads: 0 });
  });

  it('whose connection ends in the middle leaves nothing, whenever that is', async () => {
    const { root } = testRoot();
    const store = await testStore(root);
    const early = new PutBody(store, 'a', 6, () => {});
    early.abandon();
    const late = new PutBody(store, 'b', 6, () => {});
    late.push(Buffer.from('abc'), 0, 3);
    await until(() => uploads(root).length > 0);
    late.abandon();
    late.abandon();
    expect(late.push(Buffer.from('abc'), 0, 3)).toBe(true);
    await until(() => store.figures().uploads === 0);
    await until(() => uploads(root).length === 0);
    expect(store.figures().objects).toBe(0);
    await store.close();
    expect(openBelow(root)).toEqual([]);
  });
});

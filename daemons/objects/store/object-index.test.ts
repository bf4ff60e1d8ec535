import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ObjectIndex } from './object-index.ts';
import { pageOf } from './object-pages.ts';

const silent = { changed() {} };
const object = { sizeBytes: 1, mtimeMs: 0, ino: 1 };

/** All pages of a list. */
function listOf(index: ObjectIndex, prefix: string, limit: number, folders: boolean): string[] {
  const names: string[] = [];
  let pages = 0;
  for (let after = ''; ; ) {
    const page = pageOf(index, { prefix, after, limit, folders });
    names.push(...page.names);
    expect(page.names.length).toBeLessThanOrEqual(limit);
    if (page.next === null) return names;
    expect(page.next > after || pages++ < 1).toBe(true);
    after = page.next;
  }
}

describe('the index', () => {
  it('lists in the order of URIs what begins with any prefix, whatever size pages have', () => {
    const segment = fc.constantFrom('a', 'b', 'a-', 'a0', 'ä', '-');
    const uri = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
    fc.assert(
      fc.property(
        fc.uniqueArray(uri, { maxLength: 25 }),
        fc.oneof(uri, fc.constantFrom('', 'a', 'a/', 'b/a')),
        fc.integer({ min: 1, max: 5 }),
        (uris, prefix, limit) => {
          const index = new ObjectIndex(silent);
          // An object is no folder of another.
          const fitting = uris.filter((one) => !uris.some((other) => other.startsWith(`${one}/`)));
          for (const one of fitting) index.set(one, object);
          const wanted = fitting.filter((one) => one.startsWith(prefix)).sort();
          expect(listOf(index, prefix, limit, false)).toEqual(wanted);
          const upTo = prefix.lastIndexOf('/') + 1;
          const names = wanted.map((one) => {
            const slash = one.indexOf('/', Math.max(prefix.length, upTo));
            return slash < 0 ? one : one.slice(0, slash + 1);
          });
          expect(listOf(index, prefix, limit, true)).toEqual([...new Set(names)].sort());
          for (const one of fitting) index.delete(one);
          expect(index).toMatchObject({ objects: 0, bytes: 0 });
          expect(listOf(index, '', limit, false)).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('pages through thousands of empty folders, however deep they lie', () => {
    const index = new ObjectIndex(silent);
    const deep = Array.from({ length: 1_500 }, () => 'd').join('/');
    for (let i = 0; i < 2_500; i++) index.addFolder(`${deep}/empty-${i}`);
    index.set(`${deep}/z`, object);
    expect(listOf(index, '', 10, false)).toEqual([`${deep}/z`]);
  });

  it('knows which names a file system that folds case takes for the same', () => {
    const index = new ObjectIndex(silent, true);
    index.set('Straße/Ä.txt', object);
    expect(index.foldedTwin('strasse/ä.txt')).toBeUndefined();
    expect(index.foldedTwin('straße/ä.TXT')).toBe('Straße/Ä.txt');
    expect(index.foldedTwin('Straße/A\u0308.txt')).toBe('Straße/Ä.txt');
    expect(index.foldedTwin('Straße/Ä.txt')).toBeUndefined();
    index.delete('Straße/Ä.txt');
    expect(index.foldedTwin('Straße/ä.TXT')).toBeUndefined();
    expect(new ObjectIndex(silent).foldedTwin('a')).toBeUndefined();
  });

  it('knows folders that such a file system takes for the same, so that no rule by prefix is got around', () => {
    const index = new ObjectIndex(silent, true);
    index.set('private/a/b', object);
    expect(index.foldedTwin('PRIVATE/x')).toBe('private');
    expect(index.foldedTwin('private/A/x')).toBe('private/a');
    expect(index.foldedTwin('Private')).toBe('private');
    expect(index.foldedTwin('private/a/x')).toBeUndefined();
    index.delete('private/a/b');
    index.removeFolder('private/a');
    index.removeFolder('private');
    expect(index.foldedTwin('PRIVATE/x')).toBeUndefined();
  });

  it('removes a folder with all that is in it, a piece at a time', () => {
    const index = new ObjectIndex(silent);
    for (let i = 0; i < 20; i++) index.set(`a/${i % 3}/${i}`, object);
    index.set('b', object);
    let pieces = 0;
    for (const _ of index.removeTree('a')) pieces++;
    expect(pieces).toBeGreaterThanOrEqual(20);
    expect(index).toMatchObject({ objects: 1, bytes: 1, folders: 1 });
  });
});

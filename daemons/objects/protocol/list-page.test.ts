import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyCharacter } from '../../../contract/test-characters.ts';
import { entryBytes, listContent, listUri, readListContent, readListUri } from './list-page.ts';

const entry = fc.record({
  uri: fc.string({ unit: anyCharacter, maxLength: 60 }),
  sizeBytes: fc.maxSafeNat(),
  modifiedSeconds: fc.maxSafeNat(),
});

it('gives back the entries of a page, in their order, and no part of a page that is cut off', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 10 }), fc.nat(), (entries, cut) => {
      const content = listContent(entries);
      expect(readListContent(content)).toEqual(entries);
      const ends = [0];
      for (const { uri } of entries) ends.push(ends.at(-1)! + entryBytes(uri));
      const length = cut % (content.length + 1);
      if (!ends.includes(length)) expect(readListContent(content.subarray(0, length))).toBeNull();
    }),
    { numRuns: 100 },
  );
});

it('asks for a page by its prefix and the last URI of the page before', () => {
  for (const [prefix, after] of [
    ['', null],
    ['a/', null],
    ['a/', 'a/z'],
    ['', 'ü'],
  ] as const)
    expect(readListUri(listUri(prefix, after ?? undefined))).toEqual({ prefix, after });
});

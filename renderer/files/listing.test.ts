import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cellsOf, crumbsOf, fileOf, filePageOf, folderIn, isFolder, nameOf, uriIn } from './listing.ts';

it('reads files and folders from an answer, and leaves out what is neither', () => {
  const file = { uri: 'a/b.txt', size: 3, modifiedAt: 4, contentType: 'text/plain' };
  const folder = { uri: 'a/c/', size: null, modifiedAt: null, contentType: 'folder', etag: '' };
  const read = filePageOf({
    rows: [file, folder, null, { uri: 3 }, { uri: 'odd', size: 'x' }],
    next: 'a/c/',
  });
  expect(read).toEqual({
    rows: [
      file,
      { uri: 'a/c/', size: null, modifiedAt: null, contentType: 'folder' },
      { uri: 'odd', size: null, modifiedAt: null, contentType: '' },
    ],
    next: 'a/c/',
  });
  expect(read.rows.map(isFolder)).toEqual([false, true, false]);
  for (const answer of [null, 'x', {}, { rows: 3 }])
    expect(filePageOf(answer)).toEqual({ rows: [], next: null });
  expect(fileOf(undefined)).toBeNull();
});

it('names a file by the last part of its name, and the folders on the way to it', () => {
  expect(['a.txt', 'a/b.txt', 'a/b/', 'a/'].map(nameOf)).toEqual(['a.txt', 'b.txt', 'b/', 'a/']);
  expect(['', 'a', 'a/', 'a/b', 'a/b/c'].map(folderIn)).toEqual(['', '', 'a/', 'a/', 'a/b/']);
  expect(crumbsOf('a')).toEqual([]);
  expect(crumbsOf('a/b/na')).toEqual([
    { title: 'a', folder: 'a/' },
    { title: 'b', folder: 'a/b/' },
  ]);
});

it('puts any name together again from its folder and its last part, and keeps it in its row', () => {
  const segment = fc.string({ minLength: 1 }).map((text) => text.replaceAll('/', '_'));
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), fc.boolean(), (parts, folder) => {
      const uri = parts.join('/') + (folder ? '/' : '');
      expect(folderIn(uri.slice(0, -1)) + nameOf(uri)).toBe(uri);
      expect(uriIn(cellsOf({ uri, size: null, modifiedAt: null, contentType: '' }))).toBe(uri);
      if (folder) expect(crumbsOf(uri).at(-1)?.folder).toBe(uri);
    }),
  );
});

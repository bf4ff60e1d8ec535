import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeFolder } from './make-folder.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'signalbox-folder-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('makes what is missing for its owner only, and says what that was', () => {
  const path = join(dir, 'a/b');
  expect(makeFolder(path)).toEqual([join(dir, 'a'), path]);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(makeFolder(path)).toEqual([]);
});

test('a link to a folder is one; a file in the way is named', () => {
  symlinkSync(dir, join(dir, 'link'));
  expect(makeFolder(join(dir, 'link/x'))).toEqual([join(dir, 'link/x')]);
  writeFileSync(join(dir, 'file'), '');
  for (const path of ['file', 'file/x']) {
    expect(() => makeFolder(join(dir, path))).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
  }
});

test.runIf(process.platform === 'linux')(
  'a place where nobody can make a folder is refused, not tried again',
  () => {
    for (const path of ['/proc/signalbox', '/proc/signalbox/deep/er']) {
      expect(() => makeFolder(path)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    }
  },
);

test('a folder that somebody else makes meanwhile is none of ours, and a file in its place is in the way', () => {
  const path = join(dir, 'a', 'b');
  expect(makeFolder(path)).toHaveLength(2);
  rmSync(path, { recursive: true });
  expect(makeFolder(`${path}/`)).toEqual([path]);
  writeFileSync(join(dir, 'c'), '');
  expect(() => makeFolder(join(dir, 'c'))).toThrow(
    expect.objectContaining({ code: 'ENOTDIR', path: join(dir, 'c') }),
  );
  expect(makeFolder('/')).toEqual([]);
});

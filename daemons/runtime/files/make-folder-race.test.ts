/** Two processes that make one folder at the same time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';

/** Comes between the look at a place and the making of it. */
let meanwhile: (path: string) => void = () => {};
vi.mock('node:fs', async (original) => {
  const actual = await original<typeof import('node:fs')>();
  return {
    ...actual,
    mkdirSync(path: string, options: { readonly mode: number }) {
      meanwhile(path);
      return actual.mkdirSync(path, options);
    },
  };
});
const { mkdirSync, writeFileSync } = await vi.importActual<typeof import('node:fs')>('node:fs');
const { makeFolder } = await import('./make-folder.ts');

it('takes a folder that another made first, and does not call it its own', () => {
  const dir = mkdtempSync(join(tmpdir(), 'signalbox-race-'));
  const path = join(dir, 'a', 'b');
  meanwhile = (at) => {
    if (at === join(dir, 'a')) mkdirSync(at);
  };
  expect(makeFolder(path)).toEqual([path]);
  meanwhile = (at) => writeFileSync(at, '');
  expect(() => makeFolder(join(dir, 'c'))).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
  rmSync(dir, { recursive: true });
});

import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadNative } from '../native/native-calls.ts';
import { type Containment, RootFolder } from './root-folder.ts';
import { openBelow, testReader, testRoot, writeByHand } from './test-store.ts';

/** The way of the machine itself comes first: where there are native calls, openat2. */
const WAYS: readonly (Containment | 'native')[] = ['native', 'walk', 'compare'];

function open(root: string, way: Containment | 'native'): RootFolder {
  const folder = new RootFolder(
    root,
    way === 'native' ? { native: loadNative()?.files ?? null } : { containment: way },
  );
  onTestFinished(() => folder.close());
  return folder;
}

/** The text of a file, or why it cannot be had. */
function textOf(folder: RootFolder, uri: string): string {
  try {
    const fd = folder.openFile(uri);
    try {
      return readFileSync(fd, 'utf8');
    } finally {
      folder.closeFile(fd);
    }
  } catch (error) {
    return `refused: ${(error as NodeJS.ErrnoException).code ?? 'link'}`;
  }
}

describe.each(WAYS)('a root whose files are reached by %s', (way) => {
  it('gives files in it, however deep', () => {
    const { root } = testRoot();
    writeByHand(root, 'a.txt', 'A');
    writeByHand(root, 'b/c/d/e.txt', 'E');
    const folder = open(root, way);
    expect(textOf(folder, 'a.txt')).toBe('A');
    expect(textOf(folder, 'b/c/d/e.txt')).toBe('E');
    expect(textOf(folder, 'b/c/none')).toBe('refused: ENOENT');
    expect(openBelow(root)).toEqual([]);
  });

  it('follows no link, wherever it leads and wherever on the way it is', () => {
    const { root, outside } = testRoot();
    writeByHand(outside, 'secret/key', 'SECRET');
    writeByHand(root, 'real/key', 'inside');
    symlinkSync(join(outside, 'secret/key'), join(root, 'absolute'));
    symlinkSync('../outside/secret/key', join(root, 'relative'));
    symlinkSync('real/key', join(root, 'inside'));
    symlinkSync(join(outside, 'secret'), join(root, 'folder'));
    mkdirSync(join(root, 'deep'));
    symlinkSync('../../outside', join(root, 'deep/up'));
    symlinkSync('loop', join(root, 'loop'));
    symlinkSync('/proc/self/root', join(root, 'magic'));
    symlinkSync(`/proc/self/fd/0`, join(root, 'descriptor'));
    const folder = open(root, way);
    for (const uri of [
      'absolute',
      'relative',
      'inside',
      'folder/key',
      'deep/up/secret/key',
      'loop',
      'magic/etc/passwd',
      'descriptor',
    ])
      expect(textOf(folder, uri), uri).toMatch(/^refused: (ELOOP|ENOTDIR|EXDEV|link)$/);
    expect(openBelow(root)).toEqual([]);
    expect(openBelow(outside)).toEqual([]);
  });

  it('stays in a folder that is swapped for a link to elsewhere while files are opened', () => {
    const { root, outside } = testRoot();
    writeByHand(outside, 'file', 'SECRET');
    writeByHand(root, 'folder/file', 'inside');
    const folder = open(root, way);
    const seen = new Set<string>();
    for (let i = 0; i < 200; i++) {
      seen.add(textOf(folder, 'folder/file'));
      renameSync(join(root, 'folder'), join(root, 'away'));
      symlinkSync(outside, join(root, 'folder'));
      seen.add(textOf(folder, 'folder/file'));
      rmSync(join(root, 'folder'));
      renameSync(join(root, 'away'), join(root, 'folder'));
    }
    expect([...seen].sort()[0]).toBe('inside');
    expect([...seen].sort().slice(1).join()).toMatch(/^refused: (ELOOP|ENOTDIR|link)$/);
  });

  it('opens a folder, and what is done in it is done there, wherever its name leads then', () => {
    const { root, outside } = testRoot();
    writeByHand(root, 'a/file', 'inside');
    writeByHand(outside, 'file', 'SECRET');
    const folder = open(root, 'walk').openFolder('a');
    renameSync(join(root, 'a'), join(root, 'b'));
    symlinkSync(outside, join(root, 'a'));
    expect(readFileSync(folder.entry('file'), 'utf8')).toBe('inside');
    folder.close();
    expect(() => open(root, way).openFolder('a')).toThrow();
    expect(openBelow(root)).toEqual([]);
  });
});

describe('what is no regular file', () => {
  it('is no object: folders, pipes, sockets and devices; and nobody waits for the other end of a pipe', async () => {
    const { root } = testRoot();
    mkdirSync(join(root, 'folder'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    symlinkSync('/dev/zero', join(root, 'device-link'));
    const server = createServer().listen(join(root, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    onTestFinished(() => void server.close());
    const reader = testReader(root);
    for (const uri of ['folder', 'pipe', 'socket', 'device-link']) {
      expect(reader.take(uri), uri).toBe('not_regular');
      expect(reader.openFresh(uri), uri).toBe('not_regular');
    }
    expect(openBelow(root)).toEqual([]);
  });

  it('a second name of a file is an object like the first: whoever can make one could copy the file as well', () => {
    const { root, outside } = testRoot();
    writeByHand(outside, 'file', 'text');
    linkSync(join(outside, 'file'), join(root, 'name'));
    expect(testReader(root).stat('name')).toMatchObject({ sizeBytes: 4 });
  });
});

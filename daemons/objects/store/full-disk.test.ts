/** A root on a file system of its own that fills up, where this process may mount one; else one that it may not write to. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { get, listed, problemFrom, put, testRoot, testStore } from './test-store.ts';
import { OWN_PREFIX } from './uri.ts';

/** A file system of 2 MB, or null. */
function smallDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=0700', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  });
  return folder;
}

/** What whoever may not mount sees of a disk that takes nothing. */
async function putIntoClosedFolder(): Promise<unknown> {
  const { root } = testRoot();
  const store = await testStore(root);
  await put(store, 'a', 'old');
  chmodSync(join(root, OWN_PREFIX), 0o500);
  onTestFinished(() => chmodSync(join(root, OWN_PREFIX), 0o700));
  return put(store, 'a', 'new');
}

it('refuses a put on a full disk, keeps what was there, and takes it when there is room again', async () => {
  const root = smallDisk();
  if (root === null) return expect(await problemFrom(putIntoClosedFolder())).toBe('denied');
  const store = await testStore(root, { maxObjectBytes: 10_000_000 });
  await put(store, 'a', 'old');
  const large = 'x'.repeat(1_100_000);
  expect(await problemFrom(put(store, 'b', large))).toBe('ok');
  expect(await problemFrom(put(store, 'a', large))).toBe('storage');
  expect(get(store.reader, 'a')).toBe('old');
  const { bavail, bsize } = statfsSync(root);
  writeFileSync(join(root, 'filler'), Buffer.alloc(bavail * bsize));
  expect(await problemFrom(put(store, 'c', 'text'))).toBe('storage');
  expect(await problemFrom(store.delete('b'))).toBe('ok');
  expect(await problemFrom(put(store, 'a', large))).toBe('ok');
  expect(await listed(store)).toEqual(['a', 'filler']);
});

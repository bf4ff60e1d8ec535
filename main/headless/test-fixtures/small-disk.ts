/**
 * A place for a data directory that can be filled up: a real file system of 24 MB where this process may mount one, else
 * a folder in which the files that matter are made impossible to write. For tests only.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, open, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const call = promisify(execFile);

/** Where a data directory may be, and how it is filled. */
export interface SmallDisk {
  readonly folder: string;
  /** Nothing can be written from here on; the folders named are those that must not be. */
  fill(...folders: string[]): Promise<void>;
  /** There is room again. */
  free(): Promise<void>;
  remove(): Promise<void>;
}

/** Makes one, empty. */
export async function smallDisk(): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-disk-'));
  try {
    await call('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=0700', 'tmpfs', folder]);
  } catch {
    return blockedFolder(folder);
  }
  const filler = join(folder, 'filler');
  return {
    folder,
    fill: () => fillWith(filler),
    free: () => rm(filler),
    async remove() {
      // A daemon that has just ended may hold a file for a moment.
      await call('umount', ['-l', folder]);
      await rm(folder, { recursive: true });
    },
  };
}

async function fillWith(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const bytes of [Buffer.alloc(1_000_000), Buffer.alloc(4_096)]) {
      try {
        for (;;) await file.appendFile(bytes);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    await file.close();
  }
}

/** Without a file system of its own: a file stands where each folder was. */
function blockedFolder(folder: string): SmallDisk {
  let blocked: readonly string[] = [];
  return {
    folder,
    async fill(...names) {
      blocked = names;
      for (const name of names) {
        await mkdir(join(folder, name), { recursive: true });
        await rename(join(folder, name), join(folder, `${name}.away`));
        await writeFile(join(folder, name), '');
      }
    },
    async free() {
      for (const name of blocked) {
        await rm(join(folder, name));
        await rename(join(folder, `${name}.away`), join(folder, name));
      }
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

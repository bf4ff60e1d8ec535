/**
 * What an instance writes is for its owner alone: who talks to whom, who is banned, keys and sessions. The umask of every
 * process sees to what is made from now on, whoever makes it (SQLite, a log, a library); files and folders of an older
 * version are mended at the start.
 */
import { chmod, lstat, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** Rights of the group and of others. */
const FOREIGN_RIGHTS = 0o077;
const STICKY = 0o1000;
/** How deep folders are looked into: a daemon's folder, and one for what it set aside. */
const DEPTH = 3;

/** Makes files 0600 and folders 0700 from here on. Called first by every entry. */
export function keepFilesPrivate(): void {
  process.umask(FOREIGN_RIGHTS);
}

/**
 * Takes the rights of others from the data folder and from those of its `entries` that are there, folders with what is in
 * them. Links are not followed, and what belongs to nobody else's business is left alone: a home or a folder that all
 * users share is not made private because somebody named it as the data folder.
 * @returns paths that could not be mended, with the cause
 */
export async function mendPrivacy(folder: string, entries: readonly string[]): Promise<readonly string[]> {
  if (process.platform === 'win32') return [];
  const failures: string[] = [];
  const { mode } = await lstat(folder);
  const isShared = (mode & STICKY) !== 0 || resolve(folder) === homedir();
  if (!isShared) await mend(folder, 0, failures);
  for (const entry of entries) await mend(join(folder, entry), DEPTH, failures);
  return failures;
}

async function mend(path: string, depth: number, failures: string[]): Promise<void> {
  try {
    const found = await lstat(path);
    if (found.isSymbolicLink()) return;
    const isFolder = found.isDirectory();
    if ((found.mode & FOREIGN_RIGHTS) !== 0) await chmod(path, isFolder ? FOLDER_MODE : FILE_MODE);
    if (!isFolder || depth === 0) return;
    for (const name of await readdir(path)) await mend(join(path, name), depth - 1, failures);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') failures.push(`${path} (${code ?? String(error)})`);
  }
}

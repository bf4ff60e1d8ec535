/** Where a backup may be written: never over a device or a link, and never over or into the instance itself. */
import { type Stats, statSync } from 'node:fs';
import { lstat, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { SignalboxError } from '../../contract/errors.ts';
import { DATABASES } from './instance-files.ts';

/** The file that is to be written, and what it belongs to. */
export interface BackupTarget {
  readonly file: string;
  /** A regular file may be replaced. */
  readonly overwrite: boolean;
  readonly dataDir: string;
  readonly configFile: string | null;
}

/**
 * Looks at the target before anything is copied.
 * @throws SignalboxError `not_found` without its folder, `refused` for what is never replaced, `conflict` for a regular file
 * that may not be
 */
export async function checkTarget({ file, overwrite, dataDir, configFile }: BackupTarget): Promise<void> {
  const folder = dirname(file);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new SignalboxError('not_found', `There is no folder ${folder}.`);
  const place = await realpath(folder);
  if (isBelow(await realpath(dataDir), place)) {
    const why = 'backups would pack one another, or replace a file of the instance';
    throw refused(`${file} is in the data folder ${dataDir}: ${why}. Name a file elsewhere.`);
  }
  const found = await lstat(file).catch(() => null);
  if (found === null) return;
  if (found.isSymbolicLink()) {
    const target = await readlink(file);
    throw refused(`${file} is a link to ${target}. Name the file itself, or remove the link.`);
  }
  if (!found.isFile()) {
    throw refused(
      `${file} is ${kindOf(found)}; a backup is a regular file and replaces no other thing. Name a file.`,
    );
  }
  const path = join(place, basename(file));
  const databases = DATABASES.flatMap((name) => ['', '-wal', '-shm'].map((end) => join(dataDir, name) + end));
  const own = [configFile, ...databases].filter((name) => name !== null);
  for (const name of own) {
    if ((await realpath(name).catch(() => null)) !== path) continue;
    throw refused(`${file} is a file of this instance. Name another file for the backup.`);
  }
  if (overwrite) return;
  const message = `${file} exists already. Choose another name, or overwrite it with --force.`;
  throw new SignalboxError('conflict', message);
}

function refused(message: string): SignalboxError {
  return new SignalboxError('refused', message);
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way.split(/[\\/]/)[0] !== '..';
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a pipe';
  if (found.isSocket()) return 'a socket';
  return 'a device';
}

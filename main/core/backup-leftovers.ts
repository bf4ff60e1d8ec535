/**
 * What a backup that was killed leaves: the folder in which it gathered its files, and the archive that was not whole. The
 * name of each says which process made it, so that neither a running backup's nor anybody else's are touched. Called by
 * every backup and every start.
 */
import { lstat, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** How names begin in which backups gather their files, in the data folder. */
export const STAGING_PREFIX = '.backup-';

/** The beginning of a gathering folder's name; `mkdtemp` adds six characters. */
export function stagingPrefix(pid = process.pid): string {
  return `${STAGING_PREFIX}${pid}-`;
}

/** The archive beside `file` until it is whole. */
export function partOf(file: string, pid = process.pid): string {
  return join(dirname(file), `.${basename(file)}.${pid}.part`);
}

/** Removes the folders of backups whose process has ended; answers their names. What cannot be removed stays. */
export async function removeStagings(dataDir: string): Promise<readonly string[]> {
  return await removeLeftovers(
    dataDir,
    'folder',
    (name) => /^\.backup-(\d+)-[A-Za-z0-9]{6}$/.exec(name)?.[1],
  );
}

/** Removes the unfinished archives of backups to `file` whose process has ended; answers their names. */
export async function removeParts(file: string): Promise<readonly string[]> {
  const start = `.${basename(file)}.`;
  return await removeLeftovers(dirname(file), 'file', (name) =>
    name.startsWith(start) ? /^(\d+)\.part$/.exec(name.slice(start.length))?.[1] : undefined,
  );
}

/** `pidIn` answers the process that made an entry of that name; undefined for one that is not ours. */
async function removeLeftovers(
  folder: string,
  kind: 'folder' | 'file',
  pidIn: (name: string) => string | undefined,
): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = pidIn(name);
    if (pid === undefined || lives(Number(pid))) continue;
    const path = join(folder, name);
    // A link is neither: what it leads to is somebody's.
    const found = await lstat(path).catch(() => null);
    const fits = kind === 'folder' ? found?.isDirectory() : found?.isFile();
    if (fits !== true || found?.uid !== (process.getuid?.() ?? found?.uid)) continue;
    const done = await rm(path, { recursive: true, force: true }).then(
      () => true,
      () => false,
    );
    if (done) removed.push(name);
  }
  return removed;
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

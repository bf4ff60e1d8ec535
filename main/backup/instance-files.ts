/** Which files of a data folder make the instance: all but what a start makes anew, and what is copied by SQLite. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { STAGING_PREFIX } from '../core/backup-leftovers.ts';
import { RESTORE_FOLDER } from '../core/instance/data-format.ts';
import { RECORD_NAME } from '../core/instance/instance-record.ts';

/** The recorder's database below the data folder. */
export const DATABASE_NAME = 'recorder/signalbox.db';

/** Every database below the data folder: copied by SQLite, because its files belong together while it is written to. */
export const DATABASES: readonly string[] = [DATABASE_NAME, 'accounts/accounts.db', 'services/services.db'];

/** Where the files of a data folder go that a restore has replaced. */
export const REPLACED_PREFIX = 'before-restore-';

const OUTSIDE: ReadonlySet<string> = new Set([
  'control.sock',
  'control.lock',
  RECORD_NAME,
  'logs',
  'sessions.json',
  'desktop',
  '.cache',
  'messages',
  RESTORE_FOLDER,
]);

/**
 * Top-level entries that are not part of an instance: the claim on the folder, logs, logins (one that was ended must not come
 * back), what was said on the IRC server (what was taken back, or is too old, must not come back either), Chromium's profile, caches, and
 * what backups and restores leave.
 */
export function isOutside(name: string): boolean {
  return OUTSIDE.has(name) || name.startsWith(REPLACED_PREFIX) || name.startsWith(STAGING_PREFIX);
}

/** Names of the regular files below `dataDir`, with forward slashes, sorted; without the databases. */
export async function instanceFiles(dataDir: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    const entries = await readdir(join(dataDir, folder), { withFileTypes: true });
    for (const entry of entries) {
      if (folder === '' && isOutside(entry.name)) continue;
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) await walk(name);
      // A file that is being replaced has a second one beside it for a moment.
      else if (
        entry.isFile() &&
        !DATABASES.some((database) => name.startsWith(database)) &&
        !/\.\d+\.new$/.test(name)
      )
        found.push(name);
    }
  };
  await walk('');
  return found.sort();
}

/** What was copied. */
export interface Copied {
  readonly size: number;
  readonly sha256: string;
}

/** Copies a file, for its owner only; null when there is none. The checksum is that of what was written. */
export async function copyChecked(from: string, to: string): Promise<Copied | null> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  try {
    const { result, through } = checksum();
    await pipeline(
      createReadStream(from),
      through,
      createWriteStream(to, { flags: 'wx', mode: 0o600, flush: true }),
    );
    return result();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Size and checksum of a file. */
export async function checksumOf(file: string): Promise<Copied> {
  const { result, through } = checksum();
  await pipeline(createReadStream(file), through, async (chunks) => {
    for await (const _ of chunks);
  });
  return result();
}

function checksum() {
  const hash = createHash('sha256');
  let size = 0;
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  return { through, result: (): Copied => ({ size, sha256: hash.digest('hex') }) };
}

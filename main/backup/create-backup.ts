/**
 * Writes a whole instance into one file. Files that are replaced as a whole, and journals that only grow, are copied as they
 * are; the databases are copied by SQLite, last, so that what a journal holds is in one of the two. Called by
 * `signalbox backup`.
 */
import { createWriteStream } from 'node:fs';
import { access, mkdir, mkdtemp, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { create } from 'tar';
import { SignalboxError } from '../../contract/errors.ts';
import { partOf, removeParts, removeStagings, stagingPrefix } from '../core/backup-leftovers.ts';
import { readDataFormat } from '../core/instance/data-format.ts';
import {
  BACKUP_VERSION,
  type BackupEntry,
  type BackupManifest,
  CONFIG_NAME,
  DATA_PREFIX,
  MANIFEST_NAME,
} from './backup-manifest.ts';
import { checkTarget } from './backup-target.ts';
import { checksumOf, copyChecked, DATABASES, instanceFiles } from './instance-files.ts';

/** What is backed up, and how its database is copied. */
export interface BackupSource {
  readonly dataDir: string;
  /** Null: none is known. */
  readonly configFile: string | null;
  /** Whether the instance itself said so: null means built-in defaults then, else perhaps a file elsewhere. */
  readonly configCertain: boolean;
  readonly program: string;
  /**
   * Copies a database, while it is written to, into a file that does not exist yet.
   * @param name one of `DATABASES`
   */
  copyDatabase(to: string, name: string): Promise<void>;
}

/** What was written. */
export interface BackupResult {
  readonly file: string;
  readonly bytes: number;
  readonly files: number;
  /** The configuration file that is in it; null where none is. */
  readonly configFile: string | null;
  /** What the backup lacks that a person would expect in it. */
  readonly warnings: readonly string[];
}

/**
 * Writes the backup, for its owner only; until it is whole, nothing is at `file`.
 * @throws SignalboxError `conflict` for a file that exists (unless `overwrite`), `refused` for a target that is not to be
 * replaced, `not_found` for a folder that does not exist, `unavailable` for a disk without room, `data_unusable` for a data
 * folder of a newer version
 */
export async function createBackup(
  source: BackupSource,
  file: string,
  overwrite: boolean,
): Promise<BackupResult> {
  const { dataDir, configFile, program } = source;
  const dataFormat = readDataFormat(dataDir);
  await checkTarget({ file, overwrite, dataDir, configFile });
  await removeStagings(dataDir);
  await removeParts(file);
  const part = partOf(file);
  let staging: string | null = null;
  let disk = `${dataDir}, where the files are copied first`;
  try {
    // In the data folder, because the recorder may be allowed to write nowhere else.
    staging = await mkdtemp(join(dataDir, stagingPrefix()));
    const copies = staging;
    const inData = configFile === null ? null : nameBelow(dataDir, configFile);
    const configName = inData === null ? CONFIG_NAME : `${DATA_PREFIX}${inData}`;
    const entries: BackupEntry[] = [];
    const take = async (from: string, name: string) => {
      const copied = await copyChecked(from, join(copies, name));
      if (copied !== null) entries.push({ name, ...copied });
    };
    if (configFile !== null && inData === null) await take(configFile, CONFIG_NAME);
    for (const name of await instanceFiles(dataDir)) await take(join(dataDir, name), `${DATA_PREFIX}${name}`);
    for (const database of DATABASES) {
      if (!(await exists(join(dataDir, database)))) continue;
      const name = `${DATA_PREFIX}${database}`;
      // Its folder need not have held another file.
      await mkdir(dirname(join(copies, name)), { recursive: true, mode: 0o700 });
      await source.copyDatabase(join(copies, name), database);
      entries.push({ name, ...(await checksumOf(join(copies, name))) });
    }
    const manifest: BackupManifest = {
      backup: BACKUP_VERSION,
      program,
      dataFormat,
      time: Date.now(),
      config: configFile === null ? null : { path: configFile, inData },
      files: entries,
    };
    await writeFile(join(copies, MANIFEST_NAME), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    const names = [MANIFEST_NAME, ...entries.map(({ name }) => name)];
    disk = dirname(file);
    const archive = create({ cwd: copies, gzip: true, portable: true, noDirRecurse: true }, names);
    await pipeline(archive, createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }));
    await rename(part, file);
    await syncFolder(dirname(file));
    const packed = entries.some(({ name }) => name === configName) ? configFile : null;
    return {
      file,
      bytes: (await stat(file)).size,
      files: entries.length,
      configFile: packed,
      warnings: packed === null ? missingConfig(source) : [],
    };
  } catch (error) {
    throw withoutRoom(error, disk);
  } finally {
    await rm(part, { force: true });
    if (staging !== null) await rm(staging, { recursive: true, force: true });
  }
}

function missingConfig({ configFile, configCertain }: BackupSource): readonly string[] {
  if (configFile !== null) {
    return [`The configuration ${configFile} is not in the backup: the file is not there any more.`];
  }
  if (configCertain) return [];
  return [
    'No configuration is in the backup: none was named and none is at the usual place. If the instance is started with --config FILE, back it up with the same.',
  ];
}

/** The error of a full disk, with the folder that lies on it; any other as it is. */
function withoutRoom(error: unknown, disk: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT' && code !== 'SQLITE_FULL') return error;
  const message = `There is no room left on the disk of ${disk} (${code}). Make room there and run the backup again; nothing was written.`;
  return new SignalboxError('unavailable', message, { cause: error });
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** The name of `file` below `folder`, with forward slashes; null for one elsewhere. */
function nameBelow(folder: string, file: string): string | null {
  const name = relative(folder, file);
  return name === '' || name.startsWith('..') || isAbsolute(name) ? null : name.split(sep).join('/');
}

/** A rename is on disk once its folder is; not every system can do that. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/**
 * Writes a whole instance into one file. Files that are replaced as a whole, and journals that only grow, are copied as they
 * are; the database is copied by SQLite, last, so that what a journal holds is in one of the two. Called by
 * `signalbox backup`.
 */
import { createWriteStream } from 'node:fs';
import { access, mkdir, mkdtemp, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { create } from 'tar';
import { SignalboxError } from '../../../daemons/contract/errors.ts';
import { readDataFormat } from '../../core/data-format.ts';
import {
  BACKUP_VERSION,
  type BackupEntry,
  type BackupManifest,
  CONFIG_NAME,
  DATA_PREFIX,
  MANIFEST_NAME,
} from './backup-manifest.ts';
import { checksumOf, copyChecked, DATABASE_NAME, instanceFiles, STAGING_PREFIX } from './instance-files.ts';

/** What is backed up, and how its database is copied. */
export interface BackupSource {
  readonly dataDir: string;
  /** Null: the instance runs on built-in defaults. */
  readonly configFile: string | null;
  readonly program: string;
  /** Copies the database, while it is written to, into a file that does not exist yet. */
  copyDatabase(to: string): Promise<void>;
}

/** What was written. */
export interface BackupResult {
  readonly file: string;
  readonly bytes: number;
  readonly files: number;
}

/**
 * Writes the backup, for its owner only; until it is whole, nothing is at `file`.
 * @throws SignalboxError `conflict` for a file that exists (unless `overwrite`), `not_found` for a folder that does not,
 * `data_unusable` for a data folder of a newer version
 */
export async function createBackup(
  source: BackupSource,
  file: string,
  overwrite: boolean,
): Promise<BackupResult> {
  const { dataDir, configFile, program } = source;
  const dataFormat = readDataFormat(dataDir);
  await checkTarget(file, overwrite);
  // In the data folder, because the recorder may be allowed to write nowhere else.
  const staging = await mkdtemp(join(dataDir, STAGING_PREFIX));
  const part = join(dirname(file), `.${basename(file)}.${process.pid}.part`);
  try {
    const inData = configFile === null ? null : nameBelow(dataDir, configFile);
    const entries: BackupEntry[] = [];
    const take = async (from: string, name: string) => {
      const copied = await copyChecked(from, join(staging, name));
      if (copied !== null) entries.push({ name, ...copied });
    };
    if (configFile !== null && inData === null) await take(configFile, CONFIG_NAME);
    for (const name of await instanceFiles(dataDir)) await take(join(dataDir, name), `${DATA_PREFIX}${name}`);
    if (await exists(join(dataDir, DATABASE_NAME))) {
      const name = `${DATA_PREFIX}${DATABASE_NAME}`;
      // Its folder need not have held another file.
      await mkdir(dirname(join(staging, name)), { recursive: true, mode: 0o700 });
      await source.copyDatabase(join(staging, name));
      entries.push({ name, ...(await checksumOf(join(staging, name))) });
    }
    const manifest: BackupManifest = {
      backup: BACKUP_VERSION,
      program,
      dataFormat,
      time: Date.now(),
      config: configFile === null ? null : { path: configFile, inData },
      files: entries,
    };
    await writeFile(join(staging, MANIFEST_NAME), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    const names = [MANIFEST_NAME, ...entries.map(({ name }) => name)];
    const archive = create({ cwd: staging, gzip: true, portable: true, noDirRecurse: true }, names);
    await pipeline(archive, createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }));
    await rename(part, file);
    await syncFolder(dirname(file));
    return { file, bytes: (await stat(file)).size, files: entries.length };
  } finally {
    await rm(part, { force: true });
    await rm(staging, { recursive: true, force: true });
  }
}

async function checkTarget(file: string, overwrite: boolean): Promise<void> {
  if (!(await exists(dirname(file))))
    throw new SignalboxError('not_found', `There is no folder ${dirname(file)}.`);
  if (overwrite || !(await exists(file))) return;
  const message = `${file} exists already. Choose another name, or overwrite it with --force.`;
  throw new SignalboxError('conflict', message);
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

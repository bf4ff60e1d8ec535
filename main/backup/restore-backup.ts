/**
 * Puts a backup in place of a data folder. Everything is unpacked and checked beside the old files first; from then on a
 * mark in the folder keeps an instance from starting on half of it, until the last file has moved. Called by
 * `signalbox restore`, which holds the claim on the folder.
 */
import { existsSync } from 'node:fs';
import {
  access,
  constants,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SignalboxError } from '../../contract/errors.ts';
import { makeFolder } from '../../daemons/runtime/files/make-folder.ts';
import { replaceFile } from '../../daemons/runtime/files/saved-file.ts';
import { RESTORE_FOLDER } from '../core/instance/data-format.ts';
import { type BackupManifest, CONFIG_NAME } from './backup-manifest.ts';
import { DATABASES, instanceFiles, isOutside, REPLACED_PREFIX } from './instance-files.ts';
import { readArchive } from './read-archive.ts';

/** What is restored, and where. */
export interface RestoreOptions {
  readonly file: string;
  /** Exists and is claimed. */
  readonly dataDir: string;
  /** Where the configuration goes; null: where the backup found it. */
  readonly configFile: string | null;
  /** Replaces an instance that is there; its files are kept. */
  readonly force: boolean;
}

/** What was restored. */
export interface RestoreResult {
  readonly dataDir: string;
  readonly configFile: string | null;
  /** When the backup was made, Unix milliseconds. */
  readonly time: number;
  readonly files: number;
  /** Folder with what was there before; null where nothing was. */
  readonly replaced: string | null;
}

/**
 * Restores; on an error before the first file moves, nothing has changed.
 * @throws SignalboxError `conflict` where something would be overwritten without `force`, `data_unusable` for the archive
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreResult> {
  const { file, dataDir, force } = options;
  await checkEmpty(dataDir, force);
  const folder = join(dataDir, RESTORE_FOLDER);
  const files = join(folder, 'files');
  const mark = join(folder, 'committed');
  await rm(files, { recursive: true, force: true });
  await mkdir(files, { recursive: true, mode: 0o700 });
  let manifest: BackupManifest;
  let configFile: string | null;
  try {
    manifest = await readArchive(file, files);
    configFile = await checkConfig(options, manifest, files);
  } catch (error) {
    // The mark of a restore before this one stays.
    await rm(existsSync(mark) ? files : folder, { recursive: true, force: true });
    throw error;
  }
  const stamp = new Date()
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z');
  await writeFile(mark, '', { mode: 0o600, flush: true });
  const replaced = await moveAway(dataDir, join(dataDir, `${REPLACED_PREFIX}${stamp}`));
  await mkdir(join(files, 'data'), { recursive: true });
  for (const name of await readdir(join(files, 'data')))
    await rename(join(files, 'data', name), join(dataDir, name));
  if (configFile !== null) await placeConfig(configFile, join(files, CONFIG_NAME), stamp);
  await rm(folder, { recursive: true, force: true });
  const own = manifest.config?.inData ?? null;
  return {
    dataDir,
    configFile: configFile ?? (own === null ? null : join(dataDir, own)),
    time: manifest.time,
    files: manifest.files.length,
    replaced,
  };
}

async function checkEmpty(dataDir: string, force: boolean): Promise<void> {
  const { uid } = await stat(dataDir);
  const own = process.getuid?.();
  if (own !== undefined && uid !== own) {
    throw new SignalboxError(
      'refused',
      `${dataDir} belongs to the user with the number ${uid}, this is number ${own}: restore as that user (sudo -u '#${uid}'), or the instance cannot read its files.`,
    );
  }
  if (force) return;
  const database = DATABASES.find((name) => existsSync(join(dataDir, name)));
  const found = database ?? (await instanceFiles(dataDir))[0];
  if (found === undefined) return;
  throw new SignalboxError(
    'conflict',
    `${dataDir} holds an instance already (${found}). Restore into another folder with --data, or replace it with --force; its files are kept beside the new ones then.`,
  );
}

/** Where the configuration of the archive goes; null where it has none of its own. Throws where that cannot be. */
async function checkConfig(
  { configFile, force }: RestoreOptions,
  manifest: BackupManifest,
  files: string,
): Promise<string | null> {
  const packed = join(files, CONFIG_NAME);
  if (manifest.config === null || !existsSync(packed)) return null;
  const target = configFile ?? manifest.config.path;
  const hint = 'Name another place with --config FILE';
  try {
    makeFolder(dirname(target));
    await access(dirname(target), constants.W_OK);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SignalboxError(
      'refused',
      `The configuration cannot be written to ${target} (${why}). ${hint}.`,
      {
        cause,
      },
    );
  }
  if (force || !existsSync(target)) return target;
  if ((await readFile(target)).equals(await readFile(packed))) return target;
  throw new SignalboxError(
    'conflict',
    `${target} is there already and differs from the configuration in the backup. ${hint}, or replace it with --force; the old one is kept beside it then.`,
  );
}

/** Moves what is there into `folder`; answers that folder, or null where there was nothing. */
async function moveAway(dataDir: string, folder: string): Promise<string | null> {
  const names = (await readdir(dataDir)).filter((name) => !isOutside(name));
  if (names.length === 0) return null;
  await mkdir(folder, { mode: 0o700 });
  for (const name of names) await rename(join(dataDir, name), join(folder, name));
  return folder;
}

async function placeConfig(target: string, packed: string, stamp: string): Promise<void> {
  const text = await readFile(packed, 'utf8');
  if (existsSync(target)) {
    if ((await readFile(target, 'utf8')) === text) return;
    await copyFile(target, `${target}.${REPLACED_PREFIX}${stamp}`);
  }
  await replaceFile(target, text);
}

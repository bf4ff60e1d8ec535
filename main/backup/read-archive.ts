/** Unpacks a backup into a folder, checking every byte against its manifest. Called by the restore. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  createReadStream,
  fsyncSync,
  mkdirSync,
  openSync,
  writeFileSync,
} from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Parser, type ReadEntry } from 'tar';
import { SignalboxError, toWireError } from '../../contract/errors.ts';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { type BackupManifest, damaged, MANIFEST_NAME, parseManifest } from './backup-manifest.ts';

/**
 * Looks whether there is a file at all.
 * @throws SignalboxError `not_found`, `refused` for a folder or a device, `forbidden`
 */
export async function checkArchive(file: string): Promise<void> {
  try {
    const found = await stat(file);
    if (!found.isFile()) {
      const what = found.isDirectory() ? 'a folder' : 'no regular file';
      throw new SignalboxError('refused', `${file} is ${what}; name the file that a backup made.`);
    }
    await access(file, constants.R_OK);
  } catch (error) {
    if (error instanceof SignalboxError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new SignalboxError('not_found', `There is no file ${file}. Name the file that a backup made.`);
    if (code !== 'EACCES') throw error;
    throw new SignalboxError('forbidden', `This user may not read ${file}.`);
  }
}

/**
 * Writes the files of the archive below `folder`, for their owner only and on disk when this resolves.
 * @throws SignalboxError `data_unusable` for an archive that is damaged, cut off, newer, or holds anything that its manifest
 * does not name
 */
export async function readArchive(file: string, folder: string): Promise<BackupManifest> {
  let manifest: BackupManifest | null = null;
  let failure: unknown = null;
  const missing = new Set<string>();
  const take = (entry: ReadEntry): void => {
    if (manifest === null) {
      if (entry.path !== MANIFEST_NAME || entry.type !== 'File')
        throw damaged(file, `its first entry is not ${MANIFEST_NAME}`);
      if (entry.size > CONTROL_LIMITS.backupManifestBytes)
        throw damaged(file, `${MANIFEST_NAME} is too long`);
      const chunks: Buffer[] = [];
      entry.on('data', (chunk) => chunks.push(Buffer.from(chunk)));
      entry.on(
        'end',
        guarded(() => {
          manifest = parseManifest(Buffer.concat(chunks).toString('utf8'), file);
          for (const { name } of manifest.files) missing.add(name);
        }),
      );
      return;
    }
    const named = manifest.files.find(({ name }) => name === entry.path);
    if (named === undefined || !missing.delete(named.name))
      throw damaged(file, `${JSON.stringify(entry.path)} is not in its manifest`);
    if (entry.type !== 'File' || entry.size !== named.size)
      throw damaged(file, `${named.name} has another size`);
    const path = join(folder, named.name);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const descriptor = openSync(path, 'wx', 0o600);
    const hash = createHash('sha256');
    entry.on(
      'data',
      guarded((chunk: Buffer) => {
        hash.update(chunk);
        // Not writeSync, which may take a part only, as on a disk that fills up.
        writeFileSync(descriptor, chunk);
      }),
    );
    entry.on(
      'end',
      guarded(() => {
        fsyncSync(descriptor);
        closeSync(descriptor);
        if (hash.digest('hex') !== named.sha256) throw damaged(file, `${named.name} has another checksum`);
      }),
    );
  };
  /** What happens inside of the parser is told when it is done; after a failure the rest is only skipped. */
  function guarded<Args extends unknown[]>(work: (...args: Args) => void): (...args: Args) => void {
    return (...args) => {
      if (failure !== null) return;
      try {
        work(...args);
      } catch (error) {
        failure = error;
      }
    };
  }
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      guarded(take)(entry);
      entry.resume();
    },
  });
  try {
    await pipeline(createReadStream(file), parser);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Of the file itself, not of what is in it.
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') throw error;
    failure ??= damaged(file, toWireError(error).message);
  }
  if (failure !== null) throw failure;
  if (manifest === null) throw damaged(file, 'it is empty');
  const [lost] = missing;
  if (lost !== undefined) throw damaged(file, `${lost} is missing`);
  return manifest;
}

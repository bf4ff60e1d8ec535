/** Copies a database while it is in use. */
import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { SignalboxError } from '../../../contract/errors.ts';
import type { Sqlite } from './sqlite.ts';
import { writeError } from './sqlite-failures.ts';

/** Pages copied at a time; between them others have their turn (512 KB of 4 KB pages). */
const COPIED_PAGES = 128;

/** How a copy is made. */
export interface SqliteCopyOptions {
  /** Gives the copy up. */
  readonly signal?: AbortSignal | undefined;
  /** Told of the pages that are there, and of all. */
  readonly onPages?: ((copied: number, total: number) => void) | undefined;
}

/**
 * Writes a copy to a new file that only its owner may read: what a database holds is nobody else's. Resolves with its bytes.
 * @throws SignalboxError `conflict` where the file exists, `not_found` without its folder, and what {@link writeError} says
 */
export async function copyDatabase(
  database: Sqlite,
  file: string,
  { signal, onPages = () => {} }: SqliteCopyOptions = {},
): Promise<{ file: string; bytes: number }> {
  if (existsSync(file))
    throw new SignalboxError('conflict', `${file} exists already; a backup overwrites nothing.`);
  if (!existsSync(dirname(file)))
    throw new SignalboxError('not_found', `There is no folder ${dirname(file)}.`);
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    throw writeError(error, file);
  }
  try {
    const { totalPages } = await database.backup(file, {
      progress: ({ totalPages, remainingPages }) => {
        signal?.throwIfAborted();
        onPages(totalPages - remainingPages, totalPages);
        return COPIED_PAGES;
      },
    });
    onPages(totalPages, totalPages);
  } catch (error) {
    rmSync(file, { force: true });
    throw writeError(error, file);
  }
  return { file, bytes: statSync(file).size };
}

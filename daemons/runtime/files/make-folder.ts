/**
 * Makes a folder and those above it, one at a time: where a file system refuses an entry with ENOENT, as /proc does,
 * Node's own recursive `mkdir` tries again without end. For paths that a person chose.
 */
import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const FOLDER_MODE = 0o700;

/**
 * Makes `path` for its owner only; answers the folders that were made, outermost first.
 * @throws the system's error, with the folder that it is about; `ENOTDIR` where a file is in the way
 */
export function makeFolder(path: string): readonly string[] {
  const missing: string[] = [];
  for (let at = resolve(path); !isFolder(at); at = dirname(at)) {
    // The root of a drive that is not there.
    if (dirname(at) === at) break;
    missing.unshift(at);
  }
  return missing.filter(makeOne);
}

function isFolder(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isDirectory()) return found !== undefined;
  throw Object.assign(new Error(`ENOTDIR: not a folder, '${path}'`), { code: 'ENOTDIR', path });
}

/** Whether it was this call that made it. */
function makeOne(path: string): boolean {
  try {
    mkdirSync(path, { mode: FOLDER_MODE });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && isFolder(path)) return false;
    throw error;
  }
}

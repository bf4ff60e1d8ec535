/** What a thread of the pool reads of the root for the index. Loaded by index-upkeep.ts, by name. No link is followed. */
import { type Dirent, fstatSync, lstatSync, readdirSync } from 'node:fs';
import type { TaskCall } from '../../runtime/async/pool-task.ts';
import { type OpenFolder, RootFolder } from './root-folder.ts';
import { OWN_PREFIX, uriProblem } from './uri.ts';

/** Numbers of an entry in {@link FolderReadings.columns}: size (-1 for a folder), time, file number. */
export const COLUMNS = 3;
/** Entries after which a reading ends, with the folder that it is in. */
const ENTRIES_A_READING = 20_000;
/** A folder that was changed this short a time ago may be changed again without another time. */
const UNSURE_MS = 100;

/** Folders of a root. */
export interface FolderRequest {
  readonly root: string;
  readonly paths: readonly string[];
}

/** What some folders hold. */
export interface FolderReadings {
  /** Of the first paths that were asked for, in that order; -1 entries where the folder is not there. */
  readonly folders: readonly { readonly mtimeMs: number; readonly entries: number }[];
  /** Names of all entries in UTF-8, each followed by a NUL; folders with a `/`, ordered as in the index. */
  readonly names: Uint8Array;
  readonly columns: Float64Array;
  /** Links, pipes, sockets and devices. */
  readonly notRegular: number;
  /** Names that no URI can have. */
  readonly badNames: number;
}

/** What stands at some paths now. */
export interface Looks {
  /** Times of folders; NaN where none is there. */
  readonly folders: Float64Array;
  /** {@link COLUMNS} of each file; NaN where none is there. */
  readonly files: Float64Array;
}

/** Reads as many folders as make a message, and at least one. */
export function readFolders(
  { root, paths }: FolderRequest,
  call: Pick<TaskCall, 'transfer'>,
): FolderReadings {
  const beneath = new RootFolder(root);
  const found = new Found();
  const folders: { mtimeMs: number; entries: number }[] = [];
  try {
    for (const path of paths) {
      if (found.entries >= ENTRIES_A_READING) break;
      folders.push(readOne(beneath, path, found));
    }
  } finally {
    beneath.close();
  }
  const { names, columns } = found.packed();
  call.transfer([names.buffer, columns.buffer]);
  return { folders, names, columns, notRegular: found.notRegular, badNames: found.badNames };
}

/** Looks at folders and files that are known. */
export function lookAt(
  { root, folders, files }: { root: string; folders: readonly string[]; files: readonly string[] },
  call: Pick<TaskCall, 'transfer'>,
): Looks {
  const beneath = new RootFolder(root);
  try {
    const times = Float64Array.from(folders, (path) => {
      const there = path === '' ? fstatSync(beneath.fd) : beneath.look(path);
      return there?.isDirectory() === true ? there.mtimeMs : Number.NaN;
    });
    const columns = new Float64Array(files.length * COLUMNS);
    files.forEach((uri, i) => {
      const there = beneath.look(uri);
      columns.set(
        there?.isFile() === true ? [there.size, there.mtimeMs, there.ino] : [Number.NaN, 0, 0],
        i * COLUMNS,
      );
    });
    call.transfer([times.buffer, columns.buffer]);
    return { folders: times, files: columns };
  } finally {
    beneath.close();
  }
}

/** Entries of all folders of a reading. */
class Found {
  readonly #names: string[] = [];
  readonly #columns: number[] = [];
  notRegular = 0;
  badNames = 0;

  get entries(): number {
    return this.#names.length;
  }

  add(name: string, size: number, mtimeMs: number, ino: number): void {
    this.#names.push(name);
    this.#columns.push(size, mtimeMs, ino);
  }

  packed(): { names: Uint8Array<ArrayBuffer>; columns: Float64Array<ArrayBuffer> } {
    const text = this.#names.length === 0 ? '' : `${this.#names.join('\0')}\0`;
    // A buffer of its own, because it is moved to another thread.
    const names = new Uint8Array(Buffer.byteLength(text));
    Buffer.from(names.buffer).write(text);
    return { names, columns: Float64Array.from(this.#columns) };
  }
}

function readOne(root: RootFolder, path: string, found: Found): { mtimeMs: number; entries: number } {
  let folder: OpenFolder;
  try {
    folder = root.openFolder(path);
  } catch {
    // Gone, replaced by a link, or not for this process: there is nothing to list.
    return { mtimeMs: Number.NaN, entries: -1 };
  }
  try {
    const before = found.entries;
    const startMs = Date.now();
    const { mtimeMs } = fstatSync(folder.fd);
    for (const key of keysOf(folder, found)) addEntry(folder, key, found);
    return { mtimeMs: startMs - mtimeMs > UNSURE_MS ? mtimeMs : Number.NaN, entries: found.entries - before };
  } finally {
    folder.close();
  }
}

/** Names of files, and of folders with a `/`, in order. */
function keysOf(folder: OpenFolder, found: Found): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder.entry('.'), { withFileTypes: true });
  } catch {
    return [];
  }
  const keys: string[] = [];
  for (const entry of entries) {
    const { name } = entry;
    if (name.startsWith(OWN_PREFIX)) continue;
    // A name that is not UTF-8 has this character in its place.
    if (name.includes('\uFFFD') || uriProblem(name) !== null) found.badNames++;
    else if (entry.isDirectory()) keys.push(`${name}/`);
    else if (entry.isFile()) keys.push(name);
    else found.notRegular++;
  }
  return keys.sort((a, b) => (a < b ? -1 : 1));
}

function addEntry(folder: OpenFolder, key: string, found: Found): void {
  if (key.endsWith('/')) {
    found.add(key, -1, 0, 0);
    return;
  }
  try {
    const there = lstatSync(folder.entry(key), { throwIfNoEntry: false });
    if (there?.isFile() === true) found.add(key, there.size, there.mtimeMs, there.ino);
  } catch {
    // Swapped for something that cannot be looked at.
  }
}

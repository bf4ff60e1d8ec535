/**
 * Keeps the index like the disk: reads everything at the start, and later the folders that a list is about and that were changed by
 * hand, which their time tells. Disks are read by threads of a pool; what they find is put into the index a piece of a turn at a time.
 */

import { KeyedLock } from '../../runtime/async/keyed-lock.ts';
import { poolTask } from '../../runtime/async/pool-task.ts';
import type { ThreadPool } from '../../runtime/async/thread-pool.ts';
import { FIXED_LIMITS } from '../limits.ts';
import type * as tasks from './folder-tasks.ts';
import { COLUMNS, type FolderReadings } from './folder-tasks.ts';
import { type IndexedFolder, type ObjectIndex, within } from './object-index.ts';

/** Runs what reads disks. */
export type DiskPool = Pick<ThreadPool, 'run'>;

const module = new URL('folder-tasks.ts', import.meta.url);
const readTask = poolTask<typeof tasks.readFolders>(module, 'readFolders');
const lookTask = poolTask<typeof tasks.lookAt>(module, 'lookAt');

/** Folders that are asked for in one task. */
const FOLDERS_A_TASK = 64;
/** Entries that are put into the index before others have their turn: some 1 ms. */
const ENTRIES_A_TURN = 500;
/** Reading a million names of a slow disk is not a thread that hangs. */
const READ_MS = 600_000;

/** What was found in the root that is no object. */
export interface Leftovers {
  readonly notRegular: number;
  readonly badNames: number;
}

/** The upkeep of one index. */
export class IndexUpkeep {
  readonly #index: ObjectIndex;
  readonly #pool: DiskPool;
  readonly #root: string;
  readonly #signal: AbortSignal;
  readonly #lock = new KeyedLock();
  #entriesOfTurn = 0;

  /** @param signal ends what is under way, which rejects then */
  constructor(index: ObjectIndex, pool: DiskPool, root: string, signal: AbortSignal) {
    this.#index = index;
    this.#pool = pool;
    this.#root = root;
    this.#signal = signal;
  }

  /** Reads the folders and all that is below them, one reading after the other. */
  read(paths: readonly string[]): Promise<Leftovers> {
    return this.#lock.run('', () => this.#read(paths));
  }

  async #read(paths: readonly string[]): Promise<Leftovers> {
    let [notRegular, badNames] = [0, 0];
    const waiting = [...paths].reverse();
    while (waiting.length > 0) {
      const asked = waiting.splice(-FOLDERS_A_TASK).reverse();
      for (const path of asked) this.#index.addFolder(path).touched ??= new Set();
      const found = await this.#run(asked);
      notRegular += found.notRegular;
      badNames += found.badNames;
      const names = new Names(found.names);
      let entry = 0;
      for (const [i, { mtimeMs, entries }] of found.folders.entries()) {
        const path = asked[i]!;
        if (entries < 0) {
          await this.#gone(path);
          continue;
        }
        waiting.push(...(await this.#apply(path, mtimeMs, names, found.columns, entry, entries)));
        entry += Math.max(0, entries);
      }
      for (const path of asked.slice(found.folders.length)) waiting.push(path);
    }
    return { notRegular, badNames };
  }

  /**
   * Brings folders and objects up to date that a list is about.
   * @returns whether some folder was read again, and objects that are no longer there
   */
  async refresh(
    paths: readonly string[],
    uris: readonly string[],
  ): Promise<{ readonly changed: boolean; readonly gone: readonly string[] }> {
    const looks = await this.#pool.run(
      lookTask,
      { root: this.#root, folders: paths, files: uris },
      { signal: this.#signal },
    );
    const changed = paths.filter((path, i) => this.#index.folder(path)?.mtimeMs !== looks.folders[i]);
    const gone: string[] = [];
    uris.forEach((uri, i) => {
      const at = i * COLUMNS;
      const sizeBytes = looks.files[at]!;
      const known = this.#index.get(uri);
      if (known === undefined) return;
      if (Number.isNaN(sizeBytes)) gone.push(uri);
      else this.#see(uri, sizeBytes, looks.files[at + 1]!, looks.files[at + 2]!);
    });
    if (changed.length > 0)
      await this.#lock.run('', async () => {
        // Another list may have been here meanwhile.
        const left = changed.filter((path) => {
          const known = this.#index.folder(path);
          return known !== undefined && known.mtimeMs !== looks.folders[paths.indexOf(path)];
        });
        if (left.length > 0) await this.#read(left);
      });
    return { changed: changed.length > 0, gone };
  }

  async #run(paths: readonly string[]): Promise<FolderReadings> {
    return this.#pool.run(readTask, { root: this.#root, paths }, { signal: this.#signal, runMs: READ_MS });
  }

  /** Makes a folder of the index what was read of it. Answers the folders in it that have to be read as well. */
  async #apply(
    path: string,
    mtimeMs: number,
    names: Names,
    columns: Float64Array,
    first: number,
    count: number,
  ): Promise<string[]> {
    const folder = this.#index.addFolder(path);
    folder.touched ??= new Set();
    const { touched } = folder;
    const read = new Set<string>();
    const added: string[] = [];
    for (let i = 0; i < count; i++) {
      if (this.#turnIsOver()) await nextTurn();
      const name = names.next();
      read.add(name);
      if (touched.has(name)) continue;
      const inside = within(path, name.endsWith('/') ? name.slice(0, -1) : name);
      const at = (first + i) * COLUMNS;
      if (name.endsWith('/')) {
        // What is in it would be no object.
        if (isDeepest(inside)) continue;
        if (this.#index.folder(inside) === undefined) added.push(inside);
        this.#index.addFolder(inside);
      } else this.#see(inside, columns[at]!, columns[at + 1]!, columns[at + 2]!);
    }
    await this.#removeOthers(folder, read);
    folder.mtimeMs = touched.size > 0 ? Number.NaN : mtimeMs;
    folder.touched = null;
    return added;
  }

  /** A folder was not there; the store may have made it since. */
  async #gone(path: string): Promise<void> {
    const folder = this.#index.folder(path);
    if (folder === undefined) return;
    if (folder.touched === null || folder.touched.size === 0) await this.#removeTree(path);
    folder.touched = null;
  }

  #see(uri: string, sizeBytes: number, mtimeMs: number, ino: number): void {
    const known = this.#index.get(uri);
    if (known?.ino !== ino || known.mtimeMs !== mtimeMs || known.sizeBytes !== sizeBytes)
      this.#index.set(uri, { sizeBytes, mtimeMs, ino });
  }

  async #removeOthers({ path, names, touched }: IndexedFolder, read: ReadonlySet<string>): Promise<void> {
    for (const name of names.slice()) {
      if (this.#turnIsOver()) await nextTurn();
      if (read.has(name) || touched?.has(name) === true) continue;
      if (name.endsWith('/')) await this.#removeTree(within(path, name.slice(0, -1)));
      else this.#index.delete(within(path, name));
    }
  }

  async #removeTree(path: string): Promise<void> {
    for (const _ of this.#index.removeTree(path)) if (this.#turnIsOver()) await nextTurn();
  }

  /** Counts an entry; whether others should have their turn of the loop now. */
  #turnIsOver(): boolean {
    if (++this.#entriesOfTurn < ENTRIES_A_TURN) return false;
    this.#entriesOfTurn = 0;
    this.#signal.throwIfAborted();
    return true;
  }
}

/** Whether a folder has as many segments as a URI may have. */
function isDeepest(path: string): boolean {
  return path.split('/').length >= FIXED_LIMITS.uri_segments.default;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Names of a reading, one after the other. */
class Names {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  next(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    const name = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return name;
  }
}

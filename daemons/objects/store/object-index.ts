/**
 * Which objects there are, in memory: one look-up by URI, and the names of each folder in order, for lists and quotas. It follows the
 * disk: the scan at the start fills it, the store tells it what it does, and a list first finds out which folders were changed by hand.
 * Only the thread that owns the store has one.
 */
import { etagOf } from './object-info.ts';

/** What is kept of an object. */
export interface IndexedObject {
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  /** The file's number, of which the etag is made. */
  readonly ino: number;
}

/** A folder of the root. */
export interface IndexedFolder {
  /** Below the root; empty for the root itself. */
  readonly path: string;
  /** Objects by their name and folders by theirs with a `/`, ordered by UTF-16 units: walked in depth, that orders URIs. */
  readonly names: string[];
  /** The folder's time when its names were read; NaN where something may have changed since without changing it. */
  mtimeMs: number;
  /** Names that the store itself changed while the folder is being read again; null while it is not. */
  touched: Set<string> | null;
}

/** Told of every change. */
export interface IndexListener {
  changed(uri: string, before: IndexedObject | undefined, after: IndexedObject | undefined): void;
}

const ROOT = '';

/** The folder part of a URI or path; empty where it lies in the root. */
export function folderOf(uri: string): string {
  const cut = uri.lastIndexOf('/');
  return cut < 0 ? ROOT : uri.slice(0, cut);
}

/** The last segment of a URI or path. */
export function nameOf(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1);
}

/** What stands at a name in a folder. */
export function within(folder: string, name: string): string {
  return folder === ROOT ? name : `${folder}/${name}`;
}

/** The index of one store. */
export class ObjectIndex {
  readonly #objects = new Map<string, IndexedObject>();
  readonly #folders = new Map<string, IndexedFolder>();
  /** By the name as the file system compares it; empty where it compares bytes. */
  readonly #folded: Map<string, string> | null;
  readonly #listener: IndexListener;
  #bytes = 0;

  constructor(listener: IndexListener, foldsCase = false) {
    this.#listener = listener;
    this.#folded = foldsCase ? new Map() : null;
    this.#folders.set(ROOT, newFolder(ROOT));
  }

  get objects(): number {
    return this.#objects.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get folders(): number {
    return this.#folders.size;
  }

  get(uri: string): IndexedObject | undefined {
    return this.#objects.get(uri);
  }

  folder(path: string): IndexedFolder | undefined {
    return this.#folders.get(path);
  }

  /** Every object, in no order. Changes while it is gone through are seen or not. */
  entries(): IterableIterator<[string, IndexedObject]> {
    return this.#objects.entries();
  }

  /**
   * What the file system takes for the same and is spelt in another way: another object, or a folder in the place of one on the way to it;
   * undefined where there is none.
   */
  foldedTwin(uri: string): string | undefined {
    if (this.#folded === null) return undefined;
    for (let path = uri; path !== ROOT; path = folderOf(path)) {
      const twin = this.#folded.get(fold(path));
      if (twin !== undefined && twin !== path) return twin;
    }
    return undefined;
  }

  /** An object is there, or has changed. The folders on the way to it are there too then. */
  set(uri: string, { sizeBytes, mtimeMs, ino }: IndexedObject): void {
    const before = this.#objects.get(uri);
    const after = { sizeBytes, mtimeMs, ino };
    this.#objects.set(uri, after);
    this.#bytes += sizeBytes - (before?.sizeBytes ?? 0);
    if (before === undefined) {
      insert(this.addFolder(folderOf(uri)).names, nameOf(uri));
      this.#folded?.set(fold(uri), uri);
    }
    this.#listener.changed(uri, before, after);
  }

  /** An object is gone. Answers whether there was one. */
  delete(uri: string): boolean {
    const before = this.#objects.get(uri);
    if (before === undefined) return false;
    this.#objects.delete(uri);
    this.#bytes -= before.sizeBytes;
    this.#folded?.delete(fold(uri));
    const folder = this.#folders.get(folderOf(uri));
    if (folder !== undefined) remove(folder.names, nameOf(uri));
    this.#listener.changed(uri, before, undefined);
    return true;
  }

  /** A folder is there, and those above it. */
  addFolder(path: string): IndexedFolder {
    const known = this.#folders.get(path);
    if (known !== undefined) return known;
    const added = newFolder(path);
    this.#folders.set(path, added);
    this.#folded?.set(fold(path), path);
    insert(this.addFolder(folderOf(path)).names, `${nameOf(path)}/`);
    return added;
  }

  /** A folder without objects or folders is gone. */
  removeFolder(path: string): void {
    const folder = this.#folders.get(path);
    if (path === ROOT || folder === undefined || folder.names.length > 0) return;
    this.#folders.delete(path);
    this.#folded?.delete(fold(path));
    const above = this.#folders.get(folderOf(path));
    if (above !== undefined) remove(above.names, `${nameOf(path)}/`);
  }

  /** Removes a folder with all that is in it, a piece at a time: yields after each. */
  *removeTree(path: string): Generator<void, void, void> {
    const folder = this.#folders.get(path);
    if (folder === undefined) return;
    while (folder.names.length > 0) {
      const name = folder.names.at(-1)!;
      if (name.endsWith('/')) yield* this.removeTree(within(path, name.slice(0, -1)));
      else this.delete(within(path, name));
      yield;
    }
    this.removeFolder(path);
  }

  /** The store is about to change something in a folder, or has done so. */
  touch(uri: string): void {
    for (let path = uri; ; path = folderOf(path)) {
      const folder = this.#folders.get(folderOf(path));
      if (folder !== undefined) {
        folder.mtimeMs = Number.NaN;
        folder.touched?.add(nameOf(path));
        folder.touched?.add(`${nameOf(path)}/`);
      }
      if (folderOf(path) === ROOT) return;
    }
  }
}

/** The etag of an object of the index, the same as an ObjectReader says. */
export function indexedEtag({ ino, sizeBytes, mtimeMs }: IndexedObject): string {
  return etagOf({ ino, size: sizeBytes, mtimeMs });
}

/** Where a name stands in an ordered list, or would stand. */
export function placeOf(names: readonly string[], name: string): number {
  let [from, to] = [0, names.length];
  // What is read from disk comes in order.
  if (to > 0 && names[to - 1]! < name) return to;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (names[middle]! < name) from = middle + 1;
    else to = middle;
  }
  return from;
}

function insert(names: string[], name: string): void {
  const at = placeOf(names, name);
  if (names[at] === name) return;
  if (at === names.length) names.push(name);
  else names.splice(at, 0, name);
}

function remove(names: string[], name: string): void {
  const at = placeOf(names, name);
  if (names[at] !== name) return;
  if (at === names.length - 1) names.pop();
  else names.splice(at, 1);
}

function newFolder(path: string): IndexedFolder {
  return { path, names: [], mtimeMs: Number.NaN, touched: null };
}

/** As the usual file systems that do so compare names: without case, and however letters are composed. */
function fold(uri: string): string {
  return uri.normalize('NFC').toLowerCase();
}

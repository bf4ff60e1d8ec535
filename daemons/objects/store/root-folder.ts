/**
 * The folder that a store may touch, and nothing outside of it. Every file is reached from a descriptor of the root, one folder
 * after the other, without following a link: a folder that is swapped for a link meanwhile is not entered either.
 *
 * How, by what the system has: openat2 where native calls are there (one system call); on Linux without it a walk over
 * `/proc/self/fd`, which Node's own functions take as the folder that is open; on macOS O_NOFOLLOW_ANY. Elsewhere the way is looked at
 * before and after opening, and what was opened must be what stands there.
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { StoreError } from './store-problems.ts';

/** The native calls that a root uses; those of `native/file-calls.ts`. */
export interface NativeFiles {
  /** By openat2 with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS. Throws an error with the system's `code`. */
  openBeneath(folder: number, path: string, flags: number, mode?: number): number;
  /** Closes what {@link openBeneath} opened: in some threads Node closes only what it has opened itself without a complaint. */
  close(fd: number): void;
}

/** How links are kept out; the log says it once. */
export type Containment = 'openat2' | 'walk' | 'nofollow-any' | 'compare';

const { O_DIRECTORY = 0, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_NOCTTY = 0, O_RDONLY } = constants;
/** Neither waits for the other end of a pipe nor follows a link at the end. */
const FILE_FLAGS = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
const FOLDER_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
/** Of Linux: enough to go on from, also where the folder may not be listed. */
const O_PATH = 0o10000000;
/** Of macOS: no link anywhere on the way. */
const O_NOFOLLOW_ANY = 0x20000000;

export interface RootFolderOptions {
  /** Null where there are no native calls. */
  readonly native?: NativeFiles | null;
  /** Whether the file system takes names that differ only in case, or in how letters are composed, for one. Default false. */
  readonly foldsCase?: boolean;
  /** For tests: another way than the best one. */
  readonly containment?: Containment;
}

/** The root of a store, open. Each thread has its own. */
export class RootFolder {
  /** Without links: where the root really is. */
  readonly path: string;
  readonly fd: number;
  readonly containment: Containment;
  readonly #native: NativeFiles | null;
  readonly #foldsCase: boolean;
  #closed = false;

  /** @throws the system's error where the folder cannot be opened */
  constructor(path: string, { native = null, foldsCase = false, containment }: RootFolderOptions = {}) {
    this.path = realpathSync(path);
    this.fd = openSync(this.path, O_RDONLY | O_DIRECTORY);
    this.#native = native;
    this.#foldsCase = foldsCase;
    this.containment = containment ?? this.#best();
  }

  /**
   * Opens a file for reading or as the flags say. The caller closes it, and looks whether it is a regular one.
   * @param uri that `uriProblem` found nothing wrong with
   * @throws the system's error; `ELOOP`, `ENOTDIR` or `EXDEV` where a link is on the way
   */
  openFile(uri: string, flags: number = O_RDONLY, mode = 0o640): number {
    const fd = this.#open(uri, flags | FILE_FLAGS, mode);
    if (!this.#foldsCase || this.#isSpeltSo(uri)) return fd;
    this.closeFile(fd);
    throw new StoreError('not_found', `${uri}: what is there is spelt in another way`);
  }

  /** Closes what {@link openFile} opened. */
  closeFile(fd: number): void {
    if (this.containment === 'openat2') this.#native!.close(fd);
    else closeSync(fd);
  }

  /**
   * Opens a folder below the root, or the root itself for an empty path.
   * @throws as {@link openFile}
   */
  openFolder(path: string): OpenFolder {
    const fd = this.#open(path === '' ? '.' : path, FOLDER_FLAGS, 0);
    return new OpenFolder(fd, join(this.path, path), this.containment, (open) => this.closeFile(open));
  }

  /**
   * What stands at a path below the root, without following a link at its end; undefined where that cannot be said. A link on the way
   * is followed: whoever asks compares the folders too.
   */
  look(path: string): Stats | undefined {
    try {
      return lstatSync(`${this.path}/${path}`, { throwIfNoEntry: false });
    } catch {
      // A file where a folder was, or a folder that may not be entered any more.
      return undefined;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.fd);
  }

  /** The system tells how the names of a path are really spelt. */
  #isSpeltSo(uri: string): boolean {
    return realpathSync.native(`${this.path}/${uri}`) === join(this.path, uri);
  }

  #best(): Containment {
    if (this.#native !== null) {
      try {
        this.#native.close(this.#native.openBeneath(this.fd, '.', FOLDER_FLAGS));
        return 'openat2';
      } catch {
        // An older kernel, or a sandbox that does not know the call.
      }
    }
    if (process.platform === 'darwin') return 'nofollow-any';
    return process.platform === 'linux' && anchorsWork(this.fd) ? 'walk' : 'compare';
  }

  #open(path: string, flags: number, mode: number): number {
    switch (this.containment) {
      case 'openat2':
        return this.#native!.openBeneath(this.fd, path, flags, mode);
      case 'walk':
        return this.#walk(path, flags, mode);
      case 'nofollow-any':
        return openSync(`${this.path}/${path}`, flags | O_NOFOLLOW_ANY, mode);
      case 'compare':
        return this.#compare(path, flags, mode);
    }
  }

  #walk(path: string, flags: number, mode: number): number {
    let folder = this.fd;
    let start = 0;
    try {
      for (let cut = path.indexOf('/'); cut >= 0; cut = path.indexOf('/', start)) {
        const next = openSync(anchored(folder, path.slice(start, cut)), O_PATH | O_DIRECTORY | O_NOFOLLOW);
        if (folder !== this.fd) closeSync(folder);
        folder = next;
        start = cut + 1;
      }
      return openSync(anchored(folder, path.slice(start)), flags, mode);
    } finally {
      if (folder !== this.fd) closeSync(folder);
    }
  }

  /** A way that leads elsewhere while it is looked at twice and opened in between would have to lead to the very same file. */
  #compare(path: string, flags: number, mode: number): number {
    this.#refuseLinks(path);
    const fd = openSync(`${this.path}/${path}`, flags, mode);
    try {
      this.#refuseLinks(path);
      const opened = fstatSync(fd, { bigint: true });
      const there = lstatSync(`${this.path}/${path}`, { bigint: true });
      if (opened.ino !== there.ino || opened.dev !== there.dev) throw linkOnTheWay(path);
      return fd;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  #refuseLinks(path: string): void {
    for (let cut = path.indexOf('/'); cut >= 0; cut = path.indexOf('/', cut + 1))
      if (!lstatSync(`${this.path}/${path.slice(0, cut)}`).isDirectory()) throw linkOnTheWay(path);
    if (lstatSync(`${this.path}/${path}`, { throwIfNoEntry: false })?.isSymbolicLink())
      throw linkOnTheWay(path);
  }
}

/** A folder below the root, open: what is done in it is done there, wherever its name leads meanwhile. */
export class OpenFolder {
  readonly fd: number;
  readonly #path: string;
  readonly #anchored: boolean;
  readonly #close: (fd: number) => void;

  constructor(fd: number, path: string, containment: Containment, close: (fd: number) => void) {
    this.fd = fd;
    this.#close = close;
    this.#path = path;
    this.#anchored = process.platform === 'linux' && (containment === 'walk' || anchorsWork(fd));
  }

  /** The path by which functions of Node reach an entry; it holds as long as the folder is open. */
  entry(name: string): string {
    return this.#anchored ? anchored(this.fd, name) : join(this.#path, name);
  }

  close(): void {
    this.#close(this.fd);
  }
}

function anchored(folder: number, name: string): string {
  return `/proc/self/fd/${folder}/${name}`;
}

/** Whether /proc is there and leads to open folders. */
function anchorsWork(folder: number): boolean {
  const there = statSync(`/proc/self/fd/${folder}/.`, { throwIfNoEntry: false, bigint: true });
  const open = fstatSync(folder, { bigint: true });
  return there !== undefined && there.ino === open.ino && there.dev === open.dev;
}

function linkOnTheWay(path: string): StoreError {
  return new StoreError('not_regular', `${path}: a link is on the way, and links are not followed`);
}

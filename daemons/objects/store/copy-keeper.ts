/**
 * Decides which objects have a copy in the cache directory: those that were asked for often of late, as many as the size allows; the one
 * that was asked for least goes first. Owned by the ObjectStore. Copying is done one object at a time by the threads that Node has for
 * files.
 */
import { fstat, read, type Stats } from 'node:fs';
import { open, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FIXED_LIMITS } from '../limits.ts';
import { COPY_PREFIX, copyName } from './copy-folder.ts';
import type { Generations } from './generations.ts';
import type { Heat } from './heat.ts';
import { etagOf } from './object-info.ts';
import type { RootFolder } from './root-folder.ts';
import { removeFile } from './upload-folder.ts';

const PIECE_BYTES = 256 * 1024;
/** Between two pieces, whether to go on. */
type GoesOn = () => boolean;
/** Of the whole size, what one object may take: a few large ones must not drive everything else out. */
const LARGEST_SHARE = 1 / 4;
const HALF_WRITTEN = `${COPY_PREFIX}new`;

const statOf = promisify(fstat) as (fd: number) => Promise<Stats>;
const readAt = promisify(read);

/** Figures of the copies. Totals are since the start. */
export interface CopyFigures {
  readonly copies: number;
  readonly bytes: number;
  readonly limitBytes: number;
  readonly made: number;
  readonly removed: number;
  /** That could not be made: the disk of the cache is full, or the object changed meanwhile. */
  readonly failed: number;
}

interface Copy {
  readonly uri: string | null;
  readonly slot: number;
  readonly bytes: number;
}

export interface CopyKeeperOptions {
  /** A folder that exists. */
  readonly path: string;
  readonly limitBytes: number;
  readonly root: RootFolder;
  readonly generations: Generations;
  readonly heat: Heat;
}

/** The copies of one store. */
export class CopyKeeper {
  readonly #options: CopyKeeperOptions;
  /** By the name of the file; the newest last. */
  readonly #copies = new Map<string, Copy>();
  readonly #wanted = new Set<string>();
  #limitBytes: number;
  #bytes = 0;
  #made = 0;
  #removed = 0;
  #failed = 0;
  #opened: Promise<void> = Promise.resolve();
  #problem: string | null = null;
  #working: Promise<void> | null = null;
  #closed = false;

  constructor(options: CopyKeeperOptions) {
    this.#options = options;
    this.#limitBytes = options.limitBytes;
  }

  /**
   * Takes over what an earlier run has left: its copies are good as long as their objects are as they were. Nothing is copied before.
   * Where the directory cannot be read, nothing is copied at all: see {@link problem}.
   */
  open(): Promise<void> {
    this.#opened = this.#takeOver().catch((error: Error) => {
      this.#problem = error.message;
    });
    return this.#opened;
  }

  /** Why no copies are made, for the log; null where they are. */
  get problem(): string | null {
    return this.#problem;
  }

  async #takeOver(): Promise<void> {
    const { path } = this.#options;
    for (const name of await readdir(path)) {
      if (!name.startsWith(COPY_PREFIX)) continue;
      const there = name === HALF_WRITTEN ? null : await stat(join(path, name)).catch(() => null);
      if (there?.isFile() !== true) await removeFile(join(path, name));
      else this.#add(name, { uri: null, slot: -1, bytes: there.size });
    }
    await this.#makeRoom(0);
  }

  /** Whether the cache is on the file system of the root, where a copy is no faster than the object. */
  async isPointless(): Promise<boolean> {
    const [copies, root] = await Promise.all([stat(this.#options.path), stat(this.#options.root.path)]);
    return copies.dev === root.dev;
  }

  /** An object has become one that is asked for often. Copies it when its turn comes. */
  want(uri: string): void {
    if (this.#closed || this.#limitBytes === 0 || this.#wanted.size >= FIXED_LIMITS.copies_waiting.default)
      return;
    this.#wanted.add(uri);
    this.#working ??= this.#work();
  }

  /** Another size; what is too much is removed. */
  async setLimit(limitBytes: number): Promise<void> {
    this.#limitBytes = limitBytes;
    await this.#makeRoom(0);
  }

  /** Removes all copies. Answers how many. */
  async clear(): Promise<number> {
    const names = [...this.#copies.keys()];
    for (const name of names) await this.#remove(name);
    return names.length;
  }

  figures(): CopyFigures {
    return {
      copies: this.#copies.size,
      bytes: this.#bytes,
      limitBytes: this.#limitBytes,
      made: this.#made,
      removed: this.#removed,
      failed: this.#failed,
    };
  }

  /** Resolves when nothing is being copied. */
  async settled(): Promise<void> {
    await this.#working;
  }

  /** Copies nothing more. What there is stays for the next run. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wanted.clear();
    await this.#working;
  }

  async #work(): Promise<void> {
    await this.#opened;
    for (const uri of this.#wanted) {
      this.#wanted.delete(uri);
      if (this.#problem !== null) continue;
      try {
        await this.#copy(uri);
      } catch {
        // The object is served from the root, as before.
        this.#failed++;
      }
    }
    this.#working = null;
  }

  async #copy(uri: string): Promise<void> {
    const { path, root, generations } = this.#options;
    const fd = root.openFile(uri);
    try {
      const source = await statOf(fd);
      const name = copyName(uri, etagOf(source));
      const slot = generations.slotOf(uri);
      const known = this.#copies.get(name);
      // Of an earlier run, whose copies do not say of what they are.
      if (known?.uri === null) this.#copies.set(name, { ...known, uri, slot });
      if (known !== undefined || !source.isFile() || source.size > this.#limitBytes * LARGEST_SHARE) return;
      await this.#makeRoom(source.size);
      const half = join(path, HALF_WRITTEN);
      try {
        await copyBytes(fd, half, source.size, () => !this.#closed);
        // A writer in place would leave half of the one and half of the other.
        if (etagOf(await statOf(fd)) !== etagOf(source)) throw new Error('changed while it was copied');
        await rename(half, join(path, name));
      } catch (error) {
        await removeFile(half);
        throw error;
      }
      this.#made++;
      this.#add(name, { uri, slot, bytes: source.size });
      // Threads that have the object open from the root open it again.
      generations.bump(uri);
    } finally {
      root.closeFile(fd);
    }
  }

  async #makeRoom(bytes: number): Promise<void> {
    const { heat } = this.#options;
    while (this.#bytes + bytes > this.#limitBytes && this.#copies.size > 0) {
      let coldest = '';
      let least = Number.POSITIVE_INFINITY;
      for (const [name, { slot }] of this.#copies) {
        const warmth = slot < 0 ? -1 : heat.at(slot);
        if (warmth < least) [coldest, least] = [name, warmth];
      }
      await this.#remove(coldest);
      heat.cool();
    }
  }

  #add(name: string, copy: Copy): void {
    this.#copies.set(name, copy);
    this.#bytes += copy.bytes;
  }

  async #remove(name: string): Promise<void> {
    const copy = this.#copies.get(name);
    if (copy === undefined) return;
    this.#copies.delete(name);
    this.#bytes -= copy.bytes;
    this.#removed++;
    await removeFile(join(this.#options.path, name));
    // Its space is free when no thread has it open any more.
    if (copy.uri !== null) this.#options.generations.bump(copy.uri);
  }
}

/** Writes a file of so many bytes anew. @throws where there are fewer, or it does not go on */
async function copyBytes(from: number, to: string, sizeBytes: number, goesOn: GoesOn): Promise<void> {
  const buffer = Buffer.allocUnsafe(PIECE_BYTES);
  const file = await open(to, 'w', 0o600);
  try {
    for (let at = 0; at < sizeBytes; ) {
      const { bytesRead } = await readAt(from, buffer, 0, buffer.length, at);
      if (bytesRead === 0 || !goesOn()) throw new Error('ended before the object did');
      await file.writeFile(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}

/**
 * The file that records are appended to, and that is written anew when most of it is history. A record is there as a whole
 * or not at all: a write that fails is taken back, what a crash cut off is cut off when the file is opened, and a new file
 * takes the place of the old one when it is complete. Calls must not overlap.
 */
import { copyFile, type FileHandle, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readCheckedLines } from '../../runtime/files/checked-lines.ts';
import { syncFolder } from '../../runtime/files/saved-file.ts';
import { limits } from '../limits.ts';

/** What the journal needs of a file system; tests give one that fails. */
export interface JournalDisk {
  open(path: string, flags: string, mode?: number): Promise<FileHandle>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  copyFile(from: string, to: string): Promise<void>;
  stat(path: string): Promise<{ readonly ino: number; readonly dev: number }>;
  syncFolder(path: string): Promise<void>;
}

/** The real one. */
export const systemDisk: JournalDisk = { open, rename, unlink, copyFile, stat, syncFolder };

/** The journal of the channels in a data directory. */
export function journalPath(dataDirectory: string): string {
  return join(dataDirectory, 'channels.journal');
}

/** The journal of how far accounts have read. */
export function markerPath(dataDirectory: string): string {
  return join(dataDirectory, 'markers.journal');
}

/** The journal of what accounts say of themselves. */
export function metadataPath(dataDirectory: string): string {
  return join(dataDirectory, 'metadata.journal');
}

/** What a file was found to hold. */
export interface JournalFound {
  /** What the good lines hold, oldest first. */
  readonly records: readonly unknown[];
  /** Where the damaged file was kept, and how many lines are damaged; null where none is. */
  readonly damage: { readonly keptAs: string; readonly lines: number } | null;
}

/** Why a start could not use a file, in words that follow its name; null where it could, also where there is none yet. */
export async function journalProblem(path: string): Promise<string | null> {
  try {
    const handle = await open(path, 'r+');
    try {
      const found = await handle.stat();
      if (!found.isFile()) return 'is no regular file';
      checkSize(found.size);
    } finally {
      await handle.close();
    }
    return null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    return `cannot be read and written (${message})`;
  }
}

/** One journal on disk. */
export class JournalFile {
  readonly path: string;
  readonly #disk: JournalDisk;
  #handle: FileHandle | null = null;
  #inode = { ino: 0, dev: 0 };
  /** Whole records; whatever stands behind them is not one. */
  #bytes = 0;
  /** Bytes that the file had when it was written anew. */
  #freshBytes = 0;
  /** A write that failed could not be taken back yet. */
  #torn = false;
  #stale = true;

  constructor(path: string, disk: JournalDisk = systemDisk) {
    this.path = path;
    this.#disk = disk;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether the file has to be written anew: it is not there, or most of it is history. */
  get due(): boolean {
    const grown = this.#bytes - this.#freshBytes;
    return this.#stale || grown > Math.max(limits.journalGrowthBytes.default, this.#freshBytes);
  }

  /**
   * Opens the file and reads it; one that is not there is made by the first write.
   * @throws the file system's error where it is there and cannot be used; RangeError where it is larger than a journal gets
   */
  async load(): Promise<JournalFound> {
    await this.#removeLeftovers();
    let handle: FileHandle;
    try {
      handle = await this.#disk.open(this.path, 'r+');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { records: [], damage: null };
      throw error;
    }
    try {
      const found = await this.#read(handle);
      await this.#take(handle, found.bytes);
      // How much of it is history is not known.
      this.#freshBytes = 0;
      this.#stale = found.damage !== null;
      return found;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * Appends records and resolves when they are on disk; false where the file is not there any more and has to be written
   * anew. Rejects with the file system's error, and then none of them is there.
   */
  async append(pieces: Iterable<string>): Promise<boolean> {
    const handle = this.#handle;
    if (handle === null) return false;
    if (this.#torn) await this.#undo(handle);
    let end = this.#bytes;
    try {
      for (const piece of pieces) end = await writeAt(handle, piece, end);
      await handle.datasync();
    } catch (error) {
      await this.#undo(handle).catch(() => {});
      throw error;
    }
    this.#bytes = end;
    this.#stale = !(await this.#isThere());
    return !this.#stale;
  }

  /** Writes the file anew; resolves when it is on disk. Rejects with the file system's error, and then the old one is as it was. */
  async rewrite(pieces: Iterable<string>): Promise<void> {
    const handle = await this.#disk.open(this.#newPath, 'w', 0o600);
    let bytes = 0;
    try {
      for (const piece of pieces) bytes = await writeAt(handle, piece, bytes);
      await handle.sync();
      await this.#disk.rename(this.#newPath, this.path);
    } catch (error) {
      await handle.close().catch(() => {});
      await this.#disk.unlink(this.#newPath).catch(() => {});
      throw error;
    }
    const former = this.#handle;
    await this.#take(handle, bytes);
    await former?.close().catch(() => {});
    await this.#disk.syncFolder(dirname(this.path));
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = null;
    this.#stale = true;
  }

  get #newPath(): string {
    // As other files that are about to take the place of one: backups leave them out.
    return `${this.path}.${process.pid}.new`;
  }

  /** What a crash left of a file that was written anew. */
  async #removeLeftovers(): Promise<void> {
    const folder = dirname(this.path);
    const own = `${basename(this.path)}.`;
    const names = await readdir(folder).catch(() => []);
    for (const name of names)
      if (name.startsWith(own) && name.endsWith('.new')) await this.#disk.unlink(join(folder, name));
  }

  async #take(handle: FileHandle, bytes: number): Promise<void> {
    const { ino, dev } = await handle.stat();
    this.#inode = { ino, dev };
    this.#handle = handle;
    this.#bytes = bytes;
    this.#freshBytes = bytes;
    this.#torn = false;
    this.#stale = false;
  }

  async #read(handle: FileHandle): Promise<JournalFound & { readonly bytes: number }> {
    const { size } = await handle.stat();
    checkSize(size);
    const bytes = await handle.readFile();
    const { records, wholeBytes, damaged } = readCheckedLines(bytes);
    const keptAs =
      damaged === 0 ? null : `${this.path}.damaged-${new Date().toISOString().replaceAll(':', '-')}`;
    if (keptAs !== null) await this.#disk.copyFile(this.path, keptAs);
    if (bytes.length > wholeBytes) await handle.truncate(wholeBytes);
    return { records, bytes: wholeBytes, damage: keptAs === null ? null : { keptAs, lines: damaged } };
  }

  async #undo(handle: FileHandle): Promise<void> {
    this.#torn = true;
    await handle.truncate(this.#bytes);
    this.#torn = false;
  }

  /** Whether the file is still where a start looks for it: one that was deleted takes records as before. */
  async #isThere(): Promise<boolean> {
    try {
      const { ino, dev } = await this.#disk.stat(this.path);
      return ino === this.#inode.ino && dev === this.#inode.dev;
    } catch {
      return false;
    }
  }
}

function checkSize(bytes: number): void {
  const most = limits.journalBytes.default;
  if (bytes > most) throw new RangeError(`it has ${bytes} bytes, the limit is ${most}`);
}

/** Writes all of a text at a position; answers where it ends. */
async function writeAt(handle: FileHandle, text: string, position: number): Promise<number> {
  const bytes = Buffer.from(text);
  checkSize(position + bytes.length);
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
  return position + bytes.length;
}

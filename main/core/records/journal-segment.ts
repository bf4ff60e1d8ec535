/** One open file of the audit journal: takes a line as a whole or not at all, and notices when it was deleted or emptied. */
import fs from 'node:fs';
import { join } from 'node:path';
import { segmentName } from '../../../daemons/runtime/files/journal-format.ts';

/** What the journal needs of a file system; tests give one that fails. */
export type JournalFiles = Pick<
  typeof fs,
  | 'mkdirSync'
  | 'readdirSync'
  | 'statSync'
  | 'openSync'
  | 'fstatSync'
  | 'writeSync'
  | 'ftruncateSync'
  | 'closeSync'
  | 'fsync'
  | 'fsyncSync'
  | 'unlinkSync'
>;

/** The real one. */
export const systemFiles: JournalFiles = fs;

/** The file that is written to. */
export class JournalSegment {
  readonly name: string;
  readonly #files: JournalFiles;
  readonly #folder: string;
  readonly #path: string;
  readonly #fd: number;
  readonly #device: number;
  readonly #inode: number;
  #bytes = 0;
  #nameSynced = false;
  #torn = false;

  /** Begins a file, for its owner only, and the folder where it is missing. Throws the file system's errors. */
  constructor(files: JournalFiles, folder: string, number: number, run: string) {
    makeFolder(files, folder);
    this.#files = files;
    this.#folder = folder;
    this.name = segmentName(number, run);
    this.#path = join(folder, this.name);
    this.#fd = files.openSync(this.#path, 'ax', 0o600);
    const { dev, ino } = files.fstatSync(this.#fd);
    this.#device = dev;
    this.#inode = ino;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether the file ends in a line that was cut off, so that none may follow it. */
  get torn(): boolean {
    return this.#torn;
  }

  /** Writes a line: one write(2), unless the disk fills up within it. Throws, and then nothing of it is there. */
  append(line: Buffer): void {
    let done = 0;
    try {
      while (done < line.length) done += this.#files.writeSync(this.#fd, line, done, line.length - done);
    } catch (error) {
      if (done > 0) this.#undo();
      throw error;
    }
    this.#bytes += line.length;
  }

  /** Whether it is still where readers look, and whole: one that was deleted, moved away or emptied takes lines as before. */
  isThere(): boolean {
    const found = this.#files.statSync(this.#path, { throwIfNoEntry: false });
    if (found === undefined || found.ino !== this.#inode || found.dev !== this.#device) return false;
    return found.size >= this.#bytes;
  }

  /** Has everything on disk, the first time its name too; calls back once, with what went wrong. */
  sync(done: (error: Error | null) => void): void {
    this.#files.fsync(this.#fd, (error) => {
      if (error !== null || this.#nameSynced || process.platform === 'win32') done(error);
      else this.#syncName(done);
    });
  }

  /** Has everything on disk before it returns. Throws the file system's errors. */
  syncNow(): void {
    this.#files.fsyncSync(this.#fd);
  }

  close(): void {
    try {
      this.#files.closeSync(this.#fd);
    } catch {
      // It is gone either way.
    }
  }

  #undo(): void {
    try {
      this.#files.ftruncateSync(this.#fd, this.#bytes);
    } catch {
      this.#torn = true;
    }
  }

  #syncName(done: (error: Error | null) => void): void {
    let folder: number;
    try {
      folder = this.#files.openSync(this.#folder, 'r');
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.#files.fsync(folder, (error) => {
      this.#files.closeSync(folder);
      this.#nameSynced = error === null;
      done(error);
    });
  }
}

function makeFolder(files: JournalFiles, folder: string): void {
  try {
    files.mkdirSync(folder, 0o700);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

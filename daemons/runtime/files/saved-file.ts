/**
 * Small files that are written as a whole: the new text goes beside the old file and then takes its place, so that a
 * crash leaves the old text or the new one. Used for ban lists, certificates and the state of windows.
 */
import { open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Counts } from '../telemetry/counted-instrument.ts';

/**
 * Replaces a file, readable by its owner only; resolves when it is on disk. Two calls for one path must not overlap:
 * see {@link SavedFile}. Rejects with the file system's error, and the old text is still there then.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.new`;
  try {
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
}

/** Has the names of a folder on disk: without it a new one may be gone after a power failure, although the text is there. */
export async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders; there the system writes names through by itself.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A file that is saved again and again. */
export class SavedFile {
  readonly path: string;
  #text: () => string = () => '';
  /** The write under way; it never rejects. */
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;
  /** Calls that share the next write, and those that share the one under way. */
  #joined = 0;
  #underWay = 0;
  #submitted = 0;
  #completed = 0;
  #batches = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Calls that wait, those that came and whose text is on disk, and the writes that it took. */
  get counts(): Counts<'batcher'> {
    return {
      depth: this.#joined + this.#underWay,
      submitted: this.#submitted,
      completed: this.#completed,
      batches: this.#batches,
    };
  }

  /**
   * Writes what `text` gives when its turn comes. Calls during a write are joined into one that follows it, with the
   * newest `text`. Resolves when that is on disk; rejects when that write failed.
   */
  save(text: () => string): Promise<void> {
    this.#text = text;
    this.#submitted++;
    this.#joined++;
    this.#next ??= this.#writing.then(() => {
      this.#next = null;
      const write = this.#write();
      this.#writing = write.catch(() => {});
      return write;
    });
    return this.#next;
  }

  async #write(): Promise<void> {
    const calls = this.#joined;
    this.#joined = 0;
    this.#underWay = calls;
    this.#batches++;
    try {
      await replaceFile(this.path, this.#text());
      this.#completed += calls;
    } finally {
      this.#underWay = 0;
    }
  }

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    await this.#next?.catch(() => {});
    await this.#writing;
  }
}

/** For tests: a disk that is full, fails or hangs when it is told to. */
import type { FileHandle } from 'node:fs/promises';
import { type JournalDisk, systemDisk } from './journal-file.ts';

export class FaultyDisk implements JournalDisk {
  /** Bytes that there is room for. */
  room = Number.POSITIVE_INFINITY;
  /** Operations that fail. */
  readonly failing = new Set<'open' | 'rename' | 'datasync' | 'truncate' | 'syncFolder'>();
  /** What a datasync waits for. */
  hold: Promise<void> | null = null;
  /** What was done, in order. */
  readonly done: string[] = [];
  /** Bytes of each write. */
  readonly writes: number[] = [];
  /** Files that were opened. */
  readonly handles: FileHandle[] = [];
  readonly unlink = systemDisk.unlink;
  readonly copyFile = systemDisk.copyFile;
  readonly stat = systemDisk.stat;

  async open(path: string, flags: string, mode?: number): Promise<FileHandle> {
    this.#note('open');
    const handle = await systemDisk.open(path, flags, mode);
    this.handles.push(handle);
    const write = handle.write.bind(handle) as (...args: unknown[]) => Promise<{ bytesWritten: number }>;
    const truncate = handle.truncate.bind(handle);
    const faults = {
      write: async (bytes: Buffer, offset: number, length: number, position: number) => {
        const most = Math.min(length, this.room);
        if (most === 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
        this.room -= most;
        this.writes.push(most);
        return write(bytes, offset, most, position);
      },
      datasync: async () => {
        this.#note('datasync');
        await this.hold;
      },
      // What is not brought to the disk is read back all the same, and tests cut no power.
      sync: async () => {},
      truncate: async (bytes: number) => {
        this.#note('truncate');
        await truncate(bytes);
      },
    };
    return new Proxy(handle, {
      get: (target, name) => {
        if (name in faults) return faults[name as keyof typeof faults];
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  async rename(from: string, to: string): Promise<void> {
    this.#note('rename');
    await systemDisk.rename(from, to);
  }

  async syncFolder(): Promise<void> {
    this.#note('syncFolder');
  }

  #note(what: 'open' | 'rename' | 'datasync' | 'truncate' | 'syncFolder'): void {
    this.done.push(what);
    if (this.failing.has(what)) throw Object.assign(new Error(`EIO: ${what} failed`), { code: 'EIO' });
  }
}

/**
 * Has the log of a database (its WAL) written through to the disk by a thread of Node's while the loop goes on: what SQLite does itself
 * within a commit stops the loop for as long as the disk takes. What is committed while that is under way shares the next one. Used by
 * `WriteTurn`.
 */
import { closeSync, fdatasync, fstatSync, ftruncateSync, openSync, statfsSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { limits } from '../limits.ts';

/** Told that it is on the disk, or why it is not. */
type Told = (failure: Error | null) => void;

/** Has a file written through, on a thread: `fdatasync` of Node. */
export type Sync = (descriptor: number, done: (failure: NodeJS.ErrnoException | null) => void) => void;

/** Tells how many bytes are free on the disk of a folder. */
export type FreeBytes = (folder: string) => number;

export class WalDisk {
  readonly #database: Sqlite;
  readonly #through: Sync;
  readonly #freeBytes: FreeBytes;
  #descriptor: number | null = null;
  #waiting: Told[] = [];
  #underWay = false;
  #closing: (() => void) | null = null;

  private constructor(database: Sqlite, through: Sync, freeBytes: FreeBytes) {
    this.#database = database;
    this.#through = through;
    this.#freeBytes = freeBytes;
  }

  /** Null for a database that has no such log: one in memory, or on a file system that cannot have it. */
  static of(database: Sqlite, through: Sync = fdatasync, freeBytes: FreeBytes = freeBytesOf): WalDisk | null {
    return !database.memory && database.pragma('journal_mode', { simple: true }) === 'wal'
      ? new WalDisk(database, through, freeBytes)
      : null;
  }

  /** Tells once all that is committed by now is on the disk. */
  settle(tell: Told): void {
    this.#waiting.push(tell);
    if (!this.#underWay) this.#sync();
  }

  /** Resolves when nothing is under way any more. Nothing may be settled afterwards. */
  async close(): Promise<void> {
    if (this.#underWay) await new Promise<void>((resolve) => (this.#closing = resolve));
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  #sync(): void {
    const told = this.#waiting;
    this.#waiting = [];
    try {
      this.#descriptor ??= openLog(`${this.#database.name}-wal`, this.#freeBytes);
    } catch (error) {
      this.#tell(told, error as Error);
      return;
    }
    this.#underWay = true;
    this.#through(this.#descriptor, (error) => {
      this.#underWay = false;
      if (this.#waiting.length > 0) this.#sync();
      this.#tell(told, error);
      if (!this.#underWay) this.#closing?.();
    });
  }

  #tell(told: readonly Told[], failure: Error | null): void {
    const left = failure === null ? null : this.#otherwise(failure);
    for (const tell of told) tell(left);
  }

  /**
   * A disk tells of a failure once, and takes what was not written for written from then on. What is in the log is put into the file
   * itself then, which is written through as well.
   */
  #otherwise(failure: Error): Error | null {
    for (let tries = 0; tries < 2; tries++) {
      try {
        const [outcome] = this.#database.pragma('wal_checkpoint(FULL)') as [CheckpointOutcome];
        if (outcome.busy === 0 && outcome.log === outcome.checkpointed) return null;
      } catch {
        // The failure that was first says more.
      }
    }
    return failure;
  }
}

interface CheckpointOutcome {
  readonly busy: number;
  readonly log: number;
  readonly checkpointed: number;
}

/** Opens the log, which is there from the first commit on and stays until the last connection is closed. */
function openLog(file: string, freeBytes: FreeBytes): number {
  const descriptor = openSync(file, 'r+');
  const { size } = fstatSync(descriptor);
  const room = limits.logRoomBytes.default - size;
  if (room > 0) makeRoom(descriptor, size, room, () => freeBytes(dirname(file)));
  return descriptor;
}

/**
 * Makes the room of the log: where a file does not grow, a disk has half as much to write. SQLite passes over what is in it beyond its
 * own, as it does after each checkpoint. A disk that is nearly full keeps what it has for what has to be written: without room
 * everything works, only slower.
 */
function makeRoom(descriptor: number, size: number, room: number, freeBytes: () => number): void {
  try {
    if (freeBytes() < limits.logRoomFreeBytes.default) return;
    if (writeSync(descriptor, Buffer.alloc(room), 0, room, size) === room) return;
  } catch {
    // What is there of it is of no use either.
  }
  try {
    ftruncateSync(descriptor, size);
  } catch {
    // It stays; the log grows into it.
  }
}

/** What this process may still write to the disk of a folder. */
function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

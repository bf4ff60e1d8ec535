/**
 * Writes of one turn of the loop as one transaction, of which nothing is answered before it is on the disk, or, where that is enough,
 * before it is beyond the reach of whatever ends a process. The loop does not wait for the disk: what other turns have written meanwhile
 * goes there with the next one. What a step finds wrong undoes that step alone.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import { poolTask } from '../../runtime/async/pool-task.ts';
import type { ThreadPool } from '../../runtime/async/thread-pool.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { limits } from '../limits.ts';
import type * as tasks from './checkpoint-tasks.ts';
import { type Sync, WalDisk } from './wal-disk.ts';

const TASKS = new URL('checkpoint-tasks.ts', import.meta.url);
const checkpoint = poolTask<typeof tasks.checkpoint>(TASKS, 'checkpoint');
const beginLog = poolTask<typeof tasks.beginLog>(TASKS, 'beginLog');

interface Waiting {
  readonly step: () => unknown;
  /** Whether it is answered when the disk has it. */
  readonly disk: boolean;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

interface Ended {
  readonly disk: boolean;
  readonly tell: () => void;
  readonly reject: (error: unknown) => void;
}

export interface WriteTurnOptions {
  /** Where the log of the database is put into the file itself; absent where SQLite does it, within a commit. */
  readonly checkpoints?: {
    readonly pool: Pick<ThreadPool, 'run'>;
    /** Whose database it is. */
    readonly daemon: string;
  };
  /** Told why the disk has not taken what was answered without waiting for it. */
  readonly onUnkept?: (error: SignalboxError) => void;
  /** For tests: has a file written through to the disk. */
  readonly sync?: Sync;
}

/** Starts the thread that puts the log into the file before anything is written: to start one takes what logins need. */
export function warmCheckpoints(pool: ThreadPool): void {
  pool.warm([checkpoint, beginLog]);
}

/** The one way to change the database. */
export class WriteTurn {
  readonly #database: Sqlite;
  readonly #disk: WalDisk | null;
  readonly #checkpoints: NonNullable<WriteTurnOptions['checkpoints']> | null;
  #waiting: Waiting[] = [];
  #late: (() => void)[] = [];
  #due: NodeJS.Immediate | null = null;
  #lateDue: NodeJS.Timeout | null = null;
  readonly #onUnkept: (error: SignalboxError) => void;
  #throughDue: NodeJS.Timeout | null = null;
  /** When the first was answered that the disk has not been told of, on a monotonic clock. */
  #unsyncedSince = 0;
  /** Whether nothing is written here at present. */
  #held = false;
  #holders: Promise<unknown> = Promise.resolve();
  /** Transactions since the last checkpoint was begun, and whether that is under way. */
  #unchecked = 0;
  #checking = false;
  /** Due where nothing is written for a while. */
  #checkDue: NodeJS.Timeout | null = null;
  /** Transactions that were written. */
  committed = 0;
  /** Runs something as a transaction, or within one so that it can be undone alone. */
  readonly #transaction: (steps: () => unknown) => unknown;

  constructor(database: Sqlite, { checkpoints, onUnkept = () => {}, sync }: WriteTurnOptions = {}) {
    this.#database = database;
    this.#onUnkept = onUnkept;
    this.#disk = WalDisk.of(database, sync);
    // To make one takes longer than to write a row.
    this.#transaction = database.transaction((steps: () => unknown) => steps());
    // Nothing is written past this, and the disk is waited for beside it, not within a commit.
    if (this.#disk !== null) database.pragma('synchronous = NORMAL');
    this.#checkpoints = this.#disk === null ? null : (checkpoints ?? null);
    // What a thread has not done by then is done after all.
    if (this.#checkpoints !== null) database.pragma(`wal_autocheckpoint = ${limits.logPages.default}`);
  }

  /**
   * Runs `step` in the transaction of this turn; resolves when that is on the disk, and rejects with what the step throws.
   * @throws SignalboxError (as a rejection) `unavailable` where nothing can be written now, `limit_reached` where too much waits
   */
  write<Result>(step: () => Result): Promise<Result> {
    return this.#take(step, true);
  }

  /**
   * The same without waiting for the disk: resolves when it is committed. No end of a process loses it then, kill -9 included; what a
   * power failure takes are the latest `unsyncedMs`. For what is set right afterwards, or does no harm where it is lost.
   */
  commit<Result>(step: () => Result): Promise<Result> {
    return this.#take(step, false);
  }

  #take<Result>(step: () => Result, disk: boolean): Promise<Result> {
    if (this.#waiting.length >= limits.writesWaiting.default)
      return Promise.reject(new SignalboxError('limit_reached', 'Too much is to be written at once.'));
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ step, disk, resolve, reject });
      this.#flushSoon();
    });
  }

  /**
   * Runs `step` in the next transaction, or in one of its own a moment later. For what does no harm where it is lost: nobody is told
   * of it, and the disk is not waited for.
   */
  later(step: () => void): void {
    if (this.#late.length >= limits.writesWaiting.default) return;
    this.#late.push(step);
    this.#lateDue ??= setTimeout(() => this.flush(), limits.lateWriteMs.default);
  }

  /**
   * Holds everything back until `work` has ended, which writes by a connection of its own: two that write would wait for each other, and
   * the loop with them. Work of several callers is done one after the other.
   */
  apart<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = this.#holders.then(async () => {
      this.flush();
      this.#held = true;
      try {
        return await work();
      } finally {
        this.#held = false;
        this.#flushSoon();
      }
    });
    this.#holders = mine.catch(() => {});
    return mine;
  }

  /** Writes what waits, now; nothing while it is held back. */
  flush(): void {
    if (this.#held) return;
    if (this.#due !== null) clearImmediate(this.#due);
    if (this.#lateDue !== null) clearTimeout(this.#lateDue);
    this.#due = null;
    this.#lateDue = null;
    const batch = this.#waiting;
    const late = this.#late;
    this.#waiting = [];
    this.#late = [];
    if (batch.length + late.length === 0) return;
    const ended: Ended[] = [];
    try {
      this.#transaction(() => {
        for (const step of late) this.#lately(step);
        for (const one of batch) ended.push(this.#one(one));
      });
      this.committed++;
    } catch (error) {
      const failure = writeError(error);
      for (const { reject } of batch) reject(failure);
      return;
    }
    this.#checkpointSoon();
    if (batch.length > 0) this.#tell(ended);
  }

  /** Writes what waits, and resolves when it is on the disk. Nothing may be written afterwards. */
  async close(): Promise<void> {
    await this.#holders;
    if (this.#checkDue !== null) clearTimeout(this.#checkDue);
    this.flush();
    this.#through();
    await this.#disk?.close();
  }

  #flushSoon(): void {
    if (!this.#held) this.#due ??= setImmediate(() => this.flush());
  }

  #tell(ended: readonly Ended[]): void {
    const onDisk: Ended[] = [];
    for (const one of ended) {
      if (one.disk && this.#disk !== null) onDisk.push(one);
      else one.tell();
    }
    if (this.#disk === null) return;
    if (onDisk.length === 0) {
      this.#throughSoon();
      return;
    }
    const answeredBefore = this.#throughDue !== null;
    if (this.#throughDue !== null) clearTimeout(this.#throughDue);
    this.#throughDue = null;
    this.#disk.settle((failure) => {
      const error = failure === null ? null : keptError(failure);
      if (error !== null && answeredBefore) this.#onUnkept(error);
      for (const one of onDisk) {
        if (error === null) one.tell();
        else one.reject(error);
      }
    });
  }

  /** Not while more of that comes: whoever writes while the disk takes something may wait for it. */
  #throughSoon(): void {
    const quietMs = limits.unsyncedQuietMs.default;
    const now = performance.now();
    if (this.#throughDue === null) {
      this.#unsyncedSince = now;
      this.#throughDue = setTimeout(this.#through, quietMs);
    } else if (now + quietMs <= this.#unsyncedSince + limits.unsyncedMs.default) this.#throughDue.refresh();
  }

  /** Has the disk take what was answered without it. */
  readonly #through = () => {
    if (this.#throughDue === null) return;
    clearTimeout(this.#throughDue);
    this.#throughDue = null;
    this.#disk?.settle((failure) => {
      if (failure !== null) this.#onUnkept(keptError(failure));
    });
  };

  /** When nothing is written for a while, or when there is much to put into the file. */
  #checkpointSoon(): void {
    this.#unchecked++;
    if (this.#checkpoints === null || this.#checking || this.#unchecked < limits.checkpointCommits.default)
      return;
    if (this.#unchecked >= limits.checkpointMostCommits.default) this.#checkpoint(this.#checkpoints);
    else if (this.#checkDue !== null) this.#checkDue.refresh();
    else
      this.#checkDue = setTimeout(
        (thread: NonNullable<WriteTurnOptions['checkpoints']>) => this.#checkpoint(thread),
        limits.checkpointQuietMs.default,
        this.#checkpoints,
      ).unref();
  }

  #checkpoint({ pool, daemon }: NonNullable<WriteTurnOptions['checkpoints']>): void {
    if (this.#checkDue !== null) clearTimeout(this.#checkDue);
    this.#checkDue = null;
    this.#unchecked = 0;
    this.#checking = true;
    const place = { file: this.#database.name, daemon };
    const done = () => {
      this.#checking = false;
    };
    pool
      .run(checkpoint, place, { priority: 'high' })
      // The next commit would wait for the disk, and the loop with it.
      .then((isWhole) => (isWhole ? this.apart(() => pool.run(beginLog, place, { priority: 'high' })) : null))
      // What came to nothing is done with the next one.
      .then(done, done);
  }

  #one({ step, disk, resolve, reject }: Waiting): Ended {
    try {
      // Within a transaction that is a savepoint.
      const result = this.#transaction(step);
      return { disk, tell: () => resolve(result as never), reject };
    } catch (error) {
      // What SQLite could not write would be missing from all of it.
      if (!(error instanceof SignalboxError)) throw error;
      return { disk, tell: () => reject(error), reject };
    }
  }

  #lately(step: () => void): void {
    try {
      this.#transaction(step);
    } catch {
      // It does no harm where it is lost.
    }
  }
}

function writeError(cause: unknown): SignalboxError {
  return new SignalboxError(
    'unavailable',
    `The accounts cannot be written now (${messageOf(cause)}). Nothing was changed; try again.`,
    { cause },
  );
}

function keptError(cause: Error): SignalboxError {
  return new SignalboxError(
    'unavailable',
    `The disk has not taken what was written (${messageOf(cause)}). It may be lost when the machine stops; look, and try again.`,
    { cause },
  );
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

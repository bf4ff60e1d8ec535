/**
 * Writes of one turn of the loop as one transaction: a hundred registrations that come together wait for one sync of the disk, and
 * none is answered before it. What one of them finds wrong undoes that one alone.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { limits } from '../limits.ts';

interface Waiting {
  readonly step: () => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

interface Ended {
  readonly tell: () => void;
  readonly reject: (error: unknown) => void;
}

/** The one way to change the database. */
export class WriteTurn {
  readonly #database: Sqlite;
  #waiting: Waiting[] = [];
  #due: NodeJS.Immediate | null = null;
  /** Transactions that were on disk. */
  committed = 0;

  constructor(database: Sqlite) {
    this.#database = database;
  }

  /**
   * Runs `step` in the transaction of this turn; resolves when that is on the disk, and rejects with what the step throws.
   * @throws SignalboxError (as a rejection) `unavailable` where nothing can be written now, `limit_reached` where too much waits
   */
  write<Result>(step: () => Result): Promise<Result> {
    if (this.#waiting.length >= limits.writesWaiting.default)
      return Promise.reject(new SignalboxError('limit_reached', 'Too much is to be written at once.'));
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ step, resolve, reject });
      this.#due ??= setImmediate(() => this.flush());
    });
  }

  /** Writes what waits, now. */
  flush(): void {
    if (this.#due !== null) clearImmediate(this.#due);
    this.#due = null;
    const batch = this.#waiting;
    this.#waiting = [];
    if (batch.length === 0) return;
    const ended: Ended[] = [];
    try {
      this.#database.transaction(() => {
        for (const one of batch) ended.push(this.#one(one));
      })();
      this.committed++;
    } catch (error) {
      const failure = writeError(error);
      for (const { reject } of batch) reject(failure);
      return;
    }
    for (const { tell } of ended) tell();
  }

  #one({ step, resolve, reject }: Waiting): Ended {
    try {
      // Within a transaction that is a savepoint.
      const result = this.#database.transaction(step)();
      return { tell: () => resolve(result as never), reject };
    } catch (error) {
      // What SQLite could not write would be missing from all of it.
      if (!(error instanceof SignalboxError)) throw error;
      return { tell: () => reject(error), reject };
    }
  }
}

function writeError(cause: unknown): SignalboxError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SignalboxError(
    'unavailable',
    `The accounts cannot be written now (${why}). Nothing was changed; try again.`,
    {
      cause,
    },
  );
}

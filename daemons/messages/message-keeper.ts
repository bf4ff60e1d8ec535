/** Answers what the IRC server asks, and lets go in between what is too old or too much. Made by daemon.ts. */
import { SignalboxError } from '../../contract/errors.ts';
import type { MESSAGE_QUESTIONS } from '../../contract/messages.ts';
import type { Clock, Timer } from '../../kit/clock.ts';
import { isSqliteError } from '../runtime/files/sqlite-failures.ts';
import type { Answerers } from '../runtime/net/peer-questions.ts';
import { limits } from './limits.ts';
import { MessageReader } from './store/message-reader.ts';
import type { MessageStore } from './store/message-store.ts';
import { MessageTrim } from './store/message-trim.ts';

/** What a keeper needs. */
export interface KeeperOptions {
  readonly store: MessageStore;
  readonly clock: Clock;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Told once why nothing is written any more, and null when it is again. */
  readonly onProblem: (problem: string | null) => void;
}

/** The keeper of the messages of one server. */
export class MessageKeeper {
  readonly #options: KeeperOptions;
  readonly #reader: MessageReader;
  readonly #trim: MessageTrim;
  #due: Timer | null = null;
  #closed = false;
  #problem: string | null = null;
  /** Since the process started. */
  readonly counts = { written: 0, deleted: 0, transactions: 0, failures: 0 };

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#reader = new MessageReader(options.store);
    this.#trim = new MessageTrim(options.store, options.now);
    this.#lookIn(limits.trimMs.default);
  }

  answerers(): Answerers<typeof MESSAGE_QUESTIONS> {
    const { store } = this.#options;
    return {
      open: (amount) => {
        this.#trim.use(amount);
        this.#lookIn(0);
        return { order: store.order };
      },
      write: (batch) => {
        this.counts.written += this.#written(() => {
          const kept = store.write(batch);
          if (batch.clean) store.emptyLog();
          return kept;
        });
        this.counts.transactions++;
        for (const change of batch.changes) {
          if (change.do === 'keep' || change.do === 'amount') this.#trim.grew(change.scope);
          if (change.do === 'amount') this.#lookIn(0);
        }
        return {};
      },
      read: (args) => read(() => this.#reader.read(args)),
      latest: (args) => read(() => this.#reader.latest(args)),
      accounts: (args) => read(() => this.#reader.accounts(args)),
      readers: (args) => read(() => this.#reader.readers(args)),
    };
  }

  close(): void {
    this.#closed = true;
    this.#due?.cancel();
    this.#due = null;
  }

  #lookIn(ms: number): void {
    this.#due?.cancel();
    this.#due = this.#closed ? null : this.#options.clock.after(ms, () => this.#look());
  }

  /** Lets one piece go, and comes back at once where there is more. */
  #look(): void {
    const { store } = this.#options;
    const before = store.messages;
    let more = false;
    try {
      more = this.#trim.step();
      if (!more) {
        store.dropEmpty();
        store.emptyLog();
        store.database.pragma(`incremental_vacuum(${limits.vacuumedPages.default})`);
      }
    } catch (error) {
      // It is tried again; what cannot be written is said by who writes.
      if (!isSqliteError(error)) throw error;
    }
    this.counts.deleted += before - store.messages;
    this.#lookIn(more ? 0 : limits.trimMs.default);
  }

  #written<Result>(work: () => Result): Result {
    try {
      const result = work();
      this.#say(null);
      return result;
    } catch (error) {
      if (!isSqliteError(error)) throw error;
      this.counts.failures++;
      const why = (error as Error).message;
      this.#say(why);
      throw new SignalboxError(
        'unavailable',
        `The messages cannot be written now (${why}). Free space on that disk or check its permissions; it is tried again.`,
        { cause: error },
      );
    }
  }

  #say(problem: string | null): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#options.onProblem(problem);
  }
}

function read<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!isSqliteError(error)) throw error;
    throw new SignalboxError(
      'unavailable',
      `The messages cannot be read now (${(error as Error).message}).`,
      {
        cause: error,
      },
    );
  }
}

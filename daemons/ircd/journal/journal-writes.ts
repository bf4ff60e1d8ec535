/**
 * When a journal writes: at the end of the turn in which something changed, one write at a time, and after a failure again and again, at
 * growing intervals, until the disk takes it. Why it is not on disk is said once for each cause. What is written, and who waits for it, is
 * the journal's own.
 */
import { encodeCheckedLine } from '../../runtime/files/checked-lines.ts';
import { limits } from '../limits.ts';

/** Characters that are written at a time: encoding them takes about a millisecond. */
const PIECE_CHARACTERS = 65_536;

/** What {@link JournalWrites} needs of a journal. */
export interface JournalWritesOptions {
  /** Writes what has changed; never rejects, and says how it went by `succeeded` or `failed`. */
  readonly write: () => Promise<void>;
  /** Whether something changed while it was written. */
  readonly hasMore: () => boolean;
  /** Told why nothing is on disk, once for each cause, and null when it is again. */
  readonly onProblem: (problem: string | null) => void;
}

/** The writes of one journal. */
export class JournalWrites {
  readonly #options: JournalWritesOptions;
  #begin: NodeJS.Immediate | null = null;
  /** The write under way; it never rejects. */
  #writing: Promise<void> | null = null;
  #retry: NodeJS.Timeout | null = null;
  #retryMs: number = limits.journalRetryBaseMs.default;
  #problem: string | null = null;

  constructor(options: JournalWritesOptions) {
    this.#options = options;
  }

  /** Why nothing is on disk; null while the disk takes it. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Whether something is being written. */
  get underWay(): boolean {
    return this.#writing !== null;
  }

  /** Writes at the end of the turn, where nothing is being written: that goes on by itself. */
  soon(): void {
    if (this.#writing !== null || this.#begin !== null) return;
    this.#begin = setImmediate(() => {
      this.#begin = null;
      this.#writing = this.#writeAll();
    });
  }

  /** What would begin at the end of the turn does not. */
  cancel(): void {
    if (this.#begin !== null) clearImmediate(this.#begin);
    this.#begin = null;
  }

  /** What failed is not tried again by itself. */
  giveUp(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
  }

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    while (this.#begin !== null || this.#writing !== null) {
      if (this.#begin !== null) await new Promise((resolve) => setImmediate(resolve));
      await this.#writing;
    }
  }

  /** All that was to be written is on disk. */
  succeeded(): void {
    this.#retryMs = limits.journalRetryBaseMs.default;
    this.#say(null);
  }

  /** Nothing of what was to be written is on disk; it is tried again. */
  failed(error: unknown): void {
    this.#say(problemText(error));
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.soon();
    }, this.#retryMs);
    this.#retry.unref();
    this.#retryMs = Math.min(this.#retryMs * 2, limits.journalRetryMaxMs.default);
  }

  /** The disk has not answered for as long as anybody waits. */
  hangs(): void {
    this.#say(`the disk has not answered for ${limits.journalWaitMs.default / 1_000} seconds`);
  }

  async #writeAll(): Promise<void> {
    do await this.#options.write();
    while (this.#retry === null && this.#options.hasMore());
    this.#writing = null;
  }

  #say(problem: string | null): void {
    // Said once for each cause, not with every attempt.
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#options.onProblem(problem);
  }
}

/** An error of a disk in words. */
export function problemText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Records as lines, a handful at a time, so that the event loop has its turn between them. */
export function* pieces<Item>(
  items: Iterable<Item>,
  record: (item: Item) => object = (item) => item as object,
): Iterable<string> {
  let text = '';
  for (const item of items) {
    text += encodeCheckedLine(record(item));
    if (text.length < PIECE_CHARACTERS) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

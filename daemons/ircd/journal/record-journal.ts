/**
 * Keeps what accounts of this server leave behind beyond a restart: how far they have read (IRCv3 read-marker), and what they say of themselves (metadata). What changes is appended at
 * the end of the turn, many changes by one fdatasync, off the event loop; whoever made a change is answered when it is on the disk. All of it
 * is in memory as well, so that after a failure the file is written anew. A disk that is full or hangs stops nobody: then it is answered at
 * once, and the log says so.
 */
import type { z } from 'zod';
import type { Counts } from '../../runtime/telemetry/counted-instrument.ts';
import { limits } from '../limits.ts';
import type { KeptRecords, Records } from '../state/records.ts';
import type { JournalFile } from './journal-file.ts';
import { JournalWrites, pieces } from './journal-writes.ts';

/** What a {@link RecordJournal} needs. */
export interface RecordJournalOptions<Item> {
  readonly kept: KeptRecords<Item>;
  /** What a record is; a line that holds something else is passed over. */
  readonly schema: z.ZodType<Item>;
  readonly file: JournalFile;
  /** Told why nothing is on disk, once for each cause, and null when it is again. */
  readonly onProblem: (problem: string | null) => void;
}

interface Waiter {
  readonly upTo: number;
  readonly resolve: () => void;
}

/** The journal of one kind of record. */
export class RecordJournal<Item extends object> implements Records<Item> {
  readonly #options: RecordJournalOptions<Item>;
  readonly #writes: JournalWrites;
  #pending: Item[] = [];
  #noted = 0;
  #done = 0;
  #batches = 0;
  /** Whether what is on disk is not what it would be with all that was noted: it is written anew. */
  #isBehind = false;
  #waiters: Waiter[] = [];

  private constructor(options: RecordJournalOptions<Item>) {
    this.#options = options;
    this.#writes = new JournalWrites({
      write: () => this.#write(),
      hasMore: () => this.#pending.length > 0 || this.#isBehind,
      onProblem: options.onProblem,
    });
  }

  /**
   * Brings back what was kept, and keeps it from here on. Answers how many lines were passed over too, and where the damaged file is.
   * @throws the file system's error for a file that cannot be used
   */
  static async open<Item extends object>(options: RecordJournalOptions<Item>) {
    const { kept, schema, file } = options;
    const { records, damage } = await file.load();
    let unknown = 0;
    for (const record of records) {
      const read = schema.safeParse(record);
      if (!read.success) unknown++;
      else kept.replay(read.data);
    }
    const journal = new RecordJournal(options);
    kept.records = journal;
    return { journal, unknown, damage };
  }

  /** Changes that wait, that came, and that are on disk, and the writes that it took. */
  get counts(): Counts<'batcher'> {
    const depth = this.#noted - this.#done;
    return { depth, submitted: this.#noted, completed: this.#done, batches: this.#batches };
  }

  note(record: Item): void {
    this.#noted++;
    // Where it is written anew it has all of this.
    if (!this.#isBehind) this.#pending.push(record);
    if (this.#writes.problem === null) this.#writes.soon();
  }

  /** Resolves when all that was noted so far is on disk, or cannot be now, or takes longer than anybody waits. */
  written(): Promise<void> {
    if (this.#writes.problem !== null || (this.#pending.length === 0 && !this.#writes.underWay))
      return Promise.resolve();
    return new Promise((resolve) => {
      const late = setTimeout(() => {
        this.#writes.hangs();
        this.#release(Number.POSITIVE_INFINITY);
      }, limits.journalWaitMs.default);
      late.unref();
      const done = () => {
        clearTimeout(late);
        resolve();
      };
      this.#waiters.push({ upTo: this.#noted, resolve: done });
    });
  }

  /** Writes what is not on disk yet once more, and ends. */
  async close(): Promise<void> {
    this.#options.kept.records = null;
    this.#writes.giveUp();
    this.#writes.cancel();
    await this.#writes.settled();
    if (this.#isBehind || this.#pending.length > 0) await this.#write();
    this.#writes.giveUp();
    this.#release(Number.POSITIVE_INFINITY);
    await this.#options.file.close();
  }

  async #write(): Promise<void> {
    const { file, kept } = this.#options;
    const [some, upTo] = [this.#pending, this.#noted];
    const isBehind = this.#isBehind;
    this.#pending = [];
    this.#isBehind = false;
    try {
      if (isBehind || file.due || !(await file.append(pieces(some)))) await file.rewrite(pieces(kept.all()));
      this.#done = upTo;
      this.#batches++;
      this.#writes.succeeded();
      this.#release(upTo);
    } catch (error) {
      this.#isBehind = true;
      this.#pending = [];
      this.#writes.failed(error);
      this.#release(Number.POSITIVE_INFINITY);
    }
  }

  #release(upTo: number): void {
    const done = this.#waiters.filter((waiter) => waiter.upTo <= upTo);
    this.#waiters = this.#waiters.filter((waiter) => waiter.upTo > upTo);
    for (const { resolve } of done) resolve();
  }
}

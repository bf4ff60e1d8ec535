/**
 * Keeps how far accounts have read beyond a restart (IRCv3 read-marker). What changes is appended at the end of the turn, many changes by
 * one fdatasync, off the event loop; whoever has read is answered when theirs is on the disk. All of it is in memory as well, so that after
 * a failure the file is written anew. A disk that is full or hangs stops nobody: then it is answered at once, and the log says so.
 */
import { z } from 'zod';
import { encodeCheckedLine } from '../../runtime/files/checked-lines.ts';
import type { Counts } from '../../runtime/telemetry/counted-instrument.ts';
import { limits } from '../limits.ts';
import type { MarkerRecord, MarkerRecords, ReadMarkers } from '../state/read-markers.ts';
import type { JournalFile } from './journal-file.ts';

/** Characters that are written at a time: encoding them takes about a millisecond. */
const PIECE_CHARACTERS = 65_536;

const name = z.string().min(1).max(600);
const recordSchema = z.strictObject({
  account: name,
  target: name.optional(),
  ms: z.number().int().optional(),
  to: name.optional(),
});

/** What a {@link MarkerJournal} needs. */
export interface MarkerJournalOptions {
  readonly markers: ReadMarkers;
  readonly file: JournalFile;
  /** Told why nothing is on disk, once for each cause, and null when it is again. */
  readonly onProblem: (problem: string | null) => void;
}

interface Waiter {
  readonly upTo: number;
  readonly resolve: () => void;
}

export class MarkerJournal implements MarkerRecords {
  readonly #options: MarkerJournalOptions;
  #pending: MarkerRecord[] = [];
  #noted = 0;
  #done = 0;
  #batches = 0;
  /** Whether what is on disk is not what it would be with all that was noted: it is written anew. */
  #isBehind = false;
  #waiters: Waiter[] = [];
  #begin: NodeJS.Immediate | null = null;
  #retry: NodeJS.Timeout | null = null;
  #retryMs: number = limits.journalRetryBaseMs.default;
  #writing: Promise<void> | null = null;
  #problem: string | null = null;

  private constructor(options: MarkerJournalOptions) {
    this.#options = options;
  }

  /**
   * Brings back what was kept, and keeps it from here on. Answers how many lines were passed over too, and where the damaged file is.
   * @throws the file system's error for a file that cannot be used
   */
  static async open(options: MarkerJournalOptions) {
    const { markers, file } = options;
    const { records, damage } = await file.load();
    let unknown = 0;
    for (const record of records) {
      const read = recordSchema.safeParse(record);
      if (!read.success) unknown++;
      else markers.replay(read.data as MarkerRecord);
    }
    const journal = new MarkerJournal(options);
    markers.records = journal;
    return { journal, unknown, damage };
  }

  /** Changes that wait, that came, and that are on disk, and the writes that it took. */
  get counts(): Counts<'batcher'> {
    const depth = this.#noted - this.#done;
    return { depth, submitted: this.#noted, completed: this.#done, batches: this.#batches };
  }

  note(record: MarkerRecord): void {
    this.#noted++;
    // Where it is written anew it has all of this.
    if (!this.#isBehind) this.#pending.push(record);
    if (this.#problem === null) this.#soon();
  }

  /** Resolves when all that was noted so far is on disk, or cannot be now, or takes longer than anybody waits. */
  written(): Promise<void> {
    if (this.#problem !== null || (this.#pending.length === 0 && this.#writing === null))
      return Promise.resolve();
    return new Promise((resolve) => {
      const late = setTimeout(() => {
        this.#say(`the disk has not answered for ${limits.journalWaitMs.default / 1_000} seconds`);
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
    this.#options.markers.records = null;
    if (this.#begin !== null) clearImmediate(this.#begin);
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#begin = null;
    await this.#writing;
    if (this.#isBehind || this.#pending.length > 0) await this.#write();
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#release(Number.POSITIVE_INFINITY);
    await this.#options.file.close();
  }

  #soon(): void {
    if (this.#writing !== null || this.#begin !== null) return;
    this.#begin = setImmediate(() => {
      this.#begin = null;
      this.#writing = this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    do await this.#write();
    while ((this.#pending.length > 0 || this.#isBehind) && this.#retry === null);
    this.#writing = null;
  }

  async #write(): Promise<void> {
    const { file, markers } = this.#options;
    const [some, upTo] = [this.#pending, this.#noted];
    const isBehind = this.#isBehind;
    this.#pending = [];
    this.#isBehind = false;
    try {
      if (isBehind || file.due || !(await file.append(pieces(some))))
        await file.rewrite(pieces(markers.all()));
      this.#retryMs = limits.journalRetryBaseMs.default;
      this.#done = upTo;
      this.#batches++;
      this.#say(null);
      this.#release(upTo);
    } catch (error) {
      this.#isBehind = true;
      this.#pending = [];
      this.#say(error instanceof Error ? error.message : String(error));
      this.#release(Number.POSITIVE_INFINITY);
      this.#retry = setTimeout(() => {
        this.#retry = null;
        this.#soon();
      }, this.#retryMs);
      this.#retry.unref();
      this.#retryMs = Math.min(this.#retryMs * 2, limits.journalRetryMaxMs.default);
    }
  }

  #release(upTo: number): void {
    const done = this.#waiters.filter((waiter) => waiter.upTo <= upTo);
    this.#waiters = this.#waiters.filter((waiter) => waiter.upTo > upTo);
    for (const { resolve } of done) resolve();
  }

  #say(problem: string | null): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#options.onProblem(problem);
  }
}

/** Records as lines, a handful at a time, so that the event loop has its turn between them. */
function* pieces(records: Iterable<MarkerRecord>): Iterable<string> {
  let text = '';
  for (const record of records) {
    text += encodeCheckedLine(record);
    if (text.length < PIECE_CHARACTERS) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

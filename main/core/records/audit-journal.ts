/**
 * The append-only journal of what was done: main's one exception to doing no disk work. A line is written with one
 * write(2) before an action is answered, so that it outlives main; the recorder takes the lines over into its database.
 * The AuditTrail writes, the HistoryClient asks the recorder to read.
 */
import { join } from 'node:path';
import {
  encodeJournalLine,
  type JournalRecord,
  parseSegmentName,
} from '../../../daemons/runtime/files/journal-format.ts';
import type { QueueCounts } from '../../../daemons/runtime/telemetry/queue-instrument.ts';
import type { Clock, Timer } from '../../../kit/clock.ts';
import type { ControlLimits } from '../limits.ts';
import { type JournalFiles, JournalSegment, systemFiles } from './journal-segment.ts';

/** What a journal is made of. */
export interface AuditJournalOptions {
  /** Made when it is missing; the folder around it must be there. */
  readonly folder: string;
  /** Twelve hexadecimal digits that no other run has. */
  readonly run: string;
  readonly clock: Clock;
  readonly limits: ControlLimits;
  readonly log: (level: 'info' | 'error', event: string, message: string) => void;
  /** For tests. */
  readonly files?: JournalFiles;
}

/** Lines on disk, and those that wait until they can be written. */
export class AuditJournal {
  readonly folder: string;
  readonly #options: AuditJournalOptions;
  readonly #files: JournalFiles;
  /** Bytes of every segment in the folder. */
  readonly #sizes = new Map<string, number>();
  #total = 0;
  #segment: JournalSegment | null = null;
  #nextNumber = 1;
  /** Lines of this run on disk, and how many of them the recorder has. */
  #written = 0;
  #taken = 0;
  /** Whether the recorder may lack lines of earlier runs. */
  #left = false;
  #held: string[] = [];
  #dropped = 0;
  #heldTotal = 0;
  #mostHeld = 0;
  #mostWaiting = 0;
  #problem: string | null = null;
  #sync: Timer | null = null;
  #syncing = false;
  #unsynced = false;
  #retry: Timer | null = null;
  #retryMs: number;
  #closed = false;

  /** Looks at what earlier runs have left; writes nothing. */
  constructor(options: AuditJournalOptions) {
    this.#options = options;
    this.folder = options.folder;
    this.#files = options.files ?? systemFiles;
    this.#retryMs = options.limits.journalRetryBaseMs;
    this.#survey();
  }

  /** The run that writes; every other one is over. */
  get run(): string {
    return this.#options.run;
  }

  /** Why the last line could not be written; null when it was. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Lines of this run that the recorder has not taken over or that are not written yet. */
  get waiting(): number {
    return this.#written - this.#taken + this.#held.length;
  }

  /** Whether the recorder may lack lines of this run or an earlier one. */
  get pending(): boolean {
    return this.#left || this.#written > this.#taken;
  }

  /** Lines of this run on disk; for {@link taken}. */
  get written(): number {
    return this.#written;
  }

  /** Held lines that were given up because there were too many. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The lines that the recorder has not taken over. What ends them is a number of bytes. */
  get queue(): QueueCounts {
    const dropped = this.#dropped;
    const submitted = this.#written + this.#held.length + dropped;
    return { depth: this.waiting, highWater: this.#mostWaiting, submitted, dropped };
  }

  /** Those of them that are in memory only, because the journal cannot be written. */
  get heldQueue(): QueueCounts {
    const capacity = this.#options.limits.journalHeld;
    const depth = this.#held.length;
    return { depth, highWater: this.#mostHeld, capacity, submitted: this.#heldTotal, dropped: this.#dropped };
  }

  /** Writes a line; false where that is impossible, and then nothing of it is kept. */
  write(record: JournalRecord): boolean {
    return !this.#closed && this.#flushHeld() && this.#attempt(encodeJournalLine(record));
  }

  /** Writes a line, or holds it until it can be written; false in that case. */
  writeOrHold(record: JournalRecord): boolean {
    if (this.#closed) return false;
    const line = encodeJournalLine(record);
    if (this.#flushHeld() && this.#attempt(line)) return true;
    this.#held.push(line);
    if (this.#held.length > this.#options.limits.journalHeld) {
      this.#held.shift();
      this.#dropped++;
    }
    this.#heldTotal++;
    this.#mostHeld = Math.max(this.#mostHeld, this.#held.length);
    this.#mostWaiting = Math.max(this.#mostWaiting, this.waiting);
    this.#retryLater();
    return false;
  }

  /** The recorder has the whole of the segments `done`: they are removed. */
  finished(done: readonly string[]): void {
    for (const name of done) if (name !== this.#segment?.name) this.#remove(name);
  }

  /** The recorder has the first `written` lines of this run and everything of earlier ones. */
  taken(written: number): void {
    this.#taken = written;
    this.#left = false;
  }

  /** Tries once more to write what is held, and has everything on disk. */
  close(): void {
    if (this.#closed) return;
    this.#flushHeld();
    this.#closed = true;
    this.#problem = 'Signalbox is closing';
    this.#sync?.cancel();
    this.#retry?.cancel();
    const segment = this.#segment;
    this.#segment = null;
    if (segment === null) return;
    try {
      segment.syncNow();
    } catch (error) {
      this.#unsure(error);
    }
    segment.close();
  }

  /** Measures what is in the folder. */
  #survey(): void {
    this.#sizes.clear();
    this.#total = 0;
    let names: string[];
    try {
      names = this.#files.readdirSync(this.folder);
    } catch {
      // Not there, or not readable: the next line finds out and says so.
      return;
    }
    for (const name of names) {
      const parts = parseSegmentName(name);
      if (parts === null) continue;
      this.#grow(name, this.#files.statSync(join(this.folder, name), { throwIfNoEntry: false })?.size ?? 0);
      this.#nextNumber = Math.max(this.#nextNumber, parts.number + 1);
      this.#left = true;
    }
  }

  /** Whether nothing is held any more. */
  #flushHeld(): boolean {
    while (this.#held.length > 0) {
      if (!this.#attempt(this.#held[0] ?? '')) return false;
      this.#held.shift();
    }
    return true;
  }

  #attempt(line: string): boolean {
    try {
      this.#put(Buffer.from(line));
    } catch (error) {
      this.#failed(error);
      return false;
    }
    this.#written++;
    this.#mostWaiting = Math.max(this.#mostWaiting, this.waiting);
    this.#worked();
    return true;
  }

  #put(line: Buffer): void {
    const { journalBytes, journalSegmentBytes } = this.#options.limits;
    // Somebody may have made room by hand.
    if (this.#total + line.length > journalBytes) this.#survey();
    if (this.#total + line.length > journalBytes) {
      throw new Error(`the recorder has not taken ${this.#total} bytes over; the limit is ${journalBytes}`);
    }
    if (this.#segment !== null && this.#segment.bytes + line.length > journalSegmentBytes) this.#rotate();
    if (this.#write(line)) return;
    this.#options.log(
      'error',
      'journal_deleted',
      `A file of the audit journal in ${this.folder} was deleted or emptied while in use. What the recorder had not taken over ` +
        'is lost; a new file is begun.',
    );
    if (!this.#write(line)) throw new Error('its files are deleted as soon as they are written');
  }

  /** Writes to the open segment, or a new one; false when that was deleted or emptied, and the line perhaps with it. */
  #write(line: Buffer): boolean {
    const { run } = this.#options;
    this.#segment ??= new JournalSegment(this.#files, this.folder, this.#nextNumber++, run);
    const segment = this.#segment;
    try {
      segment.append(line);
    } catch (error) {
      if (segment.torn) this.#abandon(segment);
      throw error;
    }
    this.#grow(segment.name, line.length);
    if (segment.isThere()) {
      this.#syncSoon();
      return true;
    }
    this.#abandon(segment);
    this.#forget(segment.name);
    return false;
  }

  #rotate(): void {
    const segment = this.#segment;
    this.#segment = null;
    segment?.sync((error) => {
      if (error !== null) this.#unsure(error);
      segment.close();
    });
  }

  #abandon(segment: JournalSegment): void {
    segment.close();
    this.#segment = null;
  }

  #remove(name: string): void {
    try {
      this.#files.unlinkSync(join(this.folder, name));
    } catch (error) {
      // The recorder names it again with the next lines.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return;
    }
    this.#forget(name);
  }

  #grow(name: string, bytes: number): void {
    this.#sizes.set(name, (this.#sizes.get(name) ?? 0) + bytes);
    this.#total += bytes;
  }

  #forget(name: string): void {
    this.#total -= this.#sizes.get(name) ?? 0;
    this.#sizes.delete(name);
  }

  #syncSoon(): void {
    this.#unsynced = true;
    if (this.#sync !== null || this.#syncing) return;
    const { clock, limits } = this.#options;
    this.#sync = clock.after(limits.journalSyncMs, () => {
      this.#sync = null;
      this.#syncNow();
    });
  }

  #syncNow(): void {
    const segment = this.#segment;
    this.#unsynced = false;
    // One that was put away has been synced then.
    if (segment === null) return;
    this.#syncing = true;
    segment.sync((error) => {
      this.#syncing = false;
      if (error !== null && segment === this.#segment) this.#unsure(error);
      if (this.#unsynced && !this.#closed) this.#syncSoon();
    });
  }

  #unsure(error: unknown): void {
    this.#options.log(
      'error',
      'journal_not_synced',
      `The audit journal in ${this.folder} may not outlive a power failure: ${messageOf(error)}`,
    );
  }

  #failed(error: unknown): void {
    const problem = messageOf(error);
    if (this.#problem !== problem) {
      this.#options.log(
        'error',
        'journal_not_written',
        `The audit journal in ${this.folder} cannot be written: ${problem}. Reading, start, stop, kill and ban work, and ` +
          'their answers say that they are not recorded; everything else is refused until it can be written again.',
      );
    }
    this.#problem = problem;
  }

  #worked(): void {
    this.#retryMs = this.#options.limits.journalRetryBaseMs;
    if (this.#problem === null) return;
    this.#problem = null;
    this.#options.log('info', 'journal_written', `The audit journal in ${this.folder} is written again.`);
  }

  #retryLater(): void {
    if (this.#retry !== null) return;
    const { clock, limits } = this.#options;
    this.#retry = clock.after(this.#retryMs, () => {
      this.#retry = null;
      if (!this.#flushHeld()) this.#retryLater();
    });
    this.#retryMs = Math.min(this.#retryMs * 2, limits.journalRetryMaxMs);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

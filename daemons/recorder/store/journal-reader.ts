/**
 * Takes the audit journal of main over into the database: reads its segments from where the last reading ended, and
 * keeps that place in the transaction that stores the entries, so that nothing is lost or doubled however it ends.
 * Called by the Store.
 */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type ClockReading, restamp } from '../../../kit/recording-clock.ts';
import { decodeJournalLine, parseSegmentName } from '../../runtime/files/journal-format.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { classifySqliteError } from '../../runtime/files/sqlite-failures.ts';
import { limits } from '../limits.ts';
import type { AuditLog } from './audit-log.ts';
import { auditEntry, effectsSchema } from './batch.ts';
import { type OnDamagedRow, readRow } from './damaged-row.ts';

/** A line that is not as it was written. */
export interface DamagedLine {
  readonly segment: string;
  /** Where it begins, in bytes. */
  readonly offset: number;
  readonly bytes: Buffer;
  readonly why: string;
}

/** A segment that cannot be read now; it stays where it is, and every step tries it again. */
export interface UnreadableSegment {
  readonly segment: string;
  readonly why: string;
}

/** What one step took over. */
export interface JournalStep {
  /** Audit entries added. */
  readonly stored: number;
  readonly damaged: readonly DamagedLine[];
  /** Segments that were passed over, so that they do not hold up those behind them. */
  readonly unreadable: readonly UnreadableSegment[];
  /** Segments of which nothing is left to read, now or ever. */
  readonly done: readonly string[];
  /** Whether another step would find more. */
  readonly more: boolean;
}

const key = z.string().min(1).max(64);
const record = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('begun'), key, entry: auditEntry }),
  z.object({ kind: z.literal('entry'), key, entry: auditEntry }),
  z.object({ kind: z.literal('effects'), key, effects: effectsSchema }),
]);

const NEWLINE = 0x0a;

/** The tables of places and of what was begun. */
export class JournalReader {
  readonly #audit: AuditLog;
  readonly #onDamaged: OnDamagedRow;
  readonly #place;
  readonly #savePlace;
  readonly #forgetPlaces;
  readonly #begin;
  readonly #end;
  readonly #orphans;
  readonly #forgetOrphans;

  constructor(database: Sqlite, audit: AuditLog, onDamaged: OnDamagedRow) {
    this.#audit = audit;
    this.#onDamaged = onDamaged;
    this.#place = database
      .prepare<[string], number>('SELECT place FROM journal_places WHERE segment = ?')
      .pluck();
    this.#savePlace = database.prepare<[string, number]>(
      'INSERT OR REPLACE INTO journal_places (segment, place) VALUES (?, ?)',
    );
    this.#forgetPlaces = database.prepare<[string]>(
      'DELETE FROM journal_places WHERE segment NOT IN (SELECT value FROM json_each(?))',
    );
    this.#begin = database.prepare<[string, string, string]>(
      'INSERT OR REPLACE INTO journal_begun (key, run, entry) VALUES (?, ?, ?)',
    );
    this.#end = database.prepare<[string]>('DELETE FROM journal_begun WHERE key = ?');
    this.#orphans = database.prepare<[string], { key: string; entry: string }>(
      'SELECT key, entry FROM journal_begun WHERE run <> ?',
    );
    this.#forgetOrphans = database.prepare<[string]>('DELETE FROM journal_begun WHERE run <> ?');
  }

  /**
   * Reads at most {@link limits.journalStepBytes}; entries that were stamped after a jump of the clock get the time that
   * is believed. Part of the caller's transaction.
   * @param present the run of main that writes; without it, a run is over when a later one has written
   */
  step(folder: string, clock: ClockReading, present?: string): JournalStep {
    const names = segmentsIn(folder);
    this.#forgetPlaces.run(JSON.stringify(names));
    const damaged: DamagedLine[] = [];
    const unreadable: UnreadableSegment[] = [];
    const done: string[] = [];
    let stored = 0;
    let budget: number = limits.journalStepBytes.default;
    for (const [index, name] of names.entries()) {
      const { run } = parseSegmentName(name) ?? { run: '' };
      const goesOn = index === names.length - 1 && (present === undefined || run === present);
      const place = this.#place.get(name) ?? 0;
      const size = statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
      // One that was emptied begins anew; keys tell what has been taken over before.
      const from = place > size ? 0 : place;
      if (from < size) {
        if (budget <= 0) return { stored, damaged, unreadable, done, more: true };
        const bytes = tryPart(join(folder, name), from, Math.min(budget, size - from));
        if (typeof bytes === 'string') {
          unreadable.push({ segment: name, why: bytes });
          continue;
        }
        // What became of something that was begun may stand in a segment that cannot be read yet.
        if (unreadable.length === 0) stored += this.#settleEarlierRuns(run);
        budget -= bytes.length;
        const atEnd = from + bytes.length >= size;
        const part = this.#take({ name, run, from, bytes, isWhole: atEnd && !goesOn, clock }, damaged);
        stored += part.stored;
        this.#savePlace.run(name, from + part.taken);
        if (!atEnd) return { stored, damaged, unreadable, done, more: true };
      }
      if (!goesOn) done.push(name);
    }
    if (present !== undefined && unreadable.length === 0) stored += this.#settleEarlierRuns(present);
    return { stored, damaged, unreadable, done, more: false };
  }

  /** Takes the lines of a part; what it ends in without a newline only where the file will not go on. */
  #take(
    part: { name: string; run: string; from: number; bytes: Buffer; isWhole: boolean; clock: ClockReading },
    damaged: DamagedLine[],
  ): { stored: number; taken: number } {
    const { name, run, from, bytes, isWhole, clock } = part;
    let stored = 0;
    let start = 0;
    for (;;) {
      const newline = bytes.indexOf(NEWLINE, start);
      // A step is longer than any line: one that fills it is none.
      const cutOff = isWhole || (start === 0 && bytes.length >= limits.journalStepBytes.default);
      if (newline === -1 && !cutOff) return { stored, taken: start };
      const end = newline === -1 ? bytes.length : newline;
      if (end > start) {
        const line = bytes.subarray(start, end);
        const why = newline === -1 ? 'it is cut off' : this.#apply(line.toString('utf8'), run, clock);
        if (typeof why === 'number') stored += why;
        else damaged.push({ segment: name, offset: from + start, bytes: Buffer.from(line), why });
      }
      if (newline === -1 || newline === bytes.length - 1) return { stored, taken: bytes.length };
      start = newline + 1;
    }
  }

  /** How many entries a line added, or why it is none. */
  #apply(line: string, run: string, clock: ClockReading): number | string {
    const decoded = decodeJournalLine(line);
    if (decoded === null) return 'its checksum does not fit';
    const parsed = record.safeParse(decoded);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a record'}`;
    }
    const { data } = parsed;
    try {
      if (data.kind === 'effects') return this.#audit.amend(data.key, data.effects);
      const entry = { ...data.entry, time: restamp(data.entry.time, clock) };
      if (data.kind === 'begun') {
        this.#begin.run(data.key, run, JSON.stringify(entry));
        return 0;
      }
      this.#end.run(data.key);
      return this.#audit.add(entry, data.key);
    } catch (error) {
      // A line that the database never takes must not hold up those behind it; a full disk holds up all.
      if (classifySqliteError(error) !== 'other') throw error;
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** What an earlier run began and did not finish is over: nobody will say any more what came of it. */
  #settleEarlierRuns(run: string): number {
    let stored = 0;
    for (const { key: orphan, entry } of this.#orphans.all(run)) {
      const what = `what was begun as ${orphan}`;
      const parsed = readRow(what, this.#onDamaged, () => auditEntry.parse(JSON.parse(entry)), null);
      if (parsed !== null) stored += this.#audit.add(parsed, orphan);
    }
    this.#forgetOrphans.run(run);
    return stored;
  }
}

function segmentsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => parseSegmentName(name) !== null)
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Part of a file, or why it cannot be read. Throws where that says nothing of the file, such as for want of descriptors. */
function tryPart(path: string, from: number, length: number): Buffer | string {
  try {
    return readPart(path, from, length);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || !OF_THE_FILE.has(code)) throw error;
    return message;
  }
}

/** Causes that lie in one file and last until somebody mends it. */
const OF_THE_FILE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EIO', 'EISDIR']);

function readPart(path: string, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  const file = openSync(path, 'r');
  try {
    let read = 0;
    while (read < length) {
      const count = readSync(file, bytes, read, length - read, from + read);
      if (count === 0) break;
      read += count;
    }
    return bytes.subarray(0, read);
  } finally {
    closeSync(file);
  }
}

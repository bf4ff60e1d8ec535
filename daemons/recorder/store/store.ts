/**
 * Everything in one open database file: the tables and what is held in memory of them. The recorder makes one at
 * start, and another where it has to begin a new file.
 */

import { type ClockReading, restamp } from '../../../kit/recording-clock.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { limits } from '../limits.ts';
import { AuditLog } from './audit-log.ts';
import type { AppendBatch, AppendResult } from './batch.ts';
import { CatalogStore } from './catalogs.ts';
import { ChunkTable, type ChunkTables, type HeldChunk } from './chunk-table.ts';
import type { OnDamagedRow } from './damaged-row.ts';
import { JournalReader, type JournalStep } from './journal-reader.ts';
import { MarkRows } from './mark-rows.ts';
import { PruneTime } from './prune-time.ts';
import { type Keep, Retention } from './retention.ts';
import { SampleStore } from './sample-store.ts';
import { SecondLog } from './second-log.ts';
import { Settings } from './settings.ts';
import { StateLog } from './state-log.ts';
import { Tallies } from './tallies.ts';
import { TIERS } from './tiers.ts';

/** When an append happens. */
export interface AppendTime extends ClockReading {
  /** Real time since the append before, milliseconds; 0 for the first. */
  readonly passedMs: number;
}

/** A chunk that is full and not written. */
export interface FullChunk {
  readonly table: ChunkTable;
  readonly chunk: HeldChunk;
}

/** All tables of one file. */
export class Store {
  readonly database: Sqlite;
  readonly tallies: Tallies;
  readonly catalogs: CatalogStore;
  readonly tables: ChunkTables;
  readonly samples: SampleStore;
  readonly audit: AuditLog;
  readonly states: StateLog;
  readonly marks: MarkRows;
  readonly settings: Settings;
  readonly #pruneTime: PruneTime;
  readonly #journal: JournalReader;
  readonly #retention: Retention;
  readonly #lastBatch;
  readonly #saveBatch;
  readonly #forgetBatches;
  readonly #append;

  /**
   * Takes the database over; {@link close} closes it.
   * @param onDamaged told of a row that cannot be read; everything goes on without it
   * @param fullChunks how many full chunks of a tier may wait for {@link nextFull}; with 0, each is encoded and written by
   *   the append that fills it
   */
  constructor(database: Sqlite, onDamaged: OnDamagedRow, fullChunks = 0) {
    this.database = database;
    this.tallies = new Tallies(database);
    this.catalogs = new CatalogStore(database, onDamaged);
    const log = new SecondLog(database, this.tallies, onDamaged);
    const of = { tallies: this.tallies, onDamaged, fullChunks };
    this.tables = TIERS.map(
      (tier, i) => new ChunkTable(database, { ...of, tier, ...(i === 0 ? { log } : {}) }),
    );
    this.samples = new SampleStore(database, this.catalogs, this.tables, log);
    this.audit = new AuditLog(database, this.tallies, onDamaged);
    this.#journal = new JournalReader(database, this.audit, onDamaged);
    this.states = new StateLog(database, this.tallies);
    this.marks = new MarkRows(database);
    this.settings = new Settings(database, onDamaged);
    this.#pruneTime = new PruneTime(database);
    this.#retention = new Retention(database, this);
    this.#lastBatch = database.prepare<[string], number>('SELECT batch FROM batches WHERE epoch = ?').pluck();
    this.#saveBatch = database.prepare<[string, number, number]>(
      'INSERT OR REPLACE INTO batches (epoch, batch, time) VALUES (?, ?, ?)',
    );
    this.#forgetBatches = database.prepare<[number]>(
      'DELETE FROM batches WHERE epoch NOT IN (SELECT epoch FROM batches ORDER BY time DESC LIMIT ?)',
    );
    this.#append = database.transaction((batch: AppendBatch, time: AppendTime, keep: Keep) =>
      this.#appendNow(batch, time, keep),
    );
    this.#reload();
  }

  /**
   * Stores a batch in one transaction, or nothing of it. A batch that is stored already is acknowledged again
   * without being stored twice. Throws SQLite's errors.
   */
  append(batch: AppendBatch, time: AppendTime, keep: Keep): AppendResult {
    let result: AppendResult;
    try {
      result = this.#append.immediate(batch, time, keep);
    } catch (error) {
      this.#rolledBack();
      throw error;
    }
    this.#retention.releaseSpace();
    return result;
  }

  #appendNow(batch: AppendBatch, time: AppendTime, keep: Keep): AppendResult {
    const { now } = time;
    const last = this.#lastBatch.get(batch.epoch);
    const { plans } = this.samples;
    for (const { source, id, metrics } of batch.catalogs) plans.know(source, id, metrics);
    if (last !== undefined && batch.batch <= last) {
      plans.settle(batch.samples);
      return { stored: 0, rejected: 0 };
    }
    // History knows what a process measures before it has said anything.
    const speaking = new Set(batch.samples.map(({ source }) => source));
    for (const { source, id } of batch.catalogs) if (!speaking.has(source)) plans.planOf(source, id, now);
    this.#saveBatch.run(batch.epoch, batch.batch, now);
    if (last === undefined) this.#forgetBatches.run(limits.epochsRemembered.default);
    for (const state of batch.states) this.states.add({ ...state, time: restamp(state.time, time) });
    let accepted = 0;
    for (const sample of batch.samples) {
      const restamped = { ...sample, time: restamp(sample.time, time), epoch: batch.epoch };
      if (this.samples.add(restamped, now)) accepted++;
    }
    plans.settle(batch.samples);
    this.samples.finish(Math.floor(now / 1_000));
    this.#retention.step(this.#pruneTime.step(now, time.passedMs), keep);
    this.tallies.save();
    return {
      stored: accepted + batch.states.length,
      rejected: batch.samples.length - accepted,
    };
  }

  /** Takes the next part of a journal over in one transaction. Throws SQLite's errors, and nothing of it is taken then. */
  takeJournal(folder: string, clock: ClockReading, run?: string): JournalStep {
    return this.write(() => this.#journal.step(folder, clock, run));
  }

  /** Full chunks of all tiers that wait to be encoded. */
  get fullChunks(): number {
    return this.tables.reduce((sum, { fullChunks }) => sum + fullChunks, 0);
  }

  /** The next chunk that is to be encoded and written, of the finest tier that has one; null where none is full. */
  nextFull(): FullChunk | null {
    for (const table of this.tables) {
      const chunk = table.nextFull();
      if (chunk !== null) return { table, chunk };
    }
    return null;
  }

  /** Runs `write` in a transaction of its own. */
  write<Result>(write: () => Result): Result {
    try {
      return this.database
        .transaction(() => {
          const result = write();
          this.tallies.save();
          return result;
        })
        .immediate();
    } catch (error) {
      this.#rolledBack();
      throw error;
    }
  }

  #rolledBack(): void {
    try {
      this.#reload();
    } catch {
      // The file cannot even be read: the error that led here says more, and the next append meets it again.
    }
  }

  #reload(): void {
    this.tallies.reload();
    this.catalogs.reload();
    this.#pruneTime.reload();
    this.database.transaction(() => {
      this.samples.reload();
      this.tallies.save();
    })();
  }

  close(): void {
    this.database.close();
  }
}

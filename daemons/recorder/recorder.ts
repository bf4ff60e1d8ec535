/**
 * The recorder without the process around it: one database file, appends, queries, upkeep, and what happens when the
 * file is not what it was. daemon.ts connects it to the runtime, tests and benchmarks use it directly.
 */
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { HistoryResult } from '../../contract/control/history.ts';
import type { HistoryMarks } from '../../contract/control/marks.ts';
import { SignalboxError } from '../../contract/errors.ts';
import { RecordingClock } from '../../kit/recording-clock.ts';
import type { SqliteConstructor } from '../runtime/files/sqlite.ts';
import { copyDatabase } from '../runtime/files/sqlite-copy.ts';
import { writeError } from '../runtime/files/sqlite-failures.ts';
import type { Counts } from '../runtime/telemetry/counted-instrument.ts';
import { limits } from './limits.ts';
import { type HistoryQuery, queryHistory } from './query/history-query.ts';
import { type MarksQuery, queryMarks } from './query/mark-query.ts';
import { QueryQueue, type SlicedQuery } from './query/query-queue.ts';
import type { AuditPage, AuditQuery } from './store/audit-log.ts';
import type { AppendBatch, AppendResult } from './store/batch.ts';
import { ChunkCloser, type ChunkEncoder } from './store/chunk-closer.ts';
import type { JournalStep } from './store/journal-reader.ts';
import type { Keep } from './store/retention.ts';
import type { AppendTime, Store } from './store/store.ts';
import { type FileLoss, StoreFile } from './store/store-file.ts';
import { describeTables, type TableStats } from './store/table-stats.ts';
import { TIERS, tierKeep } from './store/tiers.ts';

/** Where the file is and what is kept of it. */
export interface RecorderOptions {
  readonly sqlite: SqliteConstructor;
  readonly file: string;
  readonly keep: Keep;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Milliseconds that nobody sets, going on while the machine sleeps: see {@link RecordingClock}. */
  readonly uptime: () => number;
  /** Told when the file was damaged, deleted or replaced, and which one is in use now. */
  readonly onLoss: (loss: FileLoss) => void;
  /** Told by how many milliseconds the system's clock jumped, and with 0 when it is followed again. */
  readonly onClockJump: (jumpMs: number) => void;
  /** Told of a row that cannot be read; the query goes on without it. */
  readonly onDamagedRow: (message: string) => void;
  /** Told how many milliseconds a query waited for its turn. */
  readonly onQueryBegun?: (waitedMs: number) => void;
  /** Encodes full chunks; without it, each is encoded by the append that fills it. */
  readonly encoder?: ChunkEncoder;
}

/** The open file. Where that turns out to be damaged, deleted or replaced, recording goes on in another. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #queue: QueryQueue;
  readonly #clock: RecordingClock;
  readonly #file: StoreFile;
  readonly #closer: ChunkCloser | null;
  #keep: Keep;
  #closed = false;
  /** Uptime of the last append, milliseconds. */
  #appendedAt: number | null = null;
  #jumped = false;
  #mostFull = 0;

  /** Opens the file, or begins one. Throws `unavailable` where that is impossible now, `init_failed` where it always is. */
  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#keep = options.keep;
    this.#queue = new QueryQueue(options.onQueryBegun);
    this.#clock = new RecordingClock(options.now, options.uptime);
    const { sqlite, file, onLoss, onDamagedRow, encoder, uptime } = options;
    const write = (store: Store, work: () => void) => this.#writeTo(store, work);
    this.#closer = encoder === undefined ? null : new ChunkCloser({ encoder, write, uptime });
    this.#file = new StoreFile({
      sqlite,
      file,
      now: () => this.#clock.read().now,
      onLoss,
      onDamagedRow,
      fullChunks: encoder === undefined ? 0 : limits.fullChunks.default,
    });
  }

  get keep(): Keep {
    return this.#keep;
  }

  /** Takes effect with the next append. */
  set keep(keep: Keep) {
    this.#keep = keep;
  }

  /** The queue of queries, for its figures. */
  get queries(): Pick<QueryQueue, 'unfinished' | 'stats'> {
    return this.#queue;
  }

  /** Full chunks of all tiers that wait in memory to be encoded and written. */
  get fullChunks(): Counts<'queue'> {
    const depth = this.#file.current?.fullChunks ?? 0;
    return {
      depth,
      high_water: this.#mostFull,
      capacity: limits.fullChunks.default * TIERS.length,
      completed: this.#closer?.written ?? 0,
    };
  }

  /** Stores a batch, once. Throws `refused` (disk) or `busy` (locked): nothing of it is stored then. */
  append(batch: AppendBatch): AppendResult {
    const time = this.#time();
    return this.#guard((store) => {
      const result = store.append(batch, time, this.#keep);
      this.#mostFull = Math.max(this.#mostFull, store.fullChunks);
      this.#closer?.next(store);
      return result;
    });
  }

  /** Writes what was encoded to the store that it is of. False where that is no longer in use, or cannot be written to now. */
  #writeTo(store: Store, work: () => void): boolean {
    try {
      return this.#guard((current) => {
        if (current !== store) return false;
        store.write(work);
        return true;
      });
    } catch {
      // Nothing is lost by it, and the next append says what is wrong with the file.
      return false;
    }
  }

  /**
   * Takes the next part of main's audit journal over, once. Throws `refused` (disk) or `busy` (locked): nothing of it is
   * taken then.
   * @param run the one of main that writes to it; without it, one is over when a later one has written
   */
  takeJournal(folder: string, run?: string): JournalStep {
    const clock = this.#clock.read();
    return this.#guard((store) => store.takeJournal(folder, clock, run));
  }

  /** Metric history in at most `points` points. Throws `bad_request` for a range that ends before it begins. */
  async history(query: HistoryQuery, signal?: AbortSignal): Promise<HistoryResult> {
    if (query.to < query.from) {
      throw new SignalboxError(
        'bad_request',
        `The range ends (${query.to}) before it begins (${query.from}).`,
      );
    }
    return await this.#query(({ tables, catalogs }) => {
      const keep = tierKeep(this.#keep.historyDays);
      return queryHistory(
        query,
        tables,
        catalogs.versions(query.source),
        this.#clock.read().now,
        keep,
        this.#options.onDamagedRow,
      );
    }, signal);
  }

  async audit(query: AuditQuery, signal?: AbortSignal): Promise<AuditPage> {
    return await this.#query(({ audit }) => audit.query(query), signal);
  }

  /** What happened over a time, summed up. Throws `bad_request` for a time that ends before it begins. */
  async marks(query: MarksQuery, signal?: AbortSignal): Promise<HistoryMarks> {
    if (query.to < query.from)
      throw new SignalboxError(
        'bad_request',
        `The time ends (${query.to}) before it begins (${query.from}).`,
      );
    return await this.#query(({ marks }) => queryMarks(query, marks), signal);
  }

  settingGet(key: string): unknown {
    return this.#guard((store) => store.settings.get(key));
  }

  settingSet(key: string, value: unknown): void {
    const { now } = this.#clock.read();
    this.#guard((store) => store.write(() => store.settings.set(key, value, now)));
  }

  /** What the database holds, a row a table. */
  stats(): TableStats[] {
    return this.#guard((store) => describeTables(store, this.databaseBytes(), this.#file.aside));
  }

  rows(name: Parameters<Store['tallies']['get']>[0]): number {
    return this.#file.current?.tallies.get(name).rows ?? 0;
  }

  /** Size of the file and its write-ahead log. */
  databaseBytes(): number {
    const { file } = this.#options;
    let bytes = 0;
    for (const part of [file, `${file}-wal`]) bytes += sizeOf(part);
    return bytes;
  }

  /** Gives every free page back, in steps between which appends go on. */
  async vacuum(signal?: AbortSignal): Promise<{ bytesBefore: number; bytesAfter: number }> {
    const bytesBefore = this.databaseBytes();
    await this.#query(({ database }) => releaseAllPages(database), signal);
    this.#guard(({ database }) => database.pragma('wal_checkpoint(TRUNCATE)'));
    return { bytesBefore, bytesAfter: this.databaseBytes() };
  }

  /**
   * Copies the database to a file that does not exist yet, in steps between which appends go on. Throws `conflict`
   * or `not_found` for a path that cannot be written to.
   */
  async backup(
    path: string,
    signal?: AbortSignal,
    onPages?: (copied: number, total: number) => void,
  ): Promise<{ file: string; bytes: number }> {
    const file = resolve(dirname(this.#options.file), path);
    return copyDatabase(this.#file.use().database, file, { signal, onPages });
  }

  /** Ends queries and closes the file. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#closer?.close();
    await this.#queue.close();
    this.#file.close();
  }

  async #query<Result>(begin: (store: Store) => SlicedQuery<Result>, signal?: AbortSignal): Promise<Result> {
    try {
      return await this.#queue.run(() => begin(this.#file.use()), signal);
    } catch (error) {
      if (!this.#file.isDamage(error)) throw writeError(error, this.#options.file);
      const store = this.#file.replaceDamaged(error);
      return await this.#queue.run(() => begin(store), signal);
    }
  }

  /** Runs something on the store; where the file is damaged, once more on a new one. */
  #guard<Result>(work: (store: Store) => Result): Result {
    if (this.#closed) throw new SignalboxError('not_running', 'The recorder is stopping.');
    try {
      return work(this.#file.use());
    } catch (error) {
      if (!this.#file.isDamage(error)) throw writeError(error, this.#options.file);
      return work(this.#file.replaceDamaged(error));
    }
  }

  /** What an append needs to know of the time; says when the clock jumped, and when it is believed or back. */
  #time(): AppendTime {
    const reading = this.#clock.read();
    const uptime = this.#options.uptime();
    const passedMs = this.#appendedAt === null ? 0 : Math.max(0, uptime - this.#appendedAt);
    this.#appendedAt = uptime;
    const jumped = reading.jumpMs !== 0;
    if (jumped !== this.#jumped) this.#options.onClockJump(reading.jumpMs);
    this.#jumped = jumped;
    return { ...reading, passedMs };
  }
}

function* releaseAllPages(database: Store['database']): SlicedQuery<void> {
  const free = () => Number(database.pragma('freelist_count', { simple: true }));
  for (let before = free(); before > 0; ) {
    database.pragma(`incremental_vacuum(${limits.vacuumPages.default})`);
    const after = free();
    if (after >= before) return;
    before = after;
    yield;
  }
}

/** 0 for a file that is not there, or cannot be reached. */
function sizeOf(file: string): number {
  try {
    return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  } catch {
    return 0;
  }
}

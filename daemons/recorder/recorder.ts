/**
 * The recorder without the process around it: one database file, appends, queries, upkeep, and what happens when the
 * file turns out to be damaged. daemon.ts connects it to the runtime, tests and benchmarks use it directly.
 */
import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import type { HistoryResult } from '../contract/control-api.ts';
import { SignalboxError } from '../contract/errors.ts';
import type { AuditPage, AuditQuery } from './audit-log.ts';
import type { AppendBatch, AppendResult } from './batch.ts';
import {
  classifySqliteError,
  openDatabase,
  type SqliteConstructor,
  setAside,
  writeError,
} from './database.ts';
import { type HistoryQuery, queryHistory } from './history-query.ts';
import { limits } from './limits.ts';
import { QueryQueue, type SlicedQuery } from './query-queue.ts';
import type { Keep } from './retention.ts';
import { Store } from './store.ts';
import { describeTables, type TableStats } from './table-stats.ts';
import { tierKeep } from './tiers.ts';

/** Where the file is and what is kept of it. */
export interface RecorderOptions {
  readonly sqlite: SqliteConstructor;
  readonly file: string;
  readonly keep: Keep;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Told when a damaged file was set aside and a new one begun. */
  readonly onSetAside: (aside: string, cause: string) => void;
  /** Told of a row that cannot be read; the query goes on without it. */
  readonly onDamagedRow: (message: string) => void;
}

/** Pages copied at a time by a backup (512 KB). */
const BACKUP_PAGES = 128;

/** The open file. Damage that SQLite reports sets the file aside and begins a new one. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #queue = new QueryQueue();
  #keep: Keep;
  #store: Store;
  #closed = false;
  #aside: { readonly file: string; readonly time: number } | null = null;

  /** Opens the file, or begins one. Throws `init_failed` where that is impossible. */
  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#keep = options.keep;
    this.#store = this.#open();
  }

  get keep(): Keep {
    return this.#keep;
  }

  /** Takes effect with the next append. */
  set keep(keep: Keep) {
    this.#keep = keep;
  }

  get queriesWaiting(): number {
    return this.#queue.depth;
  }

  /** Stores a batch, once. Throws `refused` (disk) or `busy` (locked): nothing of it is stored then. */
  append(batch: AppendBatch): AppendResult {
    return this.#guard(() => this.#store.append(batch, this.#options.now(), this.#keep));
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
        this.#options.now(),
        keep,
        (error) => this.#options.onDamagedRow(`${query.source}: ${error.message}`),
      );
    }, signal);
  }

  async audit(query: AuditQuery, signal?: AbortSignal): Promise<AuditPage> {
    return await this.#query(({ audit }) => audit.query(query), signal);
  }

  settingGet(key: string): unknown {
    return this.#guard(() => this.#store.settings.get(key));
  }

  settingSet(key: string, value: unknown): void {
    this.#guard(() => this.#store.write(() => this.#store.settings.set(key, value, this.#options.now())));
  }

  /** What the database holds, a row a table. */
  stats(): TableStats[] {
    return this.#guard(() => describeTables(this.#store, this.databaseBytes(), this.#aside));
  }

  rows(name: Parameters<Store['tallies']['get']>[0]): number {
    return this.#store.tallies.get(name).rows;
  }

  /** Size of the file and its write-ahead log. */
  databaseBytes(): number {
    const { file } = this.#options;
    let bytes = 0;
    for (const part of [file, `${file}-wal`]) bytes += statSync(part, { throwIfNoEntry: false })?.size ?? 0;
    return bytes;
  }

  /** Gives every free page back, in steps between which appends go on. */
  async vacuum(signal?: AbortSignal): Promise<{ bytesBefore: number; bytesAfter: number }> {
    const bytesBefore = this.databaseBytes();
    await this.#query(({ database }) => releaseAllPages(database), signal);
    this.#guard(() => this.#store.database.pragma('wal_checkpoint(TRUNCATE)'));
    return { bytesBefore, bytesAfter: this.databaseBytes() };
  }

  /**
   * Copies the database to a file that does not exist yet, in steps between which appends go on. Throws `conflict`
   * or `not_found` for a path that cannot be written to.
   */
  async backup(path: string, signal?: AbortSignal): Promise<{ file: string; bytes: number }> {
    const file = isAbsolute(path) ? path : resolve(dirname(this.#options.file), path);
    if (existsSync(file))
      throw new SignalboxError('conflict', `${file} exists already; a backup overwrites nothing.`);
    if (!existsSync(dirname(file)))
      throw new SignalboxError('not_found', `There is no folder ${dirname(file)}.`);
    try {
      // For its owner only: it has addresses and the audit trail in it.
      closeSync(openSync(file, 'wx', 0o600));
    } catch (error) {
      throw writeError(error, file);
    }
    try {
      await this.#store.database.backup(file, {
        progress: () => {
          signal?.throwIfAborted();
          return BACKUP_PAGES;
        },
      });
    } catch (error) {
      rmSync(file, { force: true });
      throw writeError(error, file);
    }
    return { file, bytes: statSync(file).size };
  }

  /** Ends queries and closes the file. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#queue.close();
    this.#store.close();
  }

  async #query<Result>(begin: (store: Store) => SlicedQuery<Result>, signal?: AbortSignal): Promise<Result> {
    try {
      return await this.#queue.run(() => begin(this.#store), signal);
    } catch (error) {
      if (classifySqliteError(error) !== 'corrupt') throw writeError(error, this.#options.file);
      this.#replace(error);
      return await this.#queue.run(() => begin(this.#store), signal);
    }
  }

  /** Runs something on the store; where the file is damaged, once more on a new one. */
  #guard<Result>(work: () => Result): Result {
    if (this.#closed) throw new SignalboxError('not_running', 'The recorder is stopping.');
    try {
      return work();
    } catch (error) {
      if (classifySqliteError(error) !== 'corrupt') throw writeError(error, this.#options.file);
      this.#replace(error);
      return work();
    }
  }

  #replace(cause: unknown): void {
    const damaged = this.#store;
    damaged.close();
    this.#store = this.#begin(cause);
    // Main sends its catalogs when the recorder starts, not when it begins another file.
    for (const { source, metrics } of damaged.catalogs.inUse()) {
      this.#store.write(() => this.#store.catalogs.use(source, metrics, this.#options.now()));
    }
  }

  #open(): Store {
    const { sqlite, file } = this.#options;
    try {
      return openStore(sqlite, file);
    } catch (error) {
      if (classifySqliteError(error) === 'corrupt') return this.#begin(error);
      if (error instanceof SignalboxError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new SignalboxError('init_failed', `${file} cannot be opened: ${message}.`, { cause: error });
    }
  }

  /** Sets the file aside and begins a new one, which says so in its audit trail. */
  #begin(thrown: unknown): Store {
    const { sqlite, file, now, onSetAside } = this.#options;
    const cause = thrown instanceof Error ? thrown.message : String(thrown);
    const aside = setAside(file, now());
    const store = openStore(sqlite, file);
    this.#aside = { file: aside, time: now() };
    store.write(() =>
      store.audit.add({
        time: now(),
        actor: 'recorder',
        from: 'system',
        action: 'database.replaced',
        target: 'recorder',
        command: '',
        args: { file: aside },
        ok: false,
        outcome: `The database was damaged (${cause}). It was set aside as ${aside} and a new one was begun.`,
        durationMs: 0,
        effects: [],
      }),
    );
    onSetAside(aside, cause);
    return store;
  }
}

function openStore(sqlite: SqliteConstructor, file: string): Store {
  const database = openDatabase(sqlite, file);
  try {
    return new Store(database);
  } catch (error) {
    database.close();
    throw error;
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

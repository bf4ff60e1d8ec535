/**
 * The one open database file of a recorder: opens it, notices when it was deleted, replaced or damaged, and begins another
 * one then, which says so in its audit trail. Used by Recorder with every append and query.
 */
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { SignalboxError } from '../../../contract/errors.ts';
import type { SqliteConstructor } from '../../runtime/files/sqlite.ts';
import { classifySqliteError, isSqliteError } from '../../runtime/files/sqlite-failures.ts';
import { openDatabase, setAside } from './database.ts';
import { Store } from './store.ts';

/** What happened to a file that another one took the place of. */
export interface FileLoss {
  readonly kind: 'damaged' | 'deleted' | 'replaced' | 'log-deleted';
  /** One or more sentences for the log and the audit trail. */
  readonly message: string;
  /** Where the damaged file is now; null for one that was deleted or replaced. */
  readonly aside: string | null;
}

/** Where the file is, and who is told. */
export interface StoreFileOptions {
  readonly sqlite: SqliteConstructor;
  readonly file: string;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly onLoss: (loss: FileLoss) => void;
  /** Told of a row that cannot be read and was left out. */
  readonly onDamagedRow: (message: string) => void;
  /** As of {@link Store}. */
  readonly fullChunks: number;
}

interface Identity {
  readonly dev: number;
  readonly ino: number;
}

/** The open file, or none for the moment where it could not be opened again. */
export class StoreFile {
  readonly #options: StoreFileOptions;
  #store: Store | null;
  #identity: Identity | null = null;
  /** Of the write-ahead log, once it has been seen: from then on it has to be there. */
  #walIdentity: Identity | null = null;
  #aside: { readonly file: string; readonly time: number } | null = null;
  /** The store whose place no other has taken yet, and what is to be said of its file. */
  #missing: { readonly before: Store | null; readonly loss: FileLoss | null } | null = null;

  /** Opens the file, or begins one. Throws `unavailable` or `init_failed` where that is impossible. */
  constructor(options: StoreFileOptions) {
    this.#options = options;
    this.#store = this.#open();
  }

  /** The damaged file that was last set aside. */
  get aside(): { readonly file: string; readonly time: number } | null {
    return this.#aside;
  }

  /** What is open at the moment; does not look at the file. */
  get current(): Store | null {
    return this.#store;
  }

  /**
   * The store, after a look at the file: where that was deleted or replaced, it is that of the new one. Throws `refused`
   * where none can be opened now; the next call tries again.
   */
  use(): Store {
    const store = this.#store;
    if (store === null) return this.#recover();
    const found = identify(this.#options.file);
    if (found === null || !same(found, this.#identity)) return this.#lost(store, found === null);
    const wal = identify(`${this.#options.file}-wal`);
    if (wal === null && this.#walIdentity !== null) return this.#rescue(store);
    this.#walIdentity = wal;
    return store;
  }

  /** Whether a failure of the store means that its file is damaged. May read the whole file, for an error that should not be. */
  isDamage(thrown: unknown): boolean {
    const failure = classifySqliteError(thrown);
    if (failure !== 'other') return failure === 'corrupt';
    if (!isSqliteError(thrown) || this.#store === null) return false;
    try {
      return this.#store.database.pragma('quick_check(1)', { simple: true }) !== 'ok';
    } catch {
      return true;
    }
  }

  /** Sets the damaged file aside and goes on in a new one. */
  replaceDamaged(cause: unknown): Store {
    this.#missing = { before: this.#store, loss: null };
    this.#release();
    return this.#recover(() => this.#begin(cause));
  }

  close(): void {
    this.#release();
  }

  #release(): void {
    const store = this.#store;
    this.#store = null;
    try {
      store?.close();
    } catch {
      // A file that is gone or damaged may not even be closed in order; its descriptors are released all the same.
    }
  }

  /** Opens a file in place of the one that is missing, or throws, and then the next call tries again. */
  #recover(open = () => this.#reopen()): Store {
    const store = open();
    this.#store = store;
    try {
      this.#succeed(store);
    } catch (error) {
      this.#release();
      throw error;
    }
    return store;
  }

  /** Main sends its catalogs when the recorder starts, not when it begins another file. */
  #succeed(store: Store): void {
    const { before = null, loss = null } = this.#missing ?? {};
    for (const { source, metrics } of before?.catalogs.inUse() ?? []) {
      store.write(() => store.catalogs.use(source, metrics, this.#options.now()));
    }
    if (before !== null) store.samples.plans.takeOver(before.samples.plans);
    if (loss !== null) this.#tell(store, loss);
    this.#missing = null;
    if (loss !== null) this.#options.onLoss(loss);
  }

  #lost(lost: Store, deleted: boolean): Store {
    const { file } = this.#options;
    const loss: FileLoss = deleted
      ? {
          kind: 'deleted',
          message: `${file} was deleted while it was in use. A new file was begun; history and audit before now are lost with the old one.`,
          aside: null,
        }
      : {
          kind: 'replaced',
          message: `${file} was replaced by another file while it was in use. Recording goes on in the one that is there now.`,
          aside: null,
        };
    this.#release();
    this.#removeOrphanedLog();
    this.#missing = { before: lost, loss };
    return this.#recover();
  }

  /** A write-ahead log that stayed behind is that of the lost file; SQLite would write it into the new one. */
  #removeOrphanedLog(): void {
    const wal = `${this.#options.file}-wal`;
    const found = identify(wal);
    if (found === null || !same(found, this.#walIdentity)) return;
    for (const path of [wal, `${this.#options.file}-shm`]) rmSync(path, { force: true });
  }

  /** Only the write-ahead log was deleted: what it holds is still at hand, and goes into the file. */
  #rescue(store: Store): Store {
    const { file } = this.#options;
    store.database.pragma('wal_checkpoint(TRUNCATE)');
    this.#release();
    const message = `${file}-wal was deleted while it was in use. What it held was saved; nothing is lost.`;
    this.#missing = { before: store, loss: { kind: 'log-deleted', message, aside: null } };
    return this.#recover();
  }

  #reopen(): Store {
    const { file } = this.#options;
    try {
      // The folder may have gone with the file.
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      return this.#open();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new SignalboxError(
        'refused',
        `Nothing can be recorded: ${message} What was sent is not stored and has to be sent again.`,
        { cause: error },
      );
    }
  }

  #open(): Store {
    const { file } = this.#options;
    try {
      return this.#openAs(file);
    } catch (error) {
      if (error instanceof SignalboxError) throw error;
      const failure = classifySqliteError(error);
      if (failure === 'full' || failure === 'busy') throw unavailable(file, error);
      // Whatever else keeps a file of ours from being opened is in the file.
      return this.#begin(error);
    }
  }

  #openAs(file: string): Store {
    const database = openDatabase(this.#options.sqlite, file);
    try {
      const store = new Store(database, this.#options.onDamagedRow, this.#options.fullChunks);
      store.audit.goOnAfter(this.#missing?.before?.audit.lastId ?? 0);
      this.#identity = identify(file);
      this.#walIdentity = null;
      return store;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Sets the file aside and begins a new one. */
  #begin(thrown: unknown): Store {
    const { file, now, onLoss } = this.#options;
    const cause = thrown instanceof Error ? thrown.message : String(thrown);
    let aside: string;
    try {
      aside = setAside(file, now());
    } catch (error) {
      throw unavailable(file, error);
    }
    const store = this.#openAs(file);
    this.#aside = { file: aside, time: now() };
    const message = `${file} was damaged (${cause}). It was set aside as ${aside} and a new one was begun; history and audit before now are in the one set aside.`;
    const loss: FileLoss = { kind: 'damaged', message, aside };
    this.#tell(store, loss);
    onLoss(loss);
    return store;
  }

  #tell(store: Store, { kind, message, aside }: FileLoss): void {
    const time = this.#options.now();
    store.write(() =>
      store.audit.add({
        time,
        actor: 'recorder',
        from: 'system',
        action: kind === 'log-deleted' ? 'database.rescued' : 'database.replaced',
        target: 'recorder',
        command: '',
        args: { file: aside ?? this.#options.file },
        ok: kind === 'log-deleted',
        outcome: message,
        durationMs: 0,
        effects: [],
      }),
    );
  }
}

/** Null for a file that is not there, or cannot be reached. */
function identify(file: string): Identity | null {
  try {
    return statSync(file, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

function same(a: Identity, b: Identity | null): boolean {
  return b !== null && a.dev === b.dev && a.ino === b.ino;
}

/** The error of a start that will succeed once there is room, or whoever holds the file lets go of it. */
function unavailable(file: string, thrown: unknown): SignalboxError {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new SignalboxError(
    'unavailable',
    `${file} cannot be opened now (${reason}). It is tried again by itself; free space on that disk, check its ` +
      'permissions, or close what else has the file open.',
    { cause: thrown },
  );
}

/** What is kept and how it changes. Reading is in message-reader.ts, what is too old or too much goes by message-trim.ts. */
import type BetterSqlite3 from 'better-sqlite3';
import type { MessageArgs, StoreChange, StoredMessage, StoredPeer } from '../../../contract/messages.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';

/** A scope by its row. */
export interface ScopeRow {
  readonly id: number;
  key: string;
  messages: number;
  bytes: number;
  /** How much of it is kept, where that is another amount than of any: messages, and milliseconds. */
  mostMessages: number | null;
  keepMs: number | null;
}

/** The messages of one server. */
export class MessageStore {
  readonly database: Sqlite;
  readonly #statements: ReturnType<typeof prepare>;
  /** Makes steps all or none. */
  readonly #transaction: (steps: () => void) => void;
  readonly #scopes = new Map<string, ScopeRow>();
  /** Whose counts are to be written. */
  readonly #changed = new Set<ScopeRow>();
  /** Messages and what they count for, over all scopes. */
  messages = 0;
  bytes = 0;
  /** Whether the log of the database may have what was deleted: that of a process that was killed may, too. */
  #logIsDue = true;

  constructor(database: Sqlite) {
    this.database = database;
    this.#statements = prepare(database);
    this.#transaction = database.transaction((steps: () => void) => steps());
    this.#count();
  }

  /** The highest order that was ever written. */
  get order(): number {
    return this.#progress().seq;
  }

  /**
   * Makes the changes of a batch, all or none; one that was made already is not made again. What was asked for last is on the disk;
   * what was deleted is in none of its files after {@link emptyLog}.
   * @returns how many messages are kept by it
   * @throws SQLite's error
   */
  write(batch: Omit<MessageArgs<'write'>, 'clean'>): number {
    let kept = 0;
    this.#whole(() => {
      kept = this.#write(batch);
    });
    return kept;
  }

  /**
   * Puts the log into the file and cuts it, where something was deleted since: the log has pages as they were before. That takes as long
   * as the disk does for all that was written since, so it is done for many deletions at once where nobody waits. While another
   * program reads the file it cannot, and it is due still.
   * @throws SQLite's error
   */
  emptyLog(): void {
    if (!this.#logIsDue) return;
    const [{ busy } = { busy: 0 }] = this.database.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
    this.#logIsDue = busy !== 0;
  }

  /** Null for one of which nothing is kept. */
  scope(key: string): ScopeRow | null {
    return this.#scopes.get(key) ?? null;
  }

  /** Every one that there is. */
  get scopes(): Iterable<ScopeRow> {
    return this.#scopes.values();
  }

  /** The oldest messages of a scope go; answers how many. */
  dropOldestOf(scope: ScopeRow, most: number): number {
    return this.#trim(this.#statements.oldestOf, scope.id, most);
  }

  /** Of the oldest messages of a scope those go that came before a time, Unix milliseconds; answers how many. */
  dropOldestBefore(scope: ScopeRow, most: number, keptBefore: number): number {
    const oldest = this.#statements.oldestKept.get(scope.id) as { readonly kept: number } | undefined;
    if (oldest === undefined || oldest.kept >= keptBefore) return 0;
    return this.#trim(this.#statements.oldestOfBefore, scope.id, most, keptBefore);
  }

  /** What is before the latest messages of a scope goes, whatever it is; answers how much. */
  dropBefore(scope: ScopeRow, latest: number, most: number): number {
    const first = this.#statements.latestOf.get(scope.id, latest - 1) as { readonly seq: number } | undefined;
    return first === undefined ? 0 : this.#trim(this.#statements.oldestOfBehind, scope.id, first.seq, most);
  }

  /** Of the oldest messages those go that came before a time, Unix milliseconds; answers how many. */
  dropOldest(most: number, keptBefore: number): number {
    return this.#trim(this.#statements.oldest, most, keptBefore);
  }

  /** Scopes of which there is nothing, and that nobody may read, go. */
  dropEmpty(): void {
    for (const { key } of this.#statements.empty.all() as { readonly key: string }[])
      if (this.scope(key)?.messages === 0) this.#drop(key);
  }

  #whole(steps: () => void): void {
    try {
      this.#transaction(steps);
    } catch (error) {
      // What was counted with it was not written.
      this.#count();
      throw error;
    }
  }

  #write({ run, batch, changes }: Omit<MessageArgs<'write'>, 'clean'>): number {
    const last = this.#progress();
    if (last.run === run && last.batch >= batch) return 0;
    let kept = 0;
    let { seq } = last;
    for (const change of changes) {
      if (change.do === 'keep') {
        kept += this.#keep(change.scope, change.message, change.peer);
        seq = Math.max(seq, change.message.order);
      } else this.#change(change);
    }
    this.#statements.setProgress.run(run, batch, seq);
    this.#flushCounts();
    return kept;
  }

  #change(change: Exclude<StoreChange, { readonly do: 'keep' }>): void {
    const { forget, reader, noReader, noReaderAnywhere } = this.#statements;
    switch (change.do) {
      case 'forget': {
        const scope = this.scope(change.scope);
        if (scope !== null && change.id !== '')
          this.#release(forget.all(scope.id, change.id) as readonly GoneRow[]);
        return;
      }
      case 'drop':
        this.#drop(change.scope);
        return;
      case 'rename':
        this.#rename(change.scope, change.to);
        return;
      case 'reader':
        reader.run(this.#made(change.scope).id, change.account, change.since);
        return;
      case 'no reader': {
        const scope = this.scope(change.scope);
        if (scope !== null) noReader.run(scope.id, change.account);
        return;
      }
      case 'amount': {
        const scope = this.#made(change.scope);
        scope.mostMessages = change.messages;
        scope.keepMs = change.keepMs;
        this.#statements.setAmount.run(change.messages, change.keepMs, scope.id);
        return;
      }
      case 'end account':
        this.#drop(`a${change.account}`);
        noReaderAnywhere.run(change.account);
        return;
      case 'clear':
        for (const { key } of [...this.#scopes.values()])
          if (key.startsWith(change.kind === 'channels' ? 'c' : 'a')) this.#drop(key);
        return;
    }
  }

  #keep(
    key: string,
    { order, at, kept, event, id, bytes, data }: StoredMessage,
    peer: StoredPeer | null,
  ): number {
    const scope = this.#made(key);
    const { changes } = this.#statements.insert.run(
      order,
      scope.id,
      at,
      kept,
      event ? 1 : 0,
      id,
      bytes,
      peer?.nick ?? null,
      peer?.account ?? null,
      data,
    );
    if (changes === 0) return 0;
    this.#add(scope, 1, bytes);
    return 1;
  }

  #rename(from: string, to: string): void {
    const scope = this.scope(from);
    if (scope === null || from === to) return;
    this.#drop(to);
    this.#statements.rename.run(to, scope.id);
    this.#scopes.delete(from);
    // The same one: its counts may be to be written.
    scope.key = to;
    this.#scopes.set(to, scope);
  }

  #drop(key: string): void {
    const scope = this.scope(key);
    if (scope === null) return;
    this.#add(scope, -scope.messages, -scope.bytes);
    this.#changed.delete(scope);
    this.#statements.drop.run(scope.id);
    this.#scopes.delete(key);
  }

  #trim(statement: BetterSqlite3.Statement<number[]>, ...bound: number[]): number {
    let gone = 0;
    this.#whole(() => {
      const rows = statement.all(...bound) as readonly GoneRow[];
      this.#release(rows);
      gone = rows.length;
    });
    return gone;
  }

  #release(rows: readonly GoneRow[]): void {
    for (const { key, bytes } of rows) {
      const scope = this.scope(key);
      if (scope !== null) this.#add(scope, -1, -bytes);
    }
    this.#flushCounts();
  }

  #made(key: string): ScopeRow {
    const there = this.#scopes.get(key);
    if (there !== undefined) return there;
    const { lastInsertRowid } = this.#statements.addScope.run(key);
    const scope = {
      id: Number(lastInsertRowid),
      key,
      messages: 0,
      bytes: 0,
      mostMessages: null,
      keepMs: null,
    };
    this.#scopes.set(key, scope);
    return scope;
  }

  #add(scope: ScopeRow, messages: number, bytes: number): void {
    if (messages < 0) this.#logIsDue = true;
    scope.messages += messages;
    scope.bytes += bytes;
    this.messages += messages;
    this.bytes += bytes;
    this.#changed.add(scope);
  }

  #flushCounts(): void {
    for (const { id, messages, bytes } of this.#changed) this.#statements.setCounts.run(messages, bytes, id);
    this.#changed.clear();
  }

  /** As the file has it. */
  #count(): void {
    this.#scopes.clear();
    this.#changed.clear();
    this.messages = 0;
    this.bytes = 0;
    for (const row of this.#statements.allScopes.iterate() as Iterable<ScopeRow>) {
      this.#scopes.set(row.key, row);
      this.messages += row.messages;
      this.bytes += row.bytes;
    }
  }

  #progress(): { readonly run: string; readonly batch: number; readonly seq: number } {
    return this.#statements.progress.get() as never;
  }
}

interface GoneRow {
  readonly key: string;
  readonly bytes: number;
}

/** The scope of a message that is deleted, by its name. */
const GONE = 'RETURNING bytes, (SELECT key FROM scopes WHERE id = scope) AS key';

/** With this SQLite uses the index of ids, which has no empty ones, and need not look at every message of a scope. */
export const BY_ID = "msgid <> ''";

function prepare(database: Sqlite) {
  return {
    allScopes: database.prepare(
      'SELECT id, key, messages, bytes, most_messages AS mostMessages, keep_ms AS keepMs FROM scopes',
    ),
    addScope: database.prepare('INSERT INTO scopes (key) VALUES (?)'),
    setCounts: database.prepare('UPDATE scopes SET messages = ?, bytes = ? WHERE id = ?'),
    setAmount: database.prepare('UPDATE scopes SET most_messages = ?, keep_ms = ? WHERE id = ?'),
    empty: database.prepare(
      'SELECT key FROM scopes WHERE messages = 0 AND most_messages IS NULL AND keep_ms IS NULL AND NOT EXISTS (SELECT 1 FROM readers WHERE scope = scopes.id)',
    ),
    rename: database.prepare('UPDATE scopes SET key = ? WHERE id = ?'),
    drop: database.prepare('DELETE FROM scopes WHERE id = ?'),
    insert: database.prepare(
      'INSERT OR IGNORE INTO messages (seq, scope, at, kept, event, msgid, bytes, peer_nick, peer_account, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    forget: database.prepare(`DELETE FROM messages WHERE scope = ? AND msgid = ? AND ${BY_ID} ${GONE}`),
    oldest: database.prepare<number[]>(
      `DELETE FROM messages WHERE seq IN
       (SELECT seq FROM (SELECT seq, kept FROM messages ORDER BY seq LIMIT ?) WHERE kept < ?) ${GONE}`,
    ),
    oldestOf: database.prepare<number[]>(
      `DELETE FROM messages WHERE seq IN (SELECT seq FROM messages WHERE scope = ? ORDER BY seq LIMIT ?) ${GONE}`,
    ),
    oldestKept: database.prepare('SELECT kept FROM messages WHERE scope = ? ORDER BY seq LIMIT 1'),
    oldestOfBefore: database.prepare<number[]>(
      `DELETE FROM messages WHERE seq IN
       (SELECT seq FROM (SELECT seq, kept FROM messages WHERE scope = ? ORDER BY seq LIMIT ?) WHERE kept < ?) ${GONE}`,
    ),
    latestOf: database.prepare(
      'SELECT seq FROM messages WHERE scope = ? AND event = 0 ORDER BY seq DESC LIMIT 1 OFFSET ?',
    ),
    oldestOfBehind: database.prepare<number[]>(
      `DELETE FROM messages WHERE seq IN
       (SELECT seq FROM messages WHERE scope = ? AND seq < ? ORDER BY seq LIMIT ?) ${GONE}`,
    ),
    reader: database.prepare(
      'INSERT INTO readers (scope, account, since) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET since = min(since, excluded.since)',
    ),
    noReader: database.prepare('DELETE FROM readers WHERE scope = ? AND account = ?'),
    noReaderAnywhere: database.prepare('DELETE FROM readers WHERE account = ?'),
    progress: database.prepare('SELECT run, batch, seq FROM progress'),
    setProgress: database.prepare('UPDATE progress SET run = ?, batch = ?, seq = ?'),
  };
}

/** Finds what somebody may read of what is kept, as IRCv3 chathistory asks for it. It changes nothing. */
import type BetterSqlite3 from 'better-sqlite3';
import {
  type MessageArgs,
  type MessageResult,
  MOST_ACCOUNTS,
  MOST_READER_ROWS,
  type StoredMessage,
  type StoredPeer,
  type StoredPlace,
} from '../../../contract/messages.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { steadySql } from '../../runtime/files/steady-sql.ts';
import { BY_ID, type MessageStore, type ScopeRow } from './message-store.ts';

/** Rows of a table of messages. */
interface Row {
  readonly seq: number;
  readonly at: number;
  readonly kept: number;
  readonly event: number;
  readonly msgid: string;
  readonly bytes: number;
  readonly data: string;
}

type Prepared = BetterSqlite3.Statement<(number | string)[]>;

/** What is the case of a message, and the values that stand for the question marks in it. */
interface Condition {
  readonly sql: string;
  readonly values: readonly (number | string)[];
}

/** Characters of an answer about the latest, a few milliseconds for whoever reads it; and what a row takes beside its text. */
const LATEST_CHARS = 1_048_576;
const LATEST_ROW_CHARS = 300;

/** Most statements that are kept prepared: each shape of a question has one. */
const MOST_PREPARED = 64;

/** Reads from what a store keeps. */
export class MessageReader {
  readonly #store: MessageStore;
  readonly #database: Sqlite;
  readonly #prepared = new Map<string, Prepared>();

  constructor(store: MessageStore) {
    this.#store = store;
    this.#database = store.database;
  }

  /** Throws SQLite's error. */
  read(args: MessageArgs<'read'>): MessageResult<'read'> {
    const { wanted } = args;
    const scope = this.#store.scope(args.scope);
    const given = [wanted.mark, wanted.kind === 'BETWEEN' ? wanted.until : null].filter(
      (mark) => mark !== null,
    );
    const marks: StoredPlace[] = [];
    for (const mark of given) {
      const place = 'id' in mark ? (scope === null ? null : this.#placeOf(scope, args, mark.id)) : mark;
      if (place === null) return { unknown: 'id' in mark ? mark.id : '' };
      marks.push(place);
    }
    const messages = scope === null ? [] : this.#select(partOf(scope, args), args, marks);
    return { messages, marks };
  }

  /** Of each scope the latest message, and of an account that of each person: of those that were spoken with last, where there are more than have room. */
  latest({ scopes }: MessageArgs<'latest'>): MessageResult<'latest'> {
    const found: MessageResult<'latest'>['found'] = [];
    let left = LATEST_CHARS;
    for (const asked of scopes) {
      const scope = this.#store.scope(asked.scope);
      if (scope === null) continue;
      const whole = partOf(scope, { ...asked, events: false, peer: null });
      const one = asked.scope.startsWith('c');
      const groups = one ? '' : "GROUP BY coalesce(peer_account, ':' || peer_nick)";
      // The texts of those alone that are the latest: there may be a hundred thousand.
      const sql = `SELECT seq, at, ${one ? "''" : 'data'} AS data, peer_nick AS nick, peer_account AS account FROM messages
        WHERE seq IN (SELECT max(seq) FROM messages WHERE ${whole.sql} ${groups}) ORDER BY seq DESC`;
      for (const row of this.#statement(sql).iterate(...whole.values) as Iterable<LatestRow>) {
        left -= row.data.length + LATEST_ROW_CHARS;
        if (left < 0) break;
        const peer = row.nick === null ? null : { nick: row.nick, account: row.account };
        found.push({ scope: asked.scope, order: row.seq, at: row.at, data: row.data, peer });
      }
    }
    return { found };
  }

  /** A page of accounts. */
  accounts({ after }: MessageArgs<'accounts'>): MessageResult<'accounts'> {
    const sql = `SELECT name FROM (SELECT substr(key, 2) AS name FROM scopes WHERE key LIKE 'a%' UNION SELECT account FROM readers WHERE account <> '*')
      WHERE name > ? ORDER BY name LIMIT ${MOST_ACCOUNTS}`;
    const rows = this.#all(sql, [after]) as { readonly name: string }[];
    return { accounts: rows.map(({ name }) => name) };
  }

  /** A page of those who may read. */
  readers({ scope, account }: MessageArgs<'readers'>): MessageResult<'readers'> {
    const sql = `SELECT key AS scope, coalesce(account, '') AS account, coalesce(since, 0) AS since
      FROM scopes LEFT JOIN readers ON readers.scope = scopes.id
      WHERE key LIKE 'c%' AND (key, coalesce(account, '')) > (?, ?) ORDER BY 1, 2 LIMIT ${MOST_READER_ROWS}`;
    return { rows: this.#all(sql, [scope, account]) as MessageResult<'readers'>['rows'] };
  }

  #select(
    part: Condition,
    { wanted, messages, bytes }: MessageArgs<'read'>,
    marks: readonly StoredPlace[],
  ): StoredMessage[] {
    const [mark, until] = marks;
    const first = (...conditions: (Condition | null)[]) =>
      this.#rows(part, conditions, 'ASC', messages, bytes);
    const last = (...conditions: (Condition | null)[]) =>
      this.#rows(part, conditions, 'DESC', messages, bytes).reverse();
    switch (wanted.kind) {
      case 'LATEST':
        return last(mark === undefined ? null : behind(mark));
      case 'BEFORE':
        return last(ahead(mark!));
      case 'AFTER':
        return first(behind(mark!));
      case 'AROUND':
        return [...last(ahead(mark!)), ...first(not(ahead(mark!)))];
      case 'BETWEEN': {
        const forwards = isOrdered(mark!, until!);
        const [from, to] = forwards ? [mark!, until!] : [until!, mark!];
        return (forwards ? first : last)(behind(from), ahead(to));
      }
    }
  }

  #rows(
    part: Condition,
    conditions: readonly (Condition | null)[],
    direction: 'ASC' | 'DESC',
    messages: number,
    bytes: number,
  ): StoredMessage[] {
    const all = [part, ...conditions.filter((condition) => condition !== null)];
    const sql = `SELECT seq, at, kept, event, msgid, bytes, data FROM messages WHERE ${all.map(({ sql }) => sql).join(' AND ')} ORDER BY seq ${direction} LIMIT ?`;
    const found: StoredMessage[] = [];
    let left = bytes;
    for (const row of this.#statement(sql).iterate(
      ...all.flatMap(({ values }) => values),
      messages,
    ) as Iterable<Row>) {
      found.push(messageOf(row));
      left -= row.bytes;
      // Whoever asks sees by the one beyond it that there is more.
      if (left < 0) break;
    }
    return found;
  }

  /** The latest of an id that may be seen. */
  #placeOf(scope: ScopeRow, args: MessageArgs<'read'>, id: string): StoredPlace | null {
    if (id === '') return null;
    const part = partOf(scope, { ...args, events: true });
    const [row] = this.#all(
      `SELECT max(seq) AS seq, at FROM messages WHERE msgid = ? AND ${BY_ID} AND ${part.sql}`,
      [id, ...part.values],
    ) as { readonly seq: number | null; readonly at: number }[];
    return row === undefined || row.seq === null ? null : { order: row.seq, at: row.at };
  }

  #all(sql: string, values: readonly (number | string)[]): unknown[] {
    return this.#statement(sql).all(...values);
  }

  #statement(sql: string): Prepared {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      if (this.#prepared.size >= MOST_PREPARED) this.#prepared.clear();
      statement = this.#database.prepare<(number | string)[]>(steadySql(sql));
      this.#prepared.set(sql, statement);
    }
    return statement;
  }
}

interface LatestRow {
  readonly seq: number;
  readonly at: number;
  readonly data: string;
  readonly nick: string | null;
  readonly account: string | null;
}

interface Part {
  readonly after: number;
  readonly before: number;
  readonly events: boolean;
  readonly peer: StoredPeer | null;
}

function partOf({ id }: ScopeRow, { after, before, events, peer }: Part): Condition {
  let sql = 'scope = ? AND seq > ? AND seq < ?';
  const values: (number | string)[] = [id, after, before];
  if (!events) sql += ' AND event = 0';
  if (peer !== null) {
    // They may have had another nick then, or somebody else this one.
    sql += peer.account === null ? ' AND peer_nick = ?' : ' AND (peer_nick = ? OR peer_account = ?)';
    values.push(peer.nick, ...(peer.account === null ? [] : [peer.account]));
  }
  return { sql, values };
}

/** Earlier than a place, and not the message that is meant. */
function ahead(place: StoredPlace): Condition {
  return 'order' in place ? { sql: 'seq < ?', values: [place.order] } : { sql: 'at < ?', values: [place.at] };
}

function behind(place: StoredPlace): Condition {
  return 'order' in place ? { sql: 'seq > ?', values: [place.order] } : { sql: 'at > ?', values: [place.at] };
}

function not({ sql, values }: Condition): Condition {
  return { sql: `NOT (${sql})`, values };
}

function messageOf({ seq, at, kept, event, msgid, bytes, data }: Row): StoredMessage {
  return { order: seq, at, kept, event: event === 1, id: msgid, bytes, data };
}

/** Whether one place is not behind another. */
function isOrdered(a: StoredPlace, b: StoredPlace): boolean {
  return 'order' in a && 'order' in b ? a.order <= b.order : a.at <= b.at;
}

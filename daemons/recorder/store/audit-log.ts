/**
 * The audit trail: who did what, from where, with what result. Written from main's journal, read by the audit page newest
 * first; pages are keyed by id, so new entries do not shift what a reader has seen.
 */
import type { AuditEntry } from '../../../contract/control/audit.ts';
import type { NewAuditEntry } from '../../../contract/history-batch.ts';
import { workTimingSchema } from '../../../contract/work-timing.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { limits } from '../limits.ts';
import { effectsSchema } from './batch.ts';
import { type OnDamagedRow, readRow } from './damaged-row.ts';
import type { Tallies } from './tallies.ts';

/** Which entries are asked for. */
export interface AuditQuery {
  /** Only entries with a smaller id. */
  readonly before?: number | undefined;
  /** Only entries about this daemon. */
  readonly target?: string | undefined;
  /** Only what somebody did whose name holds this, upper and lower case alike for ASCII letters. */
  readonly actor?: string | undefined;
  /** Only what went well, or only what failed. */
  readonly ok?: boolean | undefined;
  /** Unix milliseconds: only entries of this time and later. */
  readonly since?: number | undefined;
  /** Unix milliseconds: only entries of before this time. */
  readonly until?: number | undefined;
  /** Only entries that contain this, upper and lower case alike for ASCII letters. */
  readonly text?: string | undefined;
  /** Commands that are left out, each as `<daemon> <command>`. */
  readonly without?: readonly string[] | undefined;
  readonly limit?: number | undefined;
}

/** Entries, newest first. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** Whether older ones match too. */
  readonly more: boolean;
}

interface AuditRow {
  readonly id: number;
  readonly time: number;
  readonly actor: string;
  readonly origin: string;
  readonly action: string;
  readonly target: string;
  readonly command: string;
  readonly args: string;
  readonly ok: number;
  readonly outcome: string;
  readonly duration_ms: number;
  readonly effects: string;
  readonly key: string | null;
  readonly timing: string | null;
}

const TEXT_BYTES = ['actor', 'action', 'target', 'command', 'args', 'outcome', 'effects', 'timing']
  .map((column) => `ifnull(octet_length(${column}), 0)`)
  .join(' + ');

/** The table of audit entries. */
export class AuditLog {
  readonly #tallies: Tallies;
  readonly #insert;
  readonly #amend;
  readonly #scan;
  readonly #window;
  readonly #targetWindow;
  readonly #oldest;
  readonly #deleteBeyond;
  readonly #onDamaged: OnDamagedRow;
  #after = 0;
  #lastId: number;

  constructor(database: Sqlite, tallies: Tallies, onDamaged: OnDamagedRow) {
    this.#onDamaged = onDamaged;
    this.#tallies = tallies;
    this.#insert = database.prepare(
      'INSERT INTO audit (id, time, actor, origin, action, target, command, args, ok, outcome, duration_ms, effects, timing, key) ' +
        'VALUES (CASE WHEN @after > ifnull((SELECT max(id) FROM audit), 0) THEN @after + 1 END, @time, @actor, @origin, @action, @target, @command, @args, @ok, @outcome, @durationMs, @effects, @timing, @key) ' +
        'ON CONFLICT DO NOTHING',
    );
    this.#lastId = database.prepare<[], number | null>('SELECT max(id) FROM audit').pluck().get() ?? 0;
    this.#amend = database.prepare<[string, string]>(
      "UPDATE audit SET effects = ? WHERE key = ? AND effects = '[]'",
    );
    const filter =
      '(@pattern IS NULL OR actor || char(10) || action || char(10) || target || char(10) || command || char(10) || ' +
      "args || char(10) || outcome LIKE @pattern ESCAPE '\\') AND (@target IS NULL OR target = @target) AND " +
      "(@actor IS NULL OR actor LIKE @actor ESCAPE '\\') AND (@ok IS NULL OR ok = @ok) AND " +
      '(@since IS NULL OR time >= @since) AND (@until IS NULL OR time < @until) AND ' +
      "(@without IS NULL OR instr(@without, char(10) || target || ' ' || command || char(10)) = 0)";
    this.#scan = database.prepare<[Record<string, unknown>], AuditRow>(
      `SELECT * FROM audit WHERE id < @before AND id >= @from AND ${filter} ORDER BY id DESC LIMIT @limit`,
    );
    this.#window = database
      .prepare<[number, number], number>(
        'SELECT id FROM audit WHERE id < ? ORDER BY id DESC LIMIT 1 OFFSET ?',
      )
      .pluck();
    this.#targetWindow = database
      .prepare<[string, number, number], number>(
        'SELECT id FROM audit WHERE target = ? AND id < ? ORDER BY id DESC LIMIT 1 OFFSET ?',
      )
      .pluck();
    this.#oldest = database
      .prepare<[number], number>('SELECT id FROM audit ORDER BY id DESC LIMIT 1 OFFSET ?')
      .pluck();
    this.#deleteBeyond = database
      .prepare<[number, number, number], number>(
        'DELETE FROM audit WHERE id IN (SELECT id FROM (SELECT id, time FROM audit ORDER BY id LIMIT ?) ' +
          `WHERE id <= ? OR time < ?) RETURNING ${TEXT_BYTES}`,
      )
      .pluck();
  }

  /** The highest id that an entry of this file, or of the one before it, was given. */
  get lastId(): number {
    return Math.max(this.#after, this.#lastId);
  }

  /** Entries get ids above this one: who reads on by id in a file that was begun anew finds what is older there. */
  goOnAfter(id: number): void {
    this.#after = id;
  }

  /**
   * Adds an entry, its arguments and outcome cut to their limits; returns how many were added, which is none for a key
   * that is there already. Part of the caller's transaction.
   */
  add(entry: NewAuditEntry, key: string | null = null): number {
    const row = {
      time: Math.round(entry.time),
      actor: entry.actor,
      origin: entry.from,
      action: entry.action,
      target: entry.target,
      command: entry.command,
      args: boundedJson(entry.args),
      ok: entry.ok ? 1 : 0,
      outcome: cut(entry.outcome, limits.auditOutcomeCharacters.default),
      durationMs: entry.durationMs,
      effects: boundedJson(entry.effects, '[]'),
      timing: entry.timing === undefined ? null : JSON.stringify(entry.timing),
      key,
      after: this.#after,
    };
    const { changes, lastInsertRowid } = this.#insert.run(row);
    if (changes === 0) return 0;
    this.#lastId = Number(lastInsertRowid);
    const { actor, action, target, command, args, outcome, effects, timing } = row;
    const texts = [actor, action, target, command, args, outcome, effects, timing ?? ''];
    this.#tallies.add(
      'audit',
      1,
      texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    );
    return 1;
  }

  /** Adds what was measured later, once; an entry that is gone needs none. Adds no entry. Part of the caller's transaction. */
  amend(key: string, effects: NewAuditEntry['effects']): 0 {
    const json = boundedJson(effects, '[]');
    const { changes } = this.#amend.run(json, key);
    if (changes > 0) this.#tallies.add('audit', 0, Buffer.byteLength(json) - '[]'.length);
    return 0;
  }

  /**
   * Looks for entries, newest first. Yields between stretches of {@link limits.auditScanRows} rows, so that a search
   * through the whole trail does not hold up the loop.
   */
  *query(query: AuditQuery): Generator<void, AuditPage> {
    const { before, target, limit, text, actor, ok, since, until, without } = query;
    const wanted = limit ?? limits.auditPageRows.default;
    const filter = {
      pattern: holding(text),
      actor: holding(actor),
      target: target ?? null,
      ok: ok === undefined ? null : Number(ok),
      since: since ?? null,
      until: until ?? null,
      without: without === undefined ? null : `\n${without.join('\n')}\n`,
    };
    const entries: AuditEntry[] = [];
    let below = before ?? Number.MAX_SAFE_INTEGER;
    for (;;) {
      const stretch = limits.auditScanRows.default - 1;
      const from =
        (target === undefined
          ? this.#window.get(below, stretch)
          : this.#targetWindow.get(target, below, stretch)) ?? 0;
      const rows = this.#scan.all({ ...filter, before: below, from, limit: wanted + 1 - entries.length });
      for (const row of rows) entries.push(this.#entryOf(row));
      if (entries.length > wanted) return { entries: entries.slice(0, wanted), more: true };
      if (from === 0) return { entries, more: false };
      below = from;
      yield;
    }
  }

  /** What cannot be read of an entry is replaced by words that say so: that something was done here is worth showing. */
  #entryOf(row: AuditRow): AuditEntry {
    const json = <Value>(column: 'args' | 'effects' | 'timing', otherwise: Value): Value =>
      readRow(
        `${column} of audit entry ${row.id}`,
        this.#onDamaged,
        () => JSON.parse(row[column] ?? 'null') as Value,
        otherwise,
      );
    return {
      id: row.id,
      time: numberOf(row.time),
      actor: textOf(row.actor),
      from: textOf(row.origin),
      action: textOf(row.action),
      target: textOf(row.target),
      command: textOf(row.command),
      args: recordOf(json<unknown>('args', { unreadable: 'These arguments are damaged in the database.' })),
      ok: row.ok === 1,
      outcome: textOf(row.outcome),
      durationMs: numberOf(row.duration_ms),
      effects: effectsOf(json<unknown>('effects', [])),
      ...timingOf(row.timing === null ? null : json<unknown>('timing', null)),
      ...(typeof row.key === 'string' ? { key: row.key } : {}),
    };
  }

  /** Removes what is beyond `keepRows` or older than `cutoffMs`, at most `limit` entries; returns how many. */
  prune(keepRows: number, cutoffMs: number, limit: number): number {
    const excess = this.#tallies.get('audit').rows > keepRows ? (this.#oldest.get(keepRows) ?? 0) : 0;
    const sizes = this.#deleteBeyond.all(limit, excess, cutoffMs);
    if (sizes.length > 0)
      this.#tallies.add('audit', -sizes.length, -sizes.reduce((sum, size) => sum + size, 0));
    return sizes.length;
  }
}

/** Columns of a damaged page may come back as values of another type. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '(damaged)';
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function recordOf(value: unknown): AuditEntry['args'] {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as AuditEntry['args'])
    : { unreadable: JSON.stringify(value) };
}

function effectsOf(value: unknown): AuditEntry['effects'] {
  const parsed = effectsSchema.safeParse(value);
  return parsed.success ? parsed.data : [];
}

function timingOf(value: unknown): Pick<AuditEntry, 'timing'> {
  const parsed = workTimingSchema.safeParse(value);
  return parsed.success ? { timing: parsed.data } : {};
}

/** A LIKE pattern for what holds a text; null where any will do. */
function holding(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}… (cut)`;
}

function boundedJson(value: unknown, fallback?: string): string {
  const json = JSON.stringify(value);
  if (json.length <= limits.auditJsonCharacters.default) return json;
  return fallback ?? JSON.stringify({ omitted: `${json.length} characters of arguments` });
}

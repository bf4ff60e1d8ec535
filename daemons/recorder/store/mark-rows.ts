/** States and audit entries in order of time, with no more of each than a mark on a chart needs. Read by mark-query.ts. */
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { limits } from '../limits.ts';

/** A change of state. */
export interface StateRow {
  readonly id: number;
  readonly time: number;
  readonly daemon: string;
  readonly state: string;
  readonly cause: string | null;
}

/** What the audit trail says of an action. */
export interface ActionRow {
  readonly id: number;
  readonly time: number;
  readonly actor: string;
  readonly origin: string;
  readonly action: string;
  readonly target: string;
  readonly command: string;
  readonly ok: number;
}

/** Which rows: from a time (Unix milliseconds) to another, that one included, of one daemon or of all. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
  readonly daemon: string | null;
}

/** The rows of both tables, page by page. */
export class MarkRows {
  readonly #states;
  readonly #actions;

  constructor(database: Sqlite) {
    const page = (columns: string, table: string, daemon: string) =>
      `SELECT id, time, ${columns} FROM ${table} WHERE (time, id) > (@time, @id) AND time <= @to AND ` +
      `(@daemon IS NULL OR ${daemon} = @daemon) ORDER BY time, id LIMIT @limit`;
    this.#states = database.prepare<[Record<string, unknown>], StateRow>(
      page('daemon, state, cause', 'states', 'daemon'),
    );
    this.#actions = database.prepare<[Record<string, unknown>], ActionRow>(
      page('actor, origin, action, target, command, ok', 'audit', 'target'),
    );
  }

  /** The next states of a range; `after` is the last of the page before. */
  states(range: RowRange, after: StateRow | undefined): readonly StateRow[] {
    return this.#states.all(place(range, after));
  }

  /** The next actions of a range; `after` is the last of the page before. */
  actions(range: RowRange, after: ActionRow | undefined): readonly ActionRow[] {
    return this.#actions.all(place(range, after));
  }
}

function place(
  { from, to, daemon }: RowRange,
  after: { readonly id: number; readonly time: number } | undefined,
) {
  const limit = limits.markScanRows.default;
  // Ids begin at 1: all of the first millisecond comes behind 0.
  return { time: after?.time ?? from, id: after?.id ?? 0, to, daemon, limit };
}

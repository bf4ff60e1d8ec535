/** Follows one row of a live table by its key from when it is found by its name, so that it is known when it is called otherwise, or gone. */
import type { TableCell } from '../../contract/stream.ts';
import type { Row } from './row-keys.ts';
import type { TableSnapshot } from './table-feed.ts';

export type Followed =
  /** No rows have come yet. */
  | { readonly phase: 'waiting' }
  /** There was no such row when rows came. */
  | { readonly phase: 'unknown'; readonly cut: boolean }
  | { readonly phase: 'there'; readonly row: Row }
  /** As it was last, and whether another row has come that is called so now. */
  | { readonly phase: 'gone'; readonly row: Row; readonly another: boolean };

const WAITING: Followed = { phase: 'waiting' };

export class FollowedRow {
  readonly #called: string;
  readonly #keyColumn: number;
  #key: TableCell | undefined;
  #state: Followed = WAITING;
  /** The process has ended meanwhile: what has its key from then on is something else. */
  #over = false;
  #seen: TableSnapshot | null = null;

  /**
   * @param called what its first cell says
   * @param keyColumn place of the column that identifies a row, in the rows that are given to {@link after}
   */
  constructor(called: string, keyColumn: number) {
    this.#called = called;
    this.#keyColumn = Math.max(0, keyColumn);
  }

  /** What is known after a snapshot, whose rows may have cells beyond those of the daemon. */
  after(snapshot: TableSnapshot, rows: readonly Row[]): Followed {
    if (this.#seen === snapshot) return this.#state;
    this.#seen = snapshot;
    this.#state = this.#next(snapshot, rows);
    return this.#state;
  }

  #next({ time, total }: TableSnapshot, rows: readonly Row[]): Followed {
    const before = this.#state;
    const known = before.phase === 'there' || before.phase === 'gone';
    if (time === 0) {
      this.#over ||= known;
      return known ? { phase: 'gone', row: before.row, another: false } : WAITING;
    }
    if (!known) {
      const row = this.#named(rows);
      if (row === undefined) return { phase: 'unknown', cut: total > rows.length };
      this.#key = row[this.#keyColumn];
      return { phase: 'there', row };
    }
    // Where names are the keys, what is called so is the same thing.
    const same = !this.#over || (this.#keyColumn === 0 && typeof this.#key === 'string');
    const row = same ? rows.find((one) => one[this.#keyColumn] === this.#key) : undefined;
    if (row !== undefined) return { phase: 'there', row };
    return { phase: 'gone', row: before.row, another: this.#named(rows) !== undefined };
  }

  #named(rows: readonly Row[]): Row | undefined {
    const folded = this.#called.toLowerCase();
    return (
      rows.find(([first]) => String(first) === this.#called) ??
      rows.find(([first]) => String(first).toLowerCase() === folded)
    );
  }
}

/** How fast the totals of a live table rise: a column beside each, made of the rows of before. */
import type { TableColumn } from '../../contract/manifest.ts';
import type { TableCell } from '../../contract/stream.ts';
import type { Row } from './row-keys.ts';
import type { TableSnapshot } from './table-feed.ts';

/** Snapshots that are closer to each other tell too little, in milliseconds. */
const LEAST_MS = 900;

/** The key of the column that says how fast another one rises. */
export const rateKey = (key: string): string => `${key}/s`;

/** The columns with one behind each counter that says how fast it rises. */
export function withRateColumns(columns: readonly TableColumn[]): readonly TableColumn[] {
  if (!columns.some(({ counter }) => counter === true)) return columns;
  return columns.flatMap((column) => {
    if (column.counter !== true) return [column];
    const { counter: _, ...rest } = column;
    return [column, { ...rest, key: rateKey(column.key), title: `${column.title}/s` }];
  });
}

interface Known {
  readonly time: number;
  readonly totals: readonly TableCell[];
  /** What was said of it then. */
  readonly rates: readonly (number | null)[];
}

/** Adds rates to the rows of a table, one snapshot after another. */
export class RateMeter {
  readonly #counters: readonly number[];
  readonly #keyColumn: number;
  #known: ReadonlyMap<TableCell, Known> = new Map();
  #last: { readonly snapshot: TableSnapshot; readonly rows: readonly Row[] } | null = null;

  /** @param keyColumn place of the column that identifies a row */
  constructor(columns: readonly TableColumn[], keyColumn: number) {
    this.#counters = columns.flatMap(({ counter }, place) => (counter === true ? [place] : []));
    this.#keyColumn = keyColumn;
  }

  /** The rows of a snapshot with the cells of {@link withRateColumns}. A row that is new has none yet. */
  rows(snapshot: TableSnapshot): readonly Row[] {
    if (this.#counters.length === 0 || this.#keyColumn < 0) return snapshot.rows;
    if (this.#last?.snapshot === snapshot) return this.#last.rows;
    const known = new Map<TableCell, Known>();
    const rows = snapshot.rows.map((row) => {
      const key = row[this.#keyColumn] ?? null;
      const now = this.#measured(this.#known.get(key), row, snapshot.time);
      known.set(key, now);
      return this.#joined(row, now.rates);
    });
    this.#known = known;
    this.#last = { snapshot, rows };
    return rows;
  }

  #measured(before: Known | undefined, row: Row, time: number): Known {
    const totals = this.#counters.map((place) => row[place] ?? null);
    if (before === undefined) return { time, totals, rates: totals.map(() => null) };
    const seconds = (time - before.time) / 1_000;
    // As long as the snapshots are too close, it is measured from the older one.
    if (seconds * 1_000 < LEAST_MS) return before;
    const rates = totals.map((total, at) => {
      const earlier = before.totals[at];
      // A total that fell is that of something else.
      if (typeof total !== 'number' || typeof earlier !== 'number' || total < earlier) return null;
      return Math.round((total - earlier) / seconds);
    });
    return { time, totals, rates };
  }

  #joined(row: Row, rates: readonly (number | null)[]): Row {
    const joined: TableCell[] = [];
    for (const [place, cell] of row.entries()) {
      joined.push(cell);
      const at = this.#counters.indexOf(place);
      if (at >= 0) joined.push(rates[at]!);
    }
    return joined;
  }
}

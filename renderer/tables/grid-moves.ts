/** Where a key leads to in a list of items, and which rows are selected by it. */
import type { RowKey } from './row-keys.ts';

/**
 * The place that a key leads to; null for keys that lead nowhere.
 * @param at the place that has the focus
 * @param count how many places there are
 * @param page how many are seen at once
 */
export function moveBy(key: string, at: number, count: number, page: number): number | null {
  const goal = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + Math.max(1, page),
    PageUp: at - Math.max(1, page),
    Home: 0,
    End: count - 1,
  }[key];
  return goal === undefined || count === 0 ? null : Math.min(count - 1, Math.max(0, goal));
}

export interface Selection {
  readonly keys: ReadonlySet<RowKey>;
  /** Where the next range begins; null where nothing was chosen yet. */
  readonly anchor: RowKey | null;
  /** What was selected before the range that is being drawn. */
  readonly before: ReadonlySet<RowKey>;
}

export const NOTHING_SELECTED: Selection = { keys: new Set(), anchor: null, before: new Set() };

/** One row in, or out again. */
export function toggled({ keys }: Selection, key: RowKey): Selection {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return { keys: next, anchor: key, before: next };
}

/**
 * All rows from the anchor to `to`, beside what was selected before.
 * @param from begins the range where there is no anchor among the rows
 */
export function ranged(selection: Selection, rows: readonly RowKey[], from: RowKey, to: RowKey): Selection {
  const { anchor } = selection;
  const begun = anchor !== null && rows.includes(anchor);
  const start = begun ? anchor : from;
  const before = begun ? selection.before : selection.keys;
  const ends = [rows.indexOf(start), rows.indexOf(to)].sort((a, b) => a - b);
  return {
    keys: new Set([...before, ...rows.slice(ends[0], ends[1]! + 1)]),
    anchor: start,
    before,
  };
}

/** All of these rows. */
export function allOf(rows: readonly RowKey[]): Selection {
  const keys = new Set(rows);
  return { keys, anchor: null, before: keys };
}

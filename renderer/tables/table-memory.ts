/** What a reader set for tables, kept on this machine: by table, the same on every host. Storage that is forbidden or damaged counts as empty. */
import { useCallback, useState } from 'react';

type Kept = Readonly<Record<string, unknown>>;

function read(store: string): Kept {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(store) ?? '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Kept) : {};
  } catch {
    return {};
  }
}

/**
 * Something that is remembered of a table, and how it is set; null is nothing.
 * @param store under which it is kept for all tables
 * @param parse what was kept as what it is; null for what it cannot be
 */
export function useTableMemory<Value>(
  store: string,
  table: string,
  parse: (kept: unknown) => Value | null,
): readonly [Value | null, (value: Value | null) => void] {
  const [value, setValue] = useState<Value | null>(() => parse(read(store)[table]));
  const set = useCallback(
    (next: Value | null) => {
      setValue(next);
      const { [table]: _, ...others } = read(store);
      try {
        localStorage.setItem(store, JSON.stringify(next === null ? others : { ...others, [table]: next }));
      } catch {
        // A browser may forbid storage: it is then kept as long as the table is shown.
      }
    },
    [store, table],
  );
  return [value, set];
}

/** Text that was kept. */
export const keptText = (kept: unknown): string | null => (typeof kept === 'string' ? kept : null);

/** Widths in pixels by key of a column. */
export function keptWidths(kept: unknown): Readonly<Record<string, number>> | null {
  if (typeof kept !== 'object' || kept === null) return null;
  const widths = Object.entries(kept).filter(
    (entry): entry is [string, number] =>
      typeof entry[1] === 'number' && Number.isFinite(entry[1]) && entry[1] > 0,
  );
  return Object.fromEntries(widths);
}

/** A number that was kept. */
export const keptNumber = (kept: unknown): number | null =>
  typeof kept === 'number' && Number.isFinite(kept) ? kept : null;

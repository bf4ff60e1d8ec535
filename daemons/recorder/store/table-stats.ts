/** The table that `stats` shows: what each part of the database holds, since when, and in how many bytes. */
import type { Store } from './store.ts';

/** One row of `stats`. */
export interface TableStats {
  readonly table: string;
  readonly rows: number | null;
  /** Unix milliseconds. */
  readonly oldest: number | null;
  readonly newest: number | null;
  readonly bytes: number;
  readonly note: string;
}

/** One row a table, and one for the file. `aside` is the damaged file that this one replaced while the process ran. */
export function describeTables(
  store: Store,
  fileBytes: number,
  aside: { readonly file: string; readonly time: number } | null,
): TableStats[] {
  const catalogs = [...store.catalogs.all()];
  const tiers = store.tables.map((table) => {
    const known = (seconds: (number | null)[]) => seconds.filter((second) => second !== null);
    const oldest = known(catalogs.map((catalog) => table.oldest(catalog)));
    const newest = known(catalogs.map((catalog) => table.newest(catalog)));
    const { rows, bytes } = store.tallies.get(table.tier.table);
    const recent = table === store.tables[0] ? store.tallies.get('recent') : { rows: 0, bytes: 0 };
    return {
      table: `samples ${table.tier.name}`,
      rows: rows + recent.rows,
      bytes: bytes + recent.bytes,
      oldest: oldest.length === 0 ? null : Math.min(...oldest) * 1_000,
      newest: newest.length === 0 ? null : Math.max(...newest) * 1_000,
      note: '',
    };
  });
  const timed = (['audit', 'states'] as const).map((name) => {
    const ends = store.database
      .prepare<[], { oldest: number | null; newest: number | null }>(
        `SELECT (SELECT time FROM ${name} ORDER BY id LIMIT 1) AS oldest, ` +
          `(SELECT time FROM ${name} ORDER BY id DESC LIMIT 1) AS newest`,
      )
      .get() ?? { oldest: null, newest: null };
    return { table: name, ...store.tallies.get(name), ...ends, note: '' };
  });
  const note = aside === null ? '' : `A damaged database was set aside as ${aside.file}`;
  const file = {
    table: 'file',
    rows: null,
    oldest: aside?.time ?? null,
    newest: null,
    bytes: fileBytes,
    note,
  };
  return [...tiers, ...timed, file];
}

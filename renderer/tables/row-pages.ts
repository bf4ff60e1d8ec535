/**
 * Which rows have a page of their own, and where it is. A row is called by its first cell, here as in the palette; the page follows it by
 * its key from then on.
 */
import type { ManifestDescription, RowAction, TableColumn, TableSpec } from '../../contract/manifest.ts';
import { hashOf } from '../shell/route.ts';
import type { Row } from './row-keys.ts';

/** The tables that are about one row of a table: by name, in the order of the manifest. */
export function innerTables(
  { tables }: Pick<ManifestDescription, 'tables'>,
  name: string,
): readonly (readonly [string, TableSpec])[] {
  return Object.entries(tables).filter(([, { of }]) => of === name);
}

/** What a row's actions answer that only read: parts of its page. One that an inner table tells live is none. */
export function answersOf(manifest: ManifestDescription, name: string): readonly RowAction[] {
  const inner = innerTables(manifest, name).map(([, { title }]) => title);
  return (manifest.tables[name]?.rowActions ?? []).filter(
    ({ title, command, immediate }) =>
      immediate === true &&
      !inner.includes(title) &&
      manifest.commands.some((one) => one.name === command && one.danger === 'safe'),
  );
}

/** The first of {@link answersOf} that tells the fields of one thing: they stand among what is known of the row. */
export function detailsOf(manifest: ManifestDescription, name: string): RowAction | undefined {
  const isJson = (called: string) =>
    manifest.commands.some((one) => one.name === called && one.result === 'json');
  return answersOf(manifest, name).find(({ command }) => isJson(command));
}

/** Whether there is more to say of a row of a table than its cells. */
export function hasRowPage(manifest: ManifestDescription, name: string): boolean {
  const table = manifest.tables[name];
  return (
    table !== undefined &&
    table.of === undefined &&
    (table.logged !== undefined ||
      innerTables(manifest, name).length > 0 ||
      answersOf(manifest, name).length > 0)
  );
}

/** The table whose rows have pages and are called by a column of that key; undefined where there is none. */
export function pagesOf(manifest: ManifestDescription, key: string | undefined): string | undefined {
  return Object.entries(manifest.tables).find(
    ([name, { columns }]) => columns[0]?.key === key && hasRowPage(manifest, name),
  )?.[0];
}

/** The address of the page of a row; null where it is called nothing. */
export function rowPageHash(
  host: { readonly id: string },
  daemon: string,
  table: string,
  called: Row[number] | undefined,
): string | null {
  return called === null || called === undefined || called === ''
    ? null
    : hashOf(host, ['daemon', daemon, table, String(called)]);
}

/** Where the rows of a table or of an answer with these columns lead by their first cells; null where they lead nowhere. */
export function rowLinks(
  host: { readonly id: string },
  manifest: ManifestDescription,
  columns: readonly TableColumn[],
): ((row: Row) => string | null) | null {
  const table = pagesOf(manifest, columns[0]?.key);
  return table === undefined ? null : ([called]) => rowPageHash(host, manifest.id, table, called);
}

/**
 * What the live tables of running daemons have a row for: clients, channels, accounts, bans, and whatever else a manifest has a
 * table of. Found by any text of the row, an address as well as a name. Fetched with the rest of what is typed: see typed-parts.ts.
 */
import type { TableColumn, TableSpec } from '../../contract/manifest.ts';
import type { HostModel } from '../model/host-model.ts';
import type { HostState } from '../model/host-state.ts';
import { type HostNow, named } from '../model/hosts.ts';
import { hashOf, navigate } from '../shell/route.ts';
import { formatCell } from '../tables/cells.ts';
import type { Row } from '../tables/row-keys.ts';
import { hasRowPage } from '../tables/row-pages.ts';
import type { PaletteEntry } from './entries.ts';

/** Fewer characters find too much. */
const LEAST_CHARACTERS = 2;
/** Entries of one table. */
const MOST_OF_TABLE = 6;
/** Texts of a row that stand beside its name. */
const MOST_TEXTS = 4;

interface LiveTable {
  readonly daemon: string;
  readonly name: string;
  readonly table: TableSpec;
  /** Whether each row has a page. */
  readonly hasPages: boolean;
}

/** The tables of a host that have rows now. */
function tablesOf({ host, daemons }: HostState): readonly LiveTable[] {
  return (host?.manifests ?? [])
    .filter(({ id }) => daemons[id]?.state === 'running')
    .flatMap((manifest) =>
      Object.entries(manifest.tables).flatMap(([name, table]) =>
        table.of === undefined
          ? [{ daemon: manifest.id, name, table, hasPages: hasRowPage(manifest, name) }]
          : [],
      ),
    );
}

/** Whether a line is looked for among rows. */
export function looksForThings(line: string): boolean {
  return line.trim().length >= LEAST_CHARACTERS;
}

/** Which tables there are to look in, for whoever follows them: it changes when one comes or goes. */
export function thingTables(state: HostState): string {
  return JSON.stringify(tablesOf(state).map(({ daemon, name }) => [daemon, name]));
}

/** Follows all tables of a host and calls back when rows have come; returns the function that ends it. */
export function watchThings(host: HostModel, state: HostState, onRows: () => void): () => void {
  const ends = tablesOf(state).flatMap(({ daemon, name }) => {
    const source = host.source(daemon);
    if (source === undefined) return [];
    return [source.stream.watch(name), source.table(name).subscribe(onRows)];
  });
  return () => {
    for (const end of ends) end();
  };
}

/** The rows that have every word of the line, those that are called so before others. Entries lead to the page of the row, or to the row in its table where it has none. */
export function thingEntries(hosts: readonly HostNow[], line: string): readonly PaletteEntry[] {
  if (!looksForThings(line)) return [];
  const words = line.toLowerCase().split(/\s+/).filter(Boolean);
  const models = hosts.map(({ host }) => host);
  return hosts.flatMap(({ host, state }) =>
    tablesOf(state).flatMap((of) => {
      const rows = host.source(of.daemon)?.table(of.name).snapshot().rows ?? [];
      return foundIn(of.table, rows, words).map((row) => {
        const [name = '', ...others] = textsOf(of.table.columns, row);
        const path = ['daemon', of.daemon, of.name];
        return {
          key: `${host.id} thing ${of.daemon} ${of.name} ${name}`,
          text: named(models, host.id, name),
          plain: name,
          hint: others.slice(0, MOST_TEXTS).join(' · '),
          kind: `${of.table.title} · ${of.daemon}`,
          // What comes and goes is not remembered: its page is.
          remembered: `${host.id} page ${path.join('/')}`,
          act: () =>
            navigate(
              of.hasPages
                ? hashOf(host, [...path, String(row[0])])
                : hashOf(host, path, { find: String(row[0]) }),
            ),
        };
      });
    }),
  );
}

function foundIn(table: TableSpec, rows: readonly Row[], words: readonly string[]): readonly Row[] {
  const found: { readonly row: Row; readonly rank: number }[] = [];
  for (const row of rows) {
    const texts = textsOf(table.columns, row).map((text) => text.toLowerCase());
    if (!words.every((word) => texts.some((text) => text.includes(word)))) continue;
    const name = texts[0] ?? '';
    const rank = name === words[0] ? 0 : name.startsWith(words[0]!) ? 1 : name.includes(words[0]!) ? 2 : 3;
    found.push({ row, rank });
  }
  return found
    .sort((one, other) => one.rank - other.rank)
    .slice(0, MOST_OF_TABLE)
    .map(({ row }) => row);
}

/** The texts of a row, without figures, times and what is empty; what names it is among them whatever its type is. */
function textsOf(columns: readonly TableColumn[], row: Row): readonly string[] {
  return columns.flatMap(({ type }, place) => {
    const cell = row[place];
    return (type === 'text' || place === 0) && cell !== null && cell !== undefined && cell !== ''
      ? [formatCell(type, cell)]
      : [];
  });
}

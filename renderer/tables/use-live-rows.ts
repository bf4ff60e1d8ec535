/** Joins a component with a live table: its rows as they are now with how fast totals rise, and what can be done with each. */
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { ManifestDescription, TableColumn, TableSpec } from '../../contract/manifest.ts';
import { watchedTable } from '../../contract/stream.ts';
import { useHost, useHostState } from '../model/host-context.ts';
import type { HostModel } from '../model/host-model.ts';
import type { SourceModel } from '../model/source-model.ts';
import { hashOf, navigate } from '../shell/route.ts';
import { messages } from './messages.ts';
import { RateMeter, withRateColumns } from './rates.ts';
import type { Row } from './row-keys.ts';
import { hasRowPage, rowPageHash } from './row-pages.ts';
import { commandTools, type RowTool } from './row-tools.ts';
import type { TableSnapshot } from './table-feed.ts';

/** Something that leads elsewhere and does nothing. */
function leading(title: string, to: (row: Row) => string | null): RowTool {
  return {
    title,
    danger: 'safe',
    denied: null,
    many: false,
    outlives: true,
    fits: (row) => to(row) !== null,
    run: (row) => navigate(to(row)!),
    bulk: null,
  };
}

/** Leads to the lines of the log that name what a row is about. */
function logTool(host: HostModel, daemon: string, column: number): RowTool {
  return leading(messages.logLines, (row) =>
    row[column] === null ? null : hashOf(host, ['daemon', daemon, 'logs'], { text: String(row[column]) }),
  );
}

interface LiveRowsInput {
  readonly source: SourceModel;
  readonly manifest: ManifestDescription;
  readonly name: string;
  readonly table: TableSpec;
  /** What it is about: the first cell of a row of another table; null for a table of its own. */
  readonly about?: string | null;
  /** Called when a command on a row has run well. */
  readonly onDone?: () => void;
}

export interface LiveRows {
  readonly snapshot: TableSnapshot;
  /** With rates. */
  readonly columns: readonly TableColumn[];
  readonly rows: readonly Row[];
  /** Place of the column that identifies a row. */
  readonly keyColumn: number;
  readonly tools: readonly RowTool[];
}

export function useLiveRows(input: LiveRowsInput): LiveRows {
  const { source, manifest, name, table, about = null, onDone } = input;
  const { rowKey, logged } = table;
  const watched = watchedTable(name, about);
  const feed = source.table(watched);
  const snapshot = useSyncExternalStore(feed.subscribe, feed.snapshot);
  const own = table.columns;
  const columns = useMemo(() => withRateColumns(own), [own]);
  const meter = useMemo(
    () =>
      new RateMeter(
        own,
        own.findIndex(({ key }) => key === rowKey),
      ),
    [own, rowKey],
  );
  useEffect(() => {
    const end = source.stream.watch(watched);
    return () => {
      end();
      // There is no end of what tables may be about.
      if (about !== null) source.dropTable(watched);
    };
  }, [source, watched, about]);
  const host = useHost();
  const withheld = useHostState((state) => state.withheld);
  const tools = useMemo(() => {
    const { id, commands } = manifest;
    const actions = table.rowActions;
    const offered = commandTools({ host, daemon: id, actions, commands, withheld, columns, onDone });
    const told = columns.findIndex(({ key }) => key === logged);
    return [
      ...(hasRowPage(manifest, name)
        ? [leading(messages.ownPage, ([called]) => rowPageHash(host, id, name, called))]
        : []),
      ...offered,
      ...(told < 0 ? [] : [logTool(host, id, told)]),
    ];
  }, [host, manifest, withheld, table, name, logged, columns, onDone]);
  return {
    snapshot,
    columns,
    rows: meter.rows(snapshot),
    keyColumn: columns.findIndex(({ key }) => key === rowKey),
    tools,
  };
}

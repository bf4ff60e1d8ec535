/** A table that a daemon streams while somebody looks at it, with the commands that its manifest offers on each row. */
import { type ReactNode, useEffect, useMemo, useSyncExternalStore } from 'react';
import type { ManifestDescription, TableSpec } from '../../contract/manifest.ts';
import { formatClock } from '../format/times.ts';
import { TableGraph } from '../graph/table-graph.tsx';
import { useHost, useHostState } from '../model/host-context.ts';
import type { SourceModel } from '../model/source-model.ts';
import { Callout, EmptyState } from '../ui/callout.tsx';
import { DataTable, type RowsView } from './data-table.tsx';
import { messages } from './messages.ts';
import { RateMeter, withRateColumns } from './rates.ts';
import { commandTools } from './row-tools.ts';

/** One row alone hangs on nothing. */
const LEAST_GRAPH = 2;

interface LiveTableProps {
  readonly source: SourceModel;
  readonly manifest: ManifestDescription;
  readonly name: string;
  readonly table: TableSpec;
  readonly up: boolean;
}

export function LiveTable({ source, manifest, name, table, up }: LiveTableProps): ReactNode {
  const feed = source.table(name);
  const snapshot = useSyncExternalStore(feed.subscribe, feed.snapshot);
  const { total, time, denied } = snapshot;
  const { columns, rowKey, graph } = table;
  const keyColumn = columns.findIndex(({ key }) => key === rowKey);
  const shown = useMemo(() => withRateColumns(columns), [columns]);
  const meter = useMemo(() => new RateMeter(columns, keyColumn), [columns, keyColumn]);
  const rows = meter.rows(snapshot);
  useEffect(() => source.stream.watch(name), [source, name]);
  const host = useHost();
  const withheld = useHostState((state) => state.withheld);
  const tools = useMemo(() => {
    const { id, commands } = manifest;
    return commandTools({ host, daemon: id, actions: table.rowActions, commands, withheld, columns: shown });
  }, [host, manifest, withheld, table, shown]);
  if (denied !== undefined) {
    return (
      <Callout tone="bad" title={messages.denied(table.title)}>
        {denied}
      </Callout>
    );
  }
  return (
    <DataTable
      title={table.title}
      columns={shown}
      rows={rows}
      keyColumn={shown.findIndex(({ key }) => key === rowKey)}
      heightClass="min-h-0"
      memory={`${manifest.id} ${name}`}
      renamed={manifest.renamed.columns}
      tools={tools}
      {...(graph === undefined || rows.length < LEAST_GRAPH
        ? {}
        : {
            above: (view: RowsView) => (
              <TableGraph title={table.title} columns={shown} {...{ graph, rows, tools }} {...view} />
            ),
          })}
      note={
        <span className="shrink-0 text-sm text-dim">
          {total > rows.length
            ? messages.cut(rows.length, total)
            : time > 0
              ? messages.updated(formatClock(time))
              : ''}
        </span>
      }
      empty={
        up ? (
          <EmptyState icon="ring" title={messages.nothing(table.title)}>
            {messages.nothingHint}
          </EmptyState>
        ) : (
          <EmptyState icon="ring" title={messages.down(manifest.id)}>
            {messages.downHint}
          </EmptyState>
        )
      }
    />
  );
}

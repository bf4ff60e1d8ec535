/** A table that a daemon streams while somebody looks at it, with the commands that its manifest offers on each row. */
import { type ReactNode, useEffect, useMemo, useSyncExternalStore } from 'react';
import type { ManifestDescription, TableSpec } from '../../contract/manifest.ts';
import { openCommand } from '../commands/command-dialog-store.ts';
import { TabTools } from '../daemon/tab-tools.tsx';
import { formatClock } from '../format/times.ts';
import { TableGraph } from '../graph/table-graph.tsx';
import { useHost, useHostState } from '../model/host-context.ts';
import type { HostModel } from '../model/host-model.ts';
import type { SourceModel } from '../model/source-model.ts';
import { hashOf, navigate } from '../shell/route.ts';
import { Button } from '../ui/button.tsx';
import { Callout, EmptyState } from '../ui/callout.tsx';
import { DataTable, type RowsView } from './data-table.tsx';
import { messages } from './messages.ts';
import { RateMeter, withRateColumns } from './rates.ts';
import { commandTools, type RowTool } from './row-tools.ts';

/** One row alone hangs on nothing. */
const LEAST_GRAPH = 2;

/** Leads to the lines of the log that name what a row is about. */
function logTool(host: HostModel, daemon: string, column: number): RowTool {
  return {
    title: messages.logLines,
    danger: 'safe',
    denied: null,
    many: false,
    fits: (row) => row[column] !== null,
    run: (row) => navigate(hashOf(host, ['daemon', daemon, 'logs'], { text: String(row[column]) })),
    bulk: null,
  };
}

interface LiveTableProps {
  readonly source: SourceModel;
  readonly manifest: ManifestDescription;
  readonly name: string;
  readonly table: TableSpec;
  readonly up: boolean;
  /** What the first column says of a row that the address leads to. */
  readonly find?: string | undefined;
}

export function LiveTable({ source, manifest, name, table, up, find }: LiveTableProps): ReactNode {
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
    const offered = commandTools({
      host,
      daemon: id,
      actions: table.rowActions,
      commands,
      withheld,
      columns: shown,
    });
    const told = shown.findIndex(({ key }) => key === table.logged);
    return told < 0 ? offered : [...offered, logTool(host, id, told)];
  }, [host, manifest, withheld, table, shown]);
  if (denied !== undefined) {
    return (
      <Callout tone="bad" title={messages.denied(table.title)}>
        {denied}
      </Callout>
    );
  }
  const actions = up ? (table.actions ?? []) : [];
  const offered = actions.filter(({ command }) => manifest.commands.some(({ name: one }) => one === command));
  return (
    <>
      {offered.length > 0 && (
        <TabTools>
          {offered.map(({ title, command, given = {} }) => (
            <Button
              key={title}
              onClick={() => openCommand({ host, daemon: manifest.id, command, args: given })}
            >
              {title}
            </Button>
          ))}
        </TabTools>
      )}
      <DataTable
        title={table.title}
        columns={shown}
        rows={rows}
        keyColumn={shown.findIndex(({ key }) => key === rowKey)}
        heightClass="min-h-0"
        find={find}
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
    </>
  );
}

/** A table that a daemon streams while somebody looks at it, with the commands that its manifest offers on each row. */
import { type ReactNode, useMemo } from 'react';
import type { ManifestDescription, TableSpec } from '../../contract/manifest.ts';
import { openCommand } from '../commands/command-dialog-store.ts';
import { TabTools } from '../daemon/tab-tools.tsx';
import { formatClock } from '../format/times.ts';
import { TableGraph } from '../graph/table-graph.tsx';
import { useHost } from '../model/host-context.ts';
import type { SourceModel } from '../model/source-model.ts';
import { Button } from '../ui/button.tsx';
import { Callout, EmptyState } from '../ui/callout.tsx';
import { DataTable, type RowsView } from './data-table.tsx';
import { messages } from './messages.ts';
import { rowLinks } from './row-pages.ts';
import { useLiveRows } from './use-live-rows.ts';

/** One row alone hangs on nothing. */
const LEAST_GRAPH = 2;

interface LiveTableProps {
  readonly source: SourceModel;
  readonly manifest: ManifestDescription;
  readonly name: string;
  readonly table: TableSpec;
  readonly up: boolean;
  /** What the first column says of a row that the address leads to. */
  readonly find?: string | undefined;
  /** The first cell of the row that it is about; null for a table of its own. */
  readonly about?: string | null;
}

export function LiveTable(props: LiveTableProps): ReactNode {
  const { manifest, name, table, up, find, about = null } = props;
  const { snapshot, columns, rows, keyColumn, tools } = useLiveRows({ ...props, about });
  const { total, time, denied } = snapshot;
  const { graph } = table;
  const host = useHost();
  const links = useMemo(() => rowLinks(host, manifest, columns), [host, manifest, columns]);
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
          {offered.map(({ title, command, given = {}, atOnce = false }) => (
            <Button
              key={title}
              onClick={() => openCommand({ host, daemon: manifest.id, command, args: given, atOnce })}
            >
              {title}
            </Button>
          ))}
        </TabTools>
      )}
      <DataTable
        title={table.title}
        columns={columns}
        rows={rows}
        keyColumn={keyColumn}
        links={links}
        heightClass="min-h-0"
        find={find}
        memory={`${manifest.id} ${name}`}
        renamed={manifest.renamed.columns}
        tools={tools}
        {...(graph === undefined || rows.length < LEAST_GRAPH
          ? {}
          : {
              above: (view: RowsView) => (
                <TableGraph title={table.title} columns={columns} {...{ graph, rows, tools }} {...view} />
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

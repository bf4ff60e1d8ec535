/** A table that a daemon streams while somebody looks at it, with the command that its manifest offers on each row. */
import { type ReactNode, useEffect, useSyncExternalStore } from 'react';
import type { ManifestDescription, TableSpec } from '../../daemons/contract/manifest.ts';
import type { TableCell } from '../../daemons/contract/stream.ts';
import { openCommand } from '../commands/command-dialog-store.ts';
import { formatClock } from '../format/times.ts';
import type { SourceModel } from '../model/source-model.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/callout.tsx';
import { DataTable } from './data-table.tsx';
import { messages } from './messages.ts';

interface LiveTableProps {
  readonly source: SourceModel;
  readonly manifest: ManifestDescription;
  readonly name: string;
  readonly table: TableSpec;
  readonly up: boolean;
}

export function LiveTable({ source, manifest, name, table, up }: LiveTableProps): ReactNode {
  const feed = source.table(name);
  const { rows, total, time } = useSyncExternalStore(feed.subscribe, feed.snapshot);
  useEffect(() => source.stream.watch(name), [source, name]);
  const action = table.rowAction;
  const command = manifest.commands.find((one) => one.name === action?.command);
  const renderAction =
    action === undefined || command === undefined
      ? {}
      : {
          renderAction: (row: readonly TableCell[]) => {
            const args = argumentsOf(table, action.args, row);
            return (
              <Button
                tone="quiet"
                className="h-7! px-2!"
                label={[action.title, ...Object.values(args)].join(' ')}
                onClick={() => openCommand({ daemon: manifest.id, command: command.name, args })}
              >
                {action.title}
              </Button>
            );
          },
        };
  return (
    <DataTable
      title={table.title}
      columns={table.columns}
      rows={rows}
      keyColumn={table.columns.findIndex((column) => column.key === table.rowKey)}
      heightClass="min-h-0"
      {...renderAction}
      note={
        <span className="text-sm text-dim">
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

/** Arguments of a row's command, taken from the cells that the manifest names. */
function argumentsOf(
  table: TableSpec,
  args: Readonly<Record<string, string>>,
  row: readonly TableCell[],
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [argument, key] of Object.entries(args)) {
    const cell = row[table.columns.findIndex((column) => column.key === key)];
    if (cell !== null && cell !== undefined) found[argument] = String(cell);
  }
  return found;
}

/** The commands that a manifest offers on each row of a table: of a live one, and of the result of a command. */
import type { ReactNode } from 'react';
import type { CommandDescription, RowAction, TableColumn } from '../../contract/manifest.ts';
import type { TableCell } from '../../contract/stream.ts';
import { openCommand } from '../commands/command-dialog-store.ts';
import { useHost } from '../model/host-context.ts';
import { Button } from '../ui/button.tsx';
import { measureText } from './measure-text.ts';

interface RowActionsProps {
  readonly daemon: string;
  readonly actions: readonly RowAction[];
  readonly columns: readonly TableColumn[];
  readonly row: readonly TableCell[];
  /** Called when a command has run, such as to read the list anew. */
  readonly onDone?: () => void;
}

export function RowActions({ daemon, actions, columns, row, onDone }: RowActionsProps): ReactNode {
  const host = useHost();
  return (
    <span className="inline-flex justify-end">
      {actions.map((action) => {
        const args = argumentsOf(columns, action.args, row);
        return (
          <Button
            key={action.title}
            tone="quiet"
            className="h-6! px-2!"
            label={[action.title, ...Object.values(args)].join(' ')}
            onClick={() =>
              openCommand({
                host,
                daemon,
                command: action.command,
                args,
                atOnce: action.immediate === true,
                ...(onDone === undefined ? {} : { onDone }),
              })
            }
          >
            {action.title}
          </Button>
        );
      })}
    </span>
  );
}

const TEXT = '--type-body';
const BUTTON_PX = 22;
const CELL_PX = 16;

/** The actions of a table that the daemon has commands for, and the width of their column in pixels. */
export function usableActions(
  actions: readonly RowAction[] | undefined,
  commands: readonly CommandDescription[],
): { readonly actions: readonly RowAction[]; readonly width: number } {
  const usable = (actions ?? []).filter(({ command }) => commands.some(({ name }) => name === command));
  return { actions: usable, width: actionsWidth(usable.map(({ title }) => title)) };
}

/** Width of a column with buttons of these titles, in pixels. */
export function actionsWidth(titles: readonly string[]): number {
  return Math.ceil(titles.reduce((sum, title) => sum + measureText(title, TEXT) + BUTTON_PX, CELL_PX));
}

/** Arguments of a row's command, taken from the cells that the manifest names. */
export function argumentsOf(
  columns: readonly TableColumn[],
  args: Readonly<Record<string, string>>,
  row: readonly TableCell[],
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [argument, key] of Object.entries(args)) {
    const cell = row[columns.findIndex((column) => column.key === key)];
    if (cell !== null && cell !== undefined) found[argument] = String(cell);
  }
  return found;
}

/** Chooses the columns of a table, in a popover; without a choice they are those that fit. */
import { Popover } from '@base-ui/react/popover';
import type { ReactNode } from 'react';
import type { TableColumn } from '../../contract/manifest.ts';
import { Button } from '../ui/button.tsx';
import { messages } from './messages.ts';

interface ColumnPickerProps {
  readonly columns: readonly TableColumn[];
  /** Keys of those that are shown now. */
  readonly shown: readonly string[];
  readonly chosen: boolean;
  /** Null for those that fit. */
  readonly onChoose: (keys: readonly string[] | null) => void;
}

export function ColumnPicker({ columns, shown, chosen, onChoose }: ColumnPickerProps): ReactNode {
  return (
    <Popover.Root>
      <Popover.Trigger className="inline-flex h-control items-center rounded-md border border-line bg-surface px-3 text-sm font-medium whitespace-nowrap hover:bg-hover">
        {messages.columns(shown.length, columns.length)}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="end" className="z-50">
          <Popover.Popup
            aria-label={messages.columnsTitle}
            className="flex w-60 flex-col gap-2 card p-3 shadow-float"
          >
            <ul className="max-h-80 overflow-y-auto">
              {columns.map((column, place) => {
                const on = shown.includes(column.key);
                return (
                  <li key={column.key}>
                    <label className="flex items-center gap-2.5 rounded-md px-2 py-1 text-sm hover:bg-hover">
                      <input
                        type="checkbox"
                        className="size-3.5 shrink-0 accent-accent"
                        checked={on}
                        // A row without its name is none.
                        disabled={place === 0}
                        onChange={() =>
                          onChoose(
                            columns
                              .map(({ key }) => key)
                              .filter((key) => (key === column.key ? !on : shown.includes(key))),
                          )
                        }
                      />
                      {column.title}
                    </label>
                  </li>
                );
              })}
            </ul>
            <Button disabled={!chosen} onClick={() => onChoose(null)}>
              {messages.fitColumns}
            </Button>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

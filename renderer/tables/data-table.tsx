/**
 * A table for many rows: only those in view are rendered, columns sort by their header buttons, and a filter looks in
 * all of them. Used for live tables and for results of commands.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useMemo, useRef, useState } from 'react';
import type { TableColumn } from '../../daemons/contract/manifest.ts';
import type { TableCell } from '../../daemons/contract/stream.ts';
import { EmptyState } from '../ui/callout.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { SearchField } from '../ui/search-field.tsx';
import { arrangeRows, type ColumnType, formatCell, isFigure, nextSort, type Sort } from './cells.ts';
import { useColumnWidths } from './column-widths.ts';
import { HeaderCell } from './header-cell.tsx';
import { messages } from './messages.ts';

const ROW_HEIGHT = 34;

interface DataTableProps {
  readonly title: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly TableCell[])[];
  /** Place of the column that identifies a row; -1 where rows have no identity. */
  readonly keyColumn: number;
  /** Width of the column of actions, in pixels. */
  readonly actionWidth?: number;
  readonly renderAction?: (row: readonly TableCell[]) => ReactNode;
  /** What stands there while there are no rows. */
  readonly empty: ReactNode;
  /** Stands beside the filter. */
  readonly note?: ReactNode;
  readonly heightClass: string;
}

export function DataTable(props: DataTableProps): ReactNode {
  const { title, columns, rows, renderAction, actionWidth = 0 } = props;
  const [filter, setFilter] = useState('');
  const [sort, setSort] = useState<Sort | null>(null);
  const scroller = useRef<HTMLElement>(null);
  const arranged = useMemo(() => arrangeRows(columns, rows, filter, sort), [columns, rows, filter, sort]);
  const virtualizer = useVirtualizer({
    count: arranged.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    getItemKey: (index) => keyOf(arranged[index], props.keyColumn, index),
  });
  const items = virtualizer.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);
  const widths = useColumnWidths(columns, rows);
  const width = widths.reduce((sum, one) => sum + one, 0) + (renderAction === undefined ? 0 : actionWidth);
  const span = columns.length + (renderAction === undefined ? 0 : 1);
  return (
    <div className="flex max-h-full flex-col overflow-hidden rounded-lg border border-line bg-surface shadow-card">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line p-3">
        <SearchField
          className="w-64 max-w-full"
          label={messages.filterLabel(title)}
          hint={messages.filter}
          value={filter}
          onChange={setFilter}
        />
        <span role="status" className="text-sm text-dim">
          {messages.count(arranged.length, rows.length)}
        </span>
        {props.note}
      </div>
      {arranged.length === 0 ? (
        rows.length === 0 ? (
          props.empty
        ) : (
          <EmptyState icon="search" title={messages.noMatch} />
        )
      ) : (
        <ScrollRegion ref={scroller} label={title} className={`overflow-auto ${props.heightClass}`}>
          <table
            aria-label={title}
            aria-rowcount={arranged.length + 1}
            className="w-full table-fixed border-separate border-spacing-0 text-sm"
            style={{ minWidth: width }}
          >
            <colgroup>
              {columns.map((column, index) => (
                <col key={column.key} style={{ width: widths[index] }} />
              ))}
              {renderAction !== undefined && <col style={{ width: actionWidth }} />}
            </colgroup>
            <thead className="sticky top-0 z-10 bg-surface">
              <tr aria-rowindex={1}>
                {columns.map((column, index) => (
                  <HeaderCell
                    key={column.key}
                    column={column}
                    sorted={sort?.column === index ? (sort.descending ? 'descending' : 'ascending') : 'none'}
                    onSort={() => setSort(nextSort(sort, index))}
                  />
                ))}
                {renderAction !== undefined && (
                  <th scope="col" className="sticky right-0 border-b border-l border-line bg-surface">
                    <span className="sr-only">{messages.actions}</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              <Spacer height={above} span={span} />
              {items.map((item) => {
                const row = arranged[item.index];
                if (row === undefined) return null;
                return (
                  <tr
                    key={item.key}
                    aria-rowindex={item.index + 2}
                    className="group hover:bg-sunken"
                    style={{ height: ROW_HEIGHT }}
                  >
                    {columns.map((column, index) => (
                      <Cell key={column.key} type={column.type} cell={row[index]} />
                    ))}
                    {renderAction !== undefined && (
                      <td className="sticky right-0 border-b border-l border-line bg-surface px-2 text-right group-hover:bg-sunken">
                        {renderAction(row)}
                      </td>
                    )}
                  </tr>
                );
              })}
              <Spacer height={below} span={span} />
            </tbody>
          </table>
        </ScrollRegion>
      )}
    </div>
  );
}

function Cell({ type, cell }: { type: ColumnType; cell: TableCell | undefined }): ReactNode {
  const text = formatCell(type, cell);
  return (
    <td
      title={type === 'text' ? text : undefined}
      className={`truncate border-b border-line px-3 ${isFigure(type) ? 'text-right' : ''}`}
    >
      {text}
    </td>
  );
}

/** Stands for the rows that are not rendered. */
function Spacer({ height, span }: { height: number; span: number }): ReactNode {
  if (height <= 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: an empty row takes no focus
    <tr aria-hidden="true">
      <td colSpan={span} style={{ height, padding: 0 }} />
    </tr>
  );
}

function keyOf(row: readonly TableCell[] | undefined, keyColumn: number, index: number): string | number {
  const cell = row?.[keyColumn];
  return typeof cell === 'string' || typeof cell === 'number' ? cell : index;
}

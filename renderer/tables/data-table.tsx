/**
 * A table for many rows: only those in view are rendered, columns sort by their header buttons, and a filter looks in
 * all of them. Used for live tables and for results of commands.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useMemo, useRef, useState } from 'react';
import type { TableColumn } from '../../contract/manifest.ts';
import type { TableCell } from '../../contract/stream.ts';
import { useTokenPixels } from '../look/use-token-pixels.ts';
import { EmptyState } from '../ui/callout.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { SearchField } from '../ui/search-field.tsx';
import { useWidth } from '../ui/use-width.ts';
import {
  arrangeRows,
  type ColumnType,
  formatCell,
  formatCellShort,
  isFigure,
  nextSort,
  type Sort,
} from './cells.ts';
import { ColumnPicker } from './column-picker.tsx';
import { useColumnWidths } from './column-widths.ts';
import { HeaderCell } from './header-cell.tsx';
import { messages } from './messages.ts';
import { useShownColumns } from './use-shown-columns.ts';

/** Kept free for the scrollbar of a table with many rows. */
const SCROLLBAR_WIDTH = 12;

interface DataTableProps {
  readonly title: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly TableCell[])[];
  /** Place of the column that identifies a row; -1 where rows have no identity. */
  readonly keyColumn: number;
  /** Under which the choice of columns is kept: the table's own on this machine. */
  readonly memory: string;
  /** The name under which it was kept before. */
  readonly formerMemory?: string | undefined;
  /** Column keys of before, old -> new. */
  readonly renamed?: Readonly<Record<string, string>> | undefined;
  /** Width of the column of actions, in pixels. */
  readonly actionWidth?: number;
  /** What stands in a cell instead of its text; null for the text. */
  readonly renderCell?: (column: TableColumn, row: readonly TableCell[]) => ReactNode;
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
  const rowHeight = useTokenPixels('--row');
  const virtualizer = useVirtualizer({
    count: arranged.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    getItemKey: (index) => keyOf(arranged[index], props.keyColumn, index),
  });
  const items = virtualizer.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);
  const widths = useColumnWidths(columns, rows);
  const actions = renderAction === undefined ? 0 : actionWidth;
  const frame = useRef<HTMLDivElement>(null);
  const frameWidth = useWidth(frame);
  const { shown, note, chosen, choose } = useShownColumns({
    memory: props.memory,
    formerMemory: props.formerMemory,
    renamed: props.renamed,
    columns,
    rows,
    widths,
    available: frameWidth === null ? null : frameWidth - actions - SCROLLBAR_WIDTH,
  });
  const width = shown.reduce((sum, place) => sum + (widths[place] ?? 0), actions);
  const span = shown.length + (renderAction === undefined ? 0 : 1);
  const now = Date.now();
  return (
    <div ref={frame} className="flex max-h-full flex-col overflow-hidden card">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line p-2">
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
        {note !== '' && <span className="text-sm text-dim">{note}</span>}
        <span className="flex-1" />
        <ColumnPicker
          columns={columns}
          shown={shown.map((place) => columns[place]!.key)}
          chosen={chosen}
          onChoose={choose}
        />
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
              {shown.map((place) => (
                <col key={place} style={{ width: widths[place] }} />
              ))}
              {renderAction !== undefined && <col style={{ width: actionWidth }} />}
            </colgroup>
            <thead className="sticky top-0 z-10 bg-surface">
              <tr aria-rowindex={1}>
                {shown.map((place, index) => (
                  <HeaderCell
                    key={place}
                    column={columns[place]!}
                    first={index === 0}
                    sorted={sort?.column === place ? (sort.descending ? 'descending' : 'ascending') : 'none'}
                    onSort={() => setSort(nextSort(sort, place))}
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
                  <tr key={item.key} aria-rowindex={item.index + 2} className="group h-row hover:bg-sunken">
                    {shown.map((place, index) => (
                      <Cell
                        key={place}
                        type={columns[place]!.type}
                        cell={row[place]}
                        first={index === 0}
                        now={now}
                      >
                        {props.renderCell?.(columns[place]!, row) ?? null}
                      </Cell>
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

interface CellProps {
  readonly type: ColumnType;
  readonly cell: TableCell | undefined;
  /** Stays in view when the table is scrolled sideways. */
  readonly first: boolean;
  readonly now: number;
  /** Instead of its text. */
  readonly children: ReactNode;
}

function Cell({ type, cell, first, now, children }: CellProps): ReactNode {
  const text = formatCellShort(type, cell, now);
  return (
    <td
      title={type === 'text' || type === 'time' ? formatCell(type, cell) : undefined}
      className={`truncate border-b border-line px-3 ${isFigure(type) ? 'text-right' : ''} ${first ? 'sticky left-0 bg-surface group-hover:bg-sunken' : ''}`}
    >
      {children ?? text}
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

/**
 * A table that may have thousands of rows: filtered, sorted, grouped, walked by keys, with a drawer for each row. Only rows in view
 * are rendered.
 */
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import type { TableColumn } from '../../contract/manifest.ts';
import { useTokenPixels } from '../look/use-token-pixels.ts';
import { EmptyState } from '../ui/callout.tsx';
import { useWidth } from '../ui/use-width.ts';
import { BulkActions } from './bulk-actions.tsx';
import { arrangeRows, nextSort, type Sort } from './cells.ts';
import { useColumnWidths } from './column-widths.ts';
import { DRAWER_WIDTH, drawerPlace } from './drawer-width.ts';
import { NOTHING_SELECTED } from './grid-moves.ts';
import { messages } from './messages.ts';
import { RowDrawer } from './row-drawer.tsx';
import { type Row, type RowKey, rowKeys } from './row-keys.ts';
import type { RowTool } from './row-tools.ts';
import { tableItems } from './table-items.ts';
import { TableList } from './table-list.tsx';
import { keptNumber, keptText, keptWidths, useTableMemory } from './table-memory.ts';
import { TableToolbar } from './table-toolbar.tsx';
import { useNow } from './use-now.ts';
import { type RowFocus, useRowFocus } from './use-row-focus.ts';
import { useShownColumns } from './use-shown-columns.ts';

/** Kept free for the scrollbar of a table with many rows. */
const SCROLLBAR_WIDTH = 12;
/** Width of the column of the button that opens the actions of a row. */
const ACTIONS_WIDTH = 32;
/** All tables have one width of their drawers. */
const EVERY_TABLE = 'drawer';

interface DataTableProps {
  readonly title: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly Row[];
  /** Place of the column that identifies a row; -1 where rows have no identity. */
  readonly keyColumn: number;
  /** Under which the choice of columns is kept: the table's own on this machine. */
  readonly memory: string;
  /** The name under which it was kept before. */
  readonly formerMemory?: string | undefined;
  /** Column keys of before, old -> new. */
  readonly renamed?: Readonly<Record<string, string>> | undefined;
  /** What can be done with the rows. */
  readonly tools?: readonly RowTool[];
  /** Where the first cell of a row leads; null for nowhere. */
  readonly links?: ((row: Row) => string | null) | null;
  /** What stands in a cell instead of its text; null for the text. */
  readonly renderCell?: (column: TableColumn, row: Row) => ReactNode;
  /** What stands there while there are no rows. */
  readonly empty: ReactNode;
  /** Stands beside the filter. */
  readonly note?: ReactNode;
  /** What shows the same rows in another way, above the list. */
  readonly above?: (view: RowsView) => ReactNode;
  readonly heightClass: string;
  /** What the first column says of a row that is looked for: it alone is shown at first, with its drawer. */
  readonly find?: string | undefined;
}

/** The rows of a table as something beside the list shows them. */
export interface RowsView {
  readonly keys: ReadonlyMap<Row, RowKey>;
  /** The row whose drawer is open. */
  readonly opened: RowKey | null;
  readonly onOpen: RowFocus['openFrom'];
}

const NO_TOOLS: readonly RowTool[] = [];

export function DataTable(props: DataTableProps): ReactNode {
  const { title, columns, rows, memory, tools = NO_TOOLS } = props;
  const [filter, setFilter] = useState(props.find ?? '');
  const [sort, setSort] = useState<Sort | null>(null);
  const [groupKey, setGroupKey] = useTableMemory('signalbox.groups', memory, keptText);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [wished, setWished] = useTableMemory('signalbox.widths', EVERY_TABLE, keptNumber);
  const [setWidths, keepWidths] = useTableMemory('signalbox.column-widths', memory, keptWidths);
  const selects = tools.some(({ many }) => many);
  const hasActions = tools.length > 0;

  const keys = useMemo(() => rowKeys(rows, props.keyColumn), [rows, props.keyColumn]);
  const fresh = useNewRows(keys);
  const arranged = useMemo(() => arrangeRows(columns, rows, filter, sort), [columns, rows, filter, sort]);
  const groupPlace = columns.findIndex(({ key }, place) => place > 0 && key === groupKey);
  const group = groupPlace < 0 ? null : groupPlace;
  const items = useMemo(
    () => tableItems(arranged, keys, columns[group ?? 0]!.type, group, closed),
    [arranged, keys, columns, group, closed],
  );

  const scroller = useRef<HTMLElement>(null);
  const table = useRef<HTMLTableElement>(null);
  const rowHeight = useTokenPixels('--row');
  const held = useRef(-1);
  const virtualizer = useVirtualizer<HTMLElement, Element>({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    // The header lies over the rows.
    scrollPaddingEnd: rowHeight,
    getItemKey: (index) => items[index]?.id ?? index,
    // The row that has the focus stays, wherever the list is scrolled to.
    rangeExtractor: (range) => {
      const places = defaultRangeExtractor(range);
      const at = held.current;
      return at < 0 || places.includes(at) ? places : [...places, at].sort((a, b) => a - b);
    },
  });
  const toggleGroup = (id: string) => {
    const next = new Set(closed);
    if (!next.delete(id)) next.add(id);
    setClosed(next);
  };
  const focus = useRowFocus({ items, virtualizer, table, rowHeight, selects, onToggleGroup: toggleGroup });
  held.current = focus.place;
  const sought = useRef(props.find);
  useEffect(() => {
    const row = rows.find(([first]) => String(first) === sought.current);
    if (sought.current === undefined || row === undefined) return;
    sought.current = undefined;
    focus.show(keys.get(row) ?? '');
  });

  const widths = useColumnWidths(columns, rows, selects, setWidths);
  const frame = useRef<HTMLDivElement>(null);
  const frameWidth = useWidth(frame, 'table');
  const place = drawerPlace(wished ?? DRAWER_WIDTH, frameWidth, widths[0] ?? 0);
  const opened = useOpenedRow(focus.opened, rows, keys);
  const beside = opened !== null && !place.over ? place.width : 0;
  const { shown, note, chosen, choose } = useShownColumns({
    memory,
    formerMemory: props.formerMemory,
    renamed: props.renamed,
    columns,
    rows,
    widths,
    available:
      frameWidth === null ? null : frameWidth - beside - (hasActions ? ACTIONS_WIDTH : 0) - SCROLLBAR_WIDTH,
  });
  const now = useNow(useMemo(() => timesOf(columns, rows), [columns, rows]));
  return (
    <div
      ref={frame}
      className="grid max-h-full min-h-0 grid-rows-[minmax(0,1fr)] overflow-hidden card"
      style={{ gridTemplateColumns: beside > 0 ? `minmax(0, 1fr) ${beside}px` : 'minmax(0, 1fr)' }}
    >
      <div className="col-start-1 row-start-1 flex min-h-0 min-w-0 flex-col">
        <TableToolbar
          title={title}
          filter={filter}
          onFilter={setFilter}
          shownRows={arranged.length}
          allRows={rows.length}
          note={props.note}
          uniform={note}
          columns={columns}
          shown={shown.map((at) => columns[at]!.key)}
          chosen={chosen}
          onChoose={choose}
          group={group === null ? null : groupKey}
          onGroup={setGroupKey}
        />
        {props.above?.({ keys, opened: focus.opened, onOpen: focus.openFrom })}
        {arranged.length === 0 ? (
          rows.length === 0 ? (
            props.empty
          ) : (
            <EmptyState icon="search" title={messages.noMatch} />
          )
        ) : (
          <TableList
            {...{ title, columns, shown, widths, sort, items, virtualizer, focus, tools, now, selects }}
            scroller={scroller}
            table={table}
            actionsWidth={hasActions ? ACTIONS_WIDTH : 0}
            arranged={arranged}
            fresh={fresh}
            renderCell={props.renderCell}
            links={props.links ?? null}
            heightClass={props.heightClass}
            onSort={(at) => setSort(nextSort(sort, at, columns[at]!.type))}
            onResize={(at, width) => keepWidths({ ...setWidths, [columns[at]!.key]: width })}
            onToggleGroup={toggleGroup}
          />
        )}
        {focus.selection.keys.size > 0 && (
          <BulkActions
            {...{ columns, rows, keys, arranged, tools }}
            selected={focus.selection.keys}
            onClear={() => focus.select(NOTHING_SELECTED)}
          />
        )}
      </div>
      {opened !== null && (
        <RowDrawer
          columns={columns}
          row={opened.row}
          gone={opened.gone}
          tools={tools}
          now={now}
          place={place}
          entering={focus.entering}
          onResize={setWished}
          onClose={focus.close}
          onStep={focus.step}
        />
      )}
    </div>
  );
}

const NO_KEYS: ReadonlySet<RowKey> = new Set();

/** Keys of the rows that came with the last refresh of a table that had some. */
function useNewRows(keys: ReadonlyMap<Row, RowKey>): ReadonlySet<RowKey> {
  const [last, setLast] = useState({ keys, fresh: NO_KEYS });
  if (last.keys === keys) return last.fresh;
  const before = new Set(last.keys.values());
  const fresh = before.size === 0 ? NO_KEYS : new Set([...keys.values()].filter((key) => !before.has(key)));
  setLast({ keys, fresh });
  return fresh;
}

/** The row that a drawer is about: as it is, or as it was last. */
function useOpenedRow(
  key: RowKey | null,
  rows: readonly Row[],
  keys: ReadonlyMap<Row, RowKey>,
): { readonly row: Row; readonly gone: boolean } | null {
  const last = useRef<{ readonly key: RowKey; readonly row: Row } | null>(null);
  const row = useMemo(
    () => (key === null ? undefined : rows.find((one) => keys.get(one) === key)),
    [key, rows, keys],
  );
  if (key === null) return null;
  if (row !== undefined) {
    last.current = { key, row };
    return { row, gone: false };
  }
  return last.current?.key === key ? { row: last.current.row, gone: true } : null;
}

/** The times that the first rows tell. */
function timesOf(columns: readonly TableColumn[], rows: readonly Row[]): readonly number[] {
  const places = columns.flatMap(({ type }, place) => (type === 'time' ? [place] : []));
  return rows.slice(0, 50).flatMap((row) =>
    places.flatMap((place) => {
      const cell = row[place];
      return typeof cell === 'number' ? [cell] : [];
    }),
  );
}

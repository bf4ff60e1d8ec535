/** The list of a table: headers, and the rows and groups that are in view. */
import type { Virtualizer } from '@tanstack/react-virtual';
import { Fragment, type ReactNode, type RefObject, useId, useMemo, useState } from 'react';
import type { TableColumn } from '../../contract/manifest.ts';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { formatCell, formatCellShort, type Sort } from './cells.ts';
import { GroupRow } from './group-row.tsx';
import { heatOf } from './heat.ts';
import { messages } from './messages.ts';
import type { Row, RowKey } from './row-keys.ts';
import { type OpenMenu, RowMenu } from './row-menu.tsx';
import type { RowTool } from './row-tools.ts';
import { TableHeader } from './table-header.tsx';
import type { TableItem } from './table-items.ts';
import { type RowLayout, TableRow } from './table-row.tsx';
import type { RowFocus } from './use-row-focus.ts';

interface TableListProps {
  readonly title: string;
  readonly columns: readonly TableColumn[];
  readonly shown: readonly number[];
  readonly widths: readonly number[];
  readonly sort: Sort | null;
  readonly items: readonly TableItem[];
  readonly arranged: readonly Row[];
  /** Those that came with the last refresh. */
  readonly fresh: ReadonlySet<RowKey>;
  readonly virtualizer: Virtualizer<HTMLElement, Element>;
  readonly focus: RowFocus;
  readonly tools: readonly RowTool[];
  readonly now: number;
  readonly selects: boolean;
  readonly scroller: RefObject<HTMLElement | null>;
  readonly table: RefObject<HTMLTableElement | null>;
  /** 0 where rows have no actions. */
  readonly actionsWidth: number;
  readonly renderCell: ((column: TableColumn, row: Row) => ReactNode) | undefined;
  readonly links: ((row: Row) => string | null) | null;
  readonly heightClass: string;
  readonly onSort: (place: number) => void;
  readonly onResize: (place: number, width: number) => void;
  readonly onToggleGroup: (id: string) => void;
}

export function TableList(props: TableListProps): ReactNode {
  const { title, columns, shown, widths, sort, items, virtualizer, focus, tools, selects } = props;
  const { actionsWidth, renderCell, now } = props;
  const hintId = useId();
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const hasActions = actionsWidth > 0;
  const shownKey = shown.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same columns are another list at every render
  const layout = useMemo<RowLayout>(
    () => ({ columns, shown, selects, hasActions, renderCell }),
    [columns, shownKey, selects, hasActions, renderCell],
  );
  const heat = useMemo(() => heatOf(columns, props.arranged, sort), [columns, props.arranged, sort]);
  const width = shown.reduce((sum, place) => sum + (widths[place] ?? 0), actionsWidth);
  const span = shown.length + (hasActions ? 1 : 0);
  const rendered = virtualizer.getVirtualItems();
  const stop = focus.stop ?? items[rendered[0]?.index ?? 0]?.id;
  const openMenu = (target: EventTarget) => {
    const anchor = (target as HTMLElement).closest<HTMLElement>('button[data-row-actions]');
    const id = anchor?.closest<HTMLElement>('[data-item]')?.dataset.item;
    const item = items.find((one) => one.id === id);
    if (anchor === null || item?.kind !== 'row') return;
    setMenu({ row: item.row, anchor, name: formatCell(columns[0]!.type, item.row[0]) || messages.noName });
  };
  return (
    <>
      <ScrollRegion
        ref={props.scroller}
        label={title}
        holdsFocus
        className={`overflow-auto ${props.heightClass}`}
      >
        <p id={hintId} hidden>
          {messages.keys} {selects && messages.selectingKeys}
        </p>
        <table
          ref={props.table}
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its rows take the focus, as those of a grid do
          role="grid"
          aria-label={title}
          aria-describedby={hintId}
          aria-rowcount={items.length + 1}
          aria-multiselectable={selects}
          className="w-full table-fixed border-separate border-spacing-0 text-sm"
          style={{ minWidth: width }}
          onKeyDown={focus.onKeyDown}
          onMouseDown={focus.onMouseDown}
          onFocus={focus.onFocus}
          onClick={(event) => {
            openMenu(event.target);
            focus.onClick(event);
          }}
        >
          <colgroup>
            {shown.map((place) => (
              <col key={place} style={{ width: widths[place] }} />
            ))}
            {hasActions && <col style={{ width: actionsWidth }} />}
          </colgroup>
          <TableHeader
            {...{ columns, shown, widths, sort, hasActions }}
            onSort={props.onSort}
            onResize={props.onResize}
            onEnter={() =>
              props.table.current?.querySelector<HTMLElement>('[data-item][tabindex="0"]')?.focus()
            }
          />
          <tbody>
            {rendered.map((at, index) => {
              const item = items[at.index];
              if (item === undefined) return null;
              const above = at.start - (rendered[index - 1]?.end ?? 0);
              return (
                <Fragment key={item.id}>
                  <Spacer height={above} span={span} />
                  {item.kind === 'group' ? (
                    <GroupRow
                      item={item}
                      span={span}
                      place={at.index}
                      isStop={item.id === stop}
                      onToggle={props.onToggleGroup}
                    />
                  ) : (
                    <TableRow
                      layout={layout}
                      id={item.id}
                      row={item.row}
                      texts={shown.map((place) =>
                        formatCellShort(columns[place]!.type, item.row[place], now),
                      )}
                      href={props.links?.(item.row) ?? null}
                      place={at.index}
                      isStop={item.id === stop}
                      selected={focus.selection.keys.has(item.key)}
                      isNew={props.fresh.has(item.key)}
                      opened={focus.opened === item.key}
                      actionable={tools.some(({ fits }) => fits(item.row))}
                      menuOpen={menu?.row === item.row}
                      heat={heat === null ? null : { column: sort!.column, share: heat(item.row) }}
                    />
                  )}
                </Fragment>
              );
            })}
            <Spacer height={virtualizer.getTotalSize() - (rendered.at(-1)?.end ?? 0)} span={span} />
          </tbody>
        </table>
      </ScrollRegion>
      {hasActions && <RowMenu open={menu} tools={tools} onClose={() => setMenu(null)} />}
    </>
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

/** One row of a table. It renders again only where it says something else: a table of many refreshes every second. */
import { memo, type ReactNode } from 'react';
import type { TableColumn } from '../../contract/manifest.ts';
import { Icon } from '../ui/icons.tsx';
import { formatCell, isFigure } from './cells.ts';
import { messages } from './messages.ts';
import type { Row } from './row-keys.ts';

/** What all rows of a table have in common. */
export interface RowLayout {
  readonly columns: readonly TableColumn[];
  /** Places of the columns that are shown. */
  readonly shown: readonly number[];
  readonly selects: boolean;
  readonly hasActions: boolean;
  /** What stands in a cell instead of its text; null for the text. */
  readonly renderCell: ((column: TableColumn, row: Row) => ReactNode) | undefined;
}

interface TableRowProps {
  readonly layout: RowLayout;
  readonly id: string;
  readonly row: Row;
  /** What the shown cells say. */
  readonly texts: readonly string[];
  /** Where its first cell leads; null for nowhere. */
  readonly href: string | null;
  /** Among all items, from 0. */
  readonly place: number;
  readonly isStop: boolean;
  readonly selected: boolean;
  /** Whether it came with the last refresh. */
  readonly isNew: boolean;
  /** Whether its drawer is open. */
  readonly opened: boolean;
  /** Whether there is anything to do with it. */
  readonly actionable: boolean;
  /** Whether its menu is open. */
  readonly menuOpen: boolean;
  /** How much of the largest value the sorted cell has, 0 to 1; null for no such cell. */
  readonly heat: { readonly column: number; readonly share: number } | null;
}

export const TableRow = memo(function TableRow(props: TableRowProps): ReactNode {
  const { layout, row, texts, selected, opened, heat } = props;
  const { columns, shown, selects } = layout;
  const name = formatCell(columns[0]!.type, row[0]) || messages.noName;
  const surface = selected || opened ? 'bg-accent-soft' : 'bg-surface group-hover:bg-sunken';
  return (
    <tr
      data-item={props.id}
      tabIndex={props.isStop ? 0 : -1}
      aria-rowindex={props.place + 2}
      aria-selected={selects ? selected : undefined}
      className={`group grid-row h-row ${props.isNew ? 'appears' : ''} ${selected || opened ? 'bg-accent-soft' : 'hover:bg-sunken'}`}
    >
      {shown.map((place, index) => {
        const column = columns[place]!;
        const first = index === 0;
        const text = texts[index]!;
        const isHot = heat?.column === place;
        const plain = layout.renderCell?.(column, row) ?? text;
        const content =
          first && props.href !== null ? (
            <a href={props.href} tabIndex={-1} className="rounded-sm hover:underline">
              {plain}
            </a>
          ) : (
            plain
          );
        return (
          <td
            key={place}
            title={
              column.type === 'text' || column.type === 'time'
                ? formatCell(column.type, row[place])
                : undefined
            }
            {...(isHot ? { style: { '--heat': heat.share } as Record<string, number> } : {})}
            className={`truncate border-b border-line px-3 ${isFigure(column.type) ? 'text-right' : ''} ${first ? `sticky left-0 ${surface}` : ''} ${isHot ? 'heat' : ''}`}
          >
            {first && selects ? (
              <span className="flex items-center gap-2">
                <input
                  type="checkbox"
                  data-select=""
                  tabIndex={-1}
                  aria-label={messages.select(name)}
                  className="size-3.5 shrink-0 accent-accent"
                  checked={selected}
                  onChange={toggledByClick}
                />
                <span className="truncate">{content}</span>
              </span>
            ) : (
              content
            )}
          </td>
        );
      })}
      {layout.hasActions && (
        <td className={`sticky right-0 border-b border-line px-1 text-right ${surface}`}>
          {props.actionable && (
            <button
              type="button"
              data-row-actions=""
              tabIndex={-1}
              aria-haspopup="menu"
              aria-expanded={props.menuOpen}
              aria-label={messages.actionsOf(name)}
              className="inline-flex size-6 items-center justify-center rounded-md align-middle text-dim hover:bg-hover hover:text-ink"
            >
              <Icon name="more" />
            </button>
          )}
        </td>
      )}
    </tr>
  );
}, saysTheSame);

/** The click on it is handled where those on rows are. */
function toggledByClick(): void {}

function saysTheSame(one: TableRowProps, other: TableRowProps): boolean {
  const { texts, heat, row, ...rest } = one;
  if (other.layout.renderCell !== undefined && other.row !== row) return false;
  if (heat?.column !== other.heat?.column || heat?.share !== other.heat?.share) return false;
  if (texts.length !== other.texts.length || texts.some((text, at) => text !== other.texts[at])) return false;
  // Titles say times that the texts only tell roughly.
  if (one.layout.columns.some(({ type }, at) => type === 'time' && row[at] !== other.row[at])) return false;
  return (Object.keys(rest) as (keyof typeof rest)[]).every((name) => one[name] === other[name]);
}

/** The header of a column: a button that sorts by it, with an edge that is drawn to make it wider. */
import { type ReactNode, useRef } from 'react';
import type { TableColumn } from '../../contract/manifest.ts';
import { Icon } from '../ui/icons.tsx';
import { isFigure } from './cells.ts';

interface HeaderCellProps {
  readonly column: TableColumn;
  /** Stays in view when the table is scrolled sideways. */
  readonly first: boolean;
  /** Whether the Tab key stops at it. */
  readonly isStop: boolean;
  readonly width: number;
  readonly sorted: 'ascending' | 'descending' | 'none';
  readonly onSort: () => void;
  readonly onFocus: () => void;
  readonly onResize: (width: number) => void;
}

export function HeaderCell(props: HeaderCellProps): ReactNode {
  const { column, first, sorted, width } = props;
  const figure = isFigure(column.type);
  const begun = useRef<{ readonly x: number; readonly width: number } | null>(null);
  return (
    <th
      scope="col"
      aria-sort={sorted}
      className={`border-b border-line p-0 font-medium ${first ? 'sticky left-0 bg-surface' : 'relative'}`}
    >
      <button
        type="button"
        tabIndex={props.isStop ? 0 : -1}
        onClick={props.onSort}
        onFocus={props.onFocus}
        className={`flex h-row w-full items-center gap-1 px-3 text-xs hover:text-ink focus-visible:-outline-offset-2 ${figure ? 'flex-row-reverse' : ''} ${sorted === 'none' ? 'text-dim' : 'text-ink'}`}
      >
        <span className="truncate">{column.title}</span>
        {sorted !== 'none' && <Icon name={sorted === 'ascending' ? 'up' : 'down'} className="size-3" />}
      </button>
      <span
        aria-hidden="true"
        data-edge=""
        className="absolute inset-y-1 right-0 w-1.5 cursor-col-resize touch-none rounded-sm hover:bg-line-strong"
        onPointerDown={(event) => {
          begun.current = { x: event.clientX, width };
          event.currentTarget.setPointerCapture(event.pointerId);
          event.preventDefault();
        }}
        onPointerMove={(event) => {
          if (begun.current !== null) props.onResize(begun.current.width + event.clientX - begun.current.x);
        }}
        onPointerUp={() => {
          begun.current = null;
        }}
      />
    </th>
  );
}

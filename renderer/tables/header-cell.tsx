/** The header of a column: a button that sorts by it. */
import type { ReactNode } from 'react';
import type { TableColumn } from '../../contract/manifest.ts';
import { Icon } from '../ui/icons.tsx';
import { isFigure } from './cells.ts';

interface HeaderCellProps {
  readonly column: TableColumn;
  /** Stays in view when the table is scrolled sideways. */
  readonly first: boolean;
  readonly sorted: 'ascending' | 'descending' | 'none';
  readonly onSort: () => void;
}

export function HeaderCell({ column, first, sorted, onSort }: HeaderCellProps): ReactNode {
  const figure = isFigure(column.type);
  return (
    <th
      scope="col"
      aria-sort={sorted}
      className={`border-b border-line p-0 font-medium ${first ? 'sticky left-0 bg-surface' : ''}`}
    >
      <button
        type="button"
        onClick={onSort}
        className={`flex h-row w-full items-center gap-1 px-3 text-xs hover:text-ink focus-visible:-outline-offset-2 ${figure ? 'flex-row-reverse' : ''} ${sorted === 'none' ? 'text-dim' : 'text-ink'}`}
      >
        <span className="truncate">{column.title}</span>
        {sorted !== 'none' && <Icon name={sorted === 'ascending' ? 'up' : 'down'} className="size-3" />}
      </button>
    </th>
  );
}

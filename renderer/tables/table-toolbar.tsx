/** The line above a table: its filter, how much is shown, by what it is grouped, and its columns. */
import { type ReactNode, useId } from 'react';
import type { TableColumn } from '../../contract/manifest.ts';
import { SearchField } from '../ui/search-field.tsx';
import { ColumnPicker } from './column-picker.tsx';
import { messages } from './messages.ts';
import { groupColumns } from './table-items.ts';

interface TableToolbarProps {
  readonly title: string;
  readonly filter: string;
  readonly onFilter: (text: string) => void;
  readonly shownRows: number;
  readonly allRows: number;
  readonly note: ReactNode;
  /** What the columns say that are left out because they say the same everywhere. */
  readonly uniform: string;
  readonly columns: readonly TableColumn[];
  /** Keys of those that are shown. */
  readonly shown: readonly string[];
  readonly chosen: boolean;
  readonly onChoose: (keys: readonly string[] | null) => void;
  /** Key of the column to group by. */
  readonly group: string | null;
  readonly onGroup: (key: string | null) => void;
}

export function TableToolbar(props: TableToolbarProps): ReactNode {
  const { title, columns } = props;
  const groupId = useId();
  const groups = groupColumns(columns).map((place) => columns[place]!);
  return (
    <div className="flex items-center gap-x-4 gap-y-2 border-b border-line p-2 max-sm:flex-wrap">
      <SearchField
        className="w-48 min-w-24"
        label={messages.filterLabel(title)}
        hint={messages.filter}
        value={props.filter}
        onChange={props.onFilter}
      />
      <span role="status" className="shrink-0 text-sm text-dim">
        {messages.count(props.shownRows, props.allRows)}
      </span>
      {props.note}
      <span className="min-w-0 flex-1 truncate text-sm text-dim" title={props.uniform}>
        {props.uniform}
      </span>
      {groups.length > 0 && (
        <>
          <label htmlFor={groupId} className="sr-only">
            {messages.group}
          </label>
          <select
            id={groupId}
            className="field w-36 shrink-0"
            value={props.group ?? ''}
            onChange={({ target }) => props.onGroup(target.value === '' ? null : target.value)}
          >
            <option value="">{messages.noGroup}</option>
            {groups.map(({ key, title: name }) => (
              <option key={key} value={key}>
                {messages.groupedBy(name)}
              </option>
            ))}
          </select>
        </>
      )}
      <ColumnPicker columns={columns} shown={props.shown} chosen={props.chosen} onChoose={props.onChoose} />
    </div>
  );
}

/** What a table lists, one below the other: rows, or groups of rows that say the same in a column, with their number. */
import type { TableColumn } from '../../contract/manifest.ts';
import { type ColumnType, formatCell } from './cells.ts';
import type { Row, RowKey } from './row-keys.ts';

export interface RowItem {
  readonly kind: 'row';
  /** Unlike that of any other item. */
  readonly id: string;
  readonly key: RowKey;
  readonly row: Row;
}

export interface GroupItem {
  readonly kind: 'group';
  readonly id: string;
  /** What its rows say; empty where they say nothing. */
  readonly title: string;
  readonly count: number;
  readonly open: boolean;
}

export type TableItem = RowItem | GroupItem;

/** Values that are no measure, so that many rows may have the same one. */
const GROUPED: readonly ColumnType[] = ['text', 'boolean'];

/** Places of the columns by which rows can be grouped: not the first, which names them. */
export function groupColumns(columns: readonly TableColumn[]): readonly number[] {
  return columns.flatMap(({ type }, place) => (place > 0 && GROUPED.includes(type) ? [place] : []));
}

/**
 * The items for rows that are in order. Groups stand largest first.
 * @param group place of the column to group by; null for none
 * @param closed ids of the groups whose rows are not shown
 */
export function tableItems(
  rows: readonly Row[],
  keys: ReadonlyMap<Row, RowKey>,
  type: ColumnType,
  group: number | null,
  closed: ReadonlySet<string>,
): readonly TableItem[] {
  const item = (row: Row): RowItem => {
    const key = keys.get(row) ?? '';
    return { kind: 'row', id: `row ${key}`, key, row };
  };
  if (group === null) return rows.map(item);
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const title = formatCell(type, row[group]);
    const found = groups.get(title);
    if (found === undefined) groups.set(title, [row]);
    else found.push(row);
  }
  return [...groups]
    .sort(([, one], [, other]) => other.length - one.length)
    .flatMap(([title, members]): TableItem[] => {
      const id = `group ${title}`;
      const open = !closed.has(id);
      const head: GroupItem = { kind: 'group', id, title, count: members.length, open };
      return open ? [head, ...members.map(item)] : [head];
    });
}

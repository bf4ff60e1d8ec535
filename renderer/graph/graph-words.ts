/** What a graph says of the rows of a table: its manifest names the columns, and this reads their cells. */
import type { TableColumn } from '../../contract/manifest.ts';
import type { GraphTone, TableGraph } from '../../contract/manifest-views.ts';
import { formatCell } from '../tables/cells.ts';
import type { Row, RowKey } from '../tables/row-keys.ts';
import { type GraphItem, type GraphNode, weightOf } from './graph-tree.ts';
import { messages } from './messages.ts';

export interface GraphWords {
  readonly items: readonly GraphItem[];
  /** What is said of a node. */
  readonly of: (node: GraphNode) => NodeWords;
}

export interface NodeWords {
  readonly name: string;
  /** Its state, and how large it is or why it is not well. */
  readonly note: string;
  /** What stands on the line to its parent; empty for nothing. */
  readonly line: string;
  readonly lineTitle: string;
  readonly tone: GraphTone;
  /** How much of the largest row it is, 0 to 1; the whole of it for several that are put together. */
  readonly share: number;
}

export function graphWords(
  graph: TableGraph,
  columns: readonly TableColumn[],
  rows: readonly Row[],
  keys: ReadonlyMap<Row, RowKey>,
): GraphWords {
  const column = (key: string) => {
    const place = columns.findIndex((one) => one.key === key);
    const { type = 'text', title = '' } = columns[place] ?? {};
    return { title, text: (row: Row) => formatCell(type, row[place]), cell: (row: Row) => row[place] };
  };
  const [parent, state, line, note] = [graph.parent, graph.state, graph.line, graph.note].map(column);
  const weight = column(graph.weight.column);
  const name = column(columns[0]!.key);
  const items = rows.map((row): GraphItem => {
    const above = parent!.text(row);
    const amount = weight.cell(row);
    return {
      key: keys.get(row)!,
      row,
      name: name.text(row),
      parent: above === '' ? null : above,
      tone: graph.tones[state!.text(row)] ?? 'idle',
      weight: typeof amount === 'number' ? amount : 0,
    };
  });
  const most = Math.max(1, ...items.map((item) => item.weight));
  const of = (node: GraphNode): NodeWords => {
    const { item, members } = node;
    const { row, tone } = item ?? members[0]!;
    const isWell = tone === 'good' || tone === 'self';
    const said = isWell
      ? messages.well(state!.text(row), messages.amount(weightOf(node), graph.weight.noun))
      : messages.notWell(state!.text(row), note!.text(row));
    return {
      name: item === null ? messages.amount(members.length, graph.noun) : item.name,
      note: said,
      line: item === null ? '' : line!.text(row),
      lineTitle: line!.title,
      tone,
      share: item === null ? 1 : item.weight / most,
    };
  };
  return { items, of };
}

/**
 * The rows of a table as trees: who hangs on whom, with siblings that are well put together where there are many, so that what is
 * not well is seen among fifty. Pure; the drawing is in table-graph.tsx, the places in graph-layout.ts.
 */
import type { GraphTone } from '../../contract/manifest-views.ts';
import type { Row, RowKey } from '../tables/row-keys.ts';

/** A row as a graph needs it. */
export interface GraphItem {
  readonly key: RowKey;
  readonly row: Row;
  readonly name: string;
  /** Name of the item that it hangs on; null for none. */
  readonly parent: string | null;
  readonly tone: GraphTone;
  /** How large it is; 0 where nothing says so. */
  readonly weight: number;
}

/** What stands in the graph: a row, or several that are put together. */
export interface GraphNode {
  /** Stays the same while rows come and go. */
  readonly id: string;
  /** Null for several that are put together. */
  readonly item: GraphItem | null;
  /** Those that are put together, shown or not; empty for a row. */
  readonly members: readonly GraphItem[];
  /** Whether those that are put together are shown; null for a row. */
  readonly open: boolean | null;
  readonly children: readonly GraphNode[];
}

/** As many leaves as this stand for themselves. */
export const FOLD_OVER = 12;
/** Fewer siblings are not worth being put together. */
export const FOLD_LEAST = 4;

interface Branch {
  readonly item: GraphItem;
  readonly children: Branch[];
}

/**
 * The trees of items, in their order.
 * @param opened ids of nodes whose members are shown
 */
export function graphTrees(items: readonly GraphItem[], opened: ReadonlySet<string>): readonly GraphNode[] {
  const branches = branchesOf(items);
  const hasMany = items.length > FOLD_OVER;
  return branches.map((branch) => nodeOf(branch, hasMany, opened));
}

/** One whose parent is not there, or leads back to itself, is a root. */
function branchesOf(items: readonly GraphItem[]): readonly Branch[] {
  const byName = new Map(items.map((item) => [item.name, { item, children: [] as Branch[] }]));
  const isCircular = (item: GraphItem): boolean => {
    const seen = new Set([item.name]);
    for (let at = item.parent; at !== null; at = byName.get(at)?.item.parent ?? null) {
      if (seen.has(at)) return true;
      seen.add(at);
    }
    return false;
  };
  const roots: Branch[] = [];
  for (const branch of byName.values()) {
    const { parent } = branch.item;
    const above = parent === null || isCircular(branch.item) ? undefined : byName.get(parent);
    if (above === undefined) roots.push(branch);
    else above.children.push(branch);
  }
  return roots;
}

function nodeOf({ item, children }: Branch, hasMany: boolean, opened: ReadonlySet<string>): GraphNode {
  const isLeafThatIsWell = (child: Branch) => child.children.length === 0 && child.item.tone === 'good';
  const well = hasMany ? children.filter(isLeafThatIsWell) : [];
  const folded = new Set(well.length < FOLD_LEAST ? [] : well);
  const nodes = children.filter((child) => !folded.has(child)).map((child) => nodeOf(child, hasMany, opened));
  if (folded.size > 0) nodes.push(groupOf(item, [...folded], opened));
  return { id: `row ${item.key}`, item, members: [], open: null, children: nodes };
}

function groupOf({ key }: GraphItem, branches: readonly Branch[], opened: ReadonlySet<string>): GraphNode {
  const id = `below ${key}`;
  const open = opened.has(id);
  const members = branches.map(({ item }) => item);
  const children = open
    ? members.map((item) => ({ id: `row ${item.key}`, item, members: [], open: null, children: [] }))
    : [];
  return { id, item: null, members, open, children };
}

/** What a node stands for in all. */
export function weightOf({ item, members }: GraphNode): number {
  return item?.weight ?? members.reduce((sum, { weight }) => sum + weight, 0);
}

/**
 * Where the nodes of a graph stand: roots at the left, each level a column further right, each leaf a line of its own, and
 * whoever has others behind it in the middle of them. Pure.
 */
import type { GraphNode } from './graph-tree.ts';

/** A node with its place, in columns and lines from the top left. */
export interface PlacedNode {
  readonly node: GraphNode;
  /** Null for a root. */
  readonly parent: PlacedNode | null;
  readonly column: number;
  /** Whole for a leaf. */
  readonly line: number;
  /** Place among its siblings, from 1, and how many they are. */
  readonly position: number;
  readonly siblings: number;
}

export interface GraphLayout {
  /** In the order in which they are walked: each before those behind it. */
  readonly nodes: readonly PlacedNode[];
  readonly columns: number;
  readonly lines: number;
}

type Placing = { -readonly [Field in keyof PlacedNode]: PlacedNode[Field] };

export function graphLayout(roots: readonly GraphNode[]): GraphLayout {
  const nodes: Placing[] = [];
  let lines = 0;
  let columns = 0;
  const place = (
    node: GraphNode,
    parent: PlacedNode | null,
    among: Pick<PlacedNode, 'position' | 'siblings'>,
  ): Placing => {
    const column = parent === null ? 0 : parent.column + 1;
    columns = Math.max(columns, column + 1);
    const placed: Placing = { node, parent, column, line: 0, ...among };
    nodes.push(placed);
    const below = placeAll(node.children, placed);
    placed.line = below.length === 0 ? lines++ : (below[0]!.line + below.at(-1)!.line) / 2;
    return placed;
  };
  const placeAll = (some: readonly GraphNode[], parent: PlacedNode | null): readonly Placing[] =>
    some.map((node, at) => place(node, parent, { position: at + 1, siblings: some.length }));
  placeAll(roots, null);
  return { nodes, columns, lines };
}

/** Where a key leads from a node, as a tree is walked (WAI-ARIA): the index of another, or null. */
export function stepFrom(nodes: readonly PlacedNode[], at: number, key: string): number | null {
  const here = nodes[at];
  if (here === undefined) return null;
  const to = (() => {
    if (key === 'ArrowDown') return at + 1;
    if (key === 'ArrowUp') return at - 1;
    if (key === 'Home') return 0;
    if (key === 'End') return nodes.length - 1;
    if (key === 'ArrowLeft') return here.parent === null ? -1 : nodes.indexOf(here.parent);
    if (key === 'ArrowRight') return nodes[at + 1]?.parent === here ? at + 1 : -1;
    return -1;
  })();
  return to >= 0 && to < nodes.length && to !== at ? to : null;
}

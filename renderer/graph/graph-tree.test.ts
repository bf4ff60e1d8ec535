/** Who stands where in a graph: trees of what a daemon says, whatever it says, and many that are well as one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GraphTone } from '../../contract/manifest-views.ts';
import { graphLayout, stepFrom } from './graph-layout.ts';
import { graphSizes } from './graph-sizes.ts';
import { FOLD_OVER, type GraphItem, type GraphNode, graphTrees, weightOf } from './graph-tree.ts';

const item = (name: string, parent: string | null, tone: GraphTone = 'good', weight = 1): GraphItem => ({
  key: name,
  row: [name],
  name,
  parent,
  tone,
  weight,
});
const NONE: ReadonlySet<string> = new Set();
/** `hub(a b(c))`; what is put together is its number. */
const text = ({ item: own, members, children }: GraphNode): string =>
  `${own?.name ?? members.length}${children.length === 0 ? '' : `(${children.map(text).join(' ')})`}`;
const trees = (items: readonly GraphItem[], opened = NONE) => graphTrees(items, opened).map(text);
const star = (leaves: number) => [
  item('hub', null, 'self'),
  ...Array.from({ length: leaves }, (_, at) => item(`leaf${at}`, 'hub')),
];

describe('the tree', () => {
  it('has each row behind the one that it names, in their order', () => {
    const items = [item('a', null), item('b', 'a'), item('c', 'b'), item('d', 'a', 'bad')];
    expect(trees(items)).toEqual(['a(b(c) d)']);
    expect(trees([...items].reverse())).toEqual(['a(d b(c))']);
    expect(trees([])).toEqual([]);
  });

  it('has a root of its own for a row whose parent is not there, or that is behind itself', () => {
    expect(
      trees([item('a', 'gone'), item('b', 'a'), item('c', 'd'), item('d', 'c'), item('e', 'e')]),
    ).toEqual(['a(b)', 'c', 'd', 'e']);
  });

  it('puts leaves together that are well where there are many, and opens them', () => {
    expect(trees(star(FOLD_OVER - 1))[0]).toContain('leaf0');
    expect(trees(star(FOLD_OVER))).toEqual([`hub(${FOLD_OVER})`]);
    const bad = [...star(FOLD_OVER), item('lost', 'hub', 'bad'), item('hub2', 'hub'), item('leaf', 'hub2')];
    // One that is not well stands for itself, and so does one with others behind it.
    expect(trees(bad)).toEqual([`hub(lost hub2(leaf) ${FOLD_OVER})`]);
    const [group] = graphTrees(star(FOLD_OVER), NONE)[0]!.children;
    expect([group!.open, weightOf(group!)]).toEqual([false, FOLD_OVER]);
    const [root] = graphTrees(star(FOLD_OVER), new Set([group!.id]));
    expect(root!.children[0]).toMatchObject({ open: true, id: group!.id });
    expect(root!.children[0]!.children).toHaveLength(FOLD_OVER);
  });

  it('has every row once, however they hang on each other', () => {
    const some = fc.array(fc.tuple(fc.nat(20), fc.constantFrom<GraphTone>('good', 'bad', 'busy')), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(some, (links) => {
        const items = links.map(([parent, tone], at) => item(String(at), String(parent), tone));
        const found: string[] = [];
        const walk = (node: GraphNode): void => {
          found.push(...(node.item === null ? node.members.map(({ name }) => name) : [node.item.name]));
          if (node.item !== null) node.children.forEach(walk);
        };
        const roots = graphTrees(items, NONE);
        roots.forEach(walk);
        expect(found.sort()).toEqual(items.map(({ name }) => name).sort());
        const { nodes, lines } = graphLayout(roots);
        const places = nodes.map(({ column, line }) => `${column} ${line}`);
        expect(new Set(places).size).toBe(nodes.length);
        const leaves = nodes.filter(({ node }) => node.children.length === 0);
        expect(leaves.map(({ line }) => line)).toEqual(leaves.map((_, at) => at));
        expect(lines).toBe(leaves.length);
      }),
      { numRuns: 80 },
    );
  });
});

describe('its places', () => {
  const layout = graphLayout(
    graphTrees([item('a', null), item('b', 'a'), item('c', 'b'), item('d', 'b'), item('e', 'a')], NONE),
  );

  it('are a column for each level, and the middle of what is behind', () => {
    expect(layout.nodes.map(({ node, column, line }) => [node.item!.name, column, line])).toEqual([
      ['a', 0, 1.25],
      ['b', 1, 0.5],
      ['c', 2, 0],
      ['d', 2, 1],
      ['e', 1, 2],
    ]);
    expect(layout.nodes.map(({ position, siblings }) => `${position}/${siblings}`)).toEqual([
      '1/1',
      '1/2',
      '1/2',
      '2/2',
      '2/2',
    ]);
    expect([layout.columns, layout.lines]).toEqual([3, 3]);
  });

  it('are walked as a tree is', () => {
    const from = (at: number, key: string) => stepFrom(layout.nodes, at, key);
    expect([from(0, 'ArrowDown'), from(0, 'ArrowRight'), from(2, 'ArrowRight'), from(0, 'ArrowUp')]).toEqual([
      1,
      1,
      null,
      null,
    ]);
    expect([from(3, 'ArrowLeft'), from(0, 'ArrowLeft'), from(4, 'Home'), from(0, 'End')]).toEqual([
      1,
      null,
      0,
      4,
    ]);
    expect([from(4, 'End'), from(9, 'Home'), from(1, 'x')]).toEqual([null, null, null]);
  });

  it('go with the height of a row, and are narrower where there is less room', () => {
    const wide = graphSizes(layout, 28, 2_000);
    expect([wide.width, wide.height]).toEqual([3 * 252 + 2 * 67.2, 3 * 47 - 8]);
    expect(wide.placeOf(layout.nodes[1]!)).toEqual({ left: 252 + 67.2, top: 24, width: 252, height: 39 });
    expect(graphSizes(layout, 28, 700).placeOf(layout.nodes[0]!).width).toBe(188);
    expect(graphSizes(layout, 28, 100).placeOf(layout.nodes[0]!).width).toBe(154);
    expect(graphSizes(layout, 34, null).placeOf(layout.nodes[0]!).width).toBe(306);
    expect(graphSizes({ columns: 0, lines: 0 }, 28, 100).height).toBe(0);
  });
});

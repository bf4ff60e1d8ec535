/**
 * The rows of a table as a graph above it, where its manifest says what they hang on: who is behind whom, in which state, how
 * large, and how far away. A tree for the keyboard and for who hears it; a node opens the drawer of its row.
 */
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useStore } from 'zustand';
import type { TableColumn } from '../../contract/manifest.ts';
import type { TableGraph as TableGraphSpec } from '../../contract/manifest-views.ts';
import { keyChoice } from '../keys/key-choice.ts';
import { ACTIONS_KEY } from '../keys/key-names.ts';
import { useTokenPixels } from '../look/use-token-pixels.ts';
import type { Row, RowKey } from '../tables/row-keys.ts';
import { type OpenMenu, RowMenu } from '../tables/row-menu.tsx';
import type { RowTool } from '../tables/row-tools.ts';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { useWidth } from '../ui/use-width.ts';
import { graphLayout, type PlacedNode, stepFrom } from './graph-layout.ts';
import { GraphLines } from './graph-lines.tsx';
import { GraphNodeCard } from './graph-node-card.tsx';
import { graphSizes } from './graph-sizes.ts';
import { graphTrees } from './graph-tree.ts';
import { graphWords } from './graph-words.ts';
import { messages } from './messages.ts';

interface TableGraphProps {
  readonly title: string;
  readonly graph: TableGraphSpec;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly Row[];
  readonly keys: ReadonlyMap<Row, RowKey>;
  readonly tools: readonly RowTool[];
  /** The row whose drawer is open. */
  readonly opened: RowKey | null;
  /** Opens the drawer of a row; with `enter` it takes the focus, and gives it back to `from`. */
  readonly onOpen: (key: RowKey, from: HTMLElement, enter: boolean) => void;
}

export function TableGraph(props: TableGraphProps): ReactNode {
  const { title, graph, columns, rows, keys, tools, opened, onOpen } = props;
  const hintId = useId();
  const region = useRef<HTMLElement>(null);
  const inside = useRef<HTMLDivElement>(null);
  const width = useWidth(inside, 'graph');
  const row = useTokenPixels('--row');
  const { singleKeys } = useStore(keyChoice);
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState<string | null>(null);
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const words = useMemo(() => graphWords(graph, columns, rows, keys), [graph, columns, rows, keys]);
  const layout = useMemo(() => graphLayout(graphTrees(words.items, unfolded)), [words, unfolded]);
  const sizes = graphSizes(layout, row, width);
  const stop = layout.nodes.some(({ node }) => node.id === at) ? at : layout.nodes[0]?.node.id;

  // Where it has to scroll it begins with what all hangs on, which stands in the middle of it.
  const middle = layout.nodes[0] === undefined ? null : middleOf(sizes.placeOf(layout.nodes[0]));
  const isPlaced = useRef(false);
  useEffect(() => {
    if (isPlaced.current || middle === null || region.current === null) return;
    isPlaced.current = true;
    region.current.scrollTop = middle - region.current.clientHeight / 2;
  }, [middle]);

  const toggle = (id: string) => {
    const next = new Set(unfolded);
    if (!next.delete(id)) next.add(id);
    setUnfolded(next);
  };
  const act = ({ node }: PlacedNode, element: HTMLElement, enter: boolean) => {
    if (node.item === null) toggle(node.id);
    else onOpen(node.item.key, element, enter);
  };
  const openMenu = ({ node: { item } }: PlacedNode, anchor: HTMLElement): boolean => {
    if (item === null || !tools.some(({ fits }) => fits(item.row))) return false;
    setMenu({ row: item.row, anchor, name: item.name });
    return true;
  };
  const nodeAt = (target: EventTarget): [PlacedNode, HTMLElement] | null => {
    const element = (target as HTMLElement).closest<HTMLElement>('[data-node]');
    const placed = layout.nodes.find(({ node }) => node.id === element?.dataset.node);
    return element === null || placed === undefined ? null : [placed, element];
  };
  const onKey = (event: KeyboardEvent, placed: PlacedNode, element: HTMLElement): boolean => {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (key === 'Enter' || key === ' ') {
      act(placed, element, true);
      return true;
    }
    if ((key === ACTIONS_KEY && singleKeys) || key === 'ContextMenu' || (event.shiftKey && key === 'F10'))
      return openMenu(placed, element);
    const { node } = placed;
    const turns = key === 'ArrowRight' ? node.open === false : key === 'ArrowLeft' && node.open === true;
    if (turns) {
      toggle(node.id);
      return true;
    }
    const to = stepFrom(layout.nodes, layout.nodes.indexOf(placed), key);
    if (to === null) return key.startsWith('Arrow');
    const next = layout.nodes[to]!.node;
    setAt(next.id);
    const all = [...(region.current?.querySelectorAll<HTMLElement>('[data-node]') ?? [])];
    all.find(({ dataset }) => dataset.node === next.id)?.focus();
    // The drawer follows, as it does in the table.
    if (opened !== null && next.item !== null) onOpen(next.item.key, all[to]!, false);
    return true;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const found = nodeAt(event.target);
    if (found === null || !onKey(event, ...found)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onContextMenu = (event: MouseEvent) => {
    const found = nodeAt(event.target);
    if (found !== null && openMenu(...found)) event.preventDefault();
  };
  return (
    <ScrollRegion
      ref={region}
      label={messages.label(title)}
      holdsFocus
      className="max-h-graph shrink-0 overflow-auto border-b border-line bg-canvas p-3"
    >
      <p id={hintId} hidden>
        {messages.keys}
      </p>
      <div ref={inside} />
      <div className="relative" style={{ width: sizes.width, height: sizes.height }}>
        <GraphLines layout={layout} sizes={sizes} words={words} />
        <div
          role="tree"
          aria-label={messages.label(title)}
          aria-describedby={hintId}
          onKeyDown={onKeyDown}
          onContextMenu={onContextMenu}
          onFocus={({ target }) => setAt(nodeAt(target)?.[0].node.id ?? null)}
          onClick={(event) => {
            const found = nodeAt(event.target);
            if (found !== null) act(...found, false);
          }}
        >
          {layout.nodes.map((placed) => (
            <GraphNodeCard
              key={placed.node.id}
              placed={placed}
              {...sizes.placeOf(placed)}
              words={words.of(placed.node)}
              isStop={placed.node.id === stop}
              isOpened={placed.node.item !== null && placed.node.item.key === opened}
            />
          ))}
        </div>
      </div>
      <RowMenu open={menu} tools={tools} onClose={() => setMenu(null)} />
    </ScrollRegion>
  );
}

function middleOf({ top, height }: { readonly top: number; readonly height: number }): number {
  return top + height / 2;
}

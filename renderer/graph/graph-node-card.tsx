/** One node of a graph: the sign of its state, its name, and in words how it is. */
import type { ReactNode } from 'react';
import { Icon } from '../ui/icons.tsx';
import type { PlacedNode } from './graph-layout.ts';
import { GraphShape } from './graph-shape.tsx';
import type { NodeWords } from './graph-words.ts';
import { messages } from './messages.ts';

interface GraphNodeCardProps {
  readonly placed: PlacedNode;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly words: NodeWords;
  readonly isStop: boolean;
  readonly isOpened: boolean;
}

export function GraphNodeCard(props: GraphNodeCardProps): ReactNode {
  const { placed, words, isOpened, left, top, width, height } = props;
  const { node, column, position, siblings } = placed;
  const isGroup = node.item === null;
  return (
    <div
      role="treeitem"
      data-node={node.id}
      tabIndex={props.isStop ? 0 : -1}
      aria-level={column + 1}
      aria-posinset={position}
      aria-setsize={siblings}
      aria-selected={isGroup ? undefined : isOpened}
      {...(isGroup ? { 'aria-expanded': node.open === true } : {})}
      title={words.note}
      style={{ left, top, width, height }}
      className={`absolute flex cursor-pointer items-center gap-1.5 card px-2 focus-visible:outline-offset-0 ${isOpened ? 'border-accent bg-accent-soft' : 'hover:bg-sunken'} ${isGroup ? 'border-dashed' : ''}`}
    >
      <GraphShape tone={words.tone} share={words.share} />
      <span className="flex min-w-0 flex-1 flex-col">
        <span className="truncate text-sm font-medium">{words.name}</span>{' '}
        <span className={`truncate text-xs ${words.tone === 'bad' ? 'text-bad' : 'text-dim'}`}>
          {words.note}
        </span>
        {words.line !== '' && <span className="sr-only"> {messages.line(words.lineTitle, words.line)}</span>}
      </span>
      {isGroup && <Icon name={node.open === true ? 'unfolded' : 'right'} />}
    </div>
  );
}

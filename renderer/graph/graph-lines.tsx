/** The lines from each node to those behind it, with what stands on them. Said to nobody: nodes have it in their names. */
import type { ReactNode } from 'react';
import type { GraphLayout } from './graph-layout.ts';
import { GRAPH_LOOKS } from './graph-shape.tsx';
import type { GraphSizes } from './graph-sizes.ts';
import type { GraphWords } from './graph-words.ts';

/** Of the way from a card to the next, the part before a line turns. */
const TURN = 0.2;
/** Between a line and its text, in pixels. */
const ABOVE = 3;

export function GraphLines({
  layout,
  sizes,
  words,
}: {
  layout: GraphLayout;
  sizes: GraphSizes;
  words: GraphWords;
}): ReactNode {
  return (
    <svg
      aria-hidden="true"
      className="pointer-events-none absolute inset-0"
      width={sizes.width}
      height={sizes.height}
      fill="none"
    >
      {layout.nodes.map((placed) => {
        if (placed.parent === null) return null;
        const from = sizes.placeOf(placed.parent);
        const to = sizes.placeOf(placed);
        const { tone, line } = words.of(placed.node);
        const look = GRAPH_LOOKS[tone];
        const start = from.left + from.width;
        const turn = start + (to.left - start) * TURN;
        const [above, below] = [from.top + from.height / 2, to.top + to.height / 2];
        return (
          <g key={placed.node.id}>
            <path
              d={`M${start} ${above}H${turn}V${below}H${to.left}`}
              className={look.line}
              stroke="currentColor"
              strokeWidth="1.5"
              strokeDasharray={look.dashes}
              strokeLinejoin="round"
            />
            {line !== '' && (
              <text
                x={(turn + to.left) / 2}
                y={below - ABOVE}
                textAnchor="middle"
                fill="currentColor"
                className="text-axis text-dim"
              >
                {line}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}

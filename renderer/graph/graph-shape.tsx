/** The sign of a node: each tone has a shape of its own, so that colour only helps, and what is larger is drawn larger. */
import type { ReactNode } from 'react';
import type { GraphTone } from '../../contract/manifest-views.ts';

/** Half the side of the drawing. */
const HALF = 12;
const LEAST = 4;
const MOST = 10;

interface Look {
  readonly tone: string;
  /** Of the line to the parent: lengths of strokes and gaps, in widths of the line. */
  readonly dashes: string | undefined;
  readonly line: string;
}

export const GRAPH_LOOKS: Readonly<Record<GraphTone, Look>> = {
  self: { tone: 'text-ink', dashes: undefined, line: 'text-line-strong' },
  good: { tone: 'text-good', dashes: undefined, line: 'text-line-strong' },
  busy: { tone: 'text-warn', dashes: '6 3', line: 'text-warn' },
  idle: { tone: 'text-dim', dashes: '1 4', line: 'text-line-strong' },
  bad: { tone: 'text-bad', dashes: '4 4', line: 'text-bad' },
};

/** @param share how much of the largest it is, 0 to 1; its area goes with it */
export function GraphShape({ tone, share }: { tone: GraphTone; share: number }): ReactNode {
  const radius = LEAST + (MOST - LEAST) * Math.sqrt(Math.min(1, Math.max(0, share)));
  return (
    <svg
      viewBox={`${-HALF} ${-HALF} ${2 * HALF} ${2 * HALF}`}
      aria-hidden="true"
      className={`size-6 shrink-0 ${GRAPH_LOOKS[tone].tone}`}
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
    >
      {shapeOf(tone, radius)}
    </svg>
  );
}

function shapeOf(tone: GraphTone, radius: number): ReactNode {
  if (tone === 'good') return <circle r={radius} fill="currentColor" stroke="none" />;
  if (tone === 'idle') return <circle r="6" />;
  if (tone === 'bad') return <path d="M-6 -6L6 6M6 -6L-6 6" strokeWidth="3" strokeLinecap="round" />;
  if (tone === 'busy')
    return (
      <>
        <circle r="7" />
        <path d="M0 -7A7 7 0 0 1 0 7z" fill="currentColor" stroke="none" />
      </>
    );
  return (
    <>
      <circle r={radius} />
      <circle r={radius / 2} fill="currentColor" stroke="none" />
    </>
  );
}

/** The shape of a kind of mark: each is another one, so that colour only helps. */
import type { ReactNode } from 'react';
import type { MarkKind } from '../../contract/control/marks.ts';

const SHAPES: Readonly<
  Record<MarkKind, { readonly path: string; readonly tone: string; readonly isLine?: boolean }>
> = {
  crash: { path: 'M6 0.5 11.5 6 6 11.5 0.5 6z', tone: 'text-bad' },
  failed: { path: 'M1.5 1.5l9 9M10.5 1.5l-9 9', tone: 'text-bad', isLine: true },
  split: { path: 'M5 1 5 11M7.5 1 10.5 4.5M10.5 7.5 7.5 11M1 6h2.5M8.5 6h3', tone: 'text-bad', isLine: true },
  unreachable: { path: 'M1 6h3.5M7.5 2.5a3.5 3.5 0 1 0 0 7', tone: 'text-warn', isLine: true },
  linked: { path: 'M4 2.5a3.5 3.5 0 1 0 0 7M8 2.5a3.5 3.5 0 1 1 0 7M4 6h4', tone: 'text-good', isLine: true },
  stop: { path: 'M1.5 1.5h9v9h-9z', tone: 'text-dim' },
  start: { path: 'M6 1 11.5 10.5H0.5z', tone: 'text-good' },
  reload: { path: 'M6 1.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9z', tone: 'text-ink', isLine: true },
  action: { path: 'M4 1h4v10H4z', tone: 'text-accent' },
};

/** Hollow for what is not measured yet. */
export function MarkShape({ kind, isMeasured = true }: { kind: MarkKind; isMeasured?: boolean }): ReactNode {
  const { path, tone, isLine = false } = SHAPES[kind];
  const isFilled = isMeasured && !isLine;
  return (
    <svg viewBox="0 0 12 12" aria-hidden="true" className={`size-3 shrink-0 ${tone}`}>
      <path
        d={path}
        fill={isFilled ? 'currentColor' : 'none'}
        stroke="currentColor"
        strokeWidth={isLine ? 2 : 1}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

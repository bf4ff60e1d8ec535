/** The colour of a line, as a short stroke. */
import type { ReactNode } from 'react';
import { seriesToken } from './plot.ts';

interface SeriesSwatchProps {
  readonly index: number;
  readonly faint: boolean;
  readonly on: boolean;
}

export function SeriesSwatch({ index, faint, on }: SeriesSwatchProps): ReactNode {
  return (
    <svg viewBox="0 0 12 4" width="12" height="4" aria-hidden="true" focusable="false" className="shrink-0">
      <rect
        width="12"
        height="4"
        rx="2"
        opacity={faint ? 0.45 : 1}
        fill={on ? `var(${seriesToken(index)})` : 'var(--line-strong)'}
      />
    </svg>
  );
}

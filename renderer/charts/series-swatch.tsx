/** How a line is drawn, as a short stroke of it; what is drawn as dots is one. */
import type { ReactNode } from 'react';
import { lineLook, type SeriesSpec } from './chart-series.ts';

interface SeriesSwatchProps {
  readonly series: readonly SeriesSpec[];
  readonly index: number;
  readonly on: boolean;
}

export function SeriesSwatch({ series, index, on }: SeriesSwatchProps): ReactNode {
  const { token, width, dash, isFaint, isDots } = lineLook(series, index);
  const color = on ? `var(${token})` : 'var(--line-strong)';
  return (
    <svg
      viewBox={`0 0 ${isDots ? 6 : 8} 6`}
      width={isDots ? 6 : 8}
      height="6"
      aria-hidden="true"
      focusable="false"
      className="shrink-0"
    >
      {isDots ? (
        <circle cx="3" cy="3" r="2.5" fill={color} />
      ) : (
        <path
          d="M0 3h8"
          stroke={color}
          strokeWidth={width + 0.5}
          strokeDasharray={dash?.map((length) => length / 2).join(' ')}
          opacity={isFaint ? 0.45 : 1}
        />
      )}
    </svg>
  );
}

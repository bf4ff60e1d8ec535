/** A small curve of the last minute of one slot: there with the row that it stands in, and brought up to date by the animation loop. */
import { type ReactNode, useRef, useState } from 'react';
import type { SourceModel } from '../model/source-model.ts';
import { CURVE_HEIGHT, CURVE_S, type MinuteCurve, minuteCurve } from './minute-curve.ts';
import { useDrawable } from './use-drawable.ts';

/** What moves less than a pixel is not drawn. */
const INTERVAL_MS = 940;

const PARTS = ['area', 'line', 'dots'] as const satisfies readonly (keyof MinuteCurve)[];
const LOOKS = {
  area: { fill: 'currentColor', fillOpacity: 0.12 },
  line: { strokeWidth: 1.5, strokeLinejoin: 'round' },
  dots: { strokeWidth: 3, strokeLinecap: 'round' },
} as const;
const COLOR = { color: 'var(--series-1)' };

interface SparklineProps {
  readonly source: SourceModel;
  readonly slot: number;
  readonly label: string;
  /** Its height. */
  readonly className?: string;
}

export function Sparkline({ source, slot, label, className = 'h-12' }: SparklineProps): ReactNode {
  const drawing = useRef<SVGSVGElement>(null);
  const [first] = useState(() => minuteCurve(source.samples, slot));
  const shown = useRef(first);
  useDrawable(drawing, {
    source,
    intervalMs: () => INTERVAL_MS,
    draw: () => {
      const curve = minuteCurve(source.samples, slot);
      for (const part of PARTS) {
        if (curve[part] === shown.current[part]) continue;
        drawing.current?.querySelector(`[data-part="${part}"]`)?.setAttribute('d', curve[part]);
      }
      shown.current = curve;
    },
  });
  return (
    <svg
      ref={drawing}
      role="img"
      aria-label={label}
      viewBox={`0 0 ${CURVE_S} ${CURVE_HEIGHT}`}
      preserveAspectRatio="none"
      fill="none"
      style={COLOR}
      className={`block w-full ${className}`}
    >
      <path
        d={`M0 ${CURVE_HEIGHT - 0.5}h${CURVE_S}`}
        stroke="var(--line)"
        vectorEffect="non-scaling-stroke"
      />
      {PARTS.map((part) => (
        <path
          key={part}
          data-part={part}
          d={first[part]}
          {...(part === 'area' ? {} : { stroke: 'currentColor', vectorEffect: 'non-scaling-stroke' })}
          {...LOOKS[part]}
        />
      ))}
    </svg>
  );
}

/** A small curve of the last minute of one slot, drawn by the animation loop. */
import { type ReactNode, useEffect, useRef } from 'react';
import { token } from '../look/tokens.ts';
import { useScreen } from '../model/host-context.ts';
import type { SourceModel } from '../model/source-model.ts';
import { GAP_S } from './sample-columns.ts';
import { useDrawable } from './use-drawable.ts';

const WINDOW_S = 60;
/** Until it is laid out, in pixels. */
const WIDTH = 64;

interface SparklineProps {
  readonly source: SourceModel;
  readonly slot: number;
  readonly label: string;
  /** Its height. */
  readonly className?: string;
}

export function Sparkline({ source, slot, label, className = 'h-12' }: SparklineProps): ReactNode {
  const { draw } = useScreen();
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useRef({ width: WIDTH, height: 0 });
  // Whether it has another size than it was drawn at.
  const measure = (): boolean => {
    const { width, height } = size.current;
    const { clientWidth, clientHeight } = canvas.current ?? { clientWidth: width, clientHeight: height };
    size.current = { width: clientWidth, height: clientHeight };
    return clientWidth !== width || clientHeight !== height;
  };
  const drawable = useDrawable(canvas, {
    source,
    // What moves less than a pixel is not drawn.
    intervalMs: () => Math.max(100, (WINDOW_S * 1000) / Math.max(1, size.current.width)),
    measure,
    draw: () => {
      if (canvas.current !== null) paint(canvas.current, size.current, source, slot);
    },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: it measures by what never changes
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      if (measure()) draw.redraw(drawable);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [draw, drawable]);
  return <canvas ref={canvas} role="img" aria-label={label} className={`block w-full ${className}`} />;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function paint(canvas: HTMLCanvasElement, size: Size, source: SourceModel, slot: number): void {
  const ratio = devicePixelRatio;
  const width = Math.round(size.width * ratio);
  const height = Math.round(size.height * ratio);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null || width === 0) return;
  context.clearRect(0, 0, width, height);
  const color = token('--series-1');
  context.strokeStyle = token('--line');
  context.lineWidth = ratio;
  context.beginPath();
  context.moveTo(0, height - ratio / 2);
  context.lineTo(width, height - ratio / 2);
  context.stroke();
  const times = source.samples.times();
  const values = source.samples.column(slot);
  const end = source.samples.lastTime;
  let first = times.length;
  let top = 0;
  while (first > 0 && times[first - 1]! > end - WINDOW_S) {
    first--;
    if (values[first]! > top) top = values[first]!;
  }
  if (first >= times.length) return;
  const scale = top === 0 ? 0 : (height - 4 * ratio) / top;
  const x = (index: number) => width - ((end - times[index]!) / WINDOW_S) * width;
  const y = (index: number) => height - ratio - values[index]! * scale;
  context.strokeStyle = color;
  context.fillStyle = color;
  context.lineWidth = 1.5 * ratio;
  context.lineJoin = 'round';
  let from = first;
  for (let i = first + 1; i <= times.length; i++) {
    if (i < times.length && times[i]! - times[i - 1]! <= GAP_S) continue;
    strokeRun(context, from, i, x, y, height);
    from = i;
  }
}

function strokeRun(
  context: CanvasRenderingContext2D,
  from: number,
  to: number,
  x: (index: number) => number,
  y: (index: number) => number,
  floor: number,
): void {
  context.beginPath();
  if (to - from === 1) {
    context.arc(x(from), y(from), context.lineWidth, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  context.moveTo(x(from), y(from));
  for (let i = from + 1; i < to; i++) context.lineTo(x(i), y(i));
  context.stroke();
  context.lineTo(x(to - 1), floor);
  context.lineTo(x(from), floor);
  context.closePath();
  context.globalAlpha = 0.12;
  context.fill();
  context.globalAlpha = 1;
}

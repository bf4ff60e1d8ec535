/** The line that all charts draw at the time of the mark that is pointed at. Set by the strip of marks. */
import type uPlot from 'uplot';
import { createStore } from 'zustand/vanilla';
import { token } from '../look/tokens.ts';

/** Unix milliseconds; null while no mark is pointed at. */
export const markLine = createStore<{ readonly time: number | null }>(() => ({ time: null }));

/** Draws the line on a chart, where its time is within what the chart shows. */
export function drawMarkLine({ ctx, bbox, scales, valToPos }: uPlot): void {
  const { time } = markLine.getState();
  const { min, max } = scales.x ?? {};
  const seconds = (time ?? Number.NaN) / 1000;
  if (typeof min !== 'number' || typeof max !== 'number' || !(seconds >= min && seconds <= max)) return;
  const x = Math.round(valToPos(seconds, 'x', true)) + 0.5;
  ctx.save();
  ctx.strokeStyle = token('--ink');
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([2 * devicePixelRatio, 2 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/**
 * The curve of the last minute of one slot as paths of an SVG drawing, for the small curves of tables: a drawing is laid out and
 * painted with its row, where each canvas would be a layer of the window with a size to follow.
 */
import { GAP_S, type SampleColumns } from './sample-columns.ts';

/** What is shown, in seconds; the width of the drawing. */
export const CURVE_S = 60;
/** The height of the drawing; its width in pixels is about {@link CURVE_S} too. */
export const CURVE_HEIGHT = 20;
/** Room above the highest value, and below zero. */
const ABOVE = 3;
const BELOW = 1;

/** Values of the `d` of paths; empty where there is nothing. */
export interface MinuteCurve {
  readonly line: string;
  /** What is between the line and the bottom. */
  readonly area: string;
  /** Samples that stand alone, each a line without length: round ends make it a dot. */
  readonly dots: string;
}

/** What moves by less than a pixel is not drawn: of the samples of a second as many are kept as make the same picture. */
export function minuteCurve(samples: SampleColumns, slot: number): MinuteCurve {
  const times = samples.times();
  const values = samples.column(slot);
  const end = samples.lastTime;
  let first = times.length;
  let top = 0;
  while (first > 0 && times[first - 1]! > end - CURVE_S) {
    first--;
    if (values[first]! > top) top = values[first]!;
  }
  const x = (at: number) => short(CURVE_S - (end - times[at]!));
  const share = (at: number) => (top === 0 ? 0 : values[at]! / top);
  const y = (at: number) => short(CURVE_HEIGHT - BELOW - share(at) * (CURVE_HEIGHT - ABOVE - BELOW));
  const [line, area, dots]: [string[], string[], string[]] = [[], [], []];
  let from = first;
  for (let at = first + 1; at <= times.length && from < times.length; at++) {
    if (at < times.length && times[at]! - times[at - 1]! <= GAP_S) continue;
    if (at - from === 1) {
      if (!Number.isNaN(values[from]!)) dots.push(`M${x(from)} ${y(from)}h0`);
    } else {
      const kept = turns(times, values, from, at);
      const path = kept.map((one) => `${x(one)} ${y(one)}`).join('L');
      if (kept.length > 0) {
        line.push(`M${path}`);
        area.push(`M${path}V${CURVE_HEIGHT}H${x(kept[0]!)}Z`);
      }
    }
    from = at;
  }
  return { line: line.join(''), area: area.join(''), dots: dots.join('') };
}

/** The places of the first, the least, the most and the last value of each second of a run: as many as make the same picture. */
function turns(times: ArrayLike<number>, values: ArrayLike<number>, from: number, to: number): number[] {
  const kept = new Set<number>();
  let [first, least, most, last] = [-1, -1, -1, -1];
  const end = () => {
    if (first < 0) return;
    kept.add(first).add(Math.min(least, most)).add(Math.max(least, most)).add(last);
    first = -1;
  };
  for (let at = from; at < to; at++) {
    const value = values[at]!;
    if (Number.isNaN(value)) continue;
    if (first >= 0 && Math.floor(times[at]!) !== Math.floor(times[first]!)) end();
    if (first < 0) [first, least, most] = [at, at, at];
    if (value < values[least]!) least = at;
    if (value > values[most]!) most = at;
    last = at;
  }
  end();
  return [...kept];
}

/** In tenths: a tenth of a pixel is not seen. */
function short(number: number): number {
  return Math.round(number * 10) / 10;
}

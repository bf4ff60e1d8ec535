/** The range between median and p99, behind the lines. uPlot's own bands reach beyond the samples where some have no value. */
import type uPlot from 'uplot';

type Values = ArrayLike<number | null | undefined>;

/** The runs of neighbouring places in `first..last` at which both have a value, ends included. */
export function sharedRuns(
  one: Values,
  other: Values,
  [first, last]: readonly [number, number],
): readonly (readonly [number, number])[] {
  const has = (value: number | null | undefined) => value !== null && !Number.isNaN(value ?? Number.NaN);
  const runs: [number, number][] = [];
  for (let place = first; place <= last; place++) {
    if (!has(one[place]) || !has(other[place])) continue;
    const run = runs.at(-1);
    if (run !== undefined && run[1] === place - 1) run[1] = place;
    else runs.push([place, place]);
  }
  return runs;
}

/** Fills the range between two series of a plot, by their places among its series. */
export function fillBetween(plot: uPlot, [upper, lower]: readonly [number, number], color: string): void {
  const [above, below] = [plot.series[upper], plot.series[lower]];
  const scale = above?.scale;
  if (scale === undefined || above?.show !== true || below?.show !== true) return;
  const [times] = plot.data;
  const [top, bottom] = [plot.data[upper] ?? [], plot.data[lower] ?? []];
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = color;
  const x = (place: number) => plot.valToPos(times[place]!, 'x', true);
  const y = (values: Values, place: number) => plot.valToPos(values[place]!, scale, true);
  for (const [from, to] of sharedRuns(top, bottom, plot.series[0]?.idxs ?? [0, -1])) {
    ctx.beginPath();
    for (let place = from; place <= to; place++) ctx.lineTo(x(place), y(top, place));
    for (let place = to; place >= from; place--) ctx.lineTo(x(place), y(bottom, place));
    ctx.fill();
  }
  ctx.restore();
}

/** Makes a uPlot with the look of the window: colours of the theme, units on the axes, a cursor shared with others. */
import uPlot from 'uplot';
import { canvasFont, token, tokenPixels } from '../look/tokens.ts';
import { formatSeries, lineLook, type SeriesSpec, scaleOf } from './chart-series.ts';
import { brokenSpans, unseenPlaces } from './line-gaps.ts';
import { drawMarkLine, markLine } from './mark-line.ts';
import { fillBetween } from './percentile-band.ts';
import { outlierPlaces, valuePlaces } from './sample-dots.ts';
import { timeLabels } from './time-labels.ts';
import { valueRange } from './value-range.ts';

/** Columns of a chart: times in Unix seconds, then one a series. */
export type PlotData = readonly [ArrayLike<number>, ...ArrayLike<number | null | undefined>[]];

/** Pixels of the page. */
export interface PlotSize {
  readonly width: number;
  readonly height: number;
}

export interface PlotOptions {
  readonly element: HTMLElement;
  /** What it has room for, as {@link plotSize} measured it. */
  readonly size: PlotSize;
  readonly series: readonly SeriesSpec[];
  /** Samples further apart than this are not joined, in seconds; null where gaps are null values. */
  readonly gapSeconds: number | null;
  /** Called when the reader drags over a span; null where dragging does nothing. */
  readonly onZoom: ((fromSeconds: number, toSeconds: number) => void) | null;
  readonly onZoomReset: (() => void) | null;
  /** Called with the index under the cursor, null when it has left. */
  readonly onCursor: (index: number | null) => void;
}

/** All charts of a page show one cursor, at one time. */
const PAGE_CURSOR = 'page';

/** Room at the right for half of the last label of the time axis, which stands under its place. */
const LAST_LABEL = 28;

/** Top of an axis that begins at zero: some air above the highest value. */
function rangeFromZero(
  plot: uPlot,
  _min: number | null,
  _max: number | null,
  scale: string,
): [number, number] {
  const columns = plot.series.flatMap((series, index) =>
    index > 0 && series.show === true && series.scale === scale ? [plot.data[index] ?? []] : [],
  );
  // Without samples there are no places.
  const [first, last] = plot.data[0].length === 0 ? [0, -1] : (plot.series[0]?.idxs ?? [0, -1]);
  const [bottom, top] = valueRange(columns, [first, last]);
  return [bottom * 1.1, top > 0 ? top * 1.12 : 1];
}

/** Steps that read well in few digits: 1, 2 and 5 times a power of ten. Uneven ones would be rounded in labels. */
const decimalSteps = (from: number) =>
  Array.from({ length: 16 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** (power + from))).flat();
const STEPS = decimalSteps(-9);
/** There are no halves of what is counted. */
const WHOLE_STEPS = decimalSteps(0);

/** Steps of an axis of bytes: powers of two, as its labels are in binary units. */
const BYTE_STEPS = Array.from({ length: 50 }, (_, power) => 2 ** power);

/** At most three places of labels, at multiples of the least step that does; zero is one of them. */
function threeSplits(steps: readonly number[], min: number, max: number): number[] {
  const step = steps.find((one) => Math.floor(max / one) - Math.ceil(min / one) <= 2) ?? max;
  const first = Math.ceil(min / step);
  const amount = Math.floor(max / step) - first + 1;
  return Array.from({ length: amount }, (_, place) => (first + place) * step);
}

function stepsOf(series: SeriesSpec): number[] {
  if (series.unit === 'bytes') return BYTE_STEPS;
  return series.unit === 'count' && !series.perSecond ? WHOLE_STEPS : STEPS;
}

/** Ranges of pixels that the line must not cross, where samples are too far apart or hold no value. */
function gapsByTime(gapSeconds: number): uPlot.Series.GapsRefiner {
  return (plot, series, first, last, nullGaps) => {
    const [times] = plot.data;
    const broken = brokenSpans(times, plot.data[series]!, gapSeconds, first, last);
    const pixel = (place: number) => plot.valToPos(times[place]!, 'x', true);
    return [...nullGaps, ...broken.map(([from, to]): [number, number] => [pixel(from), pixel(to)])];
  };
}

/** A shorter line is not seen, in pixels. */
const LEAST_LINE = 4;

/** Samples at least so far apart have a dot each, in pixels. */
const DOT_SPACE = 12;

/** Dots for the samples that no line shows, and for all where there is room to see that they are samples. */
function sampleDots(gapSeconds: number | null, gutter: number, isEdge: boolean): uPlot.Series.Points {
  return {
    show: false,
    size: 5,
    filter: (plot, series) => {
      const { min, max } = plot.scales.x!;
      const width = Math.max(1, plot.width - gutter);
      const pixel = ((max ?? 0) - (min ?? 0)) / width;
      const span = plot.series[0]?.idxs ?? ([0, -1] as const);
      const [first, last] = span;
      const times = plot.data[0];
      const room = last > first ? (times[last]! - times[first]!) / (last - first) / pixel : width;
      const all = isEdge || room < DOT_SPACE ? null : valuePlaces(plot.data[series] ?? [], span);
      if (all !== null) return all;
      return unseenPlaces(plot.data[0], plot.data[series] ?? [], gapSeconds, span, pixel * LEAST_LINE);
    },
  };
}

/** Dots in place of a line: where it is more than twice the p99, and not closer together than can be told apart. */
function outlierDots(p99: number): uPlot.Series.Points {
  return {
    show: false,
    size: 4,
    filter: (plot, series) => {
      const span = plot.series[0]?.idxs ?? ([0, -1] as const);
      const most = plot.width / LEAST_LINE;
      return outlierPlaces(plot.data[series] ?? [], plot.data[p99] ?? [], span, most);
    },
  };
}

/** A colour, or the same one in the background. */
function faint(color: string, isFaint: boolean, percent = 45): string {
  return isFaint ? `color-mix(in srgb, ${color} ${percent}%, transparent)` : color;
}

/** The filled range between two edges; none where a chart has no edges. */
function bandOf(series: readonly SeriesSpec[]): uPlot.Band[] {
  const [upper, lower] = series.flatMap((one, index) => (one.edge === true ? [index] : []));
  if (upper === undefined || lower === undefined) return [];
  const color = () => faint(token(lineLook(series, upper).token), true, 16);
  return [{ series: [upper + 1, lower + 1], fill: color }];
}

/** The size of a chart that takes the whole of an element; one that has none yet is drawn small. */
export function plotSize({ clientWidth, clientHeight }: Element): PlotSize {
  return { width: Math.max(80, clientWidth), height: Math.max(80, clientHeight) };
}

/** Makes a chart so large, which draws all of it anew; false where it is so already. */
export function fitPlot(plot: uPlot, { width, height }: PlotSize): boolean {
  if (plot.width === width && plot.height === height) return false;
  plot.setSize({ width, height });
  return true;
}

/** Makes the chart, without data. Its owner destroys it. */
export function makePlot(options: PlotOptions): uPlot {
  const gutter = tokenPixels('--axis-gutter');
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  const scaleKeys = [...new Set(options.series.map(scaleOf))];
  const scales: uPlot.Scales = { x: { time: true } };
  for (const key of scaleKeys) scales[key] = { range: rangeFromZero };
  const axisLook = () => ({
    stroke: () => token('--dim'),
    grid: { stroke: () => token('--line'), width: 1 },
    ticks: { show: false },
    font: canvasFont('--type-axis'),
  });
  const valueAxes = scaleKeys.slice(0, 2).map((key, place): uPlot.Axis => {
    const like = options.series.find((series) => scaleOf(series) === key)!;
    const values = (_plot: uPlot, splits: number[]) => splits.map((value) => formatSeries(like, value));
    const look = axisLook();
    return {
      ...look,
      scale: key,
      side: place === 0 ? 3 : 1,
      size: gutter,
      gap: 8,
      splits: (_plot, _axis, min, max) => threeSplits(stepsOf(like), min, max),
      values,
      grid: place === 0 ? look.grid : { show: false },
    };
  });
  const times = (_plot: uPlot, splits: number[], _axis: number, _space: number, step: number) =>
    timeLabels(splits, step, Date.now());
  const plot = new uPlot(
    {
      ...options.size,
      padding: [6, scaleKeys.length > 1 ? 0 : LAST_LABEL, 0, 0],
      legend: { show: false },
      scales,
      axes: [{ ...axisLook(), values: times, space: 72, size: tokenPixels('--axis-foot') }, ...valueAxes],
      cursor: {
        sync: {
          key: PAGE_CURSOR,
          setSeries: false,
          // What is dragged over is a matter of the one chart.
          filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' },
        },
        drag: { x: options.onZoom !== null, y: false, setScale: false },
        y: false,
        points: { size: 6 },
        bind: {
          dblclick: () => () => {
            options.onZoomReset?.();
            return null;
          },
        },
      },
      series: [
        {},
        ...options.series.map((series, index): uPlot.Series => {
          const look = lineLook(options.series, index);
          const p99 = options.series.findIndex(({ percentile }) => percentile === 'p99') + 1;
          return {
            label: series.label,
            scale: scaleOf(series),
            show: !series.hidden,
            stroke: () => faint(token(look.token), look.isFaint),
            width: look.width,
            points: look.isDots ? outlierDots(p99) : sampleDots(options.gapSeconds, gutter, look.isFaint),
            ...(look.isDots ? { paths: () => null } : {}),
            ...(series.step === true && stepped !== undefined ? { paths: stepped } : {}),
            ...(look.dash === null ? {} : { dash: [...look.dash] }),
            ...(options.gapSeconds === null ? {} : { gaps: gapsByTime(options.gapSeconds) }),
          };
        }),
      ],
      bands: bandOf(options.series),
      hooks: {
        drawAxes: [
          (self) => {
            const place = (name: string) =>
              options.series.findIndex(({ percentile }) => percentile === name) + 1;
            const [p50, p99] = [place('p50'), place('p99')];
            if (p50 > 0 && p99 > 0) fillBetween(self, [p99, p50], faint(token('--p99'), true, 16));
          },
        ],
        draw: [drawMarkLine],
        destroy: [() => endMarkLine()],
        setCursor: [(self) => options.onCursor(self.cursor.idx ?? null)],
        setSelect: [
          (self) => {
            if (options.onZoom === null || self.select.width < 4) return;
            const from = self.posToVal(self.select.left, 'x');
            const to = self.posToVal(self.select.left + self.select.width, 'x');
            self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            options.onZoom(from, to);
          },
        ],
      },
    },
    undefined,
    options.element,
  );
  const endMarkLine = markLine.subscribe(() => plot.redraw(false));
  return plot;
}

/** Hands columns to a chart. uPlot takes any array-like; its types say less. */
export function asAligned(data: PlotData): uPlot.AlignedData {
  return data as unknown as uPlot.AlignedData;
}

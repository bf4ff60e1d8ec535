/** A chart of the last minutes of a source, drawn by the animation loop from the sample columns without copying. */
import { memo, type ReactNode, useEffect, useMemo, useRef } from 'react';
import { formatRate } from '../format/numbers.ts';
import { useScreen } from '../model/host-context.ts';
import type { SourceModel } from '../model/source-model.ts';
import { GAP_S } from '../samples/sample-columns.ts';
import { ChartFrame } from './chart-frame.tsx';
import { formatSeries, type LiveChartSpec } from './chart-series.ts';
import { messages } from './messages.ts';
import { asAligned, type PlotData } from './plot.ts';
import { usePlot } from './use-plot.ts';

/** How often the text alternative follows the values, in milliseconds. */
const LABEL_MS = 5_000;

/** Times and the values of each series. */
type Columns = readonly [Float64Array, ...Float64Array[]];

interface LiveChartProps {
  readonly source: SourceModel;
  readonly chart: LiveChartSpec;
  readonly windowSeconds: number;
  readonly paused: boolean;
}

export const LiveChart = memo(function LiveChart({
  source,
  chart,
  windowSeconds,
  paused,
}: LiveChartProps): ReactNode {
  const { text } = useScreen();
  const frozen = useRef<Columns | null>(null);

  const columns = (): Columns => {
    const values = chart.series.map((series) => source.samples.column(series.slot));
    return [source.samples.times(), ...values];
  };
  const { element, plot, cursor, shown, onShown, redraw } = usePlot({
    source,
    series: chart.series,
    gapSeconds: GAP_S,
    // What moves less than a pixel is not drawn: a long window is drawn less often.
    intervalMs: (width) => Math.max(100, (windowSeconds * 1000) / width),
    draw: (drawn) => {
      const known = frozen.current ?? columns();
      const max = known[0].at(-1) ?? Date.now() / 1000;
      // Without samples there are axes all the same.
      const data: PlotData =
        known[0].length > 0 ? known : noSamples(chart.series.length, max - windowSeconds, max);
      drawn.setData(asAligned(data), false);
      drawn.setScale('x', { min: max - windowSeconds, max });
    },
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is frozen is what stood there when pausing began
  useEffect(() => {
    const [times, ...values] = columns();
    frozen.current = paused ? [times.slice(), ...values.map((column) => column.slice())] : null;
    redraw();
  }, [paused, windowSeconds, redraw]);

  const alternative = useMemo(() => slowly(LABEL_MS), []);
  useEffect(
    () =>
      text.add(
        () =>
          alternative(() => {
            const values = chart.series.map(
              (series) => `${series.label} ${formatSeries(series, source.samples.shown(series.slot))}`,
            );
            return messages.chartLabel(chart.title, values.join(', '));
          }),
        (label) => element.current?.setAttribute('aria-label', label),
      ),
    [text, chart, source, alternative, element],
  );

  const { countSlot } = chart;
  const readNote = () => {
    const at = cursor.current === null ? undefined : plot.current?.data[0][cursor.current];
    if (at !== undefined) return messages.at(at * 1000);
    return countSlot === null || source.samples.length === 0
      ? ''
      : messages.values(formatRate(source.samples.shown(countSlot)));
  };
  return (
    <ChartFrame
      title={chart.title}
      series={chart.series}
      shown={shown}
      onShown={onShown}
      readValue={(index) => {
        const at = cursor.current;
        const under = at === null ? undefined : plot.current?.data[index + 1]?.[at];
        const last = frozen.current?.[index + 1]?.at(-1);
        return under ?? last ?? source.samples.shown(chart.series[index]!.slot);
      }}
      plotRef={element}
      readNote={readNote}
    />
  );
});

/** Columns that span a range and hold nothing. */
function noSamples(series: number, from: number, to: number): PlotData {
  return [[from, to], ...Array.from({ length: series }, () => [null, null])];
}

/** Makes a text at most every `ms` and repeats it in between. */
function slowly(ms: number): (make: () => string) => string {
  let at = Number.NEGATIVE_INFINITY;
  let text = '';
  return (make) => {
    const now = performance.now();
    if (now - at >= ms) {
      at = now;
      text = make();
    }
    return text;
  };
}

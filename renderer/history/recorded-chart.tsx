/** A chart over a range of time: what was recorded, and where the range ends now what has arrived since. Drawn by the animation loop. */
import { memo, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { ChartFrame } from '../charts/chart-frame.tsx';
import { formatSeries } from '../charts/chart-series.ts';
import { messages as chartMessages } from '../charts/messages.ts';
import { asAligned } from '../charts/plot.ts';
import { usePlot } from '../charts/use-plot.ts';
import { formatSeconds } from '../format/numbers.ts';
import { useHost, useScreen } from '../model/host-context.ts';
import { endsOf, type ViewRange } from '../shell/view.ts';
import { joinLive, type Steps } from './joined-columns.ts';
import { countSlot, hasPercentiles, rangeLines } from './range-lines.ts';
import { stepFor } from './range-steps.ts';
import { type ChartOfSource, type Recorded, seriesKey } from './use-recorded.ts';

/** Its lines are those that it was made with: a chart of other lines is another one, by its key. */
interface RecordedChartProps {
  readonly of: ChartOfSource;
  readonly recorded: Recorded;
  readonly range: Exclude<ViewRange, { kind: 'live' }>;
  readonly paused: boolean;
}

/** How often a range that ends now moves, in milliseconds: by a pixel, but so that its newest values are never old. */
const MOVES_MS = { least: 250, most: 5_000 } as const;

export const RecordedChart = memo(function RecordedChart({
  of,
  recorded,
  range,
  paused,
}: RecordedChartProps): ReactNode {
  const { source, chart } = of;
  const host = useHost();
  const { text } = useScreen();
  const [lines] = useState(() => rangeLines(chart));
  const part = recorded.partOf(of);
  const steps = useMemo((): Steps => {
    const times = part?.times ?? [];
    const none = times.map(() => null);
    const columns = lines.map(
      ({ metric, stat }) => part?.series.get(seriesKey(metric, stat))?.values ?? none,
    );
    return { stepSeconds: part?.stepSeconds ?? stepFor(range, hasPercentiles(chart)), times, columns };
  }, [part, lines, range, chart]);

  const joined = (): Steps => {
    // What nothing streams now has what was recorded.
    if (range.kind === 'absolute' || source.samples.length === 0) return steps;
    const { samples } = source;
    const sampled = lines.map((line) => {
      const at = countSlot(samples.layout, line);
      const values = line.slot < 0 ? [] : samples.column(line.slot);
      return { stat: line.stat, values, counts: at < 0 ? null : samples.column(at) };
    });
    return joinLive(steps, recorded.to / 1000, { times: samples.times(), lines: sampled });
  };
  // Known at once: written afterwards, the values in the legend would take another line, and leave the plot another size.
  const [first] = useState(joined);
  const drawn = useRef(first);
  const { isAwaited } = recorded;
  const { from, to } = endsOf(range, 0);
  const length = to - from;
  const { element, cursor, shown, onShown, redraw } = usePlot({
    source,
    series: lines,
    gapSeconds: null,
    isReady: () => !isAwaited,
    intervalMs: (width) => Math.min(MOVES_MS.most, Math.max(MOVES_MS.least, length / width)),
    draw: (plot) => {
      if (!paused) drawn.current = joined();
      const { times, columns } = drawn.current;
      const now = paused && recorded.to > 0 ? recorded.to : host.hostNow();
      const ends = endsOf(range, now);
      plot.setData(asAligned([times, ...columns]), false);
      plot.setScale('x', { min: ends.from / 1000, max: ends.to / 1000 });
    },
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: another answer or another range is drawn in the picture that has it
  useLayoutEffect(() => {
    drawn.current = joined();
    text.updateSoon();
    redraw();
  }, [steps, range, paused, isAwaited, text, redraw]);

  useEffect(
    () =>
      text.add(
        () =>
          lines.map((line, i) => `${line.label} ${formatSeries(line, newest(drawn.current, i))}`).join(', '),
        (values) =>
          element.current?.setAttribute('aria-label', chartMessages.chartLabel(chart.title, values)),
      ),
    [text, chart, lines, element],
  );

  return (
    <ChartFrame
      title={chart.title}
      series={lines}
      shown={shown}
      onShown={onShown}
      readValue={(index) => {
        const at = cursor.current;
        return at === null
          ? newest(drawn.current, index)
          : (drawn.current.columns[index]?.[at] ?? Number.NaN);
      }}
      readNote={() => {
        const at = cursor.current === null ? undefined : drawn.current.times[cursor.current];
        return at === undefined
          ? chartMessages.resolution(formatSeconds(steps.stepSeconds))
          : chartMessages.at(at * 1000);
      }}
      plotRef={element}
    />
  );
});

/** The last value of a line; NaN where it has none. */
function newest({ columns }: Steps, line: number): number {
  return columns[line]?.findLast((value) => value !== null) ?? Number.NaN;
}

/** A chart of recorded values: dragging zooms, its cursor is that of all charts of the page, gaps are gaps. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type uPlot from 'uplot';
import { ChartFrame } from '../charts/chart-frame.tsx';
import { formatSeries } from '../charts/chart-series.ts';
import { messages as chartMessages } from '../charts/messages.ts';
import { asAligned, makePlot, plotSize } from '../charts/plot.ts';
import { lookStore } from '../look/look.ts';
import { useScreen } from '../model/host-context.ts';
import type { HistoryChartSpec } from './history-charts.ts';

/** Its lines are those that it was made with: a chart of other lines is another one, by its key. */
interface HistoryChartProps {
  readonly chart: HistoryChartSpec;
  /** Unix seconds. */
  readonly times: readonly number[];
  readonly from: number;
  readonly to: number;
  readonly onZoom: (fromSeconds: number, toSeconds: number) => void;
  readonly onZoomReset: () => void;
}

export function HistoryChart(props: HistoryChartProps): ReactNode {
  const { chart, times, from, to } = props;
  const { text } = useScreen();
  const element = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const cursor = useRef<number | null>(null);
  const zoom = useRef(props);
  useEffect(() => {
    zoom.current = props;
  });
  const [series] = useState(chart.series);
  const [shown, setShown] = useState<readonly boolean[]>(() => series.map((line) => !line.hidden));

  useEffect(() => {
    const node = element.current;
    if (node === null) return;
    const made = makePlot({
      element: node,
      series,
      syncKey: 'history',
      gapSeconds: null,
      onZoom: (start, end) => zoom.current.onZoom(start, end),
      onZoomReset: () => zoom.current.onZoomReset(),
      onCursor: (index) => {
        cursor.current = index;
        text.updateSoon();
      },
    });
    plot.current = made;
    const observer = new ResizeObserver(() => {
      if (node.clientWidth > 0) made.setSize(plotSize(node));
    });
    observer.observe(node);
    const endLook = lookStore.subscribe(() => made.redraw(false));
    return () => {
      observer.disconnect();
      endLook();
      made.destroy();
      plot.current = null;
    };
  }, [series, text]);

  useEffect(() => {
    plot.current?.batch((self: uPlot) => {
      self.setData(asAligned([[...times], ...chart.columns.map((column) => [...column])]), false);
      self.setScale('x', { min: from / 1000, max: to / 1000 });
    });
  }, [chart, times, from, to]);

  useEffect(() => {
    for (const [index, on] of shown.entries()) plot.current?.setSeries(index + 1, { show: on });
  }, [shown]);

  const last = (index: number): number =>
    chart.columns[index]?.findLast((value) => value !== null) ?? Number.NaN;
  useEffect(() => {
    const values = chart.series.map((series, i) => `${series.label} ${formatSeries(series, last(i))}`);
    element.current?.setAttribute('aria-label', chartMessages.chartLabel(chart.title, values.join(', ')));
  });

  return (
    <ChartFrame
      title={chart.title}
      series={chart.series}
      shown={shown}
      onShown={setShown}
      readValue={(index) => {
        const at = cursor.current;
        return at === null ? last(index) : (chart.columns[index]?.[at] ?? Number.NaN);
      }}
      readNote={() => {
        const at = cursor.current === null ? undefined : times[cursor.current];
        return at === undefined ? '' : chartMessages.at(at * 1000);
      }}
      plotRef={element}
    />
  );
}

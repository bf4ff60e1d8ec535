/**
 * A chart as a component has it: made when it is first drawn, so that a page may have many below what the window shows, as large as
 * its place, with lines that are switched on and off. Used by live and by recorded charts.
 */
import { type RefObject, useEffect, useRef, useState } from 'react';
import type uPlot from 'uplot';
import { lookStore } from '../look/look.ts';
import { useScreen } from '../model/host-context.ts';
import type { SourceModel } from '../model/source-model.ts';
import { useDrawable } from '../samples/use-drawable.ts';
import { leaveZoom, zoomTo } from '../shell/view.ts';
import type { SeriesSpec } from './chart-series.ts';
import { fitPlot, makePlot, type PlotSize, plotSize } from './plot.ts';

interface Plotting {
  readonly source: SourceModel;
  /** Other lines make another chart. */
  readonly series: readonly SeriesSpec[];
  /** See {@link makePlot}. */
  readonly gapSeconds: number | null;
  /** Least milliseconds between two drawings of a chart of so many pixels. */
  readonly intervalMs: (width: number) => number;
  /** See {@link Drawable}. */
  readonly isReady?: () => boolean;
  /** Hands over what is to be seen, in one batch of changes. */
  readonly draw: (plot: uPlot) => void;
}

interface PlotPlace {
  /** Where the chart is put. */
  readonly element: RefObject<HTMLDivElement | null>;
  /** Null until it was drawn. */
  readonly plot: RefObject<uPlot | null>;
  /** The place of the sample under the mouse; null while it is elsewhere. */
  readonly cursor: RefObject<number | null>;
  readonly shown: readonly boolean[];
  readonly onShown: (shown: readonly boolean[]) => void;
  /** Draws it in the next animation frame. The same function at every render. */
  readonly redraw: () => void;
}

export function usePlot(plotting: Plotting): PlotPlace {
  const { source, series, gapSeconds, intervalMs, isReady = always, draw: paint } = plotting;
  const { draw, text } = useScreen();
  const element = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const cursor = useRef<number | null>(null);
  const size = useRef<PlotSize>({ width: 600, height: 80 });
  const [shown, onShown] = useState<readonly boolean[]>(() => series.map(({ hidden }) => !hidden));

  const make = (node: HTMLElement): uPlot => {
    const made = makePlot({
      element: node,
      size: size.current,
      series,
      gapSeconds,
      // What was dragged over stands still, as it was recorded.
      onZoom: (from, to) => zoomTo(from * 1000, to * 1000),
      onZoomReset: leaveZoom,
      onCursor: (index) => {
        cursor.current = index;
        text.updateSoon();
      },
    });
    showLines(made, shown);
    return made;
  };
  const drawable = useDrawable(element, {
    source,
    intervalMs: () => intervalMs(size.current.width),
    isReady,
    measure: () => {
      if (element.current !== null) size.current = plotSize(element.current);
    },
    prepare: () => {
      if (element.current !== null) plot.current ??= make(element.current);
    },
    draw: () => {
      if (element.current === null) return;
      plot.current ??= make(element.current);
      plot.current.batch(paint);
    },
  });
  const [redraw] = useState(() => () => draw.redraw(drawable));

  // biome-ignore lint/correctness/useExhaustiveDependencies: a chart of other lines is another one
  useEffect(() => {
    const node = element.current;
    if (node === null) return;
    const observer = new ResizeObserver(() => {
      if (node.clientWidth === 0) return;
      size.current = plotSize(node);
      if (plot.current !== null && fitPlot(plot.current, size.current)) redraw();
    });
    observer.observe(node);
    const endLook = lookStore.subscribe(() => plot.current?.redraw(false));
    return () => {
      observer.disconnect();
      endLook();
      plot.current?.destroy();
      plot.current = null;
      redraw();
    };
  }, [series, redraw]);

  useEffect(() => {
    if (plot.current !== null) showLines(plot.current, shown);
    redraw();
  }, [shown, redraw]);

  return { element, plot, cursor, shown, onShown, redraw };
}

const always = () => true;

/** Switches the lines of a chart on and off. */
function showLines(plot: uPlot, shown: readonly boolean[]): void {
  for (const [index, on] of shown.entries())
    if (plot.series[index + 1]?.show !== on) plot.setSeries(index + 1, { show: on });
}

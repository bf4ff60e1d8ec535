/** What surrounds a chart: its title, and the legend with live values, in which lines are switched on and off. */
import { type ReactNode, type Ref, useId } from 'react';
import { LiveText } from '../ui/live-text.tsx';
import { colorIndex, formatSeries, type SeriesSpec } from './chart-series.ts';
import { messages } from './messages.ts';
import { SeriesSwatch } from './series-swatch.tsx';

interface ChartFrameProps {
  readonly title: string;
  readonly series: readonly SeriesSpec[];
  readonly shown: readonly boolean[];
  /** Called with which lines are shown after a press on the legend. */
  readonly onShown: (shown: readonly boolean[]) => void;
  /** The value of a line: under the cursor, else the newest. NaN for none. */
  readonly readValue: (index: number) => number;
  /** Where the chart is put. */
  readonly plotRef: Ref<HTMLDivElement>;
  readonly height: number;
  /** A figure beside the title. */
  readonly readNote?: () => string;
  readonly children?: ReactNode;
}

export function ChartFrame(props: ChartFrameProps): ReactNode {
  const titleId = useId();
  return (
    <section aria-labelledby={titleId} className="flex min-w-0 flex-col card pt-3 pb-1">
      <div className="flex items-baseline justify-between gap-3 px-4">
        <h2 id={titleId} className="heading-section">
          {props.title}
        </h2>
        {props.readNote !== undefined && <LiveText read={props.readNote} className="text-xs text-dim" />}
      </div>
      <ul className="flex min-h-6 flex-wrap gap-x-1 gap-y-0.5 px-2.5 pt-1 pb-1">
        {props.series.map((series, index) => (
          <li key={series.label}>
            <button
              type="button"
              aria-pressed={props.shown[index] === true}
              title={series.help}
              onClick={() => props.onShown(props.shown.with(index, props.shown[index] !== true))}
              className="flex h-6 items-center gap-1.5 rounded-md px-1.5 text-xs hover:bg-hover aria-[pressed=false]:text-dim"
            >
              <SeriesSwatch
                index={colorIndex(props.series, index)}
                faint={series.edge === true}
                on={props.shown[index] === true}
              />
              <span className={props.shown[index] === true ? '' : 'line-through'}>{series.label}</span>
              <LiveText
                read={() => formatSeries(series, props.readValue(index))}
                className="min-w-14 text-left font-medium"
              />
            </button>
          </li>
        ))}
      </ul>
      <div className="relative mt-auto px-2">
        <div
          ref={props.plotRef}
          role="img"
          aria-label={messages.chartLabel(props.title, '')}
          className="min-w-0 overflow-hidden"
          style={{ height: props.height }}
        />
        {props.children}
      </div>
    </section>
  );
}

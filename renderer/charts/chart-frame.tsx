/** What surrounds a chart: in one line its title and the legend with live values, in which lines are switched on and off. */
import { type ReactNode, type Ref, useId } from 'react';
import { LiveText } from '../ui/live-text.tsx';
import { formatSeries, lineLook, type SeriesSpec } from './chart-series.ts';
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
  /** Where the chart is put; it takes what the title and the legend leave of the height. */
  readonly plotRef: Ref<HTMLDivElement>;
  /** A figure, or the time under the cursor, in the corner of the chart. */
  readonly readNote?: () => string;
}

/** As many entries of a legend have room in two lines, however narrow the chart is. */
const SURE_ROOM = 3;

export function ChartFrame(props: ChartFrameProps): ReactNode {
  const titleId = useId();
  // What scrolls, and what is asked how wide it is, costs at each layout: only where it may be needed.
  const hasDots = props.series.some((_, index) => lineLook(props.series, index).isDots);
  const mayScroll = props.series.length > SURE_ROOM;
  return (
    <section
      aria-labelledby={titleId}
      className={`card flex h-chart min-w-0 flex-col overflow-hidden ${hasDots ? '@container' : ''}`}
    >
      <div className="flex shrink-0 flex-wrap items-center justify-between gap-x-3 px-2 pt-1">
        <h2 id={titleId} className="heading-section">
          {props.title}
        </h2>
        {/* Two lines at most: a legend of many lines scrolls, so that the plot keeps its room. */}
        <ul
          className={`flex max-h-12 min-w-0 flex-wrap justify-end ${mayScroll ? 'gap-x-1 overflow-y-auto' : 'gap-x-1.5'}`}
        >
          {props.series.map((series, index) => (
            <li key={series.label} className="min-w-0">
              <button
                type="button"
                aria-pressed={props.shown[index] === true}
                title={series.help}
                onClick={() => props.onShown(props.shown.with(index, props.shown[index] !== true))}
                className={`flex h-6 max-w-full items-center rounded-md text-axis hover:bg-hover focus-visible:-outline-offset-2 aria-[pressed=false]:text-dim ${mayScroll ? 'gap-0.5' : 'gap-1'}`}
              >
                <SeriesSwatch series={props.series} index={index} on={props.shown[index] === true} />
                <span className={`truncate ${props.shown[index] === true ? 'text-dim' : 'line-through'}`}>
                  {series.label}
                </span>
                {props.shown[index] === true && (
                  <LiveText
                    read={() => formatSeries(series, props.readValue(index))}
                    className={`shrink-0 font-medium ${lineLook(props.series, index).isDots ? '@max-sm:hidden' : ''}`}
                  />
                )}
              </button>
            </li>
          ))}
        </ul>
      </div>
      <div className="relative min-h-0 flex-1">
        <div
          ref={props.plotRef}
          role="img"
          aria-label={messages.chartLabel(props.title, '')}
          className="absolute inset-0 overflow-hidden"
        />
        {props.readNote !== undefined && (
          <LiveText
            read={props.readNote}
            className="pointer-events-none absolute top-0 right-2 rounded-sm bg-surface px-1 text-axis text-dim"
          />
        )}
      </div>
    </section>
  );
}

/** Charts of processes over the range of time that the window looks at: the stream while that is live, else what was recorded. */
import { type ReactNode, type Ref, useMemo } from 'react';
import { LiveChart } from '../charts/live-chart.tsx';
import { formatDuration } from '../format/numbers.ts';
import { formatMoment } from '../format/times.ts';
import { useHost } from '../model/host-context.ts';
import type { SourceModel } from '../model/source-model.ts';
import { LIVE_SECONDS, type ViewRange } from '../shell/view.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { Icon } from '../ui/icons.tsx';
import { gapsIn } from './gaps.ts';
import { messages } from './messages.ts';
import { RecordedChart } from './recorded-chart.tsx';
import type { ChartOfSource, Recorded } from './use-recorded.ts';

interface RangeChartsProps {
  readonly label: string;
  readonly charts: readonly ChartOfSource[];
  readonly range: ViewRange;
  readonly recorded: Recorded;
  readonly paused: boolean;
  /** The class of the grid. */
  readonly className?: string;
  /** How much of the stream is shown while the range is live. */
  readonly liveSeconds?: number;
  readonly ref?: Ref<HTMLElement>;
}

export function RangeCharts({
  label,
  charts,
  range,
  recorded,
  paused,
  className = 'chart-grid',
  liveSeconds = LIVE_SECONDS,
  ref,
}: RangeChartsProps): ReactNode {
  if (charts.length === 0 && ref === undefined) return null;
  return (
    <section ref={ref} aria-label={label} className={className}>
      {charts.map((of) => {
        const key = JSON.stringify([of.source.key, of.chart.title, of.chart.series.map(({ slot }) => slot)]);
        return range.kind === 'live' ? (
          <LiveChart
            key={key}
            source={of.source}
            chart={of.chart}
            windowSeconds={liveSeconds}
            paused={paused}
          />
        ) : (
          <RecordedChart key={`${key} recorded`} of={of} recorded={recorded} range={range} paused={paused} />
        );
      })}
    </section>
  );
}

/** Whether anything at all was recorded in what was read. */
export function isEmpty(recorded: Recorded, charts: readonly ChartOfSource[]): boolean {
  return charts.every(({ source }) =>
    recorded
      .resultsOf(source)
      .every(({ series }) => series.every(({ values }) => values.every((value) => value === null))),
  );
}

/** The charts that have had nothing, or nothing but zero, over the range. */
export function quietIn(recorded: Recorded, charts: readonly ChartOfSource[]): readonly ChartOfSource[] {
  return charts.filter((of) => {
    const part = recorded.partOf(of);
    if (part === null) return false;
    const own = [...part.series.values()].filter(({ metric }) => of.chart.metrics.includes(metric));
    return own.every(({ values }) => values.every((value) => value === null || value === 0));
  });
}

/** Why there is nothing, or less, of what was recorded. */
export function RecordedNote({
  charts,
  range,
  recorded,
}: Pick<RangeChartsProps, 'charts' | 'range' | 'recorded'>): ReactNode {
  if (range.kind === 'live' || charts.length === 0) return null;
  const { error } = recorded;
  if (error !== null) {
    const isPaused = error.code === 'history_paused';
    return (
      <Callout
        tone={isPaused ? 'warn' : 'bad'}
        title={isPaused ? messages.pausedTitle : messages.failedTitle}
        action={<Button onClick={recorded.retry}>{messages.retry}</Button>}
      >
        {error.message}
        {range.kind === 'recent' && ` ${messages.onlyLive}`}
      </Callout>
    );
  }
  if (recorded.busy || !isEmpty(recorded, charts)) return null;
  return (
    <Callout tone="info" title={messages.nothing}>
      {messages.nothingHint}
    </Callout>
  );
}

/** Whether all of a range was recorded of a process, in a word; the rest is in the title. */
export function Completeness({
  source,
  range,
  recorded,
}: Pick<RangeChartsProps, 'range' | 'recorded'> & { readonly source: SourceModel }): ReactNode {
  const host = useHost();
  const [result] = recorded.resultsOf(source);
  // The newest seconds may still be on their way to the recorder.
  const gaps = useMemo(() => {
    const until = Math.min(recorded.to, host.hostNow()) / 1000 - UNSETTLED_S;
    return result === undefined ? [] : gapsIn(result, until);
  }, [host, result, recorded.to]);
  if (range.kind === 'live' || recorded.error !== null) return null;
  if (recorded.busy) return <span className="text-xs text-dim">{messages.loading}</span>;
  const [gap] = [...gaps].sort((a, b) => b.to - b.from - (a.to - a.from));
  if (gap === undefined) {
    return (
      <span role="status" title={messages.complete(source.id)} className="text-xs text-dim">
        {messages.noGap}
      </span>
    );
  }
  const total = gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  const amount = messages.gapCount(gaps.length, formatDuration(total * 1000));
  const when = (seconds: number) => formatMoment(seconds * 1000, recorded.to);
  return (
    <span
      role="status"
      title={messages.gapsIn(source.id, when(gap.from), when(gap.to))}
      className="flex items-center gap-1 text-xs text-warn underline decoration-dotted"
    >
      <Icon name="warning" className="size-3.5" />
      {amount}
    </span>
  );
}

/** Seconds after which what is not recorded is a gap. */
const UNSETTLED_S = 5;

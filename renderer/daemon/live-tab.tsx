/** Charts of a process over the range of time that is looked at: what its manifest declares, then what every process has. */
import { memo, type ReactNode, useMemo, useState } from 'react';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import type { ChartSpec, ManifestDescription } from '../../contract/manifest.ts';
import type { ComparisonSpec } from '../../contract/manifest-views.ts';
import type { LiveChartSpec } from '../charts/chart-series.ts';
import { useQuietCharts } from '../charts/quiet-charts.ts';
import { chosenMetrics, metricsText } from '../history/chosen-metrics.ts';
import { MetricPicker } from '../history/metric-picker.tsx';
import { Completeness, isEmpty, quietIn, RangeCharts, RecordedNote } from '../history/range-charts.tsx';
import { chosenCharts } from '../history/range-lines.ts';
import { useRecorded } from '../history/use-recorded.ts';
import { MarkStrip } from '../marks/mark-strip.tsx';
import { useHost } from '../model/host-context.ts';
import type { SourceModel } from '../model/source-model.ts';
import { useLayout } from '../model/use-layout.ts';
import { hashOf, navigate, useRoute } from '../shell/route.ts';
import { LIVE_SECONDS, useRange } from '../shell/view.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/callout.tsx';
import { Icon } from '../ui/icons.tsx';
import { LiveText } from '../ui/live-text.tsx';
import { useLater } from '../ui/use-later.ts';
import { ComparisonTable } from './comparison-table.tsx';
import { InstrumentGroups } from './instrument-groups.tsx';
import { messages } from './messages.ts';
import { MetricTable } from './metric-table.tsx';
import { TabTools } from './tab-tools.tsx';
import { usualCharts } from './usual-charts.ts';

interface LiveTabProps {
  readonly source: SourceModel;
  readonly charts: readonly ChartSpec[];
  readonly comparisons?: readonly ComparisonSpec[];
  /** How the manifest wants kinds of instruments drawn. */
  readonly instruments: ManifestDescription['instruments'];
  readonly up: boolean;
}

/** Of the three rows of charts that a window has room for, those below which something else is seen. */
const ROWS_ABOVE = 2;
/** A chart takes about so much of the width of the window, in pixels. */
const CHART_ROOM = 360;

const NO_COMPARISONS: readonly ComparisonSpec[] = [];

export const LiveTab = memo(function LiveTab({
  source,
  charts: declared,
  comparisons = NO_COMPARISONS,
  instruments,
  up,
}: LiveTabProps): ReactNode {
  const host = useHost();
  const range = useRange();
  const { query } = useRoute();
  const layout = useLayout(source);
  const [paused, setPaused] = useState(false);
  const usual = useMemo(
    () => usualCharts(source, declared),
    // What a manifest names stays in its place, whatever instruments come and go.
    [declared, source],
  );
  const ids = query.metrics ?? '';
  const chosen = useMemo(() => chosenMetrics(ids), [ids]);
  const asked = useMemo(() => {
    const of = (chart: LiveChartSpec) => ({ source, chart });
    if (chosen.length === 0) return usual.map(of);
    // What nothing measures any more is asked for by its name: what was recorded tells what it was.
    const gone = chosen.filter((id) => layout.slot(id) < 0);
    const unknown = { title: '', series: [], metrics: gone, countSlot: null };
    return [...chosenCharts(source.id, layout, chosen, []), ...(gone.length === 0 ? [] : [unknown])].map(of);
  }, [chosen, source, usual, layout]);
  const recorded = useRecorded(asked, range, paused);
  const all = useMemo(
    () =>
      chosen.length === 0
        ? asked
        : chosenCharts(source.id, layout, chosen, recorded.resultsOf(source)).map((chart) => ({
            source,
            chart,
          })),
    [chosen, asked, source, layout, recorded],
  );
  const quietNow = useQuietCharts(source.samples, usual, LIVE_SECONDS);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const quiet = useMemo(
    () => (range.kind === 'live' ? null : quietIn(recorded, all)),
    [range, recorded, all],
  );
  // Of what runs something may come yet.
  const isOver = range.kind === 'absolute' || (range.kind === 'recent' && !up);
  const isNothing = isOver && !recorded.busy && isEmpty(recorded, asked);
  // Axes without a figure would look like charts that show something.
  const isBlank = !up && range.kind === 'live' && source.samples.length === 0;
  // What was chosen is shown, whatever it is; where nothing was recorded there is nothing to be zero.
  const folded =
    chosen.length > 0 || isNothing || isBlank
      ? []
      : all.filter((of) => {
          const { title } = of.chart;
          if (opened.has(title)) return false;
          // Until it is known what was recorded, most of what is quiet now has been all the time.
          if (quiet === null || (recorded.busy && range.kind === 'recent')) return quietNow.has(title);
          return quiet.includes(of) && (range.kind === 'absolute' || quietNow.has(title));
        });
  const charts = isNothing || isBlank ? [] : all.filter((of) => !folded.includes(of));
  // The charts are what one comes for: what stands below them, out of sight of the window, is rendered once they are there.
  const hasRest = useLater(charts.length <= ROWS_ABOVE * Math.floor(innerWidth / CHART_ROOM));
  return (
    <div className="flex flex-col gap-gap">
      <TabTools>
        {/* Beside the tabs: a line of its own would push the charts down. */}
        {!up && !isBlank && (
          <p className="flex min-w-0 flex-wrap items-center gap-x-1.5 text-xs text-dim">
            <Icon name="info" className="size-3.5" />
            <span className="font-medium">{messages.down(source.id)}</span>
            {range.kind === 'live' ? messages.frozen : messages.downHint}
          </p>
        )}
        {range.kind === 'live' && (
          <span title={messages.skippedHint} className="text-xs text-dim">
            <LiveText read={() => messages.skipped(source.samples.skipped)} />
          </span>
        )}
        <Completeness source={source} range={range} recorded={recorded} />
        <MetricPicker
          source={source.id}
          catalog={layout.catalog}
          chosen={chosen}
          onChange={(next) => {
            const { metrics: _, ...rest } = query;
            navigate(hashOf(host, ['daemon', source.id, 'live'], { ...rest, metrics: metricsText(next) }));
          }}
        />
        {range.kind !== 'absolute' && !isBlank && (
          <Button icon={paused ? 'play' : 'pause'} pressed={paused} onClick={() => setPaused(!paused)}>
            {paused ? messages.resume : messages.pause}
          </Button>
        )}
      </TabTools>
      <MarkStrip daemon={source.id === MAIN_SOURCE ? null : source.id} />
      <RecordedNote charts={asked} range={range} recorded={recorded} />
      {isBlank && (
        <div className="card">
          <EmptyState icon="ring" title={messages.down(source.id)}>
            <p>{messages.downHint}</p>
            <a
              href={hashOf(host, ['daemon', source.id, 'live'], { ...query, range: '1h' })}
              className="mt-2 inline-block text-accent underline"
            >
              {messages.lastHour}
            </a>
          </EmptyState>
        </div>
      )}
      <RangeCharts
        label={messages.charts}
        charts={charts}
        range={range}
        recorded={recorded}
        paused={paused}
      />
      {comparisons.map((comparison) => (
        <ComparisonTable key={comparison.title} source={source} comparison={comparison} />
      ))}
      {folded.length > 0 && (
        <section
          aria-label={messages.quietCharts}
          className="card flex flex-wrap items-center gap-x-1 px-2.5 py-0.5 text-xs text-dim"
        >
          {messages.quiet}
          {folded.map(({ chart: { title } }) => (
            <button
              key={title}
              type="button"
              title={messages.openQuiet}
              onClick={() => setOpened(new Set([...opened, title]))}
              className="h-6 rounded-md px-1.5 font-medium text-ink hover:bg-hover"
            >
              {title}
            </button>
          ))}
        </section>
      )}
      {hasRest && (
        <div className="below-charts">
          <InstrumentGroups source={source} groups={instruments} />
          <MetricTable source={source} />
        </div>
      )}
    </div>
  );
});

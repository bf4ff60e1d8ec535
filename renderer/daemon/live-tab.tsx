/** Live charts of a process: what its manifest declares, then what every process has. */
import { type ReactNode, useMemo, useState } from 'react';
import type { ChartSpec, ManifestDescription } from '../../contract/manifest.ts';
import type { ComparisonSpec } from '../../contract/manifest-views.ts';
import { liveChart, runtimeCharts } from '../charts/chart-series.ts';
import { LiveChart } from '../charts/live-chart.tsx';
import { messages as chartMessages } from '../charts/messages.ts';
import { useQuietCharts } from '../charts/quiet-charts.ts';
import type { SourceModel } from '../model/source-model.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { LiveText } from '../ui/live-text.tsx';
import { SegmentedControl } from '../ui/segmented-control.tsx';
import { ComparisonTable } from './comparison-table.tsx';
import { InstrumentGroups } from './instrument-groups.tsx';
import { messages } from './messages.ts';
import { MetricTable } from './metric-table.tsx';
import { TabTools } from './tab-tools.tsx';

const WINDOWS = [60, 300, 600] as const;

interface LiveTabProps {
  readonly source: SourceModel;
  readonly charts: readonly ChartSpec[];
  readonly comparisons?: readonly ComparisonSpec[];
  /** How the manifest wants kinds of instruments drawn. */
  readonly instruments: ManifestDescription['instruments'];
  readonly up: boolean;
}

export function LiveTab({ source, charts, comparisons = [], instruments, up }: LiveTabProps): ReactNode {
  const [windowSeconds, setWindow] = useState<number>(60);
  const [paused, setPaused] = useState(false);
  const all = useMemo(
    () =>
      [...charts, ...runtimeCharts(source.id, chartMessages.runtime)]
        .map((chart) => liveChart(source.id, source.samples.layout, chart))
        .filter((chart) => chart.series.length > 0),
    // What a manifest names stays in its place, whatever instruments come and go.
    [charts, source],
  );
  const quiet = useQuietCharts(source.samples, all, windowSeconds);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const folded = all.filter(({ title }) => quiet.has(title) && !opened.has(title));
  return (
    <div className="flex flex-col gap-gap">
      {!up && (
        <Callout tone="info" title={messages.down(source.id)}>
          {source.samples.length === 0 ? messages.downHint : messages.frozen}
        </Callout>
      )}
      <TabTools>
        <span title={messages.skippedHint} className="text-xs text-dim">
          <LiveText read={() => messages.skipped(source.samples.skipped)} />
        </span>
        <SegmentedControl
          label={messages.window}
          options={WINDOWS.map((seconds) => ({
            value: String(seconds),
            label: messages.windows[seconds] ?? '',
          }))}
          value={String(windowSeconds)}
          onChange={(value) => setWindow(Number(value))}
        />
        <Button icon={paused ? 'play' : 'pause'} pressed={paused} onClick={() => setPaused(!paused)}>
          {paused ? messages.resume : messages.pause}
        </Button>
      </TabTools>
      {all.length > folded.length && (
        <section aria-label={messages.charts} className="chart-grid">
          {all
            .filter((chart) => !folded.includes(chart))
            .map((chart) => (
              <LiveChart
                key={chart.title}
                source={source}
                chart={chart}
                windowSeconds={windowSeconds}
                paused={paused}
              />
            ))}
        </section>
      )}
      {comparisons.map((comparison) => (
        <ComparisonTable key={comparison.title} source={source} comparison={comparison} />
      ))}
      {folded.length > 0 && (
        <section
          aria-label={messages.quietCharts}
          className="card flex flex-wrap items-center gap-x-1 px-2.5 py-0.5 text-xs text-dim"
        >
          {messages.quiet}
          {folded.map(({ title }) => (
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
      <InstrumentGroups source={source} groups={instruments} />
      <MetricTable source={source} />
    </div>
  );
}

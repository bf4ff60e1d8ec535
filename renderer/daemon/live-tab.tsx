/** Live charts of a process: what its manifest declares, then what every process has. */
import { type ReactNode, useMemo, useState } from 'react';
import type { ChartSpec, ManifestDescription } from '../../contract/manifest.ts';
import type { ComparisonSpec } from '../../contract/manifest-views.ts';
import { liveChart, runtimeCharts } from '../charts/chart-series.ts';
import { LiveChart } from '../charts/live-chart.tsx';
import { messages as chartMessages } from '../charts/messages.ts';
import type { SourceModel } from '../model/source-model.ts';
import { Button } from '../ui/button.tsx';
import { Callout } from '../ui/callout.tsx';
import { LiveText } from '../ui/live-text.tsx';
import { SegmentedControl } from '../ui/segmented-control.tsx';
import { ComparisonTable } from './comparison-table.tsx';
import { InstrumentGroups } from './instrument-groups.tsx';
import { messages } from './messages.ts';
import { MetricTable } from './metric-table.tsx';

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
  const own = useMemo(
    () =>
      charts
        .map((chart) => liveChart(source.id, source.samples.layout, chart))
        .filter((chart) => chart.series.length > 0),
    // What a manifest names stays in its place, whatever instruments come and go.
    [charts, source],
  );
  const runtime = useMemo(
    () =>
      runtimeCharts(source.id, chartMessages.runtime).map((chart) =>
        liveChart(source.id, source.samples.layout, chart),
      ),
    [source],
  );
  return (
    <div className="flex flex-col gap-3">
      {!up && (
        <Callout tone="info" title={messages.down(source.id)}>
          {source.samples.length === 0 ? messages.downHint : messages.frozen}
        </Callout>
      )}
      <div className="flex flex-wrap items-center gap-3">
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
        <span title={messages.skippedHint} className="text-xs text-dim">
          <LiveText read={() => messages.skipped(source.samples.skipped)} />
        </span>
      </div>
      {comparisons.map((comparison) => (
        <ComparisonTable key={comparison.title} source={source} comparison={comparison} />
      ))}
      {[own, runtime].map((group, index) =>
        group.length === 0 ? null : (
          <section
            key={index === 0 ? 'own' : 'runtime'}
            aria-label={index === 0 ? messages.charts : messages.runtimeCharts}
            className="chart-grid"
          >
            {group.map((chart) => (
              <LiveChart
                key={chart.title}
                source={source}
                chart={chart}
                windowSeconds={windowSeconds}
                paused={paused}
              />
            ))}
          </section>
        ),
      )}
      <InstrumentGroups source={source} groups={instruments} />
      <MetricTable source={source} />
    </div>
  );
}

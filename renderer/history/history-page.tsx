/** Recorded values of any metric over any range; what is looked at is part of the address, so it can be kept. */
import { type ReactNode, useMemo } from 'react';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import type { ManifestDescription, MetricSpec } from '../../contract/manifest.ts';
import { formatSeconds } from '../format/numbers.ts';
import { useHost, useManifests } from '../model/host-context.ts';
import { useLayout } from '../model/use-layout.ts';
import { hashOf, navigate, useRoute } from '../shell/route.ts';
import { Button } from '../ui/button.tsx';
import { Callout, EmptyState } from '../ui/callout.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { SegmentedControl } from '../ui/segmented-control.tsx';
import { AbsoluteRange } from './absolute-range.tsx';
import { HistoryChart } from './history-chart.tsx';
import { historyCharts, isEmpty } from './history-charts.ts';
import {
  endsOf,
  type HistoryRange,
  type HistoryView,
  queryOf,
  RANGES,
  rangeName,
  viewOf,
} from './history-view.ts';
import { messages } from './messages.ts';
import { MetricPicker } from './metric-picker.tsx';
import { useHistory } from './use-history.ts';

/** What is looked at first: the highlights of a daemon, and what every process takes. */
function defaultMetrics(manifest: ManifestDescription | undefined, source: string): readonly string[] {
  const own = manifest?.highlights;
  const names = [own?.connections, own?.messages, own?.latency].filter((name) => name !== undefined);
  return [
    ...names,
    `signalbox_${source}_cpu_ratio`,
    `signalbox_${source}_resident_memory_bytes`,
    `signalbox_${source}_loop_delay_seconds`,
  ];
}

const NO_METRICS: readonly MetricSpec[] = [];

export function HistoryPage(): ReactNode {
  const host = useHost();
  const manifests = useManifests();
  const { query } = useRoute();
  const view = useMemo(
    () =>
      viewOf(query, {
        source: manifests.find((manifest) => !manifest.internal)?.id ?? MAIN_SOURCE,
        metrics: (source) =>
          defaultMetrics(
            manifests.find((manifest) => manifest.id === source),
            source,
          ),
      }),
    [query, manifests],
  );
  const answer = useHistory(view);
  const catalog = useLayout(host.source(view.source))?.catalog ?? NO_METRICS;
  const go = (change: Partial<HistoryView>) =>
    navigate(hashOf(host, ['history'], queryOf({ ...view, ...change })));
  const zoomed = view.range.kind === 'absolute';
  const reset = () => {
    // What was zoomed out of is the page before; where the address came from elsewhere, the last hour.
    go({ range: { kind: 'recent', name: rangeName(query.back) } });
  };
  const zoom = (range: HistoryRange) => {
    const back = view.range.kind === 'recent' ? view.range.name : rangeName(query.back);
    navigate(hashOf(host, ['history'], { ...queryOf({ ...view, range }), back }));
  };
  const ends = answer.result === null ? endsOf(view.range, host.hostNow()) : answer;
  return (
    <div className="page">
      <PageHeader title={messages.title} />
      <div className="flex flex-wrap items-center gap-3">
        <select
          className="field"
          aria-label={messages.source}
          value={view.source}
          onChange={(event) =>
            go({
              source: event.target.value,
              metrics: defaultMetrics(
                manifests.find((manifest) => manifest.id === event.target.value),
                event.target.value,
              ),
            })
          }
        >
          {[...manifests.map((manifest) => manifest.id), MAIN_SOURCE].map((id) => (
            <option key={id} value={id}>
              {id}
            </option>
          ))}
        </select>
        <MetricPicker
          source={view.source}
          catalog={catalog}
          chosen={view.metrics}
          onChange={(metrics) => go({ metrics })}
        />
        <SegmentedControl
          label={messages.range}
          options={Object.keys(RANGES).map((name) => ({
            value: name,
            label: messages.ranges[rangeName(name)],
          }))}
          value={view.range.kind === 'recent' ? view.range.name : ''}
          onChange={(name) => go({ range: { kind: 'recent', name: rangeName(name) } })}
        />
        <AbsoluteRange
          key={JSON.stringify(view.range)}
          from={ends.from}
          to={ends.to}
          onApply={(from, to) => go({ range: { kind: 'absolute', from, to } })}
        />
        {zoomed && <Button onClick={reset}>{messages.reset}</Button>}
      </div>
      <Answer view={view} answer={answer} catalog={catalog} onZoom={zoom} onReset={reset} />
    </div>
  );
}

interface AnswerProps {
  readonly view: HistoryView;
  readonly answer: ReturnType<typeof useHistory>;
  readonly catalog: Parameters<typeof historyCharts>[1];
  readonly onZoom: (range: HistoryRange) => void;
  readonly onReset: () => void;
}

function Answer({ view, answer, catalog, onZoom, onReset }: AnswerProps): ReactNode {
  const { result, error } = answer;
  const charts = useMemo(
    () => (result === null ? [] : historyCharts(view.source, catalog, view.metrics, result)),
    [view, catalog, result],
  );
  if (view.metrics.length === 0) {
    return (
      <EmptyState icon="history" title={messages.noMetrics}>
        {messages.noMetricsHint}
      </EmptyState>
    );
  }
  if (error !== null) {
    return (
      <Callout
        tone={error.code === 'history_paused' ? 'warn' : 'bad'}
        title={error.code === 'history_paused' ? messages.pausedTitle : messages.failedTitle}
        action={<Button onClick={answer.retry}>{messages.retry}</Button>}
      >
        {error.message}
      </Callout>
    );
  }
  if (result === null) return <EmptyState icon="clock" title={messages.loading} />;
  if (isEmpty(charts)) {
    return (
      <EmptyState icon="history" title={messages.nothing}>
        {messages.nothingHint}
      </EmptyState>
    );
  }
  return (
    <>
      <p className="text-xs text-dim">
        {messages.zoomHint} {messages.step(formatSeconds(result.stepSeconds))}
      </p>
      <div className="chart-grid">
        {charts.map((chart) => (
          <HistoryChart
            key={JSON.stringify([chart.metric, chart.series.map(({ label }) => label)])}
            chart={chart}
            times={result.times}
            from={answer.from}
            to={answer.to}
            onZoom={(from, to) => onZoom({ kind: 'absolute', from: from * 1000, to: to * 1000 })}
            onZoomReset={onReset}
          />
        ))}
      </div>
    </>
  );
}

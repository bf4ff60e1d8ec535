/** What daemons do over the range of time that is looked at, as many charts as a window has room for. */
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import type { ChartSpec, ManifestDescription } from '../../contract/manifest.ts';
import { type LiveChartSpec, liveChart } from '../charts/chart-series.ts';
import { QuietWatch } from '../charts/quiet-charts.ts';
import { Completeness, quietIn, RangeCharts, RecordedNote } from '../history/range-charts.tsx';
import { useRecorded } from '../history/use-recorded.ts';
import { MarkStrip } from '../marks/mark-strip.tsx';
import { useHost, useHostState, useScreen } from '../model/host-context.ts';
import type { SourceModel } from '../model/source-model.ts';
import { useRange, useScope } from '../shell/view.ts';
import { messages } from './messages.ts';
import { useChartRoom } from './use-chart-room.ts';

/** Three rows where four stand beside each other. */
const MOST = 12;

const SECONDS = 300;

/** What every process is drawn by. */
function ofProcess(id: string): readonly ChartSpec[] {
  const own = (suffix: string) => `signalbox_${id}_${suffix}`;
  const chart = (title: string, ...metrics: readonly string[]) => ({
    title: messages.trend(title, id),
    metrics,
  });
  return [
    chart(messages.trends.loop, own('loop_delay_seconds')),
    chart(messages.cpu, own('cpu_ratio'), own('monitoring_cpu_ratio')),
    chart(messages.trends.memory, own('resident_memory_bytes'), own('heap_used_bytes')),
    chart(messages.trends.gc, own('gc_pause_seconds')),
  ];
}

/** What is drawn of a daemon, what says most first. */
function ofDaemon({ id, highlights }: ManifestDescription): readonly ChartSpec[] {
  const shown = [
    [messages.messages, highlights.messages],
    [messages.trends.latency, highlights.latency],
    [messages.connections, highlights.connections],
    [messages.queue, highlights.queue],
  ] as const;
  const own = shown.flatMap(([title, metric]) =>
    metric === undefined ? [] : [{ title: messages.trend(title, id), metrics: [metric] }],
  );
  return [...own, ...ofProcess(id)];
}

/** A chart and the process that it is of. */
export interface Trend {
  readonly id: string;
  readonly chart: ChartSpec;
}

/**
 * The charts of daemons: the first of each, then the second of each, and so on; then those of the main process, and of what
 * else works for Signalbox.
 */
export function trendsOf(manifests: readonly ManifestDescription[]): readonly Trend[] {
  const all = manifests
    .filter(({ internal }) => !internal)
    .map((manifest) => ({ id: manifest.id, charts: ofDaemon(manifest) }));
  const others = [MAIN_SOURCE, ...manifests.filter(({ internal }) => internal).map(({ id }) => id)];
  const places = Math.max(0, ...all.map(({ charts }) => charts.length));
  const inTurn = Array.from({ length: places }, (_, place) =>
    all.flatMap(({ id, charts }) => {
      const chart = charts[place];
      return chart === undefined ? [] : [{ id, chart }];
    }),
  );
  return [...inTurn.flat(), ...others.flatMap((id) => ofProcess(id).map((chart) => ({ id, chart })))];
}

interface Drawn {
  readonly source: SourceModel;
  readonly chart: LiveChartSpec;
}

/** The percentiles that a small chart says by name; the others are on the page of the daemon. */
const PERCENTILES: readonly unknown[] = [undefined, 'p50', 'p95', 'p99'];

function drawn(source: SourceModel, chart: ChartSpec): Drawn {
  const made = liveChart(source.id, source.samples.layout, chart);
  const series = made.series.filter(({ percentile }) => PERCENTILES.includes(percentile));
  return { source, chart: { ...made, series, countSlot: null } };
}

/** Those that show more than zero, in their order. */
function useBusy(all: readonly Drawn[]): readonly Drawn[] {
  const { text } = useScreen();
  const quietNow = useMemo(() => {
    const watches = [...new Set(all.map(({ source }) => source))].map((source) => {
      const own = all.filter((one) => one.source === source);
      return new QuietWatch(
        source.samples,
        own.map(({ chart }) => chart),
      );
    });
    return () =>
      watches
        .flatMap((watch) => watch.quiet(SECONDS))
        .map(({ title }) => title)
        .join('\n');
  }, [all]);
  // Known at once: a chart that goes right after it was made has cost what one that stays does.
  const [quiet, setQuiet] = useState(quietNow);
  useEffect(() => text.add(quietNow, setQuiet), [text, quietNow]);
  return useMemo(() => {
    const titles = new Set(quiet.split('\n'));
    return all.filter(({ chart }) => !titles.has(chart.title));
  }, [all, quiet]);
}

export function Trends({ manifests }: { manifests: readonly ManifestDescription[] }): ReactNode {
  const range = useRange();
  const scope = useScope();
  const isLive = range.kind === 'live';
  const up = useHostState(({ daemons }) =>
    manifests
      .filter(({ id }) => daemons[id]?.state === 'running')
      .map(({ id }) => id)
      .join(' '),
  );
  const host = useHost();
  const all = useMemo(() => {
    // What does not run now may have run then.
    const shown = manifests.filter(({ id }) => !isLive || up.split(' ').includes(id));
    return trendsOf(shown).flatMap(({ id, chart }) => {
      const source = scope === null || scope === id ? host.source(id) : undefined;
      if (source === undefined) return [];
      const made = drawn(source, chart);
      return made.chart.series.length === 0 ? [] : [made];
    });
  }, [host, manifests, up, isLive, scope]);
  const recorded = useRecorded(all, range, false);
  // All is recorded together, and the main process runs as long as anything is.
  const whole = host.source(scope ?? MAIN_SOURCE);
  const grid = useRef<HTMLElement>(null);
  const room = useChartRoom(grid, MOST);
  const busy = useBusy(all);
  const charts = useMemo(() => {
    if (isLive || (recorded.busy && range.kind === 'recent')) return busy;
    const quiet = new Set(quietIn(recorded, all));
    const running = up.split(' ');
    return all.filter(
      (one) =>
        !quiet.has(one) ||
        // What has only just begun is not recorded yet.
        (range.kind === 'recent' && running.includes(one.source.id) && busy.includes(one)),
    );
  }, [isLive, range, busy, recorded, all, up]);
  return (
    <>
      <MarkStrip daemon={scope === MAIN_SOURCE ? null : scope} liveSeconds={SECONDS} />
      <RecordedNote charts={all} range={range} recorded={recorded} />
      {whole !== undefined && range.kind !== 'live' && (
        <p className="text-xs">
          <Completeness source={whole} range={range} recorded={recorded} />
        </p>
      )}
      <RangeCharts
        ref={grid}
        label={messages.trendsTitle}
        className="trend-grid"
        charts={charts.slice(0, room)}
        liveSeconds={SECONDS}
        paused={false}
        {...{ range, recorded }}
      />
    </>
  );
}

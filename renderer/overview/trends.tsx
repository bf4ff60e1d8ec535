/** The last minutes of what daemons do, as many charts as a window has room for. */
import { type ReactNode, useMemo } from 'react';
import type { ChartSpec, ManifestDescription } from '../../contract/manifest.ts';
import { liveChart } from '../charts/chart-series.ts';
import { LiveChart } from '../charts/live-chart.tsx';
import { useHost, useHostState } from '../model/host-context.ts';
import { messages } from './messages.ts';

/** Two rows where four stand beside each other; a window with three beside each other leaves the last two out. */
const MOST = 8;

const SECONDS = 300;

/** What is drawn of a daemon, what says most first. */
function wanted({ id, highlights }: ManifestDescription): readonly (ChartSpec | null)[] {
  const own = (suffix: string) => `signalbox_${id}_${suffix}`;
  const chart = (title: string, ...names: readonly (string | undefined)[]) => {
    const metrics = names.filter((name) => name !== undefined);
    return metrics.length === 0 ? null : { title: messages.trend(title, id), metrics };
  };
  return [
    chart(messages.messages, highlights.messages),
    chart(messages.trends.latency, highlights.latency),
    chart(messages.connections, highlights.connections),
    chart(messages.trends.loop, own('loop_delay_seconds')),
    chart(messages.cpu, own('cpu_ratio'), own('monitoring_cpu_ratio')),
    chart(messages.queue, highlights.queue),
    chart(messages.trends.memory, own('resident_memory_bytes'), own('heap_used_bytes')),
    chart(messages.trends.gc, own('gc_pause_seconds')),
  ];
}

/** The charts for some daemons: the first of each, then the second of each, and so on. */
export function trendsOf(
  manifests: readonly ManifestDescription[],
): readonly { readonly id: string; readonly chart: ChartSpec }[] {
  const all = manifests.map((manifest) => ({ id: manifest.id, charts: wanted(manifest) }));
  const places = Math.max(0, ...all.map(({ charts }) => charts.length));
  const inTurn = Array.from({ length: places }, (_, place) =>
    all.flatMap(({ id, charts }) => {
      const chart = charts[place] ?? null;
      return chart === null ? [] : [{ id, chart }];
    }),
  );
  return inTurn.flat().slice(0, MOST);
}

export function Trends({ manifests }: { manifests: readonly ManifestDescription[] }): ReactNode {
  const up = useHostState(({ daemons }) =>
    manifests
      .filter(({ id }) => daemons[id]?.state === 'running')
      .map(({ id }) => id)
      .join(' '),
  );
  const host = useHost();
  const charts = useMemo(
    () =>
      trendsOf(manifests.filter(({ id }) => up.split(' ').includes(id))).flatMap(({ id, chart }) => {
        const source = host.source(id);
        if (source === undefined) return [];
        const made = liveChart(id, source.samples.layout, chart);
        return made.series.length === 0 ? [] : [{ source, chart: made }];
      }),
    [host, manifests, up],
  );
  if (charts.length === 0) return null;
  return (
    <section aria-label={messages.trendsTitle} className="chart-grid max-2xl:[&>:nth-child(n+7)]:hidden">
      {charts.map(({ source, chart }) => (
        <LiveChart key={chart.title} source={source} chart={chart} windowSeconds={SECONDS} paused={false} />
      ))}
    </section>
  );
}

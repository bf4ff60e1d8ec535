/**
 * Instruments of a process as tables of their own: one for each kind, a row for each instance, a column for each metric. The
 * manifest may say how a kind is drawn; where it does not, all metrics are columns. Used by instrument-groups.tsx.
 */
import {
  INSTRUMENT_KINDS,
  type InstrumentKind,
  type ManifestDescription,
  type MetricSpec,
} from '../../contract/manifest.ts';
import type { FrameLayout } from '../../contract/metric-frame.ts';
import { labelText } from '../../contract/series-id.ts';
import { instanceLabel, metricLabel } from '../charts/chart-series.ts';

/** One column of a group. */
export interface GroupColumn {
  /** As `instrument()` names the metric: `hits` of `signalbox_ircd_cache_hits_total`. */
  readonly metric: string;
  readonly title: string;
}

/** One instance. */
export interface GroupRow {
  readonly id: string;
  readonly label: string;
  /** By column; undefined where the instance does not have the metric. */
  readonly cells: readonly (MetricSpec | undefined)[];
}

/** All instances of one kind. */
export interface InstrumentGroup {
  readonly kind: InstrumentKind;
  readonly title: string;
  readonly columns: readonly GroupColumn[];
  readonly rows: readonly GroupRow[];
  /** Place of the column whose last minute is drawn beside each row; -1 for none. */
  readonly spark: number;
}

/** What the window calls a kind of which the manifest says nothing. */
const TITLES: Readonly<Record<InstrumentKind, string>> = {
  queue: 'Queues',
  pool: 'Pools',
  slab: 'Slabs',
  cache: 'Caches',
  batcher: 'Batchers',
  breaker: 'Breakers',
  limiter: 'Limiters',
  correlation: 'Correlation tables',
  connections: 'Connection pools',
  operation: 'Operations',
};

/** The groups of a process, in the order of the kinds; a kind without an instance has none. */
export function instrumentGroups(
  source: string,
  layout: Pick<FrameLayout, 'catalog'>,
  drawn: ManifestDescription['instruments'],
): readonly InstrumentGroup[] {
  return INSTRUMENT_KINDS.flatMap((kind) => {
    const series = layout.catalog.filter((metric) => metric.instrument === kind);
    if (series.length === 0) return [];
    const nameOf = (metric: MetricSpec) => shortName(source, kind, metric);
    const columns = drawn[kind]?.columns ?? allColumns(source, kind, series);
    const rows = new Map<string, { label: string; byName: Map<string, MetricSpec> }>();
    for (const metric of series) {
      const id = labelText(metric.labels);
      const row = rows.get(id) ?? { label: instanceLabel(metric), byName: new Map() };
      row.byName.set(nameOf(metric), metric);
      rows.set(id, row);
    }
    return [
      {
        kind,
        title: drawn[kind]?.title ?? TITLES[kind],
        columns,
        spark: columns.findIndex(({ metric }) => metric === drawn[kind]?.spark),
        rows: [...rows].map(([id, { label, byName }]) => ({
          id,
          label,
          cells: columns.map(({ metric }) => byName.get(metric)),
        })),
      },
    ];
  });
}

/** The part of a name that the instrument gave the metric. */
function shortName(source: string, kind: InstrumentKind, { name, kind: metric }: MetricSpec): string {
  const own = name.slice(`signalbox_${source}_${kind}_`.length);
  const ending = { counter: /_total$/, histogram: /_seconds$/, gauge: /^\b$/ }[metric];
  // How long an operation ran has no further word: figureSuffix() of the contract.
  return own === 'seconds' ? 'run' : own.replace(ending, '');
}

function allColumns(source: string, kind: InstrumentKind, series: readonly MetricSpec[]): GroupColumn[] {
  const columns = new Map<string, string>();
  for (const metric of series) {
    const { labels: _, ...alone } = metric;
    const label = metricLabel(`${source}_${kind}`, alone);
    columns.set(shortName(source, kind, metric), label.charAt(0).toUpperCase() + label.slice(1));
  }
  return [...columns].map(([metric, title]) => ({ metric, title }));
}

/** The last summary of every process, for the CLI, `/metrics` and the measured effect of commands. */
import type { SourceCatalog } from '../../../contract/history-batch.ts';
import { type Catalog, FIRST_REVISION } from '../../../contract/link/catalog.ts';
import type { MetricSummary } from '../../../contract/link/metric-summary.ts';
import {
  type FrameLayout,
  HISTOGRAM_FIELDS,
  type HistogramField,
  layoutOf,
  type MetricReading,
  readMetrics,
} from '../../../contract/metric-frame.ts';
import type { Clock } from '../../../kit/clock.ts';

/** Catalogs that are kept of one source: a sample may still be on its way when the next comes. */
const REVISIONS = 2;

interface Latest {
  /** By revision, newest last. */
  readonly catalogs: Map<number, { readonly catalog: Catalog; readonly layout: FrameLayout }>;
  /** That of `summary`, or of the newest catalog. */
  layout: FrameLayout;
  summary: MetricSummary | null;
  waiting: (() => void)[];
}

/** One summary a source. */
export class MetricsStore {
  readonly #clock: Clock;
  readonly #sources = new Map<string, Latest>();

  /** `declared` is what every process that may report is going to measure, as its manifest says. */
  constructor(clock: Clock, declared: readonly SourceCatalog[]) {
    this.#clock = clock;
    for (const { source, metrics } of declared) {
      const layout = layoutOf(metrics);
      const catalog = { revision: FIRST_REVISION, metrics };
      const catalogs = new Map([[FIRST_REVISION, { catalog, layout }]]);
      this.#sources.set(source, { catalogs, layout, summary: null, waiting: [] });
    }
  }

  /** Takes over what a process says that it measures. */
  describe(source: string, catalog: Catalog): void {
    const latest = this.#sources.get(source);
    if (latest === undefined) return;
    const { catalogs } = latest;
    // Revisions rise within a process: those of the process before go with the first of the next.
    if (catalog.revision <= ([...catalogs.keys()].at(-1) ?? 0)) catalogs.clear();
    catalogs.set(catalog.revision, { catalog, layout: layoutOf(catalog.metrics) });
    for (const revision of catalogs.keys()) if (catalogs.size > REVISIONS) catalogs.delete(revision);
    if (latest.summary === null) latest.layout = layoutOf(catalog.metrics);
  }

  /** The newest summary of every source that has one, with its layout. */
  all(): { source: string; layout: FrameLayout; summary: MetricSummary }[] {
    return [...this.#sources].flatMap(([source, { layout, summary }]) =>
      summary === null ? [] : [{ source, layout, summary }],
    );
  }

  /** The newest catalog of every source. */
  catalogs(): Readonly<Record<string, Catalog>> {
    return Object.fromEntries(
      [...this.#sources].map(([source, { catalogs }]) => [source, [...catalogs.values()].at(-1)!.catalog]),
    );
  }

  /** Keeps a summary; false where its process has not said what it measures, or something else. */
  update(source: string, summary: MetricSummary): boolean {
    const latest = this.#sources.get(source);
    const known = latest?.catalogs.get(summary.revision);
    if (latest === undefined || known === undefined || summary.values.length !== known.layout.size)
      return false;
    latest.layout = known.layout;
    latest.summary = summary;
    const waiting = latest.waiting;
    latest.waiting = [];
    for (const wake of waiting) wake();
    return true;
  }

  /** Forgets what a process reported that is gone. */
  clear(source: string): void {
    const latest = this.#sources.get(source);
    if (latest !== undefined) latest.summary = null;
  }

  layout(source: string): FrameLayout | null {
    return this.#sources.get(source)?.layout ?? null;
  }

  latest(source: string): MetricSummary | null {
    return this.#sources.get(source)?.summary ?? null;
  }

  /** The last values by name; null while the process has not reported. */
  readings(source: string): {
    readonly time: number;
    readonly catalog: Catalog;
    readonly metrics: Record<string, MetricReading>;
  } | null {
    const latest = this.#sources.get(source);
    if (latest === undefined || latest.summary === null) return null;
    const { layout, summary } = latest;
    const catalog = { revision: summary.revision, metrics: layout.catalog };
    return { time: summary.time, catalog, metrics: readMetrics(layout, summary.values) };
  }

  /** One number of a metric: its value, or the count of a histogram; null while unknown. */
  figure(source: string, metric: string): number | null {
    const latest = this.#sources.get(source);
    const slot = latest?.layout.slot(metric) ?? -1;
    if (latest === undefined || latest.summary === null || slot < 0) return null;
    const isHistogram = latest.layout.spec(metric)?.kind === 'histogram';
    const count: HistogramField = 'count';
    return latest.summary.values[slot + (isHistogram ? HISTOGRAM_FIELDS.indexOf(count) : 0)] ?? null;
  }

  /** Resolves with the next summary of `source`, or after `timeoutMs`. */
  async next(source: string, timeoutMs: number): Promise<void> {
    const latest = this.#sources.get(source);
    if (latest === undefined) return;
    await new Promise<void>((resolve) => {
      const timer = this.#clock.after(timeoutMs, resolve);
      latest.waiting.push(() => {
        timer.cancel();
        resolve();
      });
    });
  }
}

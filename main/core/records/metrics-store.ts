/** The last summary of every process, for the CLI, `/metrics` and the measured effect of commands. */
import type { MetricSummary } from '../../../contract/link/metric-summary.ts';
import {
  type FrameLayout,
  HISTOGRAM_FIELDS,
  type HistogramField,
  type MetricReading,
  readMetrics,
} from '../../../contract/metric-frame.ts';
import type { Clock } from '../../../kit/clock.ts';

interface Latest {
  readonly layout: FrameLayout;
  summary: MetricSummary | null;
  waiting: (() => void)[];
}

/** One summary a source. */
export class MetricsStore {
  readonly #clock: Clock;
  readonly #sources = new Map<string, Latest>();

  /** `layouts` are those of every process that may report. */
  constructor(clock: Clock, layouts: ReadonlyMap<string, FrameLayout>) {
    this.#clock = clock;
    for (const [source, layout] of layouts) this.#sources.set(source, { layout, summary: null, waiting: [] });
  }

  /** Keeps a summary; false where its size is not that of the source's catalog. */
  update(source: string, summary: MetricSummary): boolean {
    const latest = this.#sources.get(source);
    if (latest === undefined || summary.values.length !== latest.layout.size) return false;
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
  readings(
    source: string,
  ): { readonly time: number; readonly metrics: Record<string, MetricReading> } | null {
    const latest = this.#sources.get(source);
    if (latest === undefined || latest.summary === null) return null;
    return { time: latest.summary.time, metrics: readMetrics(latest.layout, latest.summary.values) };
  }

  /** One number of a metric: its value, or the count of a histogram; null while unknown. */
  figure(source: string, metric: string): number | null {
    const latest = this.#sources.get(source);
    const slot = latest?.layout.slot(metric) ?? -1;
    if (latest === undefined || latest.summary === null || slot < 0) return null;
    const isHistogram = latest.layout.catalog.some((one) => one.name === metric && one.kind === 'histogram');
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

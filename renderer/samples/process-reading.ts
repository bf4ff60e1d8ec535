/** Readings of the metrics that every process has, and of any metric by name. Called by cards and the status bar. */
import { HISTOGRAM_FIELDS, type HistogramField } from '../../contract/metric-frame.ts';
import type { SourceModel } from '../model/source-model.ts';

/** What the names of the process metrics end in. */
export type ProcessMetric =
  | 'cpu_ratio'
  | 'resident_memory_bytes'
  | 'heap_used_bytes'
  | 'loop_delay_seconds'
  | 'monitoring_cpu_ratio'
  | 'monitoring_bytes_total';

/** Slot of a field of a histogram, or of the metric itself for other kinds; -1 where the catalog lacks it. */
export function slotOf(source: SourceModel, metric: string, field: HistogramField = 'p99'): number {
  const { layout } = source.samples;
  const at = layout.slot(metric);
  if (at < 0) return -1;
  const kind = layout.spec(metric)?.kind;
  return kind === 'histogram' ? at + HISTOGRAM_FIELDS.indexOf(field) : at;
}

/** The newest value of a metric as people read it: a rate for a counter, p99 for a histogram. NaN for none. */
export function reading(source: SourceModel | undefined, metric: string | undefined): number {
  if (source === undefined || metric === undefined) return Number.NaN;
  return source.samples.shown(slotOf(source, metric));
}

/** The newest value of a process metric. NaN for none. */
export function processReading(source: SourceModel | undefined, suffix: ProcessMetric): number {
  return source === undefined ? Number.NaN : reading(source, `signalbox_${source.id}_${suffix}`);
}

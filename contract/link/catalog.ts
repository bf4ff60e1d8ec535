/** What a process measures, as it says itself. */
import { z } from 'zod';
import type { MessageOf } from '../read-only.ts';

export const metricSpecSchema = z.strictObject({
  name: z.string().min(1).max(128),
  /** Counters only rise, gauges go both ways, histograms collect durations in seconds. */
  kind: z.enum(['counter', 'gauge', 'histogram']),
  /** Prometheus base units, and plain counts. */
  unit: z.enum(['seconds', 'bytes', 'ratio', 'count']),
  help: z.string(),
});

/** One metric. `name` follows Prometheus: `signalbox_<daemon>_<what>_<unit>[_total]`. */
export type MetricSpec = MessageOf<typeof metricSpecSchema>;

/** Of the catalog that every process begins with. */
export const FIRST_REVISION = 1;

export const catalogSchema = z.strictObject({
  /** Rises when the process measures something else; begins at 1 with each process. */
  revision: z.number().int().positive(),
  /** In the order of a sample's values. */
  metrics: z.array(metricSpecSchema),
});

/** What a process measures. Samples name the revision whose order they have. */
export type Catalog = MessageOf<typeof catalogSchema>;

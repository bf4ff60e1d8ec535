/** What a process measures, as it says itself. */
import { z } from 'zod';
import type { MessageOf } from '../read-only.ts';

/** What a process may have many of, made and closed while it runs. */
export const INSTRUMENT_KINDS = [
  'queue',
  'pool',
  'slab',
  'cache',
  'batcher',
  'breaker',
  'limiter',
  'correlation',
  'connections',
  'operation',
] as const;
/** One of {@link INSTRUMENT_KINDS}. */
export type InstrumentKind = (typeof INSTRUMENT_KINDS)[number];

export const metricSpecSchema = z.strictObject({
  name: z.string().min(1).max(128),
  /** Counters only rise, gauges go both ways, histograms collect durations in seconds. */
  kind: z.enum(['counter', 'gauge', 'histogram']),
  /** Prometheus base units, and plain counts. */
  unit: z.enum(['seconds', 'bytes', 'ratio', 'count']),
  help: z.string(),
  /** Tell the instances of an instrument apart; absent for what a process has once. */
  labels: z.record(z.string(), z.string()).optional(),
  /** The kind of instrument that it was registered for while the process ran. */
  instrument: z.enum(INSTRUMENT_KINDS).optional(),
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

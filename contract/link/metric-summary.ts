/** One second of a process on its way to main. */
import { z } from 'zod';
import type { MessageOf } from '../read-only.ts';
import { float64Array, uint32Array } from './typed-arrays.ts';

export const metricSummarySchema = z.strictObject({
  /** Unix time in milliseconds. */
  time: z.number(),
  /** Of the catalog in whose order the values are. */
  revision: z.number().int().positive(),
  /** In the order of the catalog. */
  values: float64Array,
  /** Histograms in which this second recorded something. */
  intervals: z.array(z.strictObject({ metric: z.string(), buckets: uint32Array })),
});

/** One second of a process, sent to main for the cards of the CLI, for history and for alerts. */
export type MetricSummary = MessageOf<typeof metricSummarySchema>;

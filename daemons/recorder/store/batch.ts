/**
 * What main sends in one append, as the manifest checks it. Shape errors refuse the whole batch; a sample that fits
 * no catalog is left out and counted.
 */
import { z } from 'zod';
import { workTimingSchema } from '../../../contract/work-timing.ts';
import { limits } from '../limits.ts';

const name = z.string().min(1).max(128);
const series = z.string().min(1).max(limits.seriesIdCharacters.default);
/** Lists of metrics are numbered by source; one without a number goes on until the next. */
const listId = z.number().int().nonnegative().optional();
// Not z.instanceof, whose type leaves out arrays over shared memory.
const float64Array = z.custom<Float64Array>(
  (value) => value instanceof Float64Array,
  'expected a Float64Array',
);
const uint32Array = z.custom<Uint32Array>((value) => value instanceof Uint32Array, 'expected a Uint32Array');
const time = z.number().nonnegative();

/** What a command moved; also what is read back of it. */
export const effectsSchema = z.array(z.object({ metric: z.string(), before: z.number(), after: z.number() }));

/** An entry of the audit trail, as the journal has it. */
export const auditEntry = z.object({
  time,
  actor: z.string(),
  from: z.string().max(32),
  action: z.string(),
  target: z.string(),
  command: z.string(),
  args: z.record(z.string(), z.unknown()),
  ok: z.boolean(),
  outcome: z.string(),
  durationMs: z.number(),
  effects: effectsSchema,
  timing: workTimingSchema.optional(),
});

/** Main numbers its batches within a run of the app (`epoch`) and sends them in that order. */
export const appendArgs = z.object({
  epoch: z.string().min(1).max(64),
  batch: z.number().int().nonnegative(),
  catalogs: z
    .array(
      z.object({
        source: name,
        id: listId,
        metrics: z
          .array(
            z.object({
              name: series,
              kind: z.enum(['counter', 'gauge', 'histogram']),
              unit: z.enum(['seconds', 'bytes', 'ratio', 'count']),
            }),
          )
          .max(limits.catalogMetrics.default),
      }),
    )
    .max(limits.batchCatalogs.default)
    .default([]),
  samples: z
    .array(
      z.object({
        source: name,
        instance: z.number().int(),
        time,
        catalog: listId,
        values: float64Array,
        intervals: z
          .array(z.object({ metric: series, buckets: uint32Array }))
          .max(limits.catalogMetrics.default),
      }),
    )
    .max(limits.batchSamples.default)
    .default([]),
  states: z
    .array(z.object({ time, daemon: name, state: z.string().max(32), cause: z.string().nullable() }))
    .max(limits.batchEntries.default)
    .default([]),
});

/** A batch that has been checked. */
export type AppendBatch = z.output<typeof appendArgs>;

/** What became of a batch. */
export interface AppendResult {
  /** Samples and states stored; 0 for a batch that was stored before. */
  readonly stored: number;
  /** Samples left out: no catalog of their source is known, or they do not fit it. */
  readonly rejected: number;
}

/** What a daemon says to main. */

import { z } from 'zod';
import { loopBlockReportSchema } from '../loop-block.ts';
import type { MessageOf } from '../read-only.ts';
import { outcomeSchema, wireErrorSchema } from '../wire-error.ts';
import { workTimingSchema } from '../work-timing.ts';
import { catalogSchema } from './catalog.ts';
import { deedReportSchema, deedRequestSchema } from './deeds.ts';
import { endpointsSchema } from './endpoint.ts';
import { lifecycleRequestSchema } from './lifecycle.ts';
import { metricSummarySchema } from './metric-summary.ts';
import { checkOutcomeSchema } from './reload.ts';
import { requestId } from './request-id.ts';
import { streamCloseSchema, streamDataSchema } from './stream-messages.ts';
import { taskReportSchema } from './tasks.ts';

/** Checks what main receives. Results are checked by whoever asked, log records one by one where they are kept. */
export const fromDaemonSchema = z.discriminatedUnion('type', [
  // Not strict: a process of another version shall be told apart by its number, whatever else it says.
  z.object({
    type: z.literal('hello'),
    protocol: z.number(),
    id: z.string(),
    pid: z.number(),
    runtime: z.string(),
  }),
  z.strictObject({ type: z.literal('ready'), listeners: endpointsSchema, catalog: catalogSchema }),
  /** What it measures is something else now: the revision has risen. */
  z.strictObject({ type: z.literal('catalog'), catalog: catalogSchema }),
  z.strictObject({ type: z.literal('failed'), error: wireErrorSchema }),
  z.strictObject({ type: z.literal('checked'), outcome: outcomeSchema(checkOutcomeSchema) }),
  z.strictObject({ type: z.literal('listeners'), listeners: endpointsSchema }),
  z.strictObject({ type: z.literal('stopping'), message: z.string() }),
  z.strictObject({ type: z.literal('pong'), seq: z.number() }),
  z.strictObject({ type: z.literal('summary'), summary: metricSummarySchema }),
  z.strictObject({
    type: z.literal('logs'),
    /** One that is malformed costs itself only. */
    records: z.array(z.unknown()),
    dropped: z.number(),
  }),
  z.strictObject({
    type: z.literal('reply'),
    requestId,
    outcome: outcomeSchema(z.unknown()),
    /** Of a command: what it waited for in the daemon, and what it took. */
    timing: workTimingSchema.optional(),
  }),
  taskReportSchema,
  /** Its loop stood still; it says so when it goes on. */
  loopBlockReportSchema,
  lifecycleRequestSchema,
  deedRequestSchema,
  deedReportSchema,
  streamDataSchema,
  streamCloseSchema,
]);

/** What a daemon says to main. */
export type FromDaemon = MessageOf<typeof fromDaemonSchema>;

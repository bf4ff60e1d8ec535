/** What a daemon's own operators do by its protocol, written down by main before it is done; see docs/architecture.md. */
import { z } from 'zod';
import type { MessageOf } from '../read-only.ts';
import { outcomeSchema } from '../wire-error.ts';
import { requestId } from './request-id.ts';

export const operatorDeedSchema = z.strictObject({
  /** As the daemon knows them: nick and host. */
  actor: z.string().max(256),
  command: z.string().max(64),
  /** Never a secret. */
  args: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

/** What one of a daemon's own operators does by its protocol (IRC's KILL, KLINE, OPER). */
export type OperatorDeed = MessageOf<typeof operatorDeedSchema>;

export const deedRequestSchema = z.strictObject({
  type: z.literal('deed'),
  /** Comes back in `deed-begun`, and once more in the {@link DeedReport}. */
  requestId,
  ...operatorDeedSchema.shape,
});

/** A daemon asks main to write down what is about to be done; it is done when `deed-begun` has come. */
export type DeedRequest = MessageOf<typeof deedRequestSchema>;

export const deedReportSchema = z.strictObject({
  type: z.literal('deed-done'),
  requestId,
  ...operatorDeedSchema.shape,
  ok: z.boolean(),
  outcome: z.string().max(1024),
});

/** What came of a deed, also of one that main could not write down beforehand. */
export type DeedReport = MessageOf<typeof deedReportSchema>;

/** Main's answer: whether what a {@link DeedRequest} names is in the journal, so that it may be done. */
export const deedBegunSchema = z.strictObject({
  type: z.literal('deed-begun'),
  requestId,
  outcome: outcomeSchema(z.unknown()),
});

/** An error and an answer as they travel, as schemas. Apart from errors.ts, which a window loads without a validator. */
import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from './errors.ts';
import type { MessageOf } from './read-only.ts';

export const errorCodeSchema = z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]);

export const wireErrorSchema = z.strictObject({
  code: errorCodeSchema,
  message: z.string(),
  detail: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]))
    .optional(),
});

/** An error as it travels: plain data, safe to show. Never holds a secret. */
export type WireError = MessageOf<typeof wireErrorSchema>;

/** The schema of an `Outcome`: `result`, or an error. */
export function outcomeSchema<Result extends z.ZodType>(result: Result) {
  return z.discriminatedUnion('ok', [
    z.strictObject({ ok: z.literal(true), result }),
    z.strictObject({ ok: z.literal(false), error: wireErrorSchema }),
  ]);
}

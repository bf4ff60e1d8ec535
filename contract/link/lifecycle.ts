/** What a daemon asks of main about its own life, and the answer. */
import { z } from 'zod';
import type { MessageOf } from '../read-only.ts';
import { outcomeSchema } from '../wire-error.ts';
import { requestId } from './request-id.ts';

export const lifecycleRequestSchema = z.strictObject({
  type: z.literal('lifecycle'),
  /** Comes back in `lifecycle-outcome`. */
  requestId,
  /** `adopt`: write the settings that its manifest names (`adopts`) into the configuration file, and read that again. */
  action: z.enum(['stop', 'restart', 'reload', 'adopt']),
  /** Who asked, as the daemon knows them: an operator's nick and host. */
  actor: z.string().max(256),
  reason: z.string().max(512),
});

/** A daemon asks main to stop or restart it, to read the configuration file again (IRC's DIE, RESTART, REHASH), or to change it. */
export type LifecycleRequest = MessageOf<typeof lifecycleRequestSchema>;

/** What came of a {@link LifecycleRequest}. */
export const lifecycleOutcomeSchema = z.strictObject({
  type: z.literal('lifecycle-outcome'),
  requestId,
  outcome: outcomeSchema(z.unknown()),
});

/** What main says to a daemon. */

import { z } from 'zod';
import type { MessageOf } from '../read-only.ts';
import { actorSchema } from './actor.ts';
import { deedBegunSchema } from './deeds.ts';
import { lifecycleOutcomeSchema } from './lifecycle.ts';
import { instanceSecretSchema, peerSchema } from './peers.ts';
import { RELOAD_STEPS } from './reload.ts';
import { requestId } from './request-id.ts';
import { streamCloseSchema, streamDataSchema, streamOpenSchema } from './stream-messages.ts';
import { taskCancelSchema } from './tasks.ts';

const peers = z.array(peerSchema);

/** Name under which `impact` asks what stopping the daemon would do. */
export const STOP_IMPACT = '$stop';

/** Checks what a daemon receives. Configurations and arguments are checked by the manifest. */
export const toDaemonSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('init'),
    config: z.unknown(),
    /** Folder for this daemon's own files; exists. */
    dataDir: z.string().min(1),
    logDir: z.string().min(1),
    instance: z.number().int(),
    peers,
    secret: instanceSecretSchema,
  }),
  /** Sent instead of `init`: what would a start with this configuration say? The process ends after its answer. */
  z.strictObject({ type: z.literal('check'), config: z.unknown(), dataDir: z.string().min(1) }),
  z.strictObject({ type: z.literal('stop'), deadlineMs: z.number().nonnegative() }),
  z.strictObject({ type: z.literal('ping'), seq: z.number() }),
  z.strictObject({
    type: z.literal('command'),
    requestId,
    name: z.string(),
    args: z.unknown(),
    timeoutMs: z.number().positive(),
    actor: actorSchema,
  }),
  z.strictObject({ type: z.literal('impact'), requestId, name: z.string(), args: z.unknown() }),
  z.strictObject({ type: z.literal('cancel'), requestId }),
  z.strictObject({
    type: z.literal('reload'),
    requestId,
    step: z.enum(RELOAD_STEPS),
    /** With `begin`. */
    config: z.unknown().optional(),
  }),
  /** Another daemon listens elsewhere now. */
  z.strictObject({ type: z.literal('peers'), peers }),
  taskCancelSchema,
  /** A summary came whose catalog main does not know: it is answered by `catalog`. */
  z.strictObject({ type: z.literal('catalog?') }),
  deedBegunSchema,
  lifecycleOutcomeSchema,
  streamOpenSchema,
  streamDataSchema,
  streamCloseSchema,
]);

/** What main says to a daemon. */
export type ToDaemon = MessageOf<typeof toDaemonSchema>;

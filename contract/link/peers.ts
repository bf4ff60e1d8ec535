/** Where the other daemons of an instance listen, and how two of them recognise each other. */
import { z } from 'zod';
import type { MessageOf } from '../read-only.ts';
import { endpointSchema } from './endpoint.ts';

/** Length of the secret of an instance, in bytes. */
export const INSTANCE_SECRET_BYTES = 32;

/**
 * Known to the daemons of one run of main, for the links between them: main makes it at its start and sends it in `init`.
 * It is written nowhere and travels nowhere else.
 */
export const instanceSecretSchema = z.custom<Uint8Array>(
  (value) => value instanceof Uint8Array && value.length === INSTANCE_SECRET_BYTES,
  { error: `expected ${INSTANCE_SECRET_BYTES} bytes` },
);

export const peerSchema = z.strictObject({
  id: z.string().min(1).max(64),
  /** None while it does not run. */
  endpoints: z.array(endpointSchema),
});

/** Another daemon of the instance, and where it accepts connections now. */
export type Peer = MessageOf<typeof peerSchema>;

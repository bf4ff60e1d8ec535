/** Where a daemon accepts connections. */
import { z } from 'zod';
import type { MessageOf } from '../read-only.ts';

export const listenerInfoSchema = z.strictObject({
  /** What is spoken there: `irc`, `frames`, `websocket`. */
  protocol: z.string(),
  host: z.string(),
  port: z.number().int(),
  tls: z.boolean(),
});

/** An address that a daemon accepts connections on; `port` is the real one, also where 0 was configured. */
export type ListenerInfo = MessageOf<typeof listenerInfoSchema>;

/** How main hands a window's stream to a daemon, and relays one where it cannot. What flows on it is in ../stream.ts. */
import { z } from 'zod';
import { ROLES } from '../access.ts';
import type { MessageOf } from '../read-only.ts';
import { uint8Array } from './typed-arrays.ts';

const streamId = z.number().int().nonnegative();

export const streamTransportSchema = z.enum(['port', 'socket', 'link']);

/** How the bytes of a stream to a window travel. */
export type StreamTransport = MessageOf<typeof streamTransportSchema>;

export const streamPurposeSchema = z.enum(['watch', 'bytes']);

/** What a stream is for: a window that watches (../stream.ts), or a file (../byte-stream.ts). */
export type StreamPurpose = MessageOf<typeof streamPurposeSchema>;

export const streamOpenSchema = z.strictObject({
  type: z.literal('stream-open'),
  streamId,
  transport: streamTransportSchema,
  purpose: streamPurposeSchema,
  /** Of whoever watches: decides which tables may be watched. */
  role: z.enum(ROLES),
  /** With `socket`: what the WebSocket handshake needs; the socket travels beside the message. */
  upgrade: z.strictObject({ headers: z.record(z.string(), z.string()), head: uint8Array }).optional(),
});

/** Ten a second and window: whoever is at the end of the stream checks `data`. */
export const streamDataSchema = z.strictObject({
  type: z.literal('stream-data'),
  streamId,
  data: z.unknown(),
});

export const streamCloseSchema = z.strictObject({ type: z.literal('stream-close'), streamId });

/**
 * What two ends say on a channel for files, in both directions at once: a window and a daemon, over a MessagePort, a
 * WebSocket (where `bytes` is binary and the rest JSON text) or relayed by main. Neither end sends more bytes than the other
 * has given credit for, so that what is under way is bounded however slowly one of them reads.
 */
import { z } from 'zod';
import { uint8Array } from './link/typed-arrays.ts';
import type { MessageOf } from './read-only.ts';
import { wireErrorSchema } from './wire-error.ts';

const count = z.number().int().nonnegative();

export const byteMessageSchema = z.discriminatedUnion('type', [
  /** The first message of each end; that of whoever opened the channel comes first. */
  z.strictObject({
    type: z.literal('bytes-open'),
    /** What is wanted or offered, in the words of the daemon that serves it; empty in its answer. */
    name: z.string().max(4_200),
    /** How many bytes this end is going to send; null where that is not known. */
    size: count.nullable(),
    /** How many bytes the other end may send. */
    credit: count,
  }),
  z.strictObject({ type: z.literal('bytes'), data: uint8Array }),
  /** So many bytes were taken over: as many more may be sent. */
  z.strictObject({ type: z.literal('bytes-ack'), credit: count }),
  /** This end sends no more; `total` is what it has sent. */
  z.strictObject({ type: z.literal('bytes-end'), total: count }),
  /** Nothing of it counts, in either direction; the channel closes. */
  z.strictObject({ type: z.literal('bytes-cancel'), error: wireErrorSchema }),
]);

/** A message on a channel for files. */
export type ByteMessage = MessageOf<typeof byteMessageSchema>;

/** What the channel between two ends is made of. */
export interface BytePipe {
  send(message: ByteMessage): void;
  /** Gets what the other end sent, unchecked. */
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, when nothing comes any more. */
  onClose(listener: () => void): void;
  close(): void;
}

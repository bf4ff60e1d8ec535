/** The control frames that clients may send, and their shapes. Read by greeting.ts and control-handlers.ts. */
import { z } from 'zod';
import { MODES } from '../config.ts';

/** Version of the wire protocol, told in `welcome`. */
export const PROTOCOL_VERSION = 1;

/** What a client may ask for in its hello. */
export const FEATURES = ['presence'] as const;

const id = z.union([z.number().int().min(0).max(0xffff_ffff), z.string().max(64)]).optional();
const room = z.string();
const page = { offset: z.number().int().min(0).default(0), limit: z.number().int().min(1).optional() };

export const helloSchema = z.object({
  type: z.literal('hello'),
  id,
  mode: z.enum(MODES).optional(),
  peer: z.string().optional(),
  /** Unknown features are ignored, so that newer clients get on with older relays. */
  features: z.array(z.string().max(64)).max(32).default([]),
});
/** A hello that has been checked. */
export type HelloRequest = z.output<typeof helloSchema>;

/** Every request of a client that has said hello. */
export const CONTROL_REQUESTS = {
  create: z.object({ id, room }),
  join: z.object({ id, room, create: z.boolean().default(true) }),
  leave: z.object({ id, room }),
  list: z.object({ id, ...page }),
  members: z.object({ id, room, ...page }),
  ping: z.object({ id }),
  /** Answer to a ping of the relay. */
  pong: z.object({ id }),
} as const;

/** The `type` of a control frame. */
export type ControlType = keyof typeof CONTROL_REQUESTS;
/** A control frame of one type that has been checked. */
export type ControlRequest<Type extends ControlType> = z.output<(typeof CONTROL_REQUESTS)[Type]>;

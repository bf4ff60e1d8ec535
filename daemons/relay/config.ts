/** The `[relay]` table of the configuration file. Limits are generated from the table in limits.ts. */
import { z } from 'zod';
import { parseCidr } from '../runtime/ip-address.ts';
import { CLASS_LIMIT_NAMES, type ClassLimitName, LIMIT_NAMES, LIMITS, type LimitName } from './limits.ts';

/** What happens to the frames of a connection. */
export const MODES = ['echo', 'broadcast', 'rooms', 'direct'] as const;
/** One of {@link MODES}. */
export type Mode = (typeof MODES)[number];

/** What a client that says no hello gets; with `rooms` it must say hello. */
const DEFAULT_MODES = ['echo', 'broadcast', 'rooms'] as const;
/** One of {@link DEFAULT_MODES}. */
export type DefaultMode = (typeof DEFAULT_MODES)[number];

/** What happens to a client whose send queue is full. */
const SLOW_READER_POLICIES = ['disconnect', 'drop-oldest'] as const;
/** One of {@link SLOW_READER_POLICIES}. */
export type SlowReaderPolicy = (typeof SLOW_READER_POLICIES)[number];

/** What a send queue must hold beside the largest payload: the header of its frame, and what came in the same read. */
export const SEND_QUEUE_HEADROOM_BYTES = 128 * 1024;

/** The range that limits.ts allows for a limit. */
export function limitNumber(name: LimitName) {
  const limit = LIMITS[name];
  return z.number().int().min(limit.min).max(limit.max).describe(limit.reason);
}

const limitFields = Object.fromEntries(
  LIMIT_NAMES.map((name) => [name, limitNumber(name).default(LIMITS[name].default)]),
) as Record<LimitName, z.ZodDefault<z.ZodNumber>>;

const classLimitFields = Object.fromEntries(
  CLASS_LIMIT_NAMES.map((name) => [name, limitNumber(name).optional()]),
) as Record<ClassLimitName, z.ZodOptional<z.ZodNumber>>;

const cidr = z
  .string()
  .refine((text) => parseCidr(text) !== null, 'must be an address or a range such as 10.0.0.0/8');

const listenEntry = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Address to listen on'),
  port: z.number().int().min(0).max(65_535).default(6680).describe('TCP port, 0 for any free one'),
  tls: z.boolean().default(false).describe('Whether clients speak TLS here'),
  mode: z.enum(DEFAULT_MODES).optional().describe('Overrides `mode` for clients of this listener'),
});

const classEntry = z.strictObject({
  name: z.string().min(1).max(64),
  match: z.array(cidr).min(1).describe('Ranges of client addresses; the first class that matches wins'),
  throttle: z.boolean().default(true).describe('Whether connects per address are limited'),
  flood: z.boolean().default(true).describe('Whether the receive rate is limited'),
  max_connections: z.number().int().min(0).optional().describe('Connections of this class at once'),
  slow_reader: z.enum(SLOW_READER_POLICIES).optional(),
  ...classLimitFields,
});

export const relayConfig = z
  .strictObject({
    listen: z
      .array(listenEntry)
      .min(1)
      .default([{ host: '127.0.0.1', port: 6680, tls: false }]),
    mode: z
      .enum(DEFAULT_MODES)
      .default('echo')
      .describe('What clients get that send frames without a hello; with `rooms` they must say hello'),
    modes: z
      .array(z.enum(MODES))
      .default([...MODES])
      .describe('Modes that a hello may ask for'),
    slow_reader: z
      .enum(SLOW_READER_POLICIES)
      .default('disconnect')
      .describe('What happens to a client whose send queue is full'),
    tls: z
      .strictObject({ certificate: z.string().min(1), key: z.string().min(1) })
      .optional()
      .describe('PEM files for the listeners with `tls = true`'),
    class: z
      .array(classEntry)
      .default([])
      .describe('Connection classes; a default class always follows them'),
    ...limitFields,
  })
  .superRefine((config, context) => {
    const complain = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    config.listen.forEach((entry, index) => {
      if (entry.tls && config.tls === undefined)
        complain(['listen', index, 'tls'], 'needs [relay.tls] with certificate and key');
    });
    const needed = config.max_frame_bytes + SEND_QUEUE_HEADROOM_BYTES;
    if (config.send_queue_bytes < needed)
      complain(['send_queue_bytes'], `must hold a frame of max_frame_bytes: at least ${needed}`);
    if (config.idle_seconds <= config.ping_seconds)
      complain(['idle_seconds'], 'must be more than ping_seconds, or every quiet client is dropped');
    config.class.forEach((entry, index) => {
      if (entry.send_queue_bytes !== undefined && entry.send_queue_bytes < needed)
        complain(
          ['class', index, 'send_queue_bytes'],
          `must hold a frame of max_frame_bytes: at least ${needed}`,
        );
      const ping = entry.ping_seconds ?? config.ping_seconds;
      if ((entry.idle_seconds ?? config.idle_seconds) <= ping)
        complain(['class', index, 'idle_seconds'], 'must be more than ping_seconds');
    });
  });

/** The table with defaults filled in. */
export type RelayConfig = z.output<typeof relayConfig>;
/** One entry of `listen`. */
export type ListenEntry = z.output<typeof listenEntry>;

/** The `[relay]` table of the configuration file. Limits are generated from the table in limits.ts. */
import { z } from 'zod';
import { filePath, lineText } from '../../contract/line-texts.ts';
import { listenSetting, tcpListener, webSocketOrigins } from '../../contract/listen-setting.ts';
import { parseCidr } from '../runtime/net/ip-address.ts';
import { CLASS_LIMIT_NAMES, type ClassLimitName, LIMIT_NAMES, LIMITS, type LimitName } from './limits.ts';
import { isIdentityText } from './noise/identity.ts';
import { BURST_SECONDS } from './rooms/relayed-quota.ts';
import { SECURITY_MODES } from './secure/security-modes.ts';

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

/**
 * What is wrong with limits that are each within their range, by the limit to change. Asked of the configuration, of each
 * class and of `set-limits`.
 */
export function limitProblems(
  limits: Readonly<Record<LimitName, number>>,
): readonly { readonly limit: LimitName; readonly message: string }[] {
  const problems: { limit: LimitName; message: string }[] = [];
  const needed = limits.max_frame_bytes + SEND_QUEUE_HEADROOM_BYTES;
  if (limits.send_queue_bytes < needed)
    problems.push({
      limit: 'send_queue_bytes',
      message: `expected at least ${needed}, to hold a frame of max_frame_bytes`,
    });
  if (limits.send_queue_total_bytes < limits.send_queue_bytes)
    problems.push({
      limit: 'send_queue_total_bytes',
      message: `expected at least ${limits.send_queue_bytes}, which send_queue_bytes allows to one client`,
    });
  if (limits.receive_total_bytes < 2 * limits.max_frame_bytes)
    problems.push({
      limit: 'receive_total_bytes',
      message: `expected at least ${2 * limits.max_frame_bytes}, to hold an unfinished frame of max_frame_bytes that grows`,
    });
  const relayed = limits.relayed_bytes_per_second;
  if (relayed > 0 && relayed * BURST_SECONDS < limits.max_frame_bytes)
    problems.push({
      limit: 'relayed_bytes_per_second',
      message: `expected at least ${Math.ceil(limits.max_frame_bytes / BURST_SECONDS)}, with which a message of max_frame_bytes can be passed on, or 0`,
    });
  if (limits.max_control_bytes > limits.max_frame_bytes)
    problems.push({
      limit: 'max_control_bytes',
      message: `expected at most ${limits.max_frame_bytes}, because a control frame is a frame (max_frame_bytes)`,
    });
  if (limits.idle_seconds <= limits.ping_seconds)
    problems.push({
      limit: 'idle_seconds',
      message: `expected more than ${limits.ping_seconds}: with ping_seconds every quiet client is dropped`,
    });
  return problems;
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

const listenEntry = tcpListener(6680).extend({
  mode: z.enum(DEFAULT_MODES).optional().describe('Overrides `mode` for clients of this listener'),
  protocol: z
    .enum(['frames', 'websocket', 'stun'])
    .optional()
    .describe(
      'What is spoken: frames if absent; websocket, which carries the same to clients in browsers; or stun, over TCP and UDP at once: clients behind NAT learn their address by it',
    ),
});

const identity = z
  .string()
  .refine(
    isIdentityText,
    'must be an identity: 43 characters of base64url, as `run relay identity` shows one',
  );

const securityTable = z.strictObject({
  mode: z
    .enum(SECURITY_MODES)
    .default('both')
    .describe('Whether clients speak plain frames, sealed ones (Noise), or as they choose'),
  identity_file: filePath()
    .optional()
    .describe(
      'PEM file of the Ed25519 key that is the identity of the relay, made where it is not there; in the data folder if absent',
    ),
  allow: z
    .array(identity)
    .max(100_000)
    .default([])
    .describe(
      'Identities that are let in, and nobody else: who does not prove one neither. Empty lets in everybody',
    ),
  changed_identity: z
    .enum(['refuse', 'warn'])
    .default('refuse')
    .describe(
      "What happens when another identity asks for a peer id that is known to be somebody else's: it is refused, or takes it over; the log warns of both",
    ),
  core_files: z
    .boolean()
    .default(false)
    .describe(
      'Whether the system may write a core file of the relay after a crash: it would hold the keys of sessions',
    ),
});

const classEntry = z.strictObject({
  name: lineText({ max: 64 }),
  match: z.array(cidr).min(1).describe('Ranges of client addresses; the first class that matches wins'),
  throttle: z.boolean().default(true).describe('Whether connects per address are limited'),
  flood: z.boolean().default(true).describe('Whether the receive rate is limited'),
  max_connections: z.number().int().min(0).optional().describe('Connections of this class at once'),
  slow_reader: z.enum(SLOW_READER_POLICIES).optional(),
  ...classLimitFields,
});

export const relayConfig = z
  .strictObject({
    listen: listenSetting(listenEntry)
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
      .strictObject({ certificate: filePath(), key: filePath() })
      .optional()
      .describe(
        'PEM files for the listeners with `tls = true`; relative paths begin where Signalbox was started',
      ),
    websocket_origins: webSocketOrigins(),
    security: securityTable.prefault({}).describe('Sealed sessions and who may have one'),
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
        complain(['listen', index, 'tls'], 'expected [relay.tls] with certificate and key');
      if (entry.protocol !== 'stun') return;
      if (entry.tls) complain(['listen', index, 'tls'], 'expected false: STUN is spoken without TLS here');
      if (entry.mode !== undefined)
        complain(['listen', index, 'mode'], 'expected none: with protocol = "stun" there are no frames');
    });
    for (const { limit, message } of limitProblems(config)) complain([limit], message);
    config.class.forEach((entry, index) => {
      const { name } = entry;
      if (config.class.findIndex((earlier) => earlier.name === name) < index)
        complain(['class', index, 'name'], 'expected a name of its own; an earlier class has it');
      const own = Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
      // What is wrong with the relay's own limits was said already, and is not the class's mistake.
      for (const { limit, message } of limitProblems({ ...config, ...own }))
        if (limit in own) complain(['class', index, limit], message);
    });
    if (config.security.mode === 'plain' && config.security.allow.length > 0)
      complain(
        ['security', 'allow'],
        'expected no identities with mode = "plain", in which nobody can prove one',
      );
    const needsRooms = 'expected rooms among `modes`, because clients of the mode rooms must say hello';
    if (!config.modes.includes('rooms')) {
      if (config.mode === 'rooms') complain(['mode'], needsRooms);
      config.listen.forEach((entry, index) => {
        if (entry.mode === 'rooms') complain(['listen', index, 'mode'], needsRooms);
      });
    }
  });

/** The table with defaults filled in. */
export type RelayConfig = z.output<typeof relayConfig>;
/** One entry of `listen`. */
export type ListenEntry = z.output<typeof listenEntry>;

/**
 * Every limit of the relay in one table: default, range and reason. The configuration schema, the `set-limits`
 * command and the documentation are derived from it; running code reads the numbers from a {@link Limits} object.
 */

import { type Limit, limitDefaults } from '../../contract/limit.ts';
import { limits as shared } from '../runtime/limits.ts';

/** A limit with the range that the configuration and `set-limits` accept. */
interface RelayLimit extends Limit {
  readonly min: number;
  readonly max: number;
  /** A connection class may say otherwise. */
  readonly perClass?: true;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** The table. A rate of 0 means that it is not limited. */
export const LIMITS = {
  max_frame_bytes: {
    default: MIB,
    min: 512,
    max: 64 * MIB,
    unit: 'bytes',
    reason:
      'Largest payload of a frame; a longer length is an attack or a client that speaks something else.',
  },
  max_control_bytes: {
    default: 8 * KIB,
    min: 512,
    max: MIB,
    unit: 'bytes',
    reason: 'Largest control frame a client may send; parsing JSON costs far more a byte than relaying data.',
  },
  max_clients: {
    default: 10_000,
    min: 1,
    max: 1_000_000,
    unit: 'count',
    reason: 'The size the relay is built and measured for.',
  },
  connections_per_ip: {
    default: 4_096,
    min: 1,
    max: 1_000_000,
    unit: 'count',
    reason:
      'Many peers may share the address of a NAT or proxy; this stops one host from taking every place.',
    perClass: true,
  },
  connect_burst: {
    default: 8_192,
    min: 1,
    max: 1_000_000,
    unit: 'count',
    reason: 'All peers behind one address reconnect at once after an outage.',
    perClass: true,
  },
  connects_per_second: {
    default: 500,
    min: 1,
    max: 1_000_000,
    unit: 'count',
    reason: 'Connects an address may keep up after its burst; more is a client that reconnects in a loop.',
    perClass: true,
  },
  throttle_addresses: {
    default: shared.throttleAddresses.default,
    min: 16,
    max: 4_194_304,
    unit: 'count',
    reason: 'Addresses the throttle remembers; the least recent is forgotten first, so memory is bounded.',
  },
  receive_bytes_per_second: {
    default: 16 * MIB,
    min: 0,
    max: 1024 * MIB,
    unit: 'bytes/second',
    reason: 'A client that sends faster is read more slowly, so that one sender cannot take the whole loop.',
    perClass: true,
  },
  receive_frames_per_second: {
    default: 10_000,
    min: 0,
    max: 10_000_000,
    unit: 'frames/second',
    reason: 'Small frames cost by number, not by size; a faster sender is read more slowly.',
    perClass: true,
  },
  send_queue_bytes: {
    default: 4 * MIB,
    min: 1024,
    max: 1024 * MIB,
    unit: 'bytes',
    reason: 'What may wait for a client that does not read: four of the largest frames.',
    perClass: true,
  },
  send_queue_frames: {
    default: 65_536,
    min: 16,
    max: 4_194_304,
    unit: 'frames',
    reason: 'Bounds the bookkeeping of a queue of tiny frames.',
    perClass: true,
  },
  send_queue_total_bytes: {
    default: 512 * MIB,
    min: MIB,
    max: 64 * 1024 * MIB,
    unit: 'bytes',
    reason:
      'Memory held for all clients that do not read; above it those of the address that holds most go first.',
  },
  receive_total_bytes: {
    default: 256 * MIB,
    min: MIB,
    max: 64 * 1024 * MIB,
    unit: 'bytes',
    reason:
      'Memory held of frames that are not complete; above it clients of the address that holds most go first.',
  },
  max_rooms: {
    default: 10_000,
    min: 1,
    max: 1_000_000,
    unit: 'count',
    reason: 'A room costs about 1 KiB; nobody may create them without end.',
  },
  rooms_per_peer: {
    default: 64,
    min: 1,
    max: 10_000,
    unit: 'count',
    reason: 'A chat client shows a few dozen rooms.',
  },
  members_per_room: {
    default: 10_000,
    min: 1,
    max: 1_000_000,
    unit: 'count',
    reason: 'A frame to a room costs one delivery a member.',
  },
  peer_id_bytes: {
    default: 64,
    min: 16,
    max: 255,
    unit: 'bytes',
    reason: 'Holds a hex key or a UUID; the wire format has one byte for the length.',
  },
  room_name_bytes: {
    default: 64,
    min: 8,
    max: 255,
    unit: 'bytes',
    reason: 'Readable in a table; the wire format has one byte for the length.',
  },
  page_entries: {
    default: 500,
    min: 10,
    max: 10_000,
    unit: 'count',
    reason: 'Rooms or members in one answer; a client asks for the next page with `after`.',
  },
  handshake_seconds: {
    default: 15,
    min: 1,
    max: 600,
    unit: 'seconds',
    reason: 'Time for the TLS handshake, and for hello where one is required.',
  },
  frame_seconds: {
    default: 60,
    min: 1,
    max: 3_600,
    unit: 'seconds',
    reason:
      'Time from the first byte of a frame to its last; a client that stalls inside a frame holds its buffer.',
  },
  ping_seconds: {
    default: 30,
    min: 1,
    max: 3_600,
    unit: 'seconds',
    reason: 'Silence after which a client that said hello is pinged.',
    perClass: true,
  },
  idle_seconds: {
    default: 90,
    min: 2,
    max: 86_400,
    unit: 'seconds',
    reason: 'Silence after which a client that said hello is gone: it missed two pings.',
    perClass: true,
  },
  plain_idle_seconds: {
    default: 3_600,
    min: 0,
    max: 604_800,
    unit: 'seconds',
    reason:
      'Time without a byte in either direction after which a client without hello is closed; 0 is never.',
    perClass: true,
  },
  stall_seconds: {
    default: 120,
    min: 1,
    max: 3_600,
    unit: 'seconds',
    reason: 'Time in which a client must take the write (at most 256 KiB) that the kernel holds for it.',
    perClass: true,
  },
  batch_ms: {
    default: 2,
    min: 0,
    max: 50,
    unit: 'milliseconds',
    reason:
      'Longest that a frame from somebody else waits for further ones while the relay is busy, so that they share a write; 0 for never. An idle relay lets nothing wait, and answers never do.',
    perClass: true,
  },
  close_flush_ms: {
    default: shared.closeFlushMs.default,
    min: 50,
    max: 60_000,
    unit: 'milliseconds',
    reason: 'How long a closed connection may take to read its last frames before the socket is destroyed.',
  },
  max_handshakes: {
    default: 4_096,
    min: 1,
    max: 1_000_000,
    unit: 'count',
    reason:
      'Handshakes of sealed sessions under way, which hold keys that nobody has proved anything for; above it the oldest of the address that has most goes first.',
  },
  handshakes_per_ip: {
    default: 2_048,
    min: 1,
    max: 1_000_000,
    unit: 'count',
    reason:
      'Handshakes of one address under way: all peers behind it reconnect at once, but half of its connections are never halfway.',
    perClass: true,
  },
  rekey_frames: {
    default: 65_536,
    min: 1,
    max: 4_294_967_295,
    unit: 'count',
    reason:
      'Sealed frames to one client after which the relay takes a new key; what one key tells is bounded.',
  },
  rekey_bytes: {
    default: 1024 * MIB,
    min: 1024,
    max: 1024 * 1024 * MIB,
    unit: 'bytes',
    reason: 'Bytes sealed for one client after which the relay takes a new key.',
  },
  rekey_seconds: {
    default: 3_600,
    min: 1,
    max: 604_800,
    unit: 'seconds',
    reason: 'Age of a key at which the relay takes a new one with the next sealed frame.',
  },
  connections_per_identity: {
    default: 64,
    min: 1,
    max: 1_000_000,
    unit: 'count',
    reason:
      'Devices of one person, and connections that are not closed yet; an address does not tell them apart.',
  },
  known_peers: {
    default: 10_000,
    min: 1,
    max: 1_000_000,
    unit: 'count',
    reason: 'Peer ids of which it is known whose they are; whoever was seen longest ago gives way.',
  },
  peer_ids_per_identity: {
    default: 16,
    min: 1,
    max: 10_000,
    unit: 'count',
    reason: 'Peer ids that one identity may keep from others; nobody takes all names.',
  },
  relayed_bytes_per_second: {
    default: 16 * MIB,
    min: 0,
    max: 1024 * MIB,
    unit: 'bytes/second',
    reason:
      'Direct messages of one identity, all its connections together; the relay is the way for two who found no other. 0 is no quota.',
  },
  stun_burst: {
    default: 20,
    min: 1,
    max: 1_000_000,
    unit: 'count',
    reason: 'STUN requests of one source at once: a client asks a few times, over each of its networks.',
  },
  stun_per_second: {
    default: 2,
    min: 1,
    max: 1_000_000,
    unit: 'count',
    reason: 'STUN requests of one source for long; more is no client, or one whose address somebody forges.',
  },
  stun_total_per_second: {
    default: 5_000,
    min: 1,
    max: 10_000_000,
    unit: 'count',
    reason:
      'STUN requests of all sources: forged ones come from everywhere, and none of them takes the loop.',
  },
  stun_addresses: {
    default: 16_384,
    min: 16,
    max: 4_194_304,
    unit: 'count',
    reason: 'Sources of STUN requests that are remembered; the least recent is forgotten first.',
  },
  max_bans: {
    default: 10_000,
    min: 1,
    max: 1_000_000,
    unit: 'count',
    reason: 'All bans are written to one file with every change.',
  },
} as const satisfies Record<string, RelayLimit>;

/** Limits that no configuration changes. */
export const FIXED_LIMITS = {
  handshake_bytes: {
    default: 1_024,
    unit: 'bytes',
    reason: 'Largest message of a sealed handshake; those of the protocol have 32, 192 and 160.',
  },
  identity_warnings_per_minute: {
    default: 60,
    unit: 'count',
    reason:
      "Refusals of peer ids that are another's which the log tells; asking is cheap, and nobody shall write the log full.",
  },
  websocket_message_bytes: {
    default: 131_072,
    unit: 'bytes',
    reason:
      'Largest message over a WebSocket: a record of a sealed session has 65,539 bytes, and longer frames may be cut into messages anywhere.',
  },
  batch_bytes: {
    default: 1_048_576,
    unit: 'bytes',
    reason:
      'Bytes for all receivers together that are written without waiting for more: of short messages hundreds share their writes already.',
  },
  batch_clients: {
    default: 2_048,
    unit: 'count',
    reason: 'Clients that are written to without waiting for more frames: they are a turn of writing.',
  },
  flush_turn_ms: {
    default: 10,
    unit: 'milliseconds',
    reason:
      'Time in one turn of the loop for writing to clients, some thousand of them; the others are written to in the next.',
  },
} as const satisfies Record<string, Limit>;

/** Name of a limit, as in the configuration file. */
export type LimitName = keyof typeof LIMITS;

/** The numbers in force. The server changes them in place, so that holders see a reload at once. */
export type Limits = Record<LimitName, number>;

/** Limits that a connection class may override. */
export type ClassLimitName = {
  [Name in LimitName]: (typeof LIMITS)[Name] extends { perClass: true } ? Name : never;
}[LimitName];

export const LIMIT_NAMES = Object.keys(LIMITS) as LimitName[];

export const CLASS_LIMIT_NAMES = LIMIT_NAMES.filter(
  (name): name is ClassLimitName => (LIMITS[name] as RelayLimit).perClass === true,
);

/** The table's defaults, as a fresh object. */
export const defaultLimits = (): Limits => limitDefaults(LIMITS);

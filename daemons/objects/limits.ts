/**
 * Every limit of the object server in one table: default, range and reason. The configuration schema, the `set-limits`
 * command and the documentation are derived from it; running code reads the numbers from a {@link Limits} object.
 */

import { type Limit, limitDefaults } from '../../contract/limit.ts';
import type { LiveLimit } from '../runtime/host/live-limits.ts';
import { limits as shared } from '../runtime/limits.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** A limit with the range that the configuration and `set-limits` accept. */
interface ObjectsLimit extends LiveLimit {
  /** A connection class may say otherwise. */
  readonly perClass?: true;
}

/** The table. */
export const LIMITS = {
  max_clients: {
    default: 4_096,
    min: 1,
    max: 100_000,
    unit: 'count',
    reason: 'Four times the thousand persistent connections that the server is built and measured for.',
  },
  connections_per_ip: {
    default: 256,
    min: 1,
    max: 100_000,
    unit: 'count',
    reason:
      'Stops one host from taking every place; clients of a Unix socket have no address and are not counted.',
    perClass: true,
  },
  connect_burst: {
    default: 512,
    min: 1,
    max: 1_000_000,
    unit: 'count',
    reason: 'All processes of one host reconnect at once after a restart.',
    perClass: true,
  },
  connects_per_second: {
    default: 100,
    min: 1,
    max: 1_000_000,
    unit: 'count',
    reason: 'Connects an address may keep up after its burst; connections are made to be kept.',
    perClass: true,
  },
  throttle_addresses: {
    default: shared.throttleAddresses.default,
    min: 16,
    max: 4_194_304,
    unit: 'count',
    reason: 'Addresses the throttle remembers; the least recent is forgotten first, so memory is bounded.',
  },
  max_queue_depth: {
    default: 1_000,
    min: 1,
    max: 65_535,
    unit: 'count',
    reason:
      'Requests of one connection that may be without an answer, which version 2 offers as its depth; what comes beyond waits in the kernel.',
  },
  max_requests: {
    default: 0,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    unit: 'count',
    reason: 'Requests after which a connection is closed, to spread clients over restarts; 0 is never.',
  },
  idle_seconds: {
    default: 60,
    min: 1,
    max: 86_400,
    unit: 'seconds',
    reason: 'Time without a request after which a connection is closed, as the protocol has it.',
  },
  request_seconds: {
    default: 30,
    min: 1,
    max: 3_600,
    unit: 'seconds',
    reason: 'Time from the first byte of a request to the last of its head; half a request holds a place.',
  },
  put_bytes_per_second: {
    default: 1_024,
    min: 0,
    max: GIB,
    unit: 'bytes/second',
    reason:
      'Least pace of the body of a put on average, after `request_seconds`: a slower one holds a place, a file and a part of the quota for nothing. 0 is any.',
  },
  stall_seconds: {
    default: 60,
    min: 1,
    max: 3_600,
    unit: 'seconds',
    reason: 'Time in which a client must take some of the answer that the kernel holds for it.',
  },
  send_queue_total_bytes: {
    default: 256 * MIB,
    min: MIB,
    max: 64 * GIB,
    unit: 'bytes',
    reason:
      'Memory of answers that wait for clients which do not read, of all threads together, each of which has its part; above it those of the network that has most go first.',
  },
  max_object_bytes: {
    default: 16 * GIB,
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    unit: 'bytes',
    reason: 'Largest object that a client may put, so that one client cannot fill the disk by one request.',
  },
  quota_bytes: {
    default: 0,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    unit: 'bytes',
    reason: 'What all objects may take together before a put is refused; 0 is as much as the disk has.',
  },
  quota_objects: {
    default: 1_000_000,
    min: 1,
    max: 100_000_000,
    unit: 'count',
    reason: 'Each object has an entry in the index in memory, some hundred bytes with its name.',
  },
  cache_bytes: {
    default: GIB,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    unit: 'bytes',
    reason:
      'Space that copies of often read objects may take in `cache_dir`; the one not read for longest goes first.',
  },
  cache_entries: {
    default: 512,
    min: 1,
    max: 100_000,
    unit: 'count',
    reason:
      'Descriptors that stay open, of all threads together: half of what a process has by default, which connections need too.',
  },
  list_entries: {
    default: 1_000,
    min: 1,
    max: 10_000,
    unit: 'count',
    reason: 'Objects in one answer to a list; a client asks for the next page with the last name it got.',
  },
  close_flush_ms: {
    default: shared.closeFlushMs.default,
    min: 50,
    max: 60_000,
    unit: 'milliseconds',
    reason:
      'How long a refused or closed connection may take to read its last answer before it is destroyed.',
  },
  max_bans: {
    default: 10_000,
    min: 1,
    max: 1_000_000,
    unit: 'count',
    reason: 'All bans are written to one file with every change.',
  },
} as const satisfies Record<string, ObjectsLimit>;

/** Limits that no configuration changes. */
export const FIXED_LIMITS = {
  uri_bytes: {
    default: 4_096,
    unit: 'bytes',
    reason: 'Longest URI of the protocol; a longer one is answered with status 0x04.',
  },
  segment_bytes: {
    default: 255,
    unit: 'bytes',
    reason: 'Longest part of a URI between slashes: no common file system has longer names.',
  },
  pool_threads: {
    default: 32,
    unit: 'count',
    reason: 'Threads of one pool at most, whatever the model: each has a heap of its own, some megabytes.',
  },
  threaded_connections: {
    default: 32,
    unit: 'count',
    reason:
      'Connections at most where each, or each of its requests, has a thread: those models are there to be compared.',
  },
  uri_segments: {
    default: 64,
    unit: 'count',
    reason:
      'Parts of a URI between slashes: each is a folder that is looked at for every request, and no store has so deep folders.',
  },
  tuned_depth: {
    default: 64,
    unit: 'count',
    reason:
      'Requests of a connection that `auto` lets be without an answer at least: as many as programs of the protocol keep outstanding.',
  },
  access_rules: {
    default: 1_000,
    unit: 'count',
    reason: 'Rules by prefix in the configuration; each may be looked at for every request.',
  },
  token_file_bytes: {
    default: 4 * KIB,
    unit: 'bytes',
    reason: 'A token file holds one line; a larger one is another file.',
  },
  copy_bytes: {
    default: 256 * KIB,
    unit: 'bytes',
    reason: 'What one read of COPY takes from a file, and a buffer of the slab holds.',
  },
  copy_buffers: {
    default: 64,
    unit: 'count',
    reason: 'Buffers of COPY in each thread: 16 MiB, more than disks read ahead.',
  },
  memory_object_bytes: {
    default: 64 * KIB,
    unit: 'bytes',
    reason:
      'A smaller object is kept in memory once COPY has sent it: a read would cost more than its bytes.',
  },
  memory_bytes: {
    default: 16 * MIB,
    unit: 'bytes',
    reason: 'Contents of small objects that each thread keeps in memory.',
  },
  put_waiting_bytes: {
    default: 512 * KIB,
    unit: 'bytes',
    reason: 'What waits of the body of a put for the disk; a client that sends faster is read more slowly.',
  },
  changed_close_ms: {
    default: 250,
    unit: 'milliseconds',
    reason:
      'How long after a put or delete files of what was there before are closed: many changes in a row are one round.',
  },
  copy_requests: {
    default: 8,
    unit: 'count',
    reason: 'Requests of late after which an object gets a copy in `cache_dir`: fewer may be chance.',
  },
  copies_waiting: {
    default: 256,
    unit: 'count',
    reason: 'Objects that wait to be copied into `cache_dir`, one after the other; more are not remembered.',
  },
  descriptor_idle_seconds: {
    default: 60,
    unit: 'seconds',
    reason:
      'Time without a request after which the file of an object is closed; until then a file deleted by hand takes its space.',
  },
  refusal_log_records: {
    default: 20,
    unit: 'lines/second',
    reason: 'People read the log; beyond this, refusals of a second are told as one count.',
  },
  command_rows: {
    default: 10_000,
    unit: 'count',
    reason: 'Rows of one answer to an operator, as many as a window shows without paging.',
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
  (name): name is ClassLimitName => (LIMITS[name] as ObjectsLimit).perClass === true,
);

/** The table's defaults, as a fresh object. */
export const defaultLimits = (): Limits => limitDefaults(LIMITS);

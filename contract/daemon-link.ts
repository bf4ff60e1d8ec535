/**
 * The messages between main and a daemon process, over the parent port of a utility process or the IPC channel of a
 * fork (structured clone both ways). Handshake: hello -> init -> ready or failed.
 */
import { z } from 'zod';
import type { Outcome, WireError } from './errors.ts';
import type { LogRecord } from './log-record.ts';
import type { MetricSummary } from './metric-frame.ts';
import type { ListenerInfo } from './states.ts';

/** Rises when a message changes its meaning; main refuses a daemon of another version. */
export const LINK_PROTOCOL = 2;

/** Who is told about an action; kept in the audit trail. */
export interface Actor {
  /** User name of the person or program, as far as it is known. */
  readonly name: string;
  readonly from: ActorOrigin;
  /** What tells two of the same name apart: a session and its address. */
  readonly where?: string | undefined;
}

/** An actor in the words of the audit trail and of bans: `anna (session 3fa94c21 from 192.0.2.7)`. */
export function describeActor({ name, where }: Actor): string {
  return where === undefined ? name : `${name} (${where})`;
}

/**
 * Where an action came from: a desktop window, a browser that logged in, the command line, a program with the token of
 * the HTTP API, an MCP client, or Signalbox itself.
 */
export const ACTOR_ORIGINS = ['window', 'browser', 'cli', 'api', 'mcp', 'system'] as const;
export type ActorOrigin = (typeof ACTOR_ORIGINS)[number];

/** How the bytes of a stream to a window travel. */
export type StreamTransport = 'port' | 'socket' | 'link';

/** What main says to a daemon. */
export type ToDaemon =
  | {
      readonly type: 'init';
      readonly config: unknown;
      /** Folder for this daemon's own files; exists. */
      readonly dataDir: string;
      readonly logDir: string;
      readonly instance: number;
    }
  | { readonly type: 'stop'; readonly deadlineMs: number }
  | {
      readonly type: 'command';
      readonly requestId: number;
      readonly name: string;
      readonly args: unknown;
      readonly timeoutMs: number;
      readonly actor: Actor;
    }
  | { readonly type: 'impact'; readonly requestId: number; readonly name: string; readonly args: unknown }
  | { readonly type: 'cancel'; readonly requestId: number }
  /** Sent instead of `init`: what would a start with this configuration say? The process ends after its answer. */
  | { readonly type: 'check'; readonly config: unknown; readonly dataDir: string }
  | {
      readonly type: 'reload';
      readonly requestId: number;
      readonly step: ReloadStep;
      /** With `begin`. */
      readonly config?: unknown;
    }
  /** Whether what a {@link DeedRequest} names is in the journal, so that it may be done. */
  | { readonly type: 'deed-begun'; readonly requestId: number; readonly outcome: Outcome<unknown> }
  /** What came of a {@link LifecycleRequest}. */
  | { readonly type: 'lifecycle-outcome'; readonly requestId: number; readonly outcome: Outcome<unknown> }
  | { readonly type: 'ping'; readonly seq: number }
  | {
      readonly type: 'stream-open';
      readonly streamId: number;
      readonly transport: StreamTransport;
      /** With `socket`: what the WebSocket handshake needs; the socket travels beside the message. */
      readonly upgrade?: { readonly headers: Readonly<Record<string, string>>; readonly head: Uint8Array };
    }
  | { readonly type: 'stream-data'; readonly streamId: number; readonly data: unknown }
  | { readonly type: 'stream-close'; readonly streamId: number };

/** Name under which `impact` asks what stopping the daemon would do. */
export const STOP_IMPACT = '$stop';

/** What a reload did. */
export interface ReloadOutcome {
  /** Settings that took effect at once. */
  readonly applied: readonly string[];
  /** Settings that wait for a restart. */
  readonly restartRequired: readonly string[];
  /** What the operator should know although the configuration was taken. */
  readonly warnings: readonly string[];
}

/**
 * The steps of a reload. `begin` checks the configuration and opens what can be opened; `release` closes listeners that go,
 * `bind` opens those whose address was held, `commit` puts it into force. `undo` closes what was opened, `restore` opens again
 * what was closed. All daemons take a step before any takes the next, so that they can exchange addresses.
 */
export const RELOAD_STEPS = ['begin', 'release', 'bind', 'commit', 'undo', 'restore'] as const;
/** One of {@link RELOAD_STEPS}. */
export type ReloadStep = (typeof RELOAD_STEPS)[number];

/** The answer to `begin`. */
export interface ReloadBegun {
  /** Addresses that are held by somebody: by a listener that goes, or by another process. */
  readonly held: readonly HeldAddress[];
}

/** An address that a listener cannot have now. */
export interface HeldAddress {
  readonly host: string;
  readonly port: number;
  /** Of the setting that wants it, such as `ircd.listen[0]`. */
  readonly key: string;
  /** Whether a listener of the same daemon holds it, which goes with this reload. */
  readonly own: boolean;
}

/** What a daemon answers to `check`. */
export interface CheckOutcome {
  /** What a start would be refused for, but for addresses that are held. */
  readonly mistakes: readonly WireError[];
  readonly warnings: readonly string[];
  readonly held: readonly HeldAddress[];
}

/** What a daemon says to main. */
export type FromDaemon =
  | {
      readonly type: 'hello';
      readonly protocol: number;
      readonly id: string;
      readonly pid: number;
      readonly runtime: string;
    }
  | { readonly type: 'ready'; readonly listeners: readonly ListenerInfo[] }
  | { readonly type: 'failed'; readonly error: WireError }
  | { readonly type: 'checked'; readonly outcome: Outcome<CheckOutcome> }
  | { readonly type: 'listeners'; readonly listeners: readonly ListenerInfo[] }
  | { readonly type: 'pong'; readonly seq: number }
  | { readonly type: 'summary'; readonly summary: MetricSummary }
  | { readonly type: 'logs'; readonly records: readonly LogRecord[]; readonly dropped: number }
  | { readonly type: 'reply'; readonly requestId: number; readonly outcome: Outcome<unknown> }
  | { readonly type: 'stopping'; readonly message: string }
  | LifecycleRequest
  | DeedRequest
  | DeedReport
  | { readonly type: 'stream-data'; readonly streamId: number; readonly data: unknown }
  | { readonly type: 'stream-close'; readonly streamId: number };

/** A daemon asks main to stop or restart it, or to read the configuration file again (IRC's DIE, RESTART, REHASH). */
export interface LifecycleRequest {
  readonly type: 'lifecycle';
  /** Comes back in `lifecycle-outcome`. */
  readonly requestId: number;
  readonly action: 'stop' | 'restart' | 'reload';
  /** Who asked, as the daemon knows them: an operator's nick and host. */
  readonly actor: string;
  readonly reason: string;
}

/** What one of a daemon's own operators does by its protocol (IRC's KILL, KLINE, OPER). */
export interface OperatorDeed {
  /** As the daemon knows them: nick and host. */
  readonly actor: string;
  readonly command: string;
  /** Never a secret. */
  readonly args: Readonly<Record<string, string | number | boolean | null>>;
}

/** A daemon asks main to write down what is about to be done; it is done when `deed-begun` has come. */
export interface DeedRequest extends OperatorDeed {
  readonly type: 'deed';
  /** Comes back in `deed-begun`, and once more in the {@link DeedReport}. */
  readonly requestId: number;
}

/** What came of a deed, also of one that main could not write down beforehand. */
export interface DeedReport extends OperatorDeed {
  readonly type: 'deed-done';
  readonly requestId: number;
  readonly ok: boolean;
  readonly outcome: string;
}

const requestId = z.number().int().nonnegative();
const streamId = z.number().int().nonnegative();
const actor = z.object({
  name: z.string().max(128),
  from: z.enum(ACTOR_ORIGINS),
  where: z.string().max(128).optional(),
});

const wireError = z.object({
  code: z.string(),
  message: z.string(),
  detail: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]))
    .optional(),
});
const outcome = z.union([
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({ ok: z.literal(false), error: wireError }),
]);

/** Checks what a daemon receives. */
export const toDaemonSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('init'),
    config: z.unknown(),
    dataDir: z.string().min(1),
    logDir: z.string().min(1),
    instance: z.number().int(),
  }),
  z.object({ type: z.literal('stop'), deadlineMs: z.number().nonnegative() }),
  z.object({
    type: z.literal('command'),
    requestId,
    name: z.string(),
    args: z.unknown(),
    timeoutMs: z.number().positive(),
    actor,
  }),
  z.object({ type: z.literal('impact'), requestId, name: z.string(), args: z.unknown() }),
  z.object({ type: z.literal('cancel'), requestId }),
  z.object({ type: z.literal('check'), config: z.unknown(), dataDir: z.string().min(1) }),
  z.object({
    type: z.literal('reload'),
    requestId,
    step: z.enum(RELOAD_STEPS),
    config: z.unknown().optional(),
  }),
  z.object({ type: z.literal('deed-begun'), requestId, outcome }),
  z.object({ type: z.literal('lifecycle-outcome'), requestId, outcome }),
  z.object({ type: z.literal('ping'), seq: z.number() }),
  z.object({
    type: z.literal('stream-open'),
    streamId,
    transport: z.enum(['port', 'socket', 'link']),
    upgrade: z
      .object({ headers: z.record(z.string(), z.string()), head: z.instanceof(Uint8Array) })
      .optional(),
  }),
  z.object({ type: z.literal('stream-data'), streamId, data: z.unknown() }),
  z.object({ type: z.literal('stream-close'), streamId }),
]);

const listeners = z.array(
  z.object({ protocol: z.string(), host: z.string(), port: z.number().int(), tls: z.boolean() }),
);

const deed = {
  requestId,
  actor: z.string().max(256),
  command: z.string().max(64),
  args: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
};

/** Checks the shape of what main receives; payloads that main only passes on are left as they are. */
export const fromDaemonSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    protocol: z.number(),
    id: z.string(),
    pid: z.number(),
    runtime: z.string(),
  }),
  z.object({ type: z.literal('ready'), listeners }),
  z.object({ type: z.literal('failed'), error: wireError }),
  z.object({ type: z.literal('checked'), outcome }),
  z.object({ type: z.literal('listeners'), listeners }),
  z.object({ type: z.literal('pong'), seq: z.number() }),
  z.object({
    type: z.literal('summary'),
    summary: z.object({
      time: z.number(),
      values: z.instanceof(Float64Array),
      intervals: z.array(z.object({ metric: z.string(), buckets: z.instanceof(Uint32Array) })),
    }),
  }),
  z.object({ type: z.literal('logs'), records: z.array(z.unknown()), dropped: z.number() }),
  z.object({
    type: z.literal('reply'),
    requestId,
    outcome,
  }),
  z.object({ type: z.literal('stopping'), message: z.string() }),
  z.object({
    type: z.literal('lifecycle'),
    requestId,
    action: z.enum(['stop', 'restart', 'reload']),
    actor: z.string().max(256),
    reason: z.string().max(512),
  }),
  z.object({ type: z.literal('deed'), ...deed }),
  z.object({ type: z.literal('deed-done'), ...deed, ok: z.boolean(), outcome: z.string().max(1024) }),
  z.object({ type: z.literal('stream-data'), streamId, data: z.unknown() }),
  z.object({ type: z.literal('stream-close'), streamId }),
]);

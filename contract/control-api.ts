/**
 * Every request that a window, a browser or the CLI can make of main: name -> arguments and result, with one zod
 * schema for the arguments. Electron carries it over validated IPC, the headless host over a WebSocket or
 * `POST /api/<name>`, the CLI over the local socket; the handler table in main/core is the same for all.
 */
import { z } from 'zod';
import type { Outcome, WireError } from './errors.ts';
import type { ReloadOutcome } from './link/reload.ts';
import { LOG_LEVELS, type SourcedLogRecord } from './log-record.ts';
import type { ManifestDescription, MetricSpec, Unrecorded } from './manifest.ts';
import type { MetricReading } from './metric-frame.ts';
import type { ListenPlace } from './network-addresses.ts';
import type { DaemonSnapshot } from './states.ts';

/** Which program hosts the control plane. */
export type HostKind = 'desktop' | 'headless';

/** What a client learns first. */
export interface HostInfo {
  readonly host: HostKind;
  readonly version: string;
  readonly platform: string;
  readonly pid: number;
  readonly startedAt: number;
  readonly dataDir: string;
  readonly configFile: string | null;
  /** What main runs on, such as `electron 45.4.1` or `node 24.21.0`. */
  readonly runtime: string;
  readonly manifests: readonly ManifestDescription[];
  /** Catalog of main's own stream, whose source id is {@link MAIN_SOURCE}. */
  readonly mainMetrics: readonly MetricSpec[];
  readonly daemons: readonly DaemonSnapshot[];
  readonly history: HistoryStatus;
  readonly configError: WireError | null;
  /** Where the dashboard is served; null in a host that serves none. */
  readonly dashboard: ListenPlace | null;
}

/** Id under which main's own metrics and logs appear. */
export const MAIN_SOURCE = 'main';

/** Whether history is being written. */
export interface HistoryStatus {
  readonly state: 'recording' | 'paused';
  /** Since when, Unix milliseconds. */
  readonly since: number;
  readonly reason: string | null;
  /** Entries that main holds until the recorder is back. */
  readonly buffered: number;
  /** Entries lost because that buffer was full. */
  readonly dropped: number;
}

/** Result of an admin command, with what it took. */
export interface CommandResult {
  readonly result: unknown;
  readonly durationMs: number;
}

/** Which figure of a metric a history series holds. */
export type HistoryStat = 'value' | 'rate' | 'min' | 'max' | 'p50' | 'p95' | 'p99' | 'p999';

/** One line of a history chart. */
export interface HistorySeries {
  readonly metric: string;
  readonly stat: HistoryStat;
  /** One entry a time; null where nothing was recorded. */
  readonly values: readonly (number | null)[];
}

/** Answer to `history.query`. */
export interface HistoryResult {
  /** Seconds between points. */
  readonly stepSeconds: number;
  /** Unix seconds, rising. */
  readonly times: readonly number[];
  readonly series: readonly HistorySeries[];
}

/** One line of the audit trail. */
export interface AuditEntry {
  readonly id: number;
  readonly time: number;
  readonly actor: string;
  /** An `ActorOrigin`, or the id of the daemon on which an operator acted. */
  readonly from: string;
  /** Such as `daemon.start` or `command`. */
  readonly action: string;
  /** Daemon id, empty where none is meant. */
  readonly target: string;
  /** Command name, empty for lifecycle actions. */
  readonly command: string;
  /** Arguments with secrets masked. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly ok: boolean;
  /** Error code and message, or a short form of the result. */
  readonly outcome: string;
  readonly durationMs: number;
  /** Metrics that the command declares as effects: before and after. */
  readonly effects: readonly { readonly metric: string; readonly before: number; readonly after: number }[];
  /** Names the action wherever it appears again, such as with the effects that were measured later; older entries have none. */
  readonly key?: string;
}

/** Most metrics that one history query asks for. */
export const HISTORY_QUERY_METRICS = 64;

const daemonId = z.string().min(1).max(64).describe('Id of a daemon');
const source = daemonId.describe('Id of a daemon, or `main`');
const confirmed = z.boolean().optional().describe('Needed where users are disturbed');
const time = z.number().nonnegative();

/** The argument schema of each request. */
export const CONTROL_REQUESTS = {
  hello: z.object({}),
  status: z.object({}),
  'daemon.start': z.object({ id: daemonId }),
  /** Drains, then ends the process. Refused with `confirmation_required` where it disturbs users and is not confirmed. */
  'daemon.stop': z.object({ id: daemonId, confirmed }),
  /** Stops and starts; confirmed like a stop. */
  'daemon.restart': z.object({ id: daemonId, confirmed }),
  /** What stopping would do, in words; `text` is null where it would disturb nobody. */
  'daemon.stopImpact': z.object({ id: daemonId }),
  'command.run': z.object({
    daemon: daemonId,
    command: z.string().min(1).max(64).describe('Name of a command of that daemon'),
    args: z.record(z.string(), z.unknown()).describe('Arguments of the command'),
    confirmed,
    ticket: z
      .string()
      .max(64)
      .optional()
      .describe('Lets `command.cancel` name it; chosen by the caller, unique a connection'),
  }),
  'command.cancel': z.object({ ticket: z.string().max(64).describe('Of a command under way') }),
  'command.impact': z.object({
    daemon: daemonId,
    command: z.string().min(1).max(64).describe('Name of a command of that daemon'),
    args: z.record(z.string(), z.unknown()).describe('Arguments of the command'),
  }),
  'metrics.latest': z.object({ source }),
  'logs.query': z.object({
    source: source.optional().describe('Id of a daemon, or `main`; all of them where it is left out'),
    minLevel: z.enum(LOG_LEVELS).optional().describe('Only records of this level and above'),
    limit: z.number().int().min(1).max(10_000).optional().describe('Most records'),
  }),
  /** Log records of this source are sent as events to this connection until it says `follow: false` or closes. */
  'logs.follow': z.object({ source, follow: z.boolean().describe('False ends it') }),
  'history.query': z.object({
    source,
    metrics: z.array(z.string().max(128)).min(1).max(HISTORY_QUERY_METRICS).describe('Full names'),
    from: time.describe(
      'Unix seconds, unlike the times of logs and audit; the first point is that of the step that holds it',
    ),
    to: time.describe('Unix seconds; the last point is that of the step that holds it'),
    points: z
      .number()
      .int()
      .min(10)
      .max(5_000)
      .optional()
      .describe('Most points a series; the tier and step are chosen to stay below'),
  }),
  'audit.query': z.object({
    before: z.number().int().positive().optional().describe('Only entries with a smaller id'),
    target: z.string().max(64).optional().describe('Only what was done to this daemon'),
    actor: z
      .string()
      .max(128)
      .optional()
      .describe('Only what somebody did whose name holds this, upper and lower case alike for ASCII letters'),
    ok: z.boolean().optional().describe('Only what went well, or only what failed'),
    since: time.optional().describe('Unix milliseconds: only entries of this time and later'),
    until: time.optional().describe('Unix milliseconds: only entries of before this time'),
    text: z.string().max(200).optional().describe('Only entries that hold this text'),
    limit: z.number().int().min(1).max(1_000).optional().describe('Most entries'),
  }),
  'config.get': z.object({}),
  'config.check': z.object({
    text: z.string().max(1_000_000).optional().describe('A configuration; the file where it is left out'),
  }),
  /** Reads the file again; with a mistake in it nothing changes. */
  'config.reload': z.object({}),
} as const;

/** Results by request name. */
export interface ControlResults {
  hello: HostInfo;
  status: {
    readonly host: HostKind;
    /** Process of main. */
    readonly pid: number;
    /** Why this instance is ending; null while it is not. */
    readonly closing: string | null;
    readonly daemons: readonly DaemonSnapshot[];
    readonly history: HistoryStatus;
  };
  'daemon.start': DaemonSnapshot;
  'daemon.stop': DaemonSnapshot;
  'daemon.restart': DaemonSnapshot;
  'daemon.stopImpact': { readonly text: string | null };
  'command.run': CommandResult;
  'command.cancel': { readonly cancelled: boolean };
  'command.impact': { readonly text: string | null };
  'metrics.latest': { readonly time: number; readonly metrics: Readonly<Record<string, MetricReading>> };
  'logs.query': { readonly records: readonly SourcedLogRecord[] };
  'logs.follow': Record<string, never>;
  'history.query': HistoryResult;
  'audit.query': { readonly entries: readonly AuditEntry[]; readonly more: boolean };
  'config.get': {
    readonly file: string | null;
    readonly text: string;
    /** What each daemon runs with, and one that does not run would be started with; by its id, secrets masked. */
    readonly effective: Readonly<Record<string, unknown>>;
    /** Of those that run: the settings that wait for a restart, with the values that they will have then. */
    readonly waiting: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  'config.check': {
    readonly file: string | null;
    readonly error: WireError | null;
    /** What the operator should know although a start would take it. */
    readonly warnings: readonly string[];
  };
  'config.reload': {
    readonly daemons: readonly ({ readonly id: string } & ReloadOutcome)[];
  };
}

/**
 * What becomes of each request while the audit trail cannot be written; `command` is what the command's manifest says.
 * Requests that leave no entry run.
 */
export const UNRECORDED_REQUESTS = {
  hello: 'run',
  status: 'run',
  'daemon.start': 'run',
  'daemon.stop': 'run',
  'daemon.restart': 'refuse',
  'daemon.stopImpact': 'run',
  'command.run': 'command',
  'command.cancel': 'run',
  'command.impact': 'run',
  'metrics.latest': 'run',
  'logs.query': 'run',
  'logs.follow': 'run',
  'history.query': 'run',
  'audit.query': 'run',
  'config.get': 'run',
  'config.check': 'run',
  'config.reload': 'refuse',
} as const satisfies Record<keyof typeof CONTROL_REQUESTS, Unrecorded | 'command'>;

/** Name of a request of the control API. */
export type ControlRequestName = keyof typeof CONTROL_REQUESTS;

/** Name -> arguments and result of every request. */
export type ControlApi = {
  [Name in ControlRequestName]: {
    args: z.input<(typeof CONTROL_REQUESTS)[Name]>;
    result: ControlResults[Name];
  };
};

/**
 * What a request is answered with. `audited` is false where something was done, or tried, and the audit trail could not
 * be written; otherwise it is not there.
 */
export type ControlOutcome<T> = Outcome<T> & { readonly audited?: false };

/** What main tells every connected client without being asked. */
export type ControlEvent =
  | { readonly type: 'daemon'; readonly daemon: DaemonSnapshot }
  | { readonly type: 'history'; readonly history: HistoryStatus }
  /** Comes once more, under the same key, when the effects of an action have been measured. */
  | { readonly type: 'audit'; readonly entry: Omit<AuditEntry, 'id'> }
  | { readonly type: 'config'; readonly error: WireError | null }
  | { readonly type: 'logs'; readonly records: readonly SourcedLogRecord[] }
  /** The host is about to end. */
  | { readonly type: 'closing'; readonly reason: string };

/** Close code of a control WebSocket whose session was ended (4000 to 4999 are an application's own). */
export const SIGNED_OUT_CLOSE = 4401;

/** A request on a message transport (WebSocket text, or a line of JSON on the local socket). */
export interface ControlRequestMessage {
  readonly id: number;
  readonly name: string;
  readonly args: unknown;
  /** With the first request on the local socket: what local-caller.ts describes, unchecked. Elsewhere it says nothing. */
  readonly caller?: unknown;
}

/** What the host sends back on such a transport. */
export type ControlReplyMessage =
  | { readonly id: number; readonly outcome: ControlOutcome<unknown> }
  | { readonly event: ControlEvent };

export const controlRequestMessageSchema = z.object({
  id: z.number().int().nonnegative(),
  name: z.string().max(64),
  args: z.unknown(),
  caller: z.unknown().optional(),
});

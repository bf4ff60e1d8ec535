/** The life of a daemon as every process tells it. Only the Supervisor changes a state. */
import type { ListenerInfo } from './link/endpoint.ts';

/** Every state. */
export const DAEMON_STATES = [
  'stopped',
  'starting',
  'running',
  'stopping',
  'crashed',
  'backoff',
  'failed',
] as const;

/** One state of a daemon's life. `unresponsive` is a flag beside `running`, not a state. */
export type DaemonState = (typeof DAEMON_STATES)[number];

/** Every transition that may happen; anything else is a defect. */
export const TRANSITIONS: Readonly<Record<DaemonState, readonly DaemonState[]>> = {
  stopped: ['starting'],
  // `backoff` where what it needs is not there now, which is no crash.
  starting: ['running', 'crashed', 'backoff', 'stopping', 'failed'],
  running: ['stopping', 'crashed'],
  stopping: ['stopped'],
  crashed: ['backoff', 'failed', 'stopped'],
  backoff: ['starting', 'stopped'],
  failed: ['starting', 'stopped'],
};

export type { ListenerInfo };

/** The settled verdict on one unexpected end of a daemon. */
export interface CrashRecord {
  /** Unix time in milliseconds. */
  readonly time: number;
  /** One sentence that names the cause, such as `killed by signal SIGKILL`. */
  readonly cause: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** How long the process had been up, in milliseconds. */
  readonly uptimeMs: number;
  /** The last lines that it wrote to stderr, oldest first, at most 20. */
  readonly stderr: readonly string[];
}

/** What main publishes about a daemon whenever any of it changes. */
export interface DaemonSnapshot {
  readonly id: string;
  readonly state: DaemonState;
  /** Missed heartbeats while running. */
  readonly unresponsive: boolean;
  readonly pid: number | null;
  /** Counts the processes that were started for this daemon; changes when a new one takes over. */
  readonly instance: number;
  /** When the present state was entered, Unix time in milliseconds. */
  readonly since: number;
  /** Restarts after a crash since the app started. */
  readonly restarts: number;
  /** When the next start is due while in `backoff`, Unix time in milliseconds. */
  readonly nextStartAt: number | null;
  readonly listeners: readonly ListenerInfo[];
  /** Why the daemon is `failed`, `crashed` or in `backoff`, or could not start. */
  readonly cause: string | null;
  /** Newest last, at most 10. */
  readonly crashes: readonly CrashRecord[];
  /** What the process runs on, such as `electron 33.4.11` or `node 24.21.0`; null while it is down. */
  readonly runtime: string | null;
  /** Settings that a reload left as they are in the process: they wait for its restart. */
  readonly pendingRestart: readonly string[];
}

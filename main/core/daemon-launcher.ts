/**
 * The seam between the two hosts: how a daemon process is started and spoken to. The Supervisor depends on this
 * interface; main/headless implements it with `child_process.fork`, main/electron with `utilityProcess` (and with the
 * fork launcher for daemons that run on Node).
 */
import type { ToDaemon } from '../../contract/link/to-daemon.ts';
import type { QueueTally } from '../../kit/queue-tally.ts';

/**
 * V8's options for every daemon process. Eight megabytes of young generation instead of up to thirty-two: what lives
 * long does so from the start, and after a burst of connections less memory stays behind (3 KB a connection less, and
 * faster registrations, in the IRC server's benchmark).
 *
 * Functions are compiled by TurboFan only after a hundred thousand calls instead of three thousand: Maglev's code is nearly as
 * fast, and a burst of another server, which is over within half a second, does not compete for its core with the compiler of
 * code that comes too late for it. What is really hot has its hundred thousand calls within a second or two.
 */
export const DAEMON_V8_OPTIONS: readonly string[] = [
  '--max-semi-space-size=8',
  '--invocation-count-for-turbofan=100000',
];

/**
 * Environment of every daemon process that runs on Node, for the C library's allocator (glibc; others ignore it). A block
 * of at least so many bytes is mapped by itself and returned to the system the moment it is freed. glibc begins like
 * that and gives it up: each such block that is freed raises its threshold, up to 32 MB, so that after a flood everything
 * stays with the process. Setting the threshold keeps it where it is. It lies above the 64 KiB that Node allocates for
 * every read of a socket, which would otherwise be mapped and unmapped each time, and below the 128 KiB blocks in which
 * daemons keep what waits for slow readers. Daemons discard those blocks themselves (daemons/runtime/net/discard-buffer.ts),
 * because V8 collects nothing in a process that has nothing to do. Electron's own processes have Chromium's allocator
 * instead, which reads no environment.
 */
export const DAEMON_MALLOC_ENV: Readonly<Record<string, string>> = { MALLOC_MMAP_THRESHOLD_: '98304' };

/** Which JavaScript runtime a daemon's process uses: the host's own, or a Node by fork. */
export type DaemonRuntime = 'host' | 'node';

/** Which daemon to start, and on what. */
export interface LaunchRequest {
  readonly id: string;
  readonly runtime: DaemonRuntime;
  /** Counts messages from when they are sent until the process has been handed them, where the launcher can tell. */
  readonly outbox?: QueueTally;
}

/** Everything that the end of a process can say; the launcher settles it once. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** What else was reported, such as `spawn ENOENT` or Electron's reason `oom`. */
  readonly reason: string | null;
  /** The system's code where it had no process to give, such as `EAGAIN` or `EMFILE`: a cause that passes by itself. */
  readonly unavailable?: string | undefined;
}

/** Callbacks of a launched process. `onEnd` is called exactly once, after which nothing follows. */
export interface DaemonProcessEvents {
  onMessage(message: unknown): void;
  /** A line that the process wrote to stdout or stderr. */
  onOutput(stream: 'stdout' | 'stderr', line: string): void;
  onEnd(end: ProcessEnd): void;
}

/** A running daemon process as the Supervisor holds it. */
export interface DaemonProcess {
  readonly pid: number | null;
  /** Whether streams to windows can bypass main: `port` and `socket` need a host that can transfer them. */
  readonly directTransport: 'port' | 'socket' | null;
  /** Sends to the process; `transfer` is the MessagePort or socket of a `stream-open`. Silent once it has ended. */
  send(message: ToDaemon, transfer?: unknown): void;
  /** Ends the process at once (SIGKILL). */
  kill(): void;
}

/** Starts processes; each host has its own. */
export interface DaemonLauncher {
  /** Starts the process; a failure to start is told through `onEnd`. */
  launch(request: LaunchRequest, events: DaemonProcessEvents): DaemonProcess;
}

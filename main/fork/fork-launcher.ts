/**
 * Starts daemons with `child_process.fork`: those of the headless host, and those of the desktop host that shall run
 * on Node. A stream's socket is handed over beside the message.
 */
import { type ChildProcess, fork, type SendHandle } from 'node:child_process';
import { Socket } from 'node:net';
import type { ToDaemon } from '../../contract/link/to-daemon.ts';
import { passingCause } from '../../daemons/runtime/host/passing-cause.ts';
import type { QueueTally } from '../../kit/queue-tally.ts';
import { daemonEnvironment } from '../core/daemon-environment.ts';
import {
  DAEMON_MALLOC_ENV,
  DAEMON_V8_OPTIONS,
  type DaemonLauncher,
  type DaemonProcess,
  type DaemonProcessEvents,
  type LaunchRequest,
} from '../core/daemon-launcher.ts';
import { watchOutput } from '../core/output-lines.ts';
import { OrphanGuard } from './orphan-guard.ts';

/** How long the last output may follow the exit, in milliseconds: a grandchild could hold the pipe for ever. */
const SETTLE_MS = 200;

/** How daemons are forked. */
export interface ForkLauncherOptions {
  /** The file to run for a daemon. */
  readonly entryOf: (id: string) => string;
  /** The Node to run it on. */
  readonly execPath: string;
  /** Environment of the processes; main's own where absent. */
  readonly env?: NodeJS.ProcessEnv;
  /** Folder of the compile cache of the processes (see compile-cache.ts); none where absent or null. */
  readonly compileCache?: string | null;
}

/** A launcher that runs daemons on the Node it is given. */
export function createForkLauncher(options: ForkLauncherOptions): DaemonLauncher {
  const guard = new OrphanGuard();
  return { launch: (request, events) => launch(options, guard, request, events) };
}

function launch(
  options: ForkLauncherOptions,
  guard: OrphanGuard,
  request: LaunchRequest,
  events: DaemonProcessEvents,
): DaemonProcess {
  const env = daemonEnvironment(options.env ?? process.env);
  const compileCache = options.compileCache ? { NODE_COMPILE_CACHE: options.compileCache } : {};
  let child: ChildProcess;
  try {
    child = fork(options.entryOf(request.id), [], {
      execPath: options.execPath,
      // Options of this process (an inspector's port, a loader) are not the daemon's.
      execArgv: [...DAEMON_V8_OPTIONS],
      env: { ...DAEMON_MALLOC_ENV, ...env, ...compileCache },
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
  } catch (error) {
    // Node throws some of what the system says (ENOMEM) and tells the rest by an event (EMFILE, EAGAIN).
    return neverStarted(error, events);
  }
  const { pid } = child;
  if (pid !== undefined) {
    guard.watch(pid);
    child.on('exit', () => guard.forget(pid));
  }
  const outbox = new Outbox(request.outbox);
  let ended = false;
  const endOutput = watchOutput(child, (stream, line) => events.onOutput(stream, line));
  const end = (
    exitCode: number | null,
    signal: string | null,
    reason: string | null,
    unavailable?: string,
  ) => {
    if (ended) return;
    endOutput();
    ended = true;
    outbox.end();
    events.onEnd({ exitCode, signal, reason, unavailable });
  };
  child.on('message', (message) => {
    if (!ended) events.onMessage(message);
  });
  child.on('error', (error) => {
    // After the start this is a message that could not be sent; the end is told by 'exit'.
    if (pid === undefined) end(null, null, error.message, passingCause(error) ?? undefined);
  });
  child.on('exit', (code, signal) => setTimeout(() => end(code, signal, null), SETTLE_MS));
  child.on('close', (code, signal) => end(code, signal, null));
  return {
    pid: pid ?? null,
    directTransport: 'socket',
    send: (message, transfer) => send(child, message, transfer, outbox),
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}

function neverStarted(error: unknown, events: DaemonProcessEvents): DaemonProcess {
  const reason = error instanceof Error ? error.message : String(error);
  const unavailable = passingCause(error) ?? undefined;
  queueMicrotask(() => events.onEnd({ exitCode: null, signal: null, reason, unavailable }));
  return { pid: null, directTransport: null, send() {}, kill() {} };
}

/** What one process has not been handed yet; with its end nothing waits any more. */
class Outbox {
  readonly #tally: QueueTally | null;
  #waiting = 0;

  constructor(tally: QueueTally | undefined) {
    this.#tally = tally ?? null;
  }

  sent(): void {
    this.#waiting++;
    this.#tally?.enter();
  }

  /** May come after the end. */
  left(): void {
    if (this.#waiting === 0) return;
    this.#waiting--;
    this.#tally?.leave();
  }

  end(): void {
    this.#tally?.leave(this.#waiting);
    this.#waiting = 0;
  }
}

function send(child: ChildProcess, message: ToDaemon, transfer: unknown, outbox: Outbox): void {
  const socket = transfer instanceof Socket ? transfer : null;
  if (!child.connected) {
    socket?.destroy();
    return;
  }
  outbox.sent();
  child.send(message, (socket ?? undefined) as SendHandle | undefined, {}, (error) => {
    outbox.left();
    if (error !== null) socket?.destroy();
  });
}

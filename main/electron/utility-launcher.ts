/**
 * Starts daemons for the desktop host: in utility processes of Electron, or, for the runtime `node`, through the fork
 * launcher of the headless host. The Supervisor cannot tell which.
 */
import { app, type MessagePortMain, utilityProcess } from 'electron';
import { daemonEnvironment } from '../core/daemon-environment.ts';
import {
  DAEMON_V8_OPTIONS,
  type DaemonLauncher,
  type DaemonProcess,
  type DaemonProcessEvents,
  type LaunchRequest,
} from '../core/daemon-launcher.ts';
import { watchOutput } from '../core/output-lines.ts';
import { collectEnd, type EndReports } from './process-end.ts';

/** How daemons are started under Electron. */
export interface DesktopLauncherOptions {
  /** The built entry of a daemon. */
  readonly entryOf: (id: string) => string;
  /** Starts what shall run on Node; null where no Node is known. */
  readonly forkLauncher: DaemonLauncher | null;
}

/** The launcher of the desktop host. One an app: it listens to the app's `child-process-gone`. */
export class DesktopLauncher implements DaemonLauncher {
  readonly #options: DesktopLauncherOptions;
  /** By service name, which is unique a process. */
  readonly #reports = new Map<string, EndReports>();
  #launched = 0;

  constructor(options: DesktopLauncherOptions) {
    this.#options = options;
    app.on('child-process-gone', (_event, details) => {
      if (details.name !== undefined) this.#reports.get(details.name)?.gone(details);
    });
  }

  launch(request: LaunchRequest, events: DaemonProcessEvents): DaemonProcess {
    if (request.runtime === 'host') return this.#launchUtility(request.id, events);
    const { forkLauncher } = this.#options;
    if (forkLauncher !== null) return forkLauncher.launch(request, events);
    queueMicrotask(() => events.onEnd({ exitCode: null, signal: null, reason: NO_NODE }));
    return { pid: null, directTransport: null, send() {}, kill() {} };
  }

  #launchUtility(id: string, events: DaemonProcessEvents): DaemonProcess {
    const serviceName = `signalbox-${id}-${++this.#launched}`;
    const child = utilityProcess.fork(this.#options.entryOf(id), [], {
      serviceName,
      stdio: 'pipe',
      execArgv: [...DAEMON_V8_OPTIONS],
      env: daemonEnvironment(process.env),
    });
    let ended = false;
    const endOutput = watchOutput(child, (stream, line) => events.onOutput(stream, line));
    const reports = collectEnd((end) => {
      endOutput();
      ended = true;
      this.#reports.delete(serviceName);
      events.onEnd(end);
    });
    this.#reports.set(serviceName, reports);
    let killWanted = false;
    const kill = () => {
      // UtilityProcess.kill() sends SIGTERM, which a process that hangs never sees.
      if (child.pid === undefined) killWanted = !ended;
      else terminate(child.pid);
    };
    child.on('spawn', () => {
      if (killWanted) kill();
    });
    child.on('message', (message) => {
      if (!ended) events.onMessage(message);
    });
    child.on('error', (_type, location) => reports.fatal(location));
    child.on('exit', (code) => reports.exited(code));
    return {
      get pid() {
        return child.pid ?? null;
      },
      directTransport: 'port',
      send(message, transfer) {
        if (!ended) child.postMessage(message, transfer === undefined ? [] : [transfer as MessagePortMain]);
      },
      kill,
    };
  }
}

const NO_NODE =
  'runtime = "node" needs a Node to run on: set SIGNALBOX_DAEMON_NODE to its path and start Signalbox again';

function terminate(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended in the meantime; its end is reported by itself.
  }
}

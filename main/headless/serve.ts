/**
 * The headless host as a program: flags, control plane, HTTP server, signals, exit codes. Called by main.ts and by
 * `signalbox serve`.
 */

import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ControlResults } from '../../contract/control/requests.ts';
import { SignalboxError, toWireError } from '../../contract/errors.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { registry } from '../../daemons/registry.ts';
import { keepFilesPrivate } from '../../daemons/runtime/files/private-files.ts';
import { survivesLostOutput } from '../../daemons/runtime/host/lost-output.ts';
import { RecordingClock } from '../../kit/recording-clock.ts';
import { createCaller, SYSTEM } from '../core/caller.ts';
import { withAllMistakes } from '../core/config/mistakes.ts';
import { type ControlPlane, createControlPlane } from '../core/control-plane.ts';
import { unusableFolder } from '../core/instance/data-folder.ts';
import { CONTROL_LIMITS, type ControlLimits } from '../core/limits.ts';
import { ownCompileCache } from '../fork/compile-cache.ts';
import { daemonEntry } from '../fork/daemon-entry.ts';
import { createForkLauncher } from '../fork/fork-launcher.ts';
import { canAsk, say } from '../terminal/terminal.ts';
import { Auth, loadToken } from './auth.ts';
import { instrumentHttp } from './http-instruments.ts';
import { type HttpServer, startHttpServer } from './http-server.ts';
import { parseServeOptions, SERVE_HELP, type ServeOptions, UsageError } from './serve-options.ts';
import { notifyServiceManager, type ServiceState } from './service-notify.ts';
import { SessionStore } from './session-store.ts';

/** Exit codes (sysexits.h where it has one). */
const EXIT = { ok: 0, failure: 1, usage: 2, config: 78, forced: 130 } as const;

/** The repository or package that this file belongs to. */
const ROOT = resolve(import.meta.dirname, '../..');

/** What a host can run. */
export interface Daemons {
  readonly registry: readonly Manifest[];
  /** The program of a daemon. */
  readonly entryOf: (id: string) => string;
  /** For tests. */
  readonly limits?: ControlLimits;
}

/** The daemons of Signalbox. */
export const SHIPPED: Daemons = { registry, entryOf: (id) => daemonEntry(join(ROOT, 'daemons'), id) };

/** What takes commands from the terminal. */
export interface HostConsole {
  /** Ctrl-C was pressed; true where that was meant for a command. */
  interrupt(): boolean;
  close(): void;
}

/** Opens the console of an instance; null where that cannot be. */
export type OpenConsole = (dataDir: string, daemons: Daemons) => Promise<HostConsole | null>;

/** Serves until a signal ends it, then ends the process. Where somebody sits at a terminal, `openConsole` takes commands there. */
export async function serve(
  argv: readonly string[],
  daemons: Daemons = SHIPPED,
  openConsole?: OpenConsole,
): Promise<void> {
  survivesLostOutput();
  keepFilesPrivate();
  const options = readOptions(argv, daemons);
  if (options.help) {
    process.stdout.write(SERVE_HELP);
    return;
  }
  const plane = await openPlane(options, daemons);
  if (plane.configError !== null) {
    say(`signalbox: ${withAllMistakes(plane.configError)}`);
    await plane.close('the configuration has a mistake');
    process.exit(EXIT.config);
  }
  reportFailures(plane);
  if (plane.descriptorNotice !== null) process.stderr.write(`signalbox: ${plane.descriptorNotice}\n`);
  const host = new RunningHost(plane);
  host.listenToSignals();
  try {
    const { token, sessions } = await openSessions(options.dataDir, plane);
    const auth = new Auth(token, { limits: plane.limits, sessions });
    const windowDir = join(ROOT, 'out/renderer');
    const server = await startHttpServer({ plane, auth, windowDir, host: '127.0.0.1', port: options.port });
    instrumentHttp(plane.metrics, plane.limits, server, auth);
    host.serves(server, sessions);
    plane.serves({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
    // Ready means that what was asked for can be connected to.
    const { readyWaitMs } = plane.limits;
    await Promise.race([plane.started, delay(readyWaitMs, undefined, { ref: false })]);
    if (host.ending) return;
    const line = options.json
      ? JSON.stringify({ event: 'ready', url: server.url, token })
      : `Signalbox is ready at ${server.url} (token: ${process.stdout.isTTY ? token : join(options.dataDir, 'token')})`;
    process.stdout.write(`${line}\n`);
    await tellManager({ assignment: 'READY=1', status: `Ready at ${server.url}` });
    // With --json, and where no terminal is read, a program started us.
    if (openConsole !== undefined && canAsk() && !options.json)
      host.takesCommands(await openConsole(options.dataDir, daemons));
  } catch (error) {
    const text = toWireError(error).message;
    const hint = text.includes('EADDRINUSE')
      ? ` Choose another port with --port, or 0 for any free one.`
      : '';
    say(`signalbox: the dashboard cannot be served: ${text.replace(/\.$/, '')}.${hint}`);
    await plane.close('the dashboard cannot be served');
    process.exit(exitOf(error));
  }
}

async function openSessions(dataDir: string, plane: ControlPlane) {
  try {
    const token = await loadToken(dataDir);
    const warn = (event: string, message: string) => plane.log('warn', 'http', event, message);
    const clock = new RecordingClock(Date.now, () => uptime() * 1000);
    const now = () => clock.read().now;
    const sessions = await SessionStore.open({ token, limits: plane.limits, dataDir, now, warn });
    return { token, sessions };
  } catch (error) {
    throw unusableFolder(dataDir, error);
  }
}

/** What nobody mends by starting again is told apart: a service manager does not try it. */
function exitOf(error: unknown): number {
  const unusable = error instanceof SignalboxError && error.code === 'data_unusable';
  return unusable ? EXIT.config : EXIT.failure;
}

async function tellManager(state: ServiceState): Promise<void> {
  const problem = await notifyServiceManager(state);
  if (problem !== null) say(`signalbox: the service manager was not told ${state.assignment}: ${problem}`);
}

function readOptions(argv: readonly string[], daemons: Daemons): ServeOptions {
  try {
    return parseServeOptions(
      argv,
      daemons.registry.map((manifest) => manifest.id),
    );
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`signalbox: ${error.message}\n\n${SERVE_HELP}`);
    process.exit(EXIT.usage);
  }
}

async function openPlane(options: ServeOptions, daemons: Daemons): Promise<ControlPlane> {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  try {
    return await createControlPlane({
      host: 'headless',
      version,
      runtime: `node ${process.versions.node}`,
      registry: daemons.registry,
      launcher: createForkLauncher({
        entryOf: daemons.entryOf,
        execPath: process.execPath,
        compileCache: ownCompileCache(),
      }),
      // Here the host's own runtime is Node.
      daemonRuntime: () => 'node',
      dataDir: options.dataDir,
      configFile: options.configFile,
      autostart: options.autostart,
      onWaiting: (text) => say(`signalbox: ${text}`),
      ...(daemons.limits === undefined ? {} : { limits: daemons.limits }),
    });
  } catch (error) {
    const { message } = toWireError(error);
    const text = error instanceof SignalboxError ? message : `${options.dataDir} cannot be used: ${message}`;
    say(`signalbox: ${text}`);
    process.exit(exitOf(error));
  }
}

/** Somebody who watches the terminal should see what needs them. */
function reportFailures(plane: ControlPlane): void {
  const told = new Map<string, string>();
  plane.subscribe(SYSTEM, (event) => {
    if (event.type !== 'daemon') return;
    const { id, state, cause } = event.daemon;
    if (told.get(id) === state) return;
    told.set(id, state);
    if (state === 'crashed' || state === 'failed') say(`signalbox: ${id} ${state}: ${cause}`);
  });
}

/** What signals act on. */
class RunningHost {
  readonly #plane: ControlPlane;
  #server: HttpServer | null = null;
  #sessions: SessionStore | null = null;
  #console: HostConsole | null = null;
  #ending = false;
  #forced = false;
  #interruptedAt = Number.NEGATIVE_INFINITY;

  constructor(plane: ControlPlane) {
    this.#plane = plane;
  }

  serves(server: HttpServer, sessions: SessionStore): void {
    this.#server = server;
    this.#sessions = sessions;
    if (this.#ending) void server.close();
  }

  takesCommands(opened: HostConsole | null): void {
    this.#console = opened;
    if (this.#ending) opened?.close();
  }

  get ending(): boolean {
    return this.#ending;
  }

  listenToSignals(): void {
    process.on('SIGTERM', () => void this.#end('SIGTERM'));
    process.on('SIGINT', () => {
      const now = performance.now();
      const isEcho = now - this.#interruptedAt < CONTROL_LIMITS.interruptEchoMs;
      this.#interruptedAt = now;
      if (isEcho || this.#console?.interrupt() === true) return;
      if (!this.#ending) void this.#end('SIGINT');
      else this.#force();
    });
    process.on('SIGHUP', () => void this.#reload());
    // Started by scripts/start.mjs: when that is gone, nobody could end us any more.
    if (process.channel !== undefined) {
      process.on('disconnect', () => void this.#end('the starting process ended'));
    }
  }

  async #end(reason: string): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    this.#console?.close();
    say(`signalbox: stopping (${reason}); Ctrl-C again ends at once`);
    void tellManager({ assignment: 'STOPPING=1', status: `Draining (${reason})` });
    await this.#plane.close(reason, async () => {
      await this.#server?.close();
      await this.#sessions?.close();
    });
    process.exit(this.#forced ? EXIT.forced : EXIT.ok);
  }

  #force(): void {
    this.#forced = true;
    say('signalbox: ending at once');
    this.#plane.forceClose();
    // The kills are on their way; this gives the system a moment to carry them out.
    setTimeout(() => process.exit(EXIT.forced), 100);
  }

  async #reload(): Promise<void> {
    const caller = createCaller({ ...SYSTEM, name: 'SIGHUP' }, () => {});
    const outcome = await this.#plane.handle('config.reload', {}, caller);
    const text = outcome.ok ? 'configuration reloaded' : withAllMistakes(outcome.error);
    say(`signalbox: ${text}`);
    if (!outcome.ok) return;
    const { daemons } = outcome.result as ControlResults['config.reload'];
    for (const { warnings } of daemons) for (const warning of warnings) say(`signalbox: ${warning}`);
  }
}

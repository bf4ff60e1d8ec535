/** What a spec holds of the app under test, the same for both hosts. */

import type { Locator, Page } from '@playwright/test';
import type { HostKind } from '../../contract/control/host.ts';
import type { ControlApi, ControlRequestName } from '../../contract/control/requests.ts';
import type { Outcome } from '../../contract/errors.ts';
import type { TcpListenerInfo } from '../../contract/link/endpoint.ts';
import type { DaemonSnapshot, DaemonState } from '../../contract/states.ts';
import { SocketClient } from '../../main/cli/socket-client.ts';
import { type CliResult, runCli } from './cli.ts';

/** The parts that differ between Electron and the headless host. */
export interface AppHost {
  /** The first window, loaded. Another page after each start. */
  readonly page: Page;
  /** The process of main. */
  readonly pid: number;
  start(): Promise<void>;
  /** Ends the app as its operator would; daemons drain. */
  stop(): Promise<void>;
  /** Ends main's process with SIGKILL and resolves when no process of the app is left. */
  kill(): Promise<void>;
  openWindow(): Promise<Page>;
  /** Makes a request of the control API as a window of this host does. */
  request(name: string, args: unknown): Promise<Outcome<unknown>>;
  /** Page errors and violations of the content security policy so far. */
  readonly problems: readonly string[];
}

/** A daemon as `status --json` tells it. */
export type DaemonStatus = Pick<DaemonSnapshot, 'id' | 'state' | 'pid' | 'since' | 'restarts' | 'listeners'>;

export interface StatusReport {
  readonly host: HostKind;
  readonly daemons: readonly DaemonStatus[];
}

/** The app under test. */
export class RunningApp {
  readonly dataDir: string;
  readonly configFile: string;
  readonly #host: AppHost;

  constructor(host: AppHost, dataDir: string, configFile: string) {
    this.#host = host;
    this.dataDir = dataDir;
    this.configFile = configFile;
  }

  /** The first window. Read it anew after {@link restart}. */
  get page(): Page {
    return this.#host.page;
  }

  get mainPid(): number {
    return this.#host.pid;
  }

  /** Runs the command line program on this app. */
  cli(args: readonly string[]): Promise<CliResult> {
    return runCli(this.dataDir, args);
  }

  /** Runs it with `--json` and returns what it printed. Throws where it printed something else. */
  async cliJson<Result = unknown>(args: readonly string[]): Promise<Result> {
    const { code, stdout, stderr } = await this.cli([...args, '--json']);
    try {
      return JSON.parse(stdout) as Result;
    } catch {
      throw new Error(`signalbox ${args.join(' ')} (exit code ${code}) printed no JSON: ${stdout}${stderr}`);
    }
  }

  /** A request of the control API, for what the window shows but the command line does not. Throws its error. */
  async request<Name extends ControlRequestName>(
    name: Name,
    args: ControlApi[Name]['args'],
  ): Promise<ControlApi[Name]['result']> {
    const outcome = await this.#host.request(name, args);
    if (!outcome.ok) throw new Error(`${name}: ${outcome.error.message}`);
    return outcome.result as ControlApi[Name]['result'];
  }

  /**
   * The daemon as `status` tells it: asked where the command line asks, so that no page has to be there, but without a
   * process for each question.
   */
  async daemon(id: string): Promise<DaemonStatus> {
    const client = await SocketClient.connect(this.dataDir);
    const outcome = await client.request('status', {}).finally(() => client.close());
    if (!outcome.ok) throw new Error(`status: ${outcome.error.message}`);
    const found = outcome.result.daemons.find((daemon) => daemon.id === id);
    if (found === undefined) throw new Error(`status knows no daemon ${id}`);
    return found;
  }

  async state(id: string): Promise<DaemonState> {
    return (await this.daemon(id)).state;
  }

  /** The TCP address that a running daemon accepts connections on, by default its first. */
  async listener(id: string, protocol?: string): Promise<TcpListenerInfo> {
    const { listeners } = await this.daemon(id);
    const found = listeners.find(
      (listener) => 'port' in listener && (protocol === undefined || listener.protocol === protocol),
    );
    if (found === undefined || !('port' in found))
      throw new Error(`${id} listens on ${JSON.stringify(listeners)}`);
    return found;
  }

  /**
   * Starts the daemon by clicking in its row, unless a test that shares the app has left it running; waits until the
   * row says that it runs, and returns its address.
   */
  async startDaemon(id: string): Promise<TcpListenerInfo> {
    // Asked as the window asks: the desktop app shows its window before the local socket is there.
    const { daemons } = await this.request('status', {});
    const runs = daemons.some((daemon) => daemon.id === id && daemon.state === 'running');
    if (!runs) await this.button('Start', id).click();
    await this.card(id).getByText('running', { exact: true }).waitFor();
    return await this.listener(id);
  }

  /** The daemon's row on the Overview page. */
  card(id: string, page = this.page): Locator {
    return page.getByRole('table', { name: 'Daemons' }).getByRole('row', { name: id, exact: true });
  }

  /** A button of the row. */
  button(action: 'Start' | 'Stop' | 'Restart', id: string, page = this.page): Locator {
    return this.card(id, page).getByRole('button', { name: `${action} ${id}`, exact: true });
  }

  /** Presses one of the actions of the row of a table that has this name; of the last such row. */
  async rowAction(row: string, action: string): Promise<void> {
    await this.page
      .getByRole('button', { name: `Actions for ${row}`, exact: true })
      .last()
      .click();
    await this.page.getByRole('menuitem', { name: action, exact: true }).click();
  }

  /** Ends the daemon's process with SIGKILL and returns its id. */
  async killDaemon(id: string): Promise<number> {
    const { pid } = await this.daemon(id);
    if (pid === null) throw new Error(`${id} has no process`);
    process.kill(pid, 'SIGKILL');
    return pid;
  }

  /** Goes to a page of the dashboard, such as `/daemon/ircd/logs`. */
  async open(path: string, page = this.page): Promise<void> {
    // As text: the benchmarks, which drive the app too, are checked without the types of a page.
    await page.evaluate(`location.hash = ${JSON.stringify(`#${path}`)}`);
  }

  /** Stops the app and starts it again on the same data directory. */
  async restart(): Promise<void> {
    await this.#host.stop();
    await this.#host.start();
  }

  stop(): Promise<void> {
    return this.#host.stop();
  }

  /** Starts the app again after {@link stop} or {@link kill}. */
  start(): Promise<void> {
    return this.#host.start();
  }

  /** Kills main itself. */
  kill(): Promise<void> {
    return this.#host.kill();
  }

  /** Opens one more window (in the headless project: one more browser tab). */
  secondWindow(): Promise<Page> {
    return this.#host.openWindow();
  }
}

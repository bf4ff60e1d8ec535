/** The desktop app as Playwright drives it. */
import { join } from 'node:path';
import { type ElectronApplication, _electron as electron, type Page } from '@playwright/test';
import type { Outcome } from '../../contract/errors.ts';
import type { WindowBridge } from '../../contract/window-bridge.ts';
import { CHROMIUM_SWITCHES, findElectron, NODE, ROOT } from './binaries.ts';
import { collectProblems } from './problems.ts';
import { expectGroupGone } from './process-group.ts';
import type { AppHost } from './running-app.ts';

export interface ElectronAppOptions {
  readonly dataDir: string;
  readonly configFile: string;
  /** Whether the app's code is loaded before Electron is ready, as Electron's own launcher does. Default true. */
  readonly loadBeforeReady?: boolean;
  /** `DBUS_SESSION_BUS_ADDRESS` of the app; by default there is no bus. */
  readonly sessionBus?: string;
  /** V8's options for its pages alone. Default none: they are as people have them. */
  readonly pages?: readonly string[];
  /** The checkout whose app it is, built. Default this one. */
  readonly root?: string;
}

/** What a start may take, in milliseconds. */
const START_MS = 60_000;
/** The files beside this one that Electron loads before the app. */
const preload = (name: string) => ['-r', join(import.meta.dirname, name)];

export class ElectronApp implements AppHost {
  readonly problems: string[] = [];
  readonly #options: ElectronAppOptions;
  #app: ElectronApplication | null = null;
  #page: Page | null = null;
  /** Resolves when the app has ended, of its own accord or not. */
  #closed: Promise<unknown> = Promise.resolve();
  #running = false;

  constructor(options: ElectronAppOptions) {
    this.#options = options;
  }

  /** Playwright's handle, to look into main's process. */
  get application(): ElectronApplication {
    if (this.#app === null) throw new Error('the app is not running');
    return this.#app;
  }

  get page(): Page {
    if (this.#page === null) throw new Error('the app is not running');
    return this.#page;
  }

  get pid(): number {
    return this.application.process().pid as number;
  }

  async start(): Promise<void> {
    const binary = findElectron();
    if (!('path' in binary)) throw new Error(binary.missing);
    const {
      dataDir,
      configFile,
      loadBeforeReady = true,
      sessionBus = 'disabled:',
      pages = [],
      root = ROOT,
    } = this.#options;
    const app = await electron.launch({
      executablePath: binary.path,
      // Far above what a start takes: what hangs is reported with all that the app has said.
      timeout: START_MS,
      cwd: root,
      args: [
        ...CHROMIUM_SWITCHES,
        ...(pages.length > 0 ? [`--page-js-flags=${pages.join(' ')}`, ...preload('page-flags.cjs')] : []),
        ...preload('hold-until-driven.cjs'),
        ...(loadBeforeReady ? preload('load-before-ready.cjs') : []),
        '.',
        '--data',
        dataDir,
        '--config',
        configFile,
      ],
      env: {
        ...(process.env as Record<string, string>),
        // An Electron whose Node is older than an addon's needs runs the recorder on a Node of its own.
        SIGNALBOX_DAEMON_NODE: NODE,
        // Never the bus of the person who runs this: its tray and its notifications are theirs.
        DBUS_SESSION_BUS_ADDRESS: sessionBus,
      },
    });
    this.#app = app;
    this.#running = true;
    this.#closed = app.waitForEvent('close', { timeout: 0 }).then(() => {
      this.#running = false;
    });
    // The test's own limit holds, as for pages of the headless host; by itself Playwright waits half a minute here.
    app.context().setDefaultTimeout(0);
    const page = await app.firstWindow({ timeout: START_MS });
    await collectProblems(page, this.problems);
    await page.waitForLoadState();
    this.#page = page;
  }

  /** By a signal, as a session ends: quitting would ask whether people may be disconnected. */
  async stop(): Promise<void> {
    await this.#signal('SIGTERM');
  }

  async kill(): Promise<void> {
    await this.#signal('SIGKILL');
  }

  /** Resolves when the app has ended by itself and no process of it is left. */
  async ended(): Promise<void> {
    const { pid } = this;
    await this.#closed;
    await this.#forget(pid);
  }

  /** What the items of the menu bar say, and with which shortcuts. */
  async menu(): Promise<{ label: string; accelerator: string | null }[]> {
    return await this.application.evaluate(({ Menu }) =>
      (Menu.getApplicationMenu()?.items ?? [])
        .flatMap((item) => item.submenu?.items ?? [])
        .map(({ label, accelerator }) => ({ label, accelerator: accelerator ?? null })),
    );
  }

  /** Presses the item of the menu bar that begins with `label`: its shortcut reaches it only from a real keyboard. */
  async pressMenu(label: string): Promise<void> {
    await this.application.evaluate(({ Menu, BrowserWindow }, wanted) => {
      const items = Menu.getApplicationMenu()?.items.flatMap((item) => item.submenu?.items ?? []) ?? [];
      const found = items.find((item) => item.label.startsWith(wanted));
      if (found === undefined) throw new Error(`no item ${wanted} among ${items.map((item) => item.label)}`);
      // Once this has been answered: it may end the app.
      setImmediate(() => found.click(undefined, BrowserWindow.getAllWindows()[0]));
    }, label);
  }

  /** Closes the window as its frame, the window manager and Alt+F4 do. */
  async closeWindow(): Promise<void> {
    await this.application.evaluate(({ BrowserWindow }) => {
      setImmediate(() => BrowserWindow.getAllWindows()[0]?.close());
    });
  }

  /** Which of the windows are on the screen. */
  async visible(): Promise<boolean[]> {
    return await this.application.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map((window) => window.isVisible()),
    );
  }

  async #signal(signal: NodeJS.Signals): Promise<void> {
    if (this.#app === null) return;
    const { pid } = this;
    if (this.#running) process.kill(pid, signal);
    await this.#closed;
    await this.#forget(pid);
  }

  async openWindow(): Promise<Page> {
    const [page] = await Promise.all([this.application.waitForEvent('window'), this.pressMenu('New Window')]);
    await collectProblems(page, this.problems);
    await page.waitForLoadState();
    return page;
  }

  request(name: string, args: unknown): Promise<Outcome<unknown>> {
    return this.page.evaluate(
      ([requestName, requestArgs]) => {
        const bridge = Reflect.get(globalThis, 'signalbox') as WindowBridge;
        return bridge.request(requestName, requestArgs);
      },
      [name, args] as const,
    );
  }

  async #forget(pid: number): Promise<void> {
    this.#app = null;
    this.#page = null;
    await expectGroupGone(pid);
  }
}

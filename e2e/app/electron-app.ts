/** The desktop app as Playwright drives it. */
import { join } from 'node:path';
import { type ElectronApplication, _electron as electron, type Page } from '@playwright/test';
import type { Outcome } from '../../daemons/contract/errors.ts';
import type { WindowBridge } from '../../daemons/contract/window-bridge.ts';
import { CHROMIUM_SWITCHES, findElectron, NODE, ROOT } from './binaries.ts';
import { collectProblems } from './problems.ts';
import { expectGroupGone } from './process-group.ts';
import type { AppHost } from './running-app.ts';

export interface ElectronAppOptions {
  readonly dataDir: string;
  readonly configFile: string;
  /** Whether the app's code is loaded before Electron is ready, as Electron's own launcher does. Default true. */
  readonly loadBeforeReady?: boolean;
}

export class ElectronApp implements AppHost {
  readonly problems: string[] = [];
  readonly #options: ElectronAppOptions;
  #app: ElectronApplication | null = null;
  #page: Page | null = null;

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
    const { dataDir, configFile, loadBeforeReady = true } = this.#options;
    const app = await electron.launch({
      executablePath: binary.path,
      cwd: ROOT,
      args: [
        ...CHROMIUM_SWITCHES,
        ...(loadBeforeReady ? ['-r', join(import.meta.dirname, 'load-before-ready.cjs')] : []),
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
        // Without a desktop session there is no bus to reach.
        DBUS_SESSION_BUS_ADDRESS: 'disabled:',
      },
    });
    this.#app = app;
    const page = await app.firstWindow();
    await collectProblems(page, this.problems);
    await page.waitForLoadState();
    this.#page = page;
  }

  async stop(): Promise<void> {
    if (this.#app === null) return;
    const { pid } = this;
    await this.#app.close();
    await this.#ended(pid);
  }

  async kill(): Promise<void> {
    const { pid } = this;
    const closed = this.application.waitForEvent('close');
    process.kill(pid, 'SIGKILL');
    await closed;
    await this.#ended(pid);
  }

  async openWindow(): Promise<Page> {
    const [page] = await Promise.all([
      this.application.waitForEvent('window'),
      // The shortcut reaches the menu only from a real keyboard; this is the same menu item.
      this.application.evaluate(({ Menu }) => {
        const items = Menu.getApplicationMenu()?.items.flatMap((item) => item.submenu?.items ?? []);
        items?.find((item) => item.label === 'New Window')?.click();
      }),
    ]);
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

  async #ended(pid: number): Promise<void> {
    this.#app = null;
    this.#page = null;
    await expectGroupGone(pid);
  }
}

/**
 * The test function of all specs: gives each one a running app on a data directory of its own, in the desktop app or
 * in the headless host as the project says, and takes it down without leaving a process behind.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, test as base, chromium, expect } from '@playwright/test';
import { CHROMIUM_SWITCHES, findChromium, SHORT_LIVED_PAGES } from './app/binaries.ts';
import { DEFAULT_CONFIG, hostedByElectron } from './app/config.ts';
import { ElectronApp } from './app/electron-app.ts';
import { HeadlessApp } from './app/headless-app.ts';
import { KeptApps, type Sharing } from './app/kept-app.ts';
import { RunningApp } from './app/running-app.ts';

export { expect };

/** Set by the project. */
export interface HostOptions {
  host: 'electron' | 'headless';
  /** Why none of its specs can run here; null where they can. Then each of them is skipped, and counted as that. */
  notRun: string | null;
}

/** Set by a spec with `test.use`. */
export interface SpecOptions {
  /** The configuration file's text. */
  config: string;
  /** Use `config` byte for byte: for specs about the file itself. */
  exactConfig: boolean;
  /** See {@link ElectronApp}. */
  loadBeforeReady: boolean;
  /** See {@link ElectronApp}; by default there is no session bus, and so no tray. */
  sessionBus: string;
  /** See {@link HeadlessApp}. */
  program: readonly string[];
  /** Whether the tests of the file, one after another, have one app: `'everyday'` one that other files have too; see {@link KeptApps}. */
  sharedApp: Sharing;
}

type Host = ElectronApp | HeadlessApp;

interface AppFixtures {
  /** A folder of this test's own, or of those that share an app; removed afterwards. */
  folder: string;
  /** The process side of the app; specs use `app`, those of one host only this. */
  appHost: Host;
  app: RunningApp;
  skippedWhereNotRun: undefined;
}

/** What an app has from its start to its end, unless a spec says otherwise. The everyday app has nothing else. */
const ORDINARY: Pick<SpecOptions, 'loadBeforeReady' | 'sessionBus' | 'program'> = {
  loadBeforeReady: true,
  sessionBus: 'disabled:',
  program: [],
};

export const test = base.extend<
  AppFixtures & SpecOptions,
  HostOptions & { dashboardBrowser: Browser | null; kept: KeptApps<Host> }
>({
  host: ['headless', { option: true, scope: 'worker' }],
  notRun: [null, { option: true, scope: 'worker' }],
  config: [DEFAULT_CONFIG, { option: true }],
  exactConfig: [false, { option: true }],
  loadBeforeReady: [ORDINARY.loadBeforeReady, { option: true }],
  sessionBus: [ORDINARY.sessionBus, { option: true }],
  program: [ORDINARY.program, { option: true }],
  sharedApp: [false, { option: true }],

  skippedWhereNotRun: [
    async ({ notRun }, use, info) => {
      info.skip(notRun !== null, `not run here: ${notRun}`);
      await use(undefined);
    },
    { auto: true },
  ],

  dashboardBrowser: [
    async ({ host }, use) => {
      if (host === 'electron') {
        await use(null);
        return;
      }
      const browser = await chromium.launch({
        executablePath: findChromium(),
        // Text is drawn alike whatever the machine has configured.
        args: [
          ...CHROMIUM_SWITCHES,
          `--js-flags=${SHORT_LIVED_PAGES.join(' ')}`,
          '--font-render-hinting=none',
          '--disable-lcd-text',
          '--force-color-profile=srgb',
        ],
        // People see scrollbars, and those that should not be there.
        ignoreDefaultArgs: ['--hide-scrollbars'],
      });
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],

  kept: [
    // It needs the browser, so that the browser is closed after it.
    async ({ dashboardBrowser: _ }, use) => {
      const kept = new KeptApps<Host>();
      await use(kept);
      await kept.end();
    },
    { scope: 'worker' },
  ],

  folder: async ({ sharedApp, kept }, use, info) => {
    const make = () => mkdtemp(join(tmpdir(), 'signalbox-e2e-'));
    const shared = await kept.of(sharedApp, info.file);
    if (shared !== null) {
      await use(await shared.folder(make));
      return;
    }
    const folder = await make();
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },

  appHost: async (
    { dashboardBrowser, folder, config, exactConfig, loadBeforeReady, sessionBus, program, sharedApp, kept },
    use,
    info,
  ) => {
    const dataDir = join(folder, 'data');
    const configFile = join(folder, 'signalbox.toml');
    const desktop = dashboardBrowser === null;
    const text = desktop && !exactConfig ? hostedByElectron(config) : config;
    const make = (): Host =>
      desktop
        ? new ElectronApp({ dataDir, configFile, loadBeforeReady, sessionBus, pages: SHORT_LIVED_PAGES })
        : new HeadlessApp({ dataDir, configFile, browser: dashboardBrowser, program });
    if (sharedApp === 'everyday')
      expect({ loadBeforeReady, sessionBus, program }, 'what an app has from its start').toEqual(ORDINARY);
    const shared = await kept.of(sharedApp, info.file);
    const file = { path: configFile, text };
    const appHost = shared === null ? make() : await shared.host(info.file, file, make);
    try {
      if (shared === null) {
        await writeFile(configFile, text);
        await appHost.start();
      }
      await use(appHost);
    } finally {
      if (shared === null) await appHost.stop();
    }
    expect(appHost.problems, 'errors and policy violations of the page').toEqual([]);
  },

  app: async ({ appHost, folder }, use) => {
    await use(new RunningApp(appHost, join(folder, 'data'), join(folder, 'signalbox.toml')));
  },
});

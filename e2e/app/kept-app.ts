/**
 * The apps that tests share, where starting one for each of them would prove nothing more: those that leave no open client
 * behind. The tests of one file share one; files whose tests count nothing from the start of the app, such as all that is in the
 * audit trail, share another, the everyday app. Each of these files finds it with its own configuration, its servers stopped and
 * one window as just opened. A failed test ends its worker and with it both, so that no test meets what a broken one has left.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import type { ControlApi } from '../../contract/control/requests.ts';
import type { AppHost } from './running-app.ts';

/** Daemons that clients of the specs connect to. */
const SERVED = ['ircd', 'relay'];
/** Daemons that tests start. Those that these start in turn, and the recorder, go on. */
const STARTED = ['services', ...SERVED, 'objects'];
/** How soon after one another it is asked whether the last clients are gone, in milliseconds. */
const ASK_AGAIN_MS = [20, 50, 100];

/** Of windows, unless a test chooses another one. */
export const WINDOW_SIZE = { width: 1280, height: 840 };

/** Whether the tests of a file share an app, and whether it is the everyday one. */
export type Sharing = boolean | 'everyday';

/** A file and what is to be in it. */
export interface FileText {
  readonly path: string;
  readonly text: string;
}

/** The apps that a worker keeps. */
export class KeptApps<Host extends AppHost> {
  readonly #ofFile = new KeptApp<Host>();
  readonly #everyday = new KeptApp<Host>();

  /** The one that tests of `file` share; null where they share none. The app of another file has been ended. */
  async of(sharing: Sharing, file: string): Promise<KeptApp<Host> | null> {
    // The everyday app stays, since other files will have it.
    await this.#ofFile.keptFor(sharing === true ? file : '');
    if (sharing === false) return null;
    return sharing === true ? this.#ofFile : this.#everyday;
  }

  async end(): Promise<void> {
    await this.#ofFile.end();
    await this.#everyday.end();
  }
}

/** At most one app. */
class KeptApp<Host extends AppHost> {
  /** Whose tests have it; empty where that does not matter. */
  #owner = '';
  /** Of the last test that had it. */
  #file: string | null = null;
  #folder: string | null = null;
  #host: Host | null = null;

  /** Keeps the app for `owner`: that of another one is ended. */
  async keptFor(owner: string): Promise<void> {
    if (this.#owner !== owner) await this.end();
    this.#owner = owner;
  }

  /** The folder of the app; `make` makes it for the first test. */
  async folder(make: () => Promise<string>): Promise<string> {
    this.#folder ??= await make();
    return this.#folder;
  }

  /**
   * The running app for a test of `file`: for the first test the one that `make` makes; for others without clients, and with a
   * window as just opened; for the first of another file its daemons are stopped, and it has the configuration of that file.
   */
  async host(file: string, config: FileText, make: () => Host): Promise<Host> {
    const another = this.#file !== file;
    this.#file = file;
    if (this.#host === null) {
      await writeFile(config.path, config.text);
      this.#host = make();
      // Kept before it runs: what a start that fails has left is ended too.
      await this.#host.start();
      return this.#host;
    }
    await withoutClients(this.#host);
    if (another) {
      await withoutDaemons(this.#host);
      await configured(this.#host, config);
    }
    await openedAnew(this.#host);
    return this.#host;
  }

  /** Ends the app, if there is one, and removes its folder. */
  async end(): Promise<void> {
    const host = this.#host;
    const folder = this.#folder;
    this.#file = null;
    this.#folder = null;
    this.#host = null;
    await host?.stop();
    if (folder !== null) await rm(folder, { recursive: true, force: true });
  }
}

/** Waits until the server has seen the clients of the test before go: the next ones may have the same names. */
async function withoutClients(host: AppHost): Promise<void> {
  for (const id of SERVED) {
    await expect
      .poll(() => host.request('daemon.stopImpact', { id }), {
        message: `clients of ${id} that the test before has left`,
        intervals: ASK_AGAIN_MS,
      })
      .toEqual({ ok: true, result: { text: null } });
  }
}

/** Stops the daemons that tests start: each file finds them as after a start of the app. */
async function withoutDaemons(host: AppHost): Promise<void> {
  for (const id of STARTED) await host.request('daemon.stop', { id, confirmed: true });
  await expect
    .poll(async () => {
      const status = await host.request('status', {});
      if (!status.ok) return status.error.message;
      const { daemons } = status.result as ControlApi['status']['result'];
      return daemons
        .filter(({ id, state }) => STARTED.includes(id) && state !== 'stopped')
        .map(({ id, state }) => `${id} ${state}`);
    })
    .toEqual([]);
}

/** Has the app read its configuration anew, unless it is the same. */
async function configured(host: AppHost, { path, text }: FileText): Promise<void> {
  if ((await readFile(path, 'utf8')) === text) return;
  await writeFile(path, text);
  expect(await host.request('config.reload', {})).toMatchObject({ ok: true });
}

/** Loads the first window again at the Overview, with nothing remembered of what the test before chose in it. */
async function openedAnew({ page }: AppHost): Promise<void> {
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  // A window that a test has made another size has one from then on.
  if (page.viewportSize() !== null) await page.setViewportSize(WINDOW_SIZE);
  // As text: benchmarks read this file too, which know of no window.
  await page.evaluate("localStorage.clear(); history.replaceState(null, '', location.pathname)");
  await page.reload();
}

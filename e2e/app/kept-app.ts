/**
 * The app that the tests of one file share, where starting one for each of them would prove nothing more: those that
 * leave no configuration, no crash and no open client behind. A failed test ends its worker and with it the app, so
 * that no test meets what a broken one has left.
 */
import { rm } from 'node:fs/promises';
import { expect } from '@playwright/test';
import type { AppHost } from './running-app.ts';

/** Daemons that clients of the specs connect to. */
const SERVED = ['ircd', 'relay'];
/** How soon after one another it is asked whether the last clients are gone, in milliseconds. */
const ASK_AGAIN_MS = [20, 50, 100];

/** At most one app; a worker has one of these. */
export class KeptApp<Host extends AppHost> {
  #file: string | null = null;
  #folder: string | null = null;
  #host: Host | null = null;

  /** Ends the app unless it is that of `file`. */
  async leave(file: string): Promise<void> {
    if (this.#file !== file) await this.end();
  }

  /** The folder of the app of `file`; `make` makes it for the first test. */
  async folder(file: string, make: () => Promise<string>): Promise<string> {
    await this.leave(file);
    this.#file = file;
    this.#folder ??= await make();
    return this.#folder;
  }

  /** The running app: for the first test the one that `make` makes; for others without clients, and with a window as just opened. */
  async host(make: () => Promise<Host>): Promise<Host> {
    if (this.#host === null) {
      this.#host = await make();
      // Kept before it runs: what a start that fails has left is ended too.
      await this.#host.start();
      return this.#host;
    }
    await withoutClients(this.#host);
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

/** Loads the first window again at the Overview, with nothing remembered of what the test before chose in it. */
async function openedAnew({ page }: AppHost): Promise<void> {
  await page.evaluate(() => {
    localStorage.clear();
    history.replaceState(null, '', location.pathname);
  });
  await page.reload();
}

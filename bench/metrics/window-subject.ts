/**
 * A window of a checkout with daemons that run and people who chat: in Chromium on the headless host, or the desktop app. Used by
 * bench/metrics/frames.ts and pages.ts, which measure both alike.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from '@playwright/test';
import { findElectron } from '../../e2e/app/binaries.ts';
import { hostedByElectron } from '../../e2e/app/config.ts';
import { ElectronApp } from '../../e2e/app/electron-app.ts';
import { RunningApp } from '../../e2e/app/running-app.ts';
import { readUsage } from '../shared/process-usage.ts';
import { benchDirectory } from '../shared/server-process.ts';
import { BenchHost, CONFIG } from './host.ts';
import {
  Chat,
  chromiumProcesses,
  openBrowser,
  openPage,
  type PageOptions,
  requireBuilt,
} from './window-page.ts';

export const DAEMONS = ['ircd', 'relay', 'objects'];
const CLIENTS = 40;
/** Something has changed with each sample. */
const SAY_EVERY_MS = 50;
const STATE_EVERY_MS = 100;

/** Where a window can be. */
export const PLACES = ['browser', 'desktop'] as const;
export type Place = (typeof PLACES)[number];

/** Processor time that a window has taken so far, in seconds. */
export interface WindowCpu {
  /** Of the processes of its pages. */
  readonly renderer: number;
  /** Of the process that puts it on the screen. */
  readonly gpu: number;
}

export interface WindowSubject {
  readonly chat: Chat;
  /** A fresh page of the dashboard. The desktop app has one window: it begins anew. */
  open(options: Omit<PageOptions, 'probe'>): Promise<Page>;
  cpu(): Promise<WindowCpu>;
  end(): Promise<void>;
}

/** What runs behind a window. */
export interface Behind {
  readonly daemons: readonly string[];
  /** Clients of the IRC server. */
  readonly clients: number;
}

export function startWindow(
  place: Place,
  root: string,
  behind: Behind = { daemons: DAEMONS, clients: CLIENTS },
): Promise<WindowSubject> {
  requireBuilt(root);
  return place === 'browser' ? inBrowser(root, behind) : onDesktop(root, behind);
}

async function inBrowser(root: string, { daemons, clients }: Behind): Promise<WindowSubject> {
  const host = await BenchHost.start(daemons, root);
  let browser: Browser | null = null;
  let chat: Chat | null = null;
  const end = async () => {
    chat?.close();
    await browser?.close();
    await host.stop();
  };
  try {
    browser = await openBrowser();
    chat = await Chat.connect((await host.daemon('ircd')).port, clients, SAY_EVERY_MS);
    const opened = browser;
    const session = await browser.newBrowserCDPSession();
    let page: Page | null = null;
    return {
      chat,
      async open(options) {
        await page?.context().close();
        page = await openPage(opened, host, options);
        return page;
      },
      async cpu() {
        const processes = await chromiumProcesses(session);
        const of = (wanted: string) => processes.filter(({ type }) => type === wanted).map(({ id }) => id);
        return { renderer: cpuSeconds(of('renderer')), gpu: cpuSeconds(of('GPU')) };
      },
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

async function onDesktop(root: string, { daemons, clients }: Behind): Promise<WindowSubject> {
  const binary = findElectron();
  if ('missing' in binary) throw new Error(binary.missing);
  const dataDir = await benchDirectory('desktop');
  const configFile = join(dataDir, 'signalbox.toml');
  await writeFile(configFile, hostedByElectron(CONFIG));
  const host = new ElectronApp({ dataDir, configFile, root });
  let chat: Chat | null = null;
  const end = async () => {
    chat?.close();
    await host.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await host.start();
    const app = new RunningApp(host, dataDir, configFile);
    for (const id of daemons) {
      await app.request('daemon.start', { id });
      while ((await app.state(id)) !== 'running') await sleep(STATE_EVERY_MS);
    }
    chat = await Chat.connect((await app.listener('ircd')).port, clients, SAY_EVERY_MS);
    return {
      chat,
      async open({ path, viewport }) {
        const { page } = host;
        await page.setViewportSize({ ...viewport });
        await page.evaluate(`location.hash = ${JSON.stringify(`#${path}`)}`);
        await page.reload();
        return page;
      },
      async cpu() {
        const processes = await host.application.evaluate(({ app: electron }) =>
          electron.getAppMetrics().map(({ pid, type }) => ({ pid, type })),
        );
        const of = (wanted: string) => processes.filter(({ type }) => type === wanted).map(({ pid }) => pid);
        return { renderer: cpuSeconds(of('Tab')), gpu: cpuSeconds(of('GPU')) };
      },
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Of some processes; one that Chromium has ended meanwhile counts no more. */
function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + readUsage(pid).cpuSeconds, 0);
}

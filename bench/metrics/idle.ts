/**
 * What the app takes while nothing happens: every process of each host with its daemons idle, without a visible window,
 * with the Overview and with a Live page in view. Part of `bench/metrics.ts`; needs the built app (`npm run build`),
 * and for the desktop host an Electron and a display. Linux only.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Page } from '@playwright/test';
import { CHROMIUM_SWITCHES, findChromium, findElectron } from '../../e2e/app/binaries.ts';
import { ElectronApp } from '../../e2e/app/electron-app.ts';
import { HeadlessApp } from '../../e2e/app/headless-app.ts';
import { RunningApp, type StatusReport } from '../../e2e/app/running-app.ts';
import { IRCD_CONFIG } from '../ircd/servers.ts';
import { type Figures, medians, printColumns } from '../shared/figures.ts';
import { machineCpuSeconds, readUsage } from '../shared/process-usage.ts';
import { benchDirectory } from '../shared/server-process.ts';

const BUILT = resolve(import.meta.dirname, '../../out/renderer/index.html');
const DAEMONS = ['ircd', 'relay'];
const CONFIG = `${IRCD_CONFIG}
[relay]
listen = [{ host = "127.0.0.1", port = 0 }]
`;
/** Until code is compiled and the last minute that curves and charts show is full. */
const SETTLE_MS = 75_000;
/** After another page was opened. */
const VIEW_SETTLE_MS = 15_000;

/** What is in view while a process is measured. */
type View = 'no window' | 'Overview' | 'Live page';
const VIEWS: readonly View[] = ['no window', 'Overview', 'Live page'];

/** Where a view is in the dashboard. */
const PATHS = { Overview: '/', 'Live page': '/daemon/ircd/live' } as const;

/** A host with one window. */
interface IdleApp {
  readonly app: RunningApp;
  show(view: View): Promise<void>;
  stop(): Promise<void>;
}

async function startHeadless(dataDir: string, configFile: string): Promise<IdleApp> {
  const browser = await chromium.launch({ executablePath: findChromium(), args: [...CHROMIUM_SWITCHES] });
  const host = new HeadlessApp({ dataDir, configFile, browser });
  await host.start();
  const app = new RunningApp(host, dataDir, configFile);
  return {
    app,
    async show(view) {
      // A headless Chromium never hides a page; one that went elsewhere has no stream either.
      if (view === 'no window') return void (await host.page.goto('about:blank'));
      if (!host.page.url().startsWith(host.ready.url)) await host.page.goto(host.ready.url);
      await app.open(PATHS[view]);
    },
    async stop() {
      await host.stop();
      await browser.close();
    },
  };
}

async function startDesktop(dataDir: string, configFile: string): Promise<IdleApp> {
  const host = new ElectronApp({ dataDir, configFile });
  await host.start();
  const app = new RunningApp(host, dataDir, configFile);
  // Playwright makes every window believe that it is seen, also one in the tray: it is only unseen when it is gone, and the
  // app stays.
  await host.application.evaluate(({ app: electron }) => {
    electron.removeAllListeners('window-all-closed');
    electron.on('window-all-closed', () => {});
  });
  return {
    app,
    async show(view) {
      const [page] = host.application.windows();
      if (view === 'no window') {
        return await host.application.evaluate(({ BrowserWindow }) => {
          for (const window of BrowserWindow.getAllWindows()) window.destroy();
        });
      }
      await app.open(PATHS[view], page ?? (await reopen(host)));
    },
    stop: () => host.stop(),
  };
}

async function reopen({ application }: ElectronApp): Promise<Page> {
  const [page] = await Promise.all([
    application.waitForEvent('window'),
    application.evaluate(({ app }) => app.emit('activate')),
  ]);
  await page.waitForLoadState();
  return page;
}

/** Parent and command line of every process of the machine. */
function processTable(): Map<number, { readonly parent: number; readonly command: string }> {
  const table = new Map<number, { parent: number; command: string }>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      table.set(Number(name), { parent, command: readFileSync(`/proc/${name}/cmdline`, 'utf8') });
    } catch {
      // It ended while the folder was read.
    }
  }
  return table;
}

/** What this benchmark has started, by what it is: `main`, the daemons, and the kinds of Chromium's processes. */
async function rolesOf(app: RunningApp): Promise<Map<number, string>> {
  // Not by the window, which may be closed.
  const { daemons } = await app.cliJson<StatusReport>(['status']);
  const table = processTable();
  const roles = new Map<number, string>();
  for (const [pid, { command }] of table) {
    let above = table.get(pid)?.parent ?? 0;
    while (above > 1 && above !== process.pid) above = table.get(above)?.parent ?? 0;
    if (above !== process.pid) continue;
    const daemon = daemons.find((candidate) => candidate.pid === pid)?.id;
    const kind = /--type=([a-z-]+)/.exec(command)?.[1];
    if (pid === app.mainPid) roles.set(pid, 'main');
    else if (daemon !== undefined) roles.set(pid, daemon);
    else if (kind === 'renderer' || kind === 'gpu-process') roles.set(pid, kind);
    else roles.set(pid, 'other processes');
  }
  return roles;
}

async function measure(app: RunningApp, seconds: number): Promise<Figures> {
  const roles = await rolesOf(app);
  const used = () => new Map([...roles.keys()].map((pid) => [pid, cpuSeconds(pid)]));
  const before = used();
  const machineBefore = machineCpuSeconds();
  const begun = performance.now();
  await sleep(seconds * 1_000);
  const after = used();
  const machine = machineCpuSeconds() - machineBefore;
  const elapsed = (performance.now() - begun) / 1_000;
  const figures: Figures = {};
  for (const role of ['main', ...DAEMONS, 'recorder', 'renderer', 'gpu-process', 'other processes']) {
    figures[role] = 0;
  }
  let ours = 0;
  for (const [pid, role] of roles) {
    const cpu = Math.max(0, (after.get(pid) ?? 0) - (before.get(pid) ?? 0));
    ours += cpu;
    figures[role] = (figures[role] ?? 0) + (cpu / elapsed) * 100;
  }
  figures['others on the machine'] = Math.max(0, ((machine - ours) / elapsed) * 100);
  return figures;
}

function cpuSeconds(pid: number): number {
  try {
    return readUsage(pid).cpuSeconds;
  } catch {
    // Chromium ends a process that it no longer needs.
    return 0;
  }
}

/** One host from its start to its end; prints a table. */
async function measureHost(
  name: string,
  start: (dataDir: string, configFile: string) => Promise<IdleApp>,
  { rounds, seconds }: IdleOptions,
): Promise<Record<View, Figures[]>> {
  const folder = await benchDirectory('idle');
  const configFile = join(folder, 'signalbox.toml');
  await writeFile(configFile, CONFIG);
  const idle = await start(folder, configFile);
  try {
    for (const id of DAEMONS) await idle.app.request('daemon.start', { id });
    await sleep(SETTLE_MS);
    const runs: Record<View, Figures[]> = { 'no window': [], Overview: [], 'Live page': [] };
    for (let round = 0; round < rounds; round++) {
      for (const view of VIEWS) {
        await idle.show(view);
        await sleep(VIEW_SETTLE_MS);
        const figures = await measure(idle.app, seconds);
        runs[view].push(figures);
        const shown = Object.entries(figures).map(([role, percent]) => `${role} ${percent.toFixed(2)}`);
        console.error(`${name}, ${view}, ${round + 1}/${rounds}: ${shown.join(', ')}`);
      }
    }
    const columns = Object.fromEntries(VIEWS.map((view) => [view, medians(runs[view])]));
    printColumns(`Idle, ${name}: % of a core, median of ${rounds} × ${seconds} s`, columns);
    return runs;
  } finally {
    await idle.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** How long the part measures. */
export interface IdleOptions {
  readonly rounds: number;
  /** Of each reading; the kernel counts in hundredths of a second, so 30 s resolve 0.03 %. */
  readonly seconds: number;
}

/** Runs the part; prints tables and returns what goes into the report. */
export async function benchIdle(options: IdleOptions): Promise<unknown> {
  if (!existsSync(BUILT)) throw new Error('The app is not built: npm run build');
  const results: Record<string, unknown> = {
    headless: await measureHost('headless host and a browser', startHeadless, options),
  };
  const electron = findElectron();
  if ('path' in electron) results.desktop = await measureHost('desktop app', startDesktop, options);
  else console.error(`The desktop app is left out: ${electron.missing}`);
  return results;
}

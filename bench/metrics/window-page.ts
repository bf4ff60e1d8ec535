/**
 * A page of the dashboard in Chromium, what it takes, and people who chat meanwhile: what the benchmarks of the window have in
 * common. Used by bench/metrics/window.ts, frames.ts and pages.ts.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Browser, type CDPSession, chromium, type Page } from '@playwright/test';
import { CHROMIUM_SWITCHES, findChromium } from '../../e2e/app/binaries.ts';
import { LoadClient } from '../ircd/load-client.ts';
import type { BenchHost } from './host.ts';

/** This checkout. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** @throws Error where the window of a checkout is not built. */
export function requireBuilt(root = ROOT): void {
  if (existsSync(join(root, 'out/renderer/index.html'))) return;
  throw new Error(`The window is not built: npm run build in ${root}`);
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: [...CHROMIUM_SWITCHES] });
}

/** Clients in one channel, of which the next one says something every now and then; they begin to when they are told. */
export class Chat {
  readonly #clients: readonly LoadClient[];
  readonly #everyMs: number;
  #timer: ReturnType<typeof setInterval> | null = null;
  #next = 0;

  private constructor(clients: readonly LoadClient[], everyMs: number) {
    this.#clients = clients;
    this.#everyMs = everyMs;
  }

  /** Connects so many clients to an IRC server. */
  static async connect(port: number, amount: number, everyMs: number): Promise<Chat> {
    const clients: LoadClient[] = [];
    for (let i = 0; i < amount; i++) {
      const client = new LoadClient(port, `w${i}`);
      await client.register();
      await client.join('#window');
      client.onLost = (why) => console.error(`${client.nick}: ${why}`);
      clients.push(client);
    }
    return new Chat(clients, everyMs);
  }

  talk(): void {
    this.#timer ??= setInterval(() => {
      this.#clients[this.#next++ % this.#clients.length]?.say('PRIVMSG #window :the quick brown fox');
    }, this.#everyMs);
  }

  /** Nobody says anything until {@link talk}. */
  pause(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  close(): void {
    this.pause();
    for (const client of this.#clients) {
      client.onLost = () => {};
      client.close();
    }
  }
}

/** What a page is opened with. */
export interface PageOptions {
  /** Within the dashboard, such as `/daemon/ircd/live`. */
  readonly path: string;
  readonly viewport: { readonly width: number; readonly height: number };
  /** File of a script that runs before anything else. */
  readonly probe?: string;
}

/** A new page of the dashboard, signed in, in a context of its own. */
export async function openPage(
  browser: Browser,
  host: BenchHost,
  { path, viewport, probe }: PageOptions,
): Promise<Page> {
  const context = await browser.newContext({ viewport: { ...viewport } });
  if (probe !== undefined) await context.addInitScript({ path: probe });
  const answer = await context.request.post(new URL('login', host.url).href, {
    data: { token: host.token },
    headers: { origin: new URL(host.url).origin },
  });
  if (!answer.ok()) throw new Error(`signing in: ${answer.status()}`);
  const page = await context.newPage();
  await page.goto(new URL(`#${path}`, host.url).href);
  return page;
}

/** A process of a browser. */
export interface ChromiumProcess {
  readonly id: number;
  readonly type: string;
  /** In seconds. */
  readonly cpuTime: number;
}

/** The processes of a browser; `session` is of the browser, not of a page. */
export async function chromiumProcesses(session: CDPSession): Promise<ChromiumProcess[]> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return processInfo as unknown as ChromiumProcess[];
}

/** CPU seconds that processes of one type took between two readings. */
export function cpuBetween(
  before: readonly ChromiumProcess[],
  after: readonly ChromiumProcess[],
  type: string,
): number {
  return after
    .filter((process) => process.type === type)
    .reduce(
      (sum, { id, cpuTime }) => sum + cpuTime - (before.find((earlier) => earlier.id === id)?.cpuTime ?? 0),
      0,
    );
}

/** How long the main thread of a page was at work since it began, in seconds; needs `Performance.enable`. */
export async function mainThreadSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
}

/** The value below which a share of a list lies; NaN of none. */
export function quantile(list: readonly number[], share: number): number {
  const sorted = list.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

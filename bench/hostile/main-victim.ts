/**
 * Main under attack: the headless host as a user starts it, without daemons. What stands in for the heartbeat is nothing:
 * the innocent client asks the HTTP server itself.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readUsage } from '../shared/process-usage.ts';
import { benchDirectory, readyLine, stopper } from '../shared/server-process.ts';
import type { Prey, Scenario } from './scenario.ts';

const READY_MS = 30_000;
const SAMPLE_MS = 100;

/** A headless host that runs. */
export class MainVictim implements Prey {
  readonly port: number;
  readonly secret: string;
  readonly p10Port = null;
  readonly heartbeatMs = null;
  readonly open = null;
  peakRssBytes = 0;
  readonly #process: ChildProcess;
  readonly #stop: () => Promise<void>;
  #timer: NodeJS.Timeout | null = null;

  private constructor(process: ChildProcess, stop: () => Promise<void>, port: number, token: string) {
    this.#process = process;
    this.#stop = stop;
    this.port = port;
    this.secret = token;
  }

  /** Starts the host from the sources of `root`, on a data folder of its own. */
  static async start(root: string, scenario: Scenario): Promise<MainVictim> {
    const directory = await benchDirectory(`hostile-${scenario.id}`);
    const dataDir = join(directory, 'data');
    await mkdir(dataDir, { mode: 0o700 });
    const entry = join(resolve(root), 'main/headless/main.ts');
    const args = [entry, '--port', '0', '--data', dataDir, '--json', '--autostart', ''];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const stop = stopper(child, directory);
    try {
      const ready = await readyLine<{ url: string; token: string }>(child, 'main', READY_MS);
      return new MainVictim(child, stop, Number(new URL(ready.url).port), ready.token);
    } catch (error) {
      await stop();
      throw error;
    }
  }

  handlersFailed(): Promise<null> {
    return Promise.resolve(null);
  }

  get ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  get rssBytes(): number {
    try {
      return readUsage(this.#process.pid ?? 0).rssBytes;
    } catch {
      return 0;
    }
  }

  watch(): void {
    this.#timer = setInterval(() => {
      this.peakRssBytes = Math.max(this.peakRssBytes, this.rssBytes);
    }, SAMPLE_MS);
  }

  resetHeartbeat(): void {}

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#stop();
  }
}

/**
 * The daemon under attack: a real process, started by the fork launcher of the headless host and spoken to over its
 * link, so that its environment and V8 options are those of a user and its heartbeat is what main would see. With
 * another root it is the daemon of another checkout, for a comparison in one run.
 */

import { readdirSync, readlinkSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { listenerInfosOf } from '../../contract/link/endpoint.ts';
import { fromDaemonSchema } from '../../contract/link/from-daemon.ts';
import { INSTANCE_SECRET_BYTES } from '../../contract/link/peers.ts';
import type { ToDaemon } from '../../contract/link/to-daemon.ts';
import { portOf } from '../../contract/listen-place.ts';
import type { DaemonLauncher, DaemonProcess, ProcessEnd } from '../../main/core/daemon-launcher.ts';
import { readUsage } from '../shared/process-usage.ts';
import { benchDirectory } from '../shared/server-process.ts';
import type { Prey, Scenario } from './scenario.ts';

/** Main sends one a second; more of them see more. */
const HEARTBEAT_MS = 100;
const READY_MS = 30_000;
const STOP_MS = 10_000;

/** The launcher of a checkout. */
interface LauncherModule {
  createForkLauncher(options: { entryOf: (id: string) => string; execPath: string }): DaemonLauncher;
}

/** A daemon that runs. */
export class Victim implements Prey {
  readonly port: number;
  readonly p10Port: number | null;
  readonly secret = '';
  /** How it ended; null while it runs. */
  end: ProcessEnd | null = null;
  /** Longest time from a heartbeat to its answer since {@link watch}, in milliseconds; that of one under way included. */
  heartbeatMs = 0;
  peakRssBytes = 0;
  readonly #process: DaemonProcess;
  readonly #directory: string;
  readonly #sentMs = new Map<number, number>();
  #timer: NodeJS.Timeout | null = null;
  #seq = 0;

  private constructor(process: DaemonProcess, directory: string, ports: readonly number[]) {
    this.#process = process;
    this.#directory = directory;
    this.port = ports[0]!;
    this.p10Port = ports[1] ?? null;
  }

  /** Starts the scenario's daemon from the sources of `root`. */
  static async start(root: string, scenario: Scenario): Promise<Victim> {
    const launcher: LauncherModule = await import(join(resolve(root), 'main/fork/fork-launcher.ts'));
    const directory = await benchDirectory(`hostile-${scenario.id}`);
    const dataDir = join(directory, 'data');
    const logDir = join(directory, 'log');
    await mkdir(dataDir, { recursive: true });
    await mkdir(logDir, { recursive: true });
    for (const [name, text] of Object.entries(scenario.files?.() ?? {})) {
      await mkdir(dirname(join(dataDir, name)), { recursive: true });
      await writeFile(join(dataDir, name), text);
    }
    const place = { host: '0.0.0.0', port: 0 };
    const listen = [
      { ...place, ...scenario.listener },
      ...(scenario.p10 === true ? [{ ...place, protocol: 'p10' }] : []),
    ];
    const config = { ...scenario.config, listen };
    const secret = new Uint8Array(INSTANCE_SECRET_BYTES);
    const init: ToDaemon = { type: 'init', config, dataDir, logDir, instance: 1, peers: [], secret };
    const { createForkLauncher } = launcher;
    const forks = createForkLauncher({
      entryOf: (id) => join(resolve(root), `daemons/${id}/main.ts`),
      execPath: process.execPath,
    });
    let onPong: (seq: number) => void = () => {};
    let onEnd: (end: ProcessEnd) => void = () => {};
    const { child: daemon, ports } = await new Promise<{ child: DaemonProcess; ports: number[] }>(
      (ready, reject) => {
        const late = setTimeout(
          () => reject(new Error(`${scenario.daemon} was not ready in time`)),
          READY_MS,
        );
        onEnd = (end) => reject(new Error(`${scenario.daemon} ended: ${JSON.stringify(end)}`));
        const child = forks.launch(
          { id: scenario.daemon, runtime: 'node' },
          {
            onMessage: (raw) => {
              const message = fromDaemonSchema.parse(raw);
              if (message.type === 'hello') child.send(init);
              else if (message.type === 'failed') reject(new Error(message.error.message));
              else if (message.type === 'ready') {
                clearTimeout(late);
                ready({ child, ports: listenerInfosOf(message.listeners).map(portOf) });
              } else if (message.type === 'pong') onPong(message.seq);
            },
            onOutput: (stream, line) => {
              if (stream === 'stderr') console.error(`${scenario.daemon}: ${line}`);
            },
            onEnd: (end) => onEnd(end),
          },
        );
      },
    );
    const running = new Victim(daemon, directory, ports);
    onPong = (seq) => running.#pong(seq);
    onEnd = (end) => {
      running.end = end;
    };
    return running;
  }

  get ended(): boolean {
    return this.end !== null;
  }

  resetHeartbeat(): void {
    this.heartbeatMs = 0;
  }

  get rssBytes(): number {
    try {
      return readUsage(this.#process.pid ?? 0).rssBytes;
    } catch {
      return 0;
    }
  }

  get open(): { readonly files: number; readonly others: number } | null {
    const folder = `/proc/${this.#process.pid ?? 0}/fd`;
    let [files, others] = [0, 0];
    for (const fd of readdirSync(folder)) {
      try {
        if (readlinkSync(`${folder}/${fd}`).startsWith(this.#directory)) files++;
        else others++;
      } catch {
        // Closed meanwhile.
      }
    }
    return { files, others };
  }

  /** Read from its log files; what was logged a moment ago may be missing. */
  async handlersFailed(): Promise<number> {
    const folder = join(this.#directory, 'log');
    const texts = await Promise.all(
      (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')),
    );
    return texts.reduce((sum, text) => sum + text.split('handler_failed').length - 1, 0);
  }

  /** Sends heartbeats from now on and notes how late they are answered. */
  watch(): void {
    this.#timer = setInterval(() => {
      this.#sentMs.set(++this.#seq, performance.now());
      this.#process.send({ type: 'ping', seq: this.#seq });
      this.#lateness();
      this.peakRssBytes = Math.max(this.peakRssBytes, this.rssBytes);
    }, HEARTBEAT_MS);
  }

  /** Ends the process and removes its folder. */
  async stop(): Promise<void> {
    this.#lateness();
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#process.send({ type: 'stop', deadlineMs: STOP_MS / 2 });
    const until = performance.now() + STOP_MS;
    while (this.end === null && performance.now() < until) await new Promise((done) => setTimeout(done, 20));
    if (this.end === null) this.#process.kill();
    await rm(this.#directory, { recursive: true, force: true });
  }

  #pong(seq: number): void {
    const sent = this.#sentMs.get(seq);
    if (sent !== undefined) this.heartbeatMs = Math.max(this.heartbeatMs, performance.now() - sent);
    this.#sentMs.delete(seq);
  }

  #lateness(): void {
    const now = performance.now();
    for (const sent of this.#sentMs.values()) this.heartbeatMs = Math.max(this.heartbeatMs, now - sent);
  }
}

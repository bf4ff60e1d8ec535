/**
 * The real headless host with its recorder, in a temporary directory, as the benchmarks of monitoring need it: its
 * address, its daemons' processes, its API. Used by the benchmarks of monitoring and of the window.
 */

import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlApi, ControlRequestName } from '../../contract/control/requests.ts';
import type { Outcome } from '../../contract/errors.ts';
import { portOf } from '../../contract/listen-place.ts';
import { IRCD_TCP_CONFIG } from '../ircd/servers.ts';
import { pinned } from '../shared/pinning.ts';
import { benchDirectory, readyLine, stopper } from '../shared/server-process.ts';

const READY_MS = 30_000;
const RUNNING_MS = 60_000;
const STATUS_EVERY_MS = 100;
/** This checkout. */
const ROOT = resolve(import.meta.dirname, '../..');

/** What the benchmarks of monitoring run, every listener on a free port of this machine. */
export const CONFIG = `${IRCD_TCP_CONFIG}
[relay]
listen = [{ host = "127.0.0.1", port = 0 }]
`;

/** A running host. */
export class BenchHost {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;

  private constructor(url: string, token: string, pid: number, stop: () => Promise<void>) {
    this.url = url;
    this.token = token;
    this.pid = pid;
    this.stop = stop;
  }

  /** Starts the host of a checkout with these daemons on the second core; resolves when they run. */
  static async start(daemons: readonly string[], root = ROOT): Promise<BenchHost> {
    const folder = await benchDirectory('host');
    const config = join(folder, 'signalbox.toml');
    await writeFile(config, CONFIG);
    const hostArgs = ['--headless', '--port', '0', '--data', folder, '--config', config, '--json'];
    const [command, args] = pinned(1, process.execPath, [
      join(root, 'main/headless/main.ts'),
      ...hostArgs,
      '--autostart',
      daemons.join(','),
    ]);
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    const stop = stopper(child, folder);
    try {
      const ready = await readyLine<{ url: string; token: string }>(child, 'the host', READY_MS);
      const host = new BenchHost(ready.url, ready.token, child.pid ?? 0, stop);
      await host.#running(daemons);
      return host;
    } catch (error) {
      await stop();
      throw error;
    }
  }

  /** One request of the control API. Throws what it answers as an error. */
  async request<Name extends ControlRequestName>(
    name: Name,
    args: ControlApi[Name]['args'],
  ): Promise<ControlApi[Name]['result']> {
    const response = await fetch(new URL(`api/${name}`, this.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(args),
    });
    const outcome = (await response.json()) as Outcome<ControlApi[Name]['result']>;
    if (!outcome.ok) throw new Error(`${name}: ${outcome.error.code} ${outcome.error.message}`);
    return outcome.result;
  }

  /** Resolves when all of these daemons run; a start that failed is tried again by the host. */
  async #running(ids: readonly string[]): Promise<void> {
    const deadline = performance.now() + RUNNING_MS;
    for (;;) {
      const { daemons } = await this.request('status', {});
      const late = ids.filter((id) => daemons.find((one) => one.id === id)?.state !== 'running');
      if (late.length === 0) return;
      if (performance.now() > deadline) throw new Error(`${late.join(', ')} did not start in time`);
      await sleep(STATUS_EVERY_MS);
    }
  }

  /** Process and first port of a running daemon. */
  async daemon(id: string): Promise<{ pid: number; port: number }> {
    const { daemons } = await this.request('status', {});
    const daemon = daemons.find((candidate) => candidate.id === id);
    if (daemon?.pid == null) throw new Error(`${id} is not running`);
    return { pid: daemon.pid, port: portOf(daemon.listeners[0]) };
  }
}

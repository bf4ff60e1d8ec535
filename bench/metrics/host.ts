/**
 * The real headless host with its recorder, in a temporary directory, as the benchmarks of monitoring need it: its
 * address, its daemons' processes, its API. Used by bench/metrics/cost.ts and bench/metrics/window.ts.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { ControlApi, ControlRequestName } from '../../daemons/contract/control-api.ts';
import type { Outcome } from '../../daemons/contract/errors.ts';
import { pinned } from '../ircd/servers.ts';

const READY_MS = 30_000;
const STOP_MS = 15_000;
const ENTRY = resolve(import.meta.dirname, '../../main/headless/main.ts');

const CONFIG = `
[ircd]
listen = [{ host = "127.0.0.1", port = 0 }]
dns = false
ident = false
[[ircd.class]]
name = "bench"
match = ["127.0.0.0/8"]
throttle = false
flood = false
max_connections = 100000
send_queue_bytes = 67108864
receive_queue_bytes = 16777216
ping_seconds = 600
[relay]
listen = [{ host = "127.0.0.1", port = 0 }]
`;

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

  /** Starts the host with these daemons on the second core; resolves when they run. */
  static async start(daemons: readonly string[]): Promise<BenchHost> {
    const folder = await mkdtemp(join(tmpdir(), 'bench-host-'));
    const config = join(folder, 'signalbox.toml');
    await writeFile(config, CONFIG);
    const args = ['--headless', '--port', '0', '--data', folder, '--config', config, '--json'];
    const [command, commandArgs] = pinned(1, process.execPath, [
      ENTRY,
      ...args,
      '--autostart',
      daemons.join(','),
    ]);
    const child = spawn(command, commandArgs, { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = new Promise<void>((done) => child.once('exit', () => done()));
    const stop = async () => {
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      child.kill('SIGTERM');
      await exited;
      clearTimeout(force);
      await rm(folder, { recursive: true, force: true });
    };
    try {
      const ready = await new Promise<{ url: string; token: string }>((done, failed) => {
        const late = setTimeout(() => failed(new Error('the host was not ready in time')), READY_MS);
        child.once('exit', (code) => failed(new Error(`the host ended with ${code} before it was ready`)));
        createInterface({ input: child.stdout }).on('line', (line) => {
          if (!line.startsWith('{')) return;
          clearTimeout(late);
          done(JSON.parse(line) as { url: string; token: string });
        });
      });
      return new BenchHost(ready.url, ready.token, child.pid ?? 0, stop);
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

  /** Process and first port of a running daemon. */
  async daemon(id: string): Promise<{ pid: number; port: number }> {
    const { daemons } = await this.request('status', {});
    const daemon = daemons.find((candidate) => candidate.id === id);
    if (daemon?.pid == null) throw new Error(`${id} is not running`);
    return { pid: daemon.pid, port: daemon.listeners[0]?.port ?? 0 };
  }
}

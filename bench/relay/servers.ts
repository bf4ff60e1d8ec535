/**
 * The servers under load: our relay, and nats-server, which an operator would otherwise run to pass messages between
 * clients in rooms. Each run starts a fresh process on one core. Used by scenarios.ts.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { DAEMON_V8_OPTIONS } from '../../main/core/daemon-launcher.ts';
import { pinned } from '../ircd/servers.ts';
import type { WireName } from './messages.ts';

const READY_MS = 10_000;
const STOP_MS = 10_000;

export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  /** Ends the process and removes its directory. */
  stop(): Promise<void>;
}

export interface ServerKind {
  readonly name: string;
  readonly wire: WireName;
  start(): Promise<RunningServer>;
}

const OUR_CONFIG = `
[relay]
listen = [{ host = "127.0.0.1", port = 0 }]
max_clients = 100000
[[relay.class]]
name = "bench"
match = ["127.0.0.0/8"]
throttle = false
flood = false
send_queue_bytes = 67108864
ping_seconds = 3000
idle_seconds = 3600
`;

function stopper(child: ChildProcess, directory: string): () => Promise<void> {
  return async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await gone;
      clearTimeout(timer);
    }
    await rm(directory, { recursive: true, force: true });
  };
}

async function startOurs(nodeOptions: readonly string[]): Promise<RunningServer> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-relay-'));
  const config = join(directory, 'signalbox.toml');
  await writeFile(config, OUR_CONFIG);
  const entry = join(import.meta.dirname, '../../daemons/relay/main.ts');
  const args = [
    ...DAEMON_V8_OPTIONS,
    ...nodeOptions,
    entry,
    '--standalone',
    '--config',
    config,
    '--data',
    directory,
  ];
  const child = spawn(...pinned(0, process.execPath, args), { stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = stopper(child, directory);
  try {
    const port = await new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the relay was not ready in time')), READY_MS);
      child.once('exit', (code) => reject(new Error(`the relay ended with ${code}`)));
      createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
        if (!line.startsWith('{')) return;
        const ready = JSON.parse(line) as { listeners: { port: number }[] };
        clearTimeout(timer);
        resolve(ready.listeners[0]!.port);
      });
    });
    return { pid: child.pid as number, port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const address = probe.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await new Promise((done) => probe.close(done));
  return port;
}

async function startNats(path: string): Promise<RunningServer> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-nats-'));
  const port = await freePort();
  const config = join(directory, 'nats.conf');
  await writeFile(
    config,
    `listen: "127.0.0.1:${port}"\nmax_connections: 100000\nmax_pending: 64MB\nwrite_deadline: "60s"\nping_interval: "1h"\n`,
  );
  const child = spawn(...pinned(0, path, ['-c', config]), { stdio: 'ignore' });
  const stop = stopper(child, directory);
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline) {
    const open = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('connect', () => {
        socket.destroy();
        done(true);
      });
      socket.on('error', () => done(false));
    });
    if (open) return { pid: child.pid as number, port, stop };
    await sleep(50);
  }
  await stop();
  throw new Error('nats-server was not ready in time');
}

/** Our relay, and nats-server where it is installed. */
export function serverKinds(nodeOptions: readonly string[]): ServerKind[] {
  const kinds: ServerKind[] = [{ name: 'signalbox', wire: 'signalbox', start: () => startOurs(nodeOptions) }];
  const shown = spawnSync('nats-server', ['--version'], { encoding: 'utf8' });
  if (shown.error === undefined) {
    const version = /v?(\d+\.\d+\.\d+)/.exec(shown.stdout + shown.stderr)?.[1] ?? 'unknown';
    kinds.push({ name: `nats-server ${version}`, wire: 'nats', start: () => startNats('nats-server') });
  }
  return kinds;
}

/**
 * Starts the servers that are compared, each in a temporary directory and pinned to the first core where `taskset`
 * exists. Used by `bench/ircd.ts`.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { DAEMON_V8_OPTIONS } from '../../main/core/daemon-launcher.ts';
import { findInspircd, inspircdArguments } from './inspircd.ts';

const READY_MS = 15_000;
const STOP_MS = 10_000;

/** A server under load. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  /** Ends the process and removes its directory. */
  stop(): Promise<void>;
}

/** Something that can be started again for each measurement. */
export interface ServerKind {
  readonly name: string;
  start(): Promise<RunningServer>;
}

const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).error === undefined;

/** A command that runs on one core: servers on core 0, the load generator on core 1. */
export function pinned(core: number, command: string, args: readonly string[]): [string, string[]] {
  return canPin ? ['taskset', ['-c', String(core), command, ...args]] : [command, [...args]];
}

/** Whether servers and generator have a core each; without it the figures say less. */
export const pinning = canPin;

const OUR_CONFIG = `
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
`;

function stopper(child: ChildProcess, directory: string): () => Promise<void> {
  return async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await gone;
      clearTimeout(force);
    }
    await rm(directory, { recursive: true, force: true });
  };
}

async function startOurs(nodeOptions: readonly string[], main: string): Promise<RunningServer> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-ircd-'));
  const config = join(directory, 'signalbox.toml');
  await writeFile(config, OUR_CONFIG);
  const args = [
    ...DAEMON_V8_OPTIONS,
    ...nodeOptions,
    main,
    '--standalone',
    '--config',
    config,
    '--data',
    directory,
  ];
  const child = spawn(...pinned(0, process.execPath, args), { stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = stopper(child, directory);
  const port = await new Promise<number>((ready, reject) => {
    const timer = setTimeout(() => reject(new Error('ircd was not ready in time')), READY_MS);
    child.once('exit', (code) => reject(new Error(`ircd ended with ${code} before it was ready`)));
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      const event = JSON.parse(line) as { listeners?: { port: number }[] };
      const first = event.listeners?.[0];
      if (first === undefined) return;
      clearTimeout(timer);
      ready(first.port);
    });
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { pid: child.pid as number, port, stop };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const address = probe.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await new Promise((done) => probe.close(done));
  return port;
}

async function waitUntilListening(port: number): Promise<void> {
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
    if (open) return;
    await sleep(50);
  }
  throw new Error('inspircd was not ready in time');
}

async function startInspircd(path: string): Promise<RunningServer> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-inspircd-'));
  const port = await freePort();
  const args = await inspircdArguments(directory, port);
  const child = spawn(...pinned(0, path, args), { stdio: 'ignore' });
  const stop = stopper(child, directory);
  try {
    await waitUntilListening(port);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid as number, port, stop };
}

/**
 * Our server, and InspIRCd where it is installed.
 * @param main the entry file of our daemon; another only for experiments.
 */
export function serverKinds(nodeOptions: readonly string[], main?: string): ServerKind[] {
  const entry = resolve(main ?? join(import.meta.dirname, '../../daemons/ircd/main.ts'));
  const kinds: ServerKind[] = [{ name: 'signalbox', start: () => startOurs(nodeOptions, entry) }];
  const rival = findInspircd();
  if (rival !== null) {
    kinds.push({ name: `inspircd ${rival.version}`, start: () => startInspircd(rival.path) });
  }
  return kinds;
}

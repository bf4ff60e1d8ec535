/**
 * Starts the servers that are compared, each in a temporary directory on the first core: our daemons from source, and
 * rivals that listen on a port they are told. Used by the benchmarks of each daemon and of the host.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { DAEMON_MALLOC_ENV, DAEMON_V8_OPTIONS } from '../../main/core/daemon-launcher.ts';
import type { DaemonCounters, DaemonFigures } from './daemon-probe.ts';
import { type Cores, onCores, pinned } from './pinning.ts';

const PROBE = new URL('daemon-probe.ts', import.meta.url);
const STOP_MS = 15_000;
const READY_MS = 15_000;

/** A server under load. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  /** Where it listens beside, in the order of its configuration; absent where nobody asks. */
  readonly morePorts?: readonly number[];
  /** What it says of itself, once garbage is collected; of our own daemons only. */
  figures?(): Promise<DaemonFigures>;
  /** Bytes of JavaScript objects then. */
  heapBytes?(): Promise<number>;
  /** Its counters and gauges, asked while load runs: that costs it one sample. Empty of an older checkout. Of our own daemons only. */
  counters?(): Promise<DaemonCounters>;
  /** Ends the process and removes its directory. */
  stop(): Promise<void>;
}

/** Something that can be started again for each measurement. */
export interface ServerKind {
  readonly name: string;
  start(): Promise<RunningServer>;
}

/** A new temporary directory for one run of `name`. */
export function benchDirectory(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `bench-${name}-`));
}

/** What ends a process, by force after 15 s, and removes its directory. */
export function stopper(child: ChildProcess, directory: string): () => Promise<void> {
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

/**
 * The first JSON object that a process prints on a line of its own. Rejects when the process ends first or takes longer
 * than `deadlineMs`.
 */
export function readyLine<Ready>(child: ChildProcess, name: string, deadlineMs: number): Promise<Ready> {
  return new Promise((ready, reject) => {
    const late = setTimeout(() => reject(new Error(`${name} was not ready in time`)), deadlineMs);
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code} before it was ready`)));
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      clearTimeout(late);
      ready(JSON.parse(line) as Ready);
    });
  });
}

/** The compile cache that the program gives its daemons (scripts/compile-cache.mjs), which threads that start later have too. */
const COMPILE_CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'signalbox', 'node');

/** One of our daemons by itself. */
export interface DaemonStart {
  readonly id: string;
  /** The configuration file, with a listener on port 0 first. */
  readonly config: string;
  /** Further options for its Node, such as `--cpu-prof`. */
  readonly nodeOptions: readonly string[];
  /** Another entry file, for experiments. */
  readonly main?: string | undefined;
  /** Whether it has a core for itself and no other, or all that the machine has; `one` by default. */
  readonly cores?: Cores | undefined;
  /** Whether what it logs is thrown away. */
  readonly quiet?: boolean;
  /** Puts into its data directory what is there before it starts. */
  readonly prepare?: (directory: string) => Promise<void>;
}

/** Starts a daemon from source. */
export async function startDaemon({
  id,
  config,
  nodeOptions,
  main,
  cores = 'one',
  quiet = false,
  prepare,
}: DaemonStart): Promise<RunningServer> {
  const directory = await benchDirectory(id);
  const configFile = join(directory, 'signalbox.toml');
  await writeFile(configFile, config);
  await prepare?.(directory);
  const entry = resolve(main ?? join(import.meta.dirname, `../../daemons/${id}/main.ts`));
  const daemonArgs = ['--standalone', '--config', configFile, '--data', directory];
  const [command, args] = onCores(cores, process.execPath, [
    ...DAEMON_V8_OPTIONS,
    '--expose-gc',
    `--import=${PROBE}`,
    ...nodeOptions,
    entry,
    ...daemonArgs,
  ]);
  const env: NodeJS.ProcessEnv = { ...DAEMON_MALLOC_ENV, NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env };
  // What is imported first changes modules of the source, which a built program has copies of (scripts/start-built.mjs).
  if (nodeOptions.some((option) => option.startsWith('--import='))) delete env.SIGNALBOX_PROGRAMS;
  const child = spawn(command, args, {
    env,
    stdio: ['ignore', 'pipe', quiet ? 'ignore' : 'inherit', 'pipe'],
  });
  const stop = stopper(child, directory);
  try {
    const { listeners } = await readyLine<{ listeners: { port: number }[] }>(child, id, READY_MS);
    return {
      pid: child.pid as number,
      port: listeners[0]?.port ?? 0,
      morePorts: listeners.slice(1).map(({ port }) => port),
      heapBytes: async () => (await figuresOf(child)).heapBytes,
      figures: () => figuresOf(child),
      counters: () => askProbe<DaemonCounters>(child, 'SIGWINCH'),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Asks the probe in a daemon; see daemon-probe.ts. */
async function askProbe<Answer>(child: ChildProcess, signal: NodeJS.Signals): Promise<Answer> {
  const answers = createInterface({ input: child.stdio[3] as NodeJS.ReadableStream });
  child.kill(signal);
  const [line] = (await once(answers, 'line')) as [string];
  answers.close();
  return JSON.parse(line) as Answer;
}

const figuresOf = (child: ChildProcess) => askProbe<DaemonFigures>(child, 'SIGUSR2');

/**
 * Starts a rival.
 * @param prepare writes its configuration into the directory for these ports and returns its arguments
 * @param morePorts how many ports it needs beside the first
 */
export async function startRival(
  name: string,
  path: string,
  prepare: (directory: string, port: number, morePorts: readonly number[]) => Promise<readonly string[]>,
  morePorts = 0,
): Promise<RunningServer> {
  const directory = await benchDirectory(name);
  const [port = 0, ...more] = await freePorts(1 + morePorts);
  const child = spawn(...pinned(0, path, await prepare(directory, port, more)), { stdio: 'ignore' });
  const stop = stopper(child, directory);
  try {
    await waitUntilListening(name, port);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid as number, port, morePorts: more, stop };
}

async function freePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const probe of probes) {
    await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
    const address = probe.address();
    ports.push(typeof address === 'object' && address !== null ? address.port : 0);
  }
  await Promise.all(probes.map((probe) => new Promise((done) => probe.close(done))));
  return ports;
}

async function waitUntilListening(name: string, port: number): Promise<void> {
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
  throw new Error(`${name} was not ready in time`);
}

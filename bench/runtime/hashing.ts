/**
 * Passwords beside chat: 100 clients of 1,000 ask at once for a password to be verified, while another only sends PING. Its answers and
 * the loop of the server should be hardly later than a timer of a process that does nothing, in the same run.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashPassword } from '../../daemons/ircd/passwords.ts';
import { DAEMON_MALLOC_ENV, DAEMON_V8_OPTIONS } from '../../main/core/daemon-launcher.ts';
import { LineClient } from '../hostile/line-client.ts';
import { IRCD_CONFIG } from '../ircd/servers.ts';
import { type Figures, medians, printColumns } from '../shared/figures.ts';
import { benchDirectory, readyLine, stopper } from '../shared/server-process.ts';
import type { BystanderReport } from './hashing-bystander.ts';
import type { LoopDelay } from './loop-delay.ts';

const CLIENTS = 1_000;
const HASHES = 100;
const READY_MS = 15_000;
/** `pool` is as it ships. */
const WAYS = ['pool', 'libuv'] as const;

interface Server {
  readonly port: number;
  signal(): void;
  delay(): Promise<LoopDelay>;
  stop(): Promise<void>;
}

async function startServer(way: string): Promise<Server> {
  const directory = await benchDirectory('hashing');
  const [configFile, delayFile] = [join(directory, 'signalbox.toml'), join(directory, 'delay.json')];
  const oper = `[[ircd.oper]]\nname = "boss"\nhosts = ["*@*"]\nflags = []\npassword_hash = "${await hashPassword('sesame')}"\n`;
  await writeFile(configFile, IRCD_CONFIG + oper);
  const entry = join(import.meta.dirname, 'hashing-ircd.ts');
  const args = [...DAEMON_V8_OPTIONS, entry, '--standalone', '--config', configFile, '--data', directory];
  const env = { ...DAEMON_MALLOC_ENV, ...process.env, BENCH_WAY: way, BENCH_DELAY: delayFile };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const stop = stopper(child, directory);
  try {
    const { listeners } = await readyLine<{ listeners: { port: number }[] }>(child, 'ircd', READY_MS);
    return {
      port: listeners[0]?.port ?? 0,
      signal: () => child.kill('SIGUSR2'),
      async delay() {
        child.kill('SIGUSR2');
        for (let left = 200; left > 0; left--) {
          const text = await readFile(delayFile, 'utf8').catch(() => '');
          if (text.endsWith('}')) return JSON.parse(text) as LoopDelay;
          await new Promise((done) => setTimeout(done, 20));
        }
        throw new Error('the server did not say how late its loop was');
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startBystander(role: 'innocent' | 'timer', port: number): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'hashing-bystander.ts'), [role, String(port)]);
  child.send('start');
  await once(child, 'message');
  return child;
}

async function report(child: ChildProcess): Promise<BystanderReport> {
  child.send('stop');
  const [message] = await once(child, 'message');
  return message as BystanderReport;
}

async function measure(way: string): Promise<Figures> {
  const server = await startServer(way);
  try {
    const clients: LineClient[] = [];
    for (let i = 0; i < CLIENTS; i++) {
      const client = new LineClient(server.port, '127.0.0.1');
      clients.push(client);
      await client.register(`c${i}`);
    }
    const [innocent, timer] = await Promise.all([
      startBystander('innocent', server.port),
      startBystander('timer', 0),
    ]);
    server.signal();
    const started = performance.now();
    await Promise.all(
      clients.slice(0, HASHES).map((client) => {
        client.send('OPER boss guess');
        return client.waitFor(' 464 ');
      }),
    );
    const seconds = (performance.now() - started) / 1_000;
    const loop = await server.delay();
    const [pings, idle] = await Promise.all([report(innocent), report(timer)]);
    for (const client of clients) client.close();
    return {
      'hashes/s': HASHES / seconds,
      'ping p99 ms': pings.p99,
      'ping max ms': pings.max,
      'loop p99 ms': loop.p99,
      'loop max ms': loop.max,
      'idle timer p99 ms': idle.p99,
      'idle timer max ms': idle.max,
      'ping p99 above idle ms': pings.p99 - idle.p99,
      'loop p99 above idle ms': loop.p99 - idle.p99,
    };
  } finally {
    await server.stop();
  }
}

/** Measures both ways in turn, as often as there are rounds, and prints the medians. */
export async function benchHashing({ rounds }: { rounds: number }) {
  const runs = new Map<string, Figures[]>(WAYS.map((way) => [way, []]));
  for (let round = 0; round < rounds; round++)
    for (const way of WAYS) runs.get(way)?.push(await measure(way));
  const columns = Object.fromEntries([...runs].map(([way, figures]) => [way, medians(figures)]));
  printColumns(`${HASHES} passwords at once beside ${CLIENTS} clients`, columns);
  return columns;
}

/**
 * The loads of the IRC benchmark and what is read from each. One run is: start a server, start a generator, read the
 * server's usage at the start and the end of the measured time. Used by `bench/ircd.ts`.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ComparedScenario } from '../shared/comparison.ts';
import type { Figures } from '../shared/figures.ts';
import { pinned } from '../shared/pinning.ts';
import { machineCpuSeconds, type ProcessUsage, readUsage } from '../shared/process-usage.ts';
import type { RunningServer } from '../shared/server-process.ts';
import type { GeneratorMessage, Job, Measurement } from './messages.ts';
import type { IrcServerKind } from './servers.ts';

const GENERATOR = join(import.meta.dirname, 'generator.ts');
/** No scenario may take longer than this, whatever happens. */
const RUN_LIMIT_MS = 180_000;
/** After the last registration, before memory is read: garbage of the burst is collected in this time. */
const SETTLE_MS = 3_000;

/** One load; each run of it starts a fresh server. */
export interface Scenario extends ComparedScenario {
  readonly job: (port: number) => Job;
  /** Which clients come over WebSocket: none where absent. Our server is then also measured with the same load over TCP. */
  readonly webSockets?: 'half' | 'all';
}

/** The servers of a scenario: where clients come over WebSocket, ours with TCP alone beside them. */
export function kindsOf(
  { webSockets }: Scenario,
  [ours, ...others]: readonly IrcServerKind[],
): readonly IrcServerKind[] {
  if (ours === undefined) return [];
  if (webSockets === undefined) return [ours, ...others];
  return [ours, { ...ours, name: `${ours.name} TCP`, overTcp: true }, ...others];
}

export interface ScenarioSizes {
  readonly measureMs: number;
  readonly warmupMs: number;
  readonly connections: number;
  /** Of the scenarios that send at a fixed rate. */
  readonly deliveriesPerSecond: number;
}

export function scenarios({
  measureMs,
  warmupMs,
  connections,
  deliveriesPerSecond,
}: ScenarioSizes): Scenario[] {
  return [
    {
      id: 'saturated',
      title: '100 clients in one channel, window 8',
      headline: 'deliveries/s',
      perCpu: 'deliveries/CPU s',
      job: (port) => ({ kind: 'saturate', port, clients: 100, channels: 1, window: 8, warmupMs, measureMs }),
    },
    {
      id: 'channels',
      title: '1,000 clients in 10 channels, window 8',
      headline: 'deliveries/s',
      perCpu: 'deliveries/CPU s',
      job: (port) => ({
        kind: 'saturate',
        port,
        clients: 1000,
        channels: 10,
        window: 8,
        warmupMs,
        measureMs,
      }),
    },
    {
      id: 'mixed',
      title: '100 clients in one channel, window 8, half of them with server-time',
      headline: 'deliveries/s',
      perCpu: 'deliveries/CPU s',
      job: (port) => ({
        kind: 'saturate',
        port,
        clients: 100,
        channels: 1,
        window: 8,
        capabilities: 'server-time',
        warmupMs,
        measureMs,
      }),
    },
    {
      id: 'latency',
      title: `${deliveriesPerSecond.toLocaleString('en')} deliveries/s to ${connections.toLocaleString('en')} connections`,
      headline: 'p99 ms',
      lessIsBetter: true,
      job: (port) => ({
        kind: 'paced',
        port,
        clients: connections,
        channels: Math.max(1, Math.round(connections / 100)),
        deliveriesPerSecond,
        warmupMs,
        measureMs,
      }),
    },
    {
      id: 'registrations',
      title: `${connections.toLocaleString('en')} clients register, 1,000 at a time, and stay`,
      headline: 'registrations/s',
      job: (port) => ({ kind: 'register', port, clients: connections, concurrency: 1000 }),
    },
    {
      id: 'websocket',
      title: '100 clients in one channel, window 8, all over WebSocket',
      headline: 'deliveries/s',
      perCpu: 'deliveries/CPU s',
      webSockets: 'all',
      job: (port) => ({ kind: 'saturate', port, clients: 100, channels: 1, window: 8, warmupMs, measureMs }),
    },
    {
      id: 'websocket-half',
      title: '100 clients in one channel, window 8, half of them over WebSocket',
      headline: 'deliveries/s',
      perCpu: 'deliveries/CPU s',
      webSockets: 'half',
      job: (port) => ({ kind: 'saturate', port, clients: 100, channels: 1, window: 8, warmupMs, measureMs }),
    },
    {
      id: 'websocket-channels',
      title: '1,000 clients in 10 channels, window 8, all over WebSocket',
      headline: 'deliveries/s',
      perCpu: 'deliveries/CPU s',
      webSockets: 'all',
      job: (port) => ({
        kind: 'saturate',
        port,
        clients: 1000,
        channels: 10,
        window: 8,
        warmupMs,
        measureMs,
      }),
    },
    {
      id: 'websocket-latency',
      title: `${deliveriesPerSecond.toLocaleString('en')} deliveries/s to ${connections.toLocaleString('en')} connections over WebSocket`,
      headline: 'p99 ms',
      lessIsBetter: true,
      webSockets: 'all',
      job: (port) => ({
        kind: 'paced',
        port,
        clients: connections,
        channels: Math.max(1, Math.round(connections / 100)),
        deliveriesPerSecond,
        warmupMs,
        measureMs,
      }),
    },
    {
      id: 'websocket-registrations',
      title: `${connections.toLocaleString('en')} clients register over WebSocket, 1,000 at a time, and stay`,
      headline: 'registrations/s',
      webSockets: 'all',
      job: (port) => ({ kind: 'register', port, clients: connections, concurrency: 1000 }),
    },
  ];
}

/** The same job with clients of whom some or all come over WebSocket. */
function withWebSockets(job: Job, webSockets: Scenario['webSockets'], { morePorts }: RunningServer): Job {
  if (webSockets === undefined) return job;
  const webSocketPort = morePorts?.[0];
  if (job.kind !== 'register') return { ...job, webSockets, webSocketPort };
  return { ...job, webSockets: 'all', webSocketPort };
}

interface GeneratorRun {
  readonly measurement: Measurement;
  readonly before: ProcessUsage;
  readonly after: ProcessUsage;
  /** CPU seconds of everything else on the machine meanwhile: what makes a figure doubtful. */
  readonly othersCpuSeconds: number;
  /** Resident memory some seconds after the load ended, with every connection still open. */
  readonly settledRssBytes: number;
  /** By how much the heap of our server has grown by then; null for a rival, and where memory is not measured. */
  readonly heapGrowthBytes: number | null;
}

async function generate(job: Job, server: RunningServer): Promise<GeneratorRun> {
  const { pid: serverPid } = server;
  const heapOf = async () => (job.kind === 'register' ? ((await server.heapBytes?.()) ?? null) : null);
  const heapBefore = await heapOf();
  const [command, args] = pinned(1, process.execPath, [GENERATOR, JSON.stringify(job)]);
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let before = readUsage(serverPid);
  let machineBefore = machineCpuSeconds();
  try {
    return await new Promise<GeneratorRun>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no result in ${RUN_LIMIT_MS / 1000} s`)),
        RUN_LIMIT_MS,
      );
      child.on('message', (message: GeneratorMessage) => {
        if (message.type === 'start') {
          before = readUsage(serverPid);
          machineBefore = machineCpuSeconds();
        } else if (message.type === 'error') {
          clearTimeout(timer);
          reject(new Error(message.message));
        } else {
          clearTimeout(timer);
          const { measurement } = message;
          const after = readUsage(serverPid);
          const ours = after.cpuSeconds - before.cpuSeconds + measurement.generatorCpuSeconds;
          const othersCpuSeconds = Math.max(0, machineCpuSeconds() - machineBefore - ours);
          const settle = job.kind === 'register' ? SETTLE_MS : 0;
          const settled = async (): Promise<GeneratorRun> => {
            await sleep(settle);
            const settledRssBytes = readUsage(serverPid).rssBytes;
            const heapAfter = await heapOf();
            const heapGrowthBytes = heapBefore === null || heapAfter === null ? null : heapAfter - heapBefore;
            return { measurement, before, after, othersCpuSeconds, settledRssBytes, heapGrowthBytes };
          };
          settled().then(resolve, reject);
        }
      });
      child.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`the load generator ended with ${code}`));
      });
    });
  } finally {
    child.kill('SIGKILL');
  }
}

function figuresOf(job: Job, run: GeneratorRun): Figures {
  const { measurement, before, after } = run;
  const perSecond = measurement.count / measurement.seconds;
  const cpu = after.cpuSeconds - before.cpuSeconds;
  const figures: Figures = {};
  if (job.kind === 'register') {
    figures['registrations/s'] = perSecond;
    figures['registrations/CPU s'] = measurement.count / cpu;
    figures['KB/connection'] = (run.settledRssBytes - before.rssBytes) / measurement.count / 1024;
    if (run.heapGrowthBytes !== null)
      figures['heap bytes/connection'] = run.heapGrowthBytes / measurement.count;
  } else {
    figures['deliveries/s'] = perSecond;
    figures['deliveries/CPU s'] = measurement.count / cpu;
    figures['bytes/delivery'] = measurement.bytes / measurement.count;
    figures['writes/delivery'] = (after.writeCalls - before.writeCalls) / measurement.count;
  }
  if (measurement.latency !== null) {
    const { p50, p95, p99, p999, max } = measurement.latency;
    figures['p50 ms'] = p50 * 1000;
    figures['p95 ms'] = p95 * 1000;
    figures['p99 ms'] = p99 * 1000;
    figures['p99.9 ms'] = p999 * 1000;
    figures['max ms'] = max * 1000;
  }
  figures['server CPU %'] = (cpu / measurement.seconds) * 100;
  figures['generator CPU %'] = (measurement.generatorCpuSeconds / measurement.seconds) * 100;
  figures['others CPU %'] = (run.othersCpuSeconds / measurement.seconds) * 100;
  figures['RSS MB'] = after.rssBytes / 1048576;
  return figures;
}

/** One run of one scenario against a fresh server. */
export async function runScenario(scenario: Scenario, kind: IrcServerKind): Promise<Figures> {
  const server = await kind.start();
  try {
    const job = withWebSockets(
      scenario.job(server.port),
      kind.overTcp ? undefined : scenario.webSockets,
      server,
    );
    return figuresOf(job, await generate(job, server));
  } finally {
    await server.stop();
  }
}

/** What the relay benchmark measures, and how one run of it goes. Used by `bench/relay.ts`. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { ComparedScenario } from '../shared/comparison.ts';
import type { Figures } from '../shared/figures.ts';
import { pinned } from '../shared/pinning.ts';
import { machineCpuSeconds, readUsage } from '../shared/process-usage.ts';
import type { GeneratorMessage, Job, Measurement } from './messages.ts';
import type { RelayServerKind } from './servers.ts';

/** One load; each run of it starts a fresh server. */
export interface Scenario extends ComparedScenario {
  /** Whether our relay is compared with itself: sealed sessions with plain ones. */
  readonly sealed?: true;
  readonly job: Pick<Job, 'clients' | 'roomSize' | 'payloadBytes' | 'load'>;
}

export interface ScenarioSizes {
  readonly seconds: number;
  readonly connections: number;
}

/** V8 compiles a daemon's functions for good after a hundred thousand calls; before that some are measured as they were, and some not. */
const WARMUP_MESSAGES = 300_000;

export function scenarios({ seconds, connections }: ScenarioSizes): Scenario[] {
  const paced = { kind: 'paced', messages: 10, seconds } as const;
  const full = { kind: 'saturated', warmupSeconds: 2, warmupMessages: WARMUP_MESSAGES, seconds } as const;
  return [
    {
      id: 'rooms',
      title: `1,000 clients in rooms of 10, each sends 10 messages of 64 bytes in ${seconds} s`,
      headline: 'p99 ms',
      lessIsBetter: true,
      job: { clients: 1_000, roomSize: 10, payloadBytes: 64, load: paced },
    },
    {
      id: 'echo',
      title: `1,000 clients, each gets 10 messages of 64 bytes back in ${seconds} s`,
      headline: 'p99 ms',
      lessIsBetter: true,
      job: { clients: 1_000, roomSize: 1, payloadBytes: 64, load: paced },
    },
    {
      id: 'saturated-rooms',
      title: '100 clients in one room, 8 messages of 64 bytes each under way: as fast as it goes',
      headline: 'deliveries/s',
      job: { clients: 100, roomSize: 100, payloadBytes: 64, load: { ...full, window: 8 } },
    },
    {
      id: 'saturated-echo',
      title: '100 clients, 64 messages of 64 bytes each under way and back: as fast as it goes',
      headline: 'deliveries/s',
      job: { clients: 100, roomSize: 1, payloadBytes: 64, load: { ...full, window: 64 } },
    },
    {
      id: 'sealed-echo',
      title: '100 clients, each gets 1 KiB back and sends the next, sealed and plain: as fast as it goes',
      headline: 'deliveries/s',
      perCpu: 'deliveries/CPU s',
      sealed: true,
      job: { clients: 100, roomSize: 1, payloadBytes: 1_024, load: { ...full, window: 1 } },
    },
    {
      id: 'sealed-clients',
      title: `1,000 clients, each gets 10 messages of 64 bytes back in ${seconds} s, sealed and plain`,
      headline: 'p99 ms',
      lessIsBetter: true,
      sealed: true,
      job: { clients: 1_000, roomSize: 1, payloadBytes: 64, load: paced },
    },
    {
      id: 'idle',
      title: `${connections.toLocaleString('en')} connected clients that say nothing`,
      headline: 'bytes/connection',
      lessIsBetter: true,
      job: { clients: connections, roomSize: 10, payloadBytes: 64, load: { kind: 'idle', seconds } },
    },
  ];
}

/** One run against a fresh server. */
export async function runScenario(scenario: Scenario, kind: RelayServerKind): Promise<Figures> {
  const server = await kind.start();
  try {
    const fresh = readUsage(server.pid);
    const job: Job = { ...scenario.job, wire: kind.wire, port: server.port };
    let before = fresh;
    let machineBefore = 0;
    const measurement = await generate(job, () => {
      before = readUsage(server.pid);
      machineBefore = machineCpuSeconds();
    });
    const after = measurement.usage;
    return figuresOf(job, measurement.result, {
      cpuSeconds: after.cpuSeconds - before.cpuSeconds,
      writes: after.writeCalls - before.writeCalls,
      machineCpuSeconds: measurement.machineCpuSeconds - machineBefore,
      bytesPerConnection: (before.rssBytes - fresh.rssBytes) / job.clients,
    });
  } finally {
    await server.stop();
  }

  function generate(
    job: Job,
    onStart: () => void,
  ): Promise<{ result: Measurement; usage: ReturnType<typeof readUsage>; machineCpuSeconds: number }> {
    const script = join(import.meta.dirname, 'generator.ts');
    const child = spawn(...pinned(1, process.execPath, [script, JSON.stringify(job)]), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    return new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
      child.on('message', (message: GeneratorMessage) => {
        if (message.type === 'start') onStart();
        else if (message.type === 'error') reject(new Error(message.message));
        else if (message.type === 'done')
          resolve({
            result: message.measurement,
            usage: readUsage(server.pid),
            machineCpuSeconds: machineCpuSeconds(),
          });
      });
    });
  }
}

function figuresOf(
  job: Job,
  result: Measurement,
  server: { cpuSeconds: number; machineCpuSeconds: number; writes: number; bytesPerConnection: number },
): Figures {
  const others = server.machineCpuSeconds - server.cpuSeconds - result.generatorCpuSeconds;
  const cpu = {
    'server CPU': server.cpuSeconds / result.seconds,
    // What disturbed the measurement: with a core or more of it, times say little.
    'CPU of others': others / result.seconds,
  };
  if (job.load.kind === 'idle') return { 'bytes/connection': server.bytesPerConnection, ...cpu };
  const common = {
    ...cpu,
    'generator CPU': result.generatorCpuSeconds / result.seconds,
    'deliveries/CPU s': result.delivered / server.cpuSeconds,
    'writes/delivery': server.writes / result.delivered,
  };
  if (result.latencyMs === null)
    return {
      'deliveries/s': result.delivered / result.seconds,
      'frames in/s': result.sent / result.seconds,
      ...common,
    };
  const { p50, p95, p99, max } = result.latencyMs;
  return {
    'p50 ms': p50,
    'p95 ms': p95,
    'p99 ms': p99,
    'max ms': max,
    delivered: result.delivered,
    lost: result.expected - result.delivered,
    ...common,
  };
}

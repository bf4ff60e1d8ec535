/** One run of the relay benchmark. Used by `bench/relay.ts`. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { LINE_BY_LINE, type WriteShape } from '../shared/c-loop/c-loop.ts';
import type { DaemonCounters } from '../shared/daemon-probe.ts';
import type { Figures } from '../shared/figures.ts';
import { countedBetween, linesAWrite, type WriteCounts } from '../shared/lines-a-write.ts';
import type { RunningLoad } from '../shared/paced/paced.ts';
import { pinned } from '../shared/pinning.ts';
import { machineCpuSeconds, readUsage } from '../shared/process-usage.ts';
import type { GeneratorMessage, Job, Measurement } from './messages.ts';
import { measured, startProgram } from './paced-program.ts';
import type { Scenario } from './scenarios.ts';
import type { RelayServerKind } from './servers.ts';

/** The counters of our relay that say how many frames it has written, and in how many writes. */
const OWN_WRITES = ['signalbox_relay_frames_out_total', 'signalbox_relay_writes_total'] as const;

/** What was measured, and what had been used by its end. */
interface Generated {
  readonly result: Measurement;
  readonly usage: ReturnType<typeof readUsage>;
  readonly machineCpuSeconds: number;
}

/** One run against a fresh server. @param like how another server wrote, for the C loop */
export async function runScenario(
  scenario: Scenario,
  kind: RelayServerKind,
  like: WriteShape = LINE_BY_LINE,
): Promise<Figures> {
  const server = await kind.start(like);
  const counters = async () => (await server.counters?.()) ?? {};
  try {
    const fresh = readUsage(server.pid);
    const job: Job = { ...scenario.job, wire: kind.wire, port: server.port };
    let before = fresh;
    let machineBefore = 0;
    let countersBefore = Promise.resolve<DaemonCounters>({});
    const measurement = await generate(job, () => {
      before = readUsage(server.pid);
      machineBefore = machineCpuSeconds();
      countersBefore = counters();
    });
    const after = measurement.usage;
    const own = countedBetween(await countersBefore, await counters(), OWN_WRITES);
    return figuresOf(job, measurement.result, {
      cpuSeconds: after.cpuSeconds - before.cpuSeconds,
      writes: after.writeCalls - before.writeCalls,
      machineCpuSeconds: measurement.machineCpuSeconds - machineBefore,
      own,
      bytesPerConnection: (before.rssBytes - fresh.rssBytes) / job.clients,
    });
  } finally {
    await server.stop();
  }

  async function byProgram(program: RunningLoad, job: Job): Promise<Generated> {
    try {
      const result = await measured(program, job);
      return { result, usage: readUsage(server.pid), machineCpuSeconds: machineCpuSeconds() };
    } finally {
      program.close();
    }
  }

  function generate(job: Job, onStart: () => void): Promise<Generated> {
    const program = startProgram(job, onStart);
    if (program !== null) return byProgram(program, job);
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
  server: {
    readonly cpuSeconds: number;
    readonly machineCpuSeconds: number;
    readonly writes: number;
    readonly own: WriteCounts['own'];
    readonly bytesPerConnection: number;
  },
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
    'frames/write': linesAWrite({
      lines: result.delivered,
      reads: result.reads,
      writeCalls: server.writes,
      own: server.own,
    }),
    'frames/read': result.delivered / result.reads,
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

/**
 * What the benchmark of the object server measures: the five scenarios of the paper on concurrency that the server follows,
 * and SPLICE beside nginx. Used by `bench/objects.ts`.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { ComparedScenario } from '../shared/comparison.ts';
import type { Figures } from '../shared/figures.ts';
import { pinned } from '../shared/pinning.ts';
import { machineCpuSeconds, readUsage } from '../shared/process-usage.ts';
import type { Ask, GeneratorMessage, Job, Measurement } from './messages.ts';
import { nginxVersion, type RunningObjects, startNginx, startObjects } from './servers.ts';

/** A server with what is asked of it; each run starts a fresh one. */
export interface Candidate {
  readonly name: string;
  start(): Promise<RunningObjects>;
  /** One part of a run after another, each with the name that its figures begin with. */
  readonly parts: readonly { readonly name: string; readonly overTcp?: boolean; readonly load: Load }[];
}

type Load = Pick<Job, 'connections' | 'depth' | 'asks'>;

export interface Scenario extends ComparedScenario {
  /** Ours first. */
  readonly candidates: readonly Candidate[];
}

export interface ScenarioSizes {
  readonly seconds: number;
  readonly connections: number;
  readonly nodeOptions: readonly string[];
}

const objects = (mode: 'fdpass' | 'copy' | 'splice', uri: string): Ask => ({ wire: 'objects', mode, uri });

/** All of them; `rivals` says whether nginx is started. */
export function scenarios({ seconds, connections, nodeOptions }: ScenarioSizes): Scenario[] {
  const ours = { start: () => startObjects(nodeOptions) };
  const one = (asks: readonly Ask[], depth: number): Load => ({ connections: 1, depth, asks });
  const copies = (name: string, depth: number): Candidate => ({
    name: 'COPY',
    ...ours,
    parts: [{ name, load: one([objects('copy', name)], depth) }],
  });
  const bySize = ['1K', '10K', '100K', '1M', '10M'];
  const nginx = nginxVersion();
  const large = (ask: Ask) => [
    { name: '100M', overTcp: true, load: { connections: 4, depth: 1, asks: [ask] } },
  ];
  return [
    {
      id: 'fdpass-latency',
      title: `FDPASS one at a time on one connection, of 1 KB and of 1 GB, ${seconds} s each`,
      headline: '1K requests/s',
      perCpu: '1K requests/CPU s',
      candidates: [
        {
          name: 'FDPASS',
          ...ours,
          parts: [
            { name: '1K', load: one([objects('fdpass', '1K')], 1) },
            { name: '1G', load: one([objects('fdpass', '1G')], 1) },
          ],
        },
        copies('1K', 1),
      ],
    },
    {
      id: 'fdpass-saturation',
      title: `FDPASS of 1 KB, 64 under way on one connection, ${seconds} s: as fast as it goes`,
      headline: '1K requests/s',
      perCpu: '1K requests/CPU s',
      candidates: [
        { name: 'FDPASS', ...ours, parts: [{ name: '1K', load: one([objects('fdpass', '1K')], 64) }] },
        copies('1K', 64),
      ],
    },
    {
      id: 'connection-scaling',
      title: `${connections.toLocaleString('en')} persistent connections, FDPASS of 1 KB one at a time on each, beside COPY`,
      headline: 'all requests/s',
      perCpu: 'all requests/CPU s',
      candidates: (['fdpass', 'copy'] as const).map((mode) => ({
        name: mode.toUpperCase(),
        ...ours,
        parts: [{ name: 'all', load: { connections, depth: 1, asks: [objects(mode, '1K')] } }],
      })),
    },
    {
      id: 'copy-by-size',
      title: `COPY of 1 KB to 10 MB on 4 connections, ${seconds} s each, beside SPLICE${nginx === null ? '' : ' and nginx'}`,
      headline: '1M MB/s',
      candidates: [
        { name: 'COPY', ...ours, parts: partsBySize((uri) => objects('copy', uri)) },
        { name: 'SPLICE', ...ours, parts: partsBySize((uri) => objects('splice', uri)) },
        ...(nginx === null
          ? []
          : [
              {
                name: `nginx ${nginx}`,
                start: startNginx,
                parts: partsBySize((uri) => ({ wire: 'http', uri })),
              },
            ]),
      ],
    },
    {
      id: 'mixed',
      title:
        '80 of 100 requests FDPASS of 1 KB, 20 COPY of 10 KB, 8 under way on each of 100 connections, beside the same by COPY alone',
      headline: 'all requests/s',
      perCpu: 'all requests/CPU s',
      candidates: (['fdpass', 'copy'] as const).map((mode) => ({
        name: mode === 'copy' ? 'COPY alone' : 'FDPASS and COPY',
        ...ours,
        parts: [
          {
            name: 'all',
            load: {
              connections: Math.min(connections, 100),
              depth: 8,
              asks: [...Array<Ask>(4).fill(objects(mode, '1K')), objects('copy', '10K')],
            },
          },
        ],
      })),
    },
    {
      id: 'splice',
      title: `100 MB files over TCP on 4 connections, ${seconds} s: SPLICE, COPY${nginx === null ? '' : ', nginx with sendfile'}`,
      headline: '100M MB/s',
      candidates: [
        { name: 'SPLICE', ...ours, parts: large(objects('splice', '100M')) },
        { name: 'COPY', ...ours, parts: large(objects('copy', '100M')) },
        ...(nginx === null
          ? []
          : [{ name: `nginx ${nginx}`, start: startNginx, parts: large({ wire: 'http', uri: '100M' }) }]),
      ],
    },
  ];

  function partsBySize(ask: (uri: string) => Ask): Candidate['parts'] {
    return bySize.map((uri) => ({ name: uri, load: { connections: 4, depth: 1, asks: [ask(uri)] } }));
  }
}

/** One run of a candidate against a fresh server. */
export async function runCandidate(seconds: number, candidate: Candidate): Promise<Figures> {
  const server = await candidate.start();
  const figures: Figures = {};
  try {
    for (const { name, overTcp = false, load } of candidate.parts) {
      const target = overTcp ? server.tcp : server.unix;
      const job: Job = { ...load, target, warmupSeconds: 1, seconds };
      for (const [figure, value] of Object.entries(await measure(job, server.pid)))
        figures[`${name} ${figure}`] = value;
    }
  } finally {
    await server.stop();
  }
  return figures;
}

async function measure(job: Job, pid: number): Promise<Figures> {
  const fresh = readUsage(pid);
  let connected = fresh;
  let before = fresh;
  let machineBefore = 0;
  const result = await generate(job, (message) => {
    if (message.type === 'connected') connected = readUsage(pid);
    if (message.type !== 'start') return;
    before = readUsage(pid);
    machineBefore = machineCpuSeconds();
  });
  const after = readUsage(pid);
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
  const others = machineCpuSeconds() - machineBefore - cpuSeconds - result.generatorCpuSeconds;
  const megabytes = result.bytes / 1e6;
  return {
    'requests/s': result.answers / result.seconds,
    'MB/s': megabytes / result.seconds,
    'p50 us': result.latencyUs.p50,
    'p99 us': result.latencyUs.p99,
    'requests/CPU s': result.answers / cpuSeconds,
    'CPU s/GB': (cpuSeconds / megabytes) * 1_000,
    'server CPU': cpuSeconds / result.seconds,
    'generator CPU': result.generatorCpuSeconds / result.seconds,
    // What disturbed the measurement: with a core or more of it, times say little.
    'CPU of others': others / result.seconds,
    'server RSS MB': after.rssBytes / 1e6,
    // Of a few it would be what the server had not loaded before.
    ...(job.connections < 100
      ? {}
      : { 'KB/connection': (connected.rssBytes - fresh.rssBytes) / 1e3 / job.connections }),
  };
}

function generate(job: Job, onMessage: (message: GeneratorMessage) => void): Promise<Measurement> {
  const script = join(import.meta.dirname, 'generator.ts');
  const child = spawn(...pinned(1, process.execPath, [script, JSON.stringify(job)]), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
    child.on('message', (message: GeneratorMessage) => {
      onMessage(message);
      if (message.type === 'error') reject(new Error(message.message));
      else if (message.type === 'done') resolve(message.measurement);
    });
  });
}

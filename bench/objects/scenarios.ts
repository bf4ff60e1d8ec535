/**
 * What the benchmark of the object server measures: the five scenarios of the paper on concurrency that the server follows,
 * and SPLICE beside nginx. Used by `bench/objects.ts`.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { ComparedScenario } from '../shared/comparison.ts';
import type { Figures } from '../shared/figures.ts';
import { pinned } from '../shared/pinning.ts';
import { machineCpuSeconds, type ProcessUsage, readUsage } from '../shared/process-usage.ts';
import type { Ask, GeneratorMessage, Job, Measurement } from './messages.ts';
import {
  isThreaded,
  MODELS,
  type Model,
  nginxVersion,
  type RunningObjects,
  startNginx,
  startObjects,
} from './servers.ts';

/** Connections at most where each, or each request, has a thread, as the server has it. */
const THREADED_CONNECTIONS = 32;
/** For so many connections it is said what a model would need. */
const WANTED_CONNECTIONS = 1_000;

/** A server with what is asked of it; each run starts a fresh one. */
export interface Candidate {
  readonly name: string;
  start(): Promise<RunningObjects>;
  /** Whether it takes threads and memory in proportion to its connections, so that few of them say what many would need. */
  readonly grows?: boolean;
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
  const ours = (model: Model) => ({ start: () => startObjects(model, nodeOptions) });
  const inModels = (loads: (connections: number) => Candidate['parts']): Candidate[] =>
    MODELS.map((model) => ({
      name: model,
      ...ours(model),
      grows: isThreaded(model),
      parts: loads(isThreaded(model) ? Math.min(connections, THREADED_CONNECTIONS) : connections),
    }));
  const one = (asks: readonly Ask[], depth: number): Load => ({ connections: 1, depth, asks });
  const copies = (name: string, depth: number): Candidate => ({
    name: 'COPY',
    ...ours(MODELS[0]),
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
        ...inModels(() => [
          { name: '1K', load: one([objects('fdpass', '1K')], 1) },
          { name: '1G', load: one([objects('fdpass', '1G')], 1) },
        ]),
        copies('1K', 1),
      ],
    },
    {
      id: 'fdpass-saturation',
      title: `FDPASS of 1 KB, 64 under way on one connection, ${seconds} s: as fast as it goes`,
      headline: '1K requests/s',
      perCpu: '1K requests/CPU s',
      candidates: [
        ...inModels(() => [{ name: '1K', load: one([objects('fdpass', '1K')], 64) }]),
        copies('1K', 64),
      ],
    },
    {
      id: 'connection-scaling',
      title: `${connections.toLocaleString('en')} persistent connections (${THREADED_CONNECTIONS} where each has a thread), FDPASS one at a time on each`,
      headline: 'all requests/s',
      perCpu: 'all requests/CPU s',
      candidates: inModels((many) => [
        { name: 'all', load: { connections: many, depth: 1, asks: [objects('fdpass', '1K')] } },
      ]),
    },
    {
      id: 'copy-by-size',
      title: `COPY of 1 KB to 10 MB on 4 connections, ${seconds} s each, beside SPLICE${nginx === null ? '' : ' and nginx'}`,
      headline: '1M MB/s',
      candidates: [
        { name: 'COPY', ...ours(MODELS[0]), parts: partsBySize((uri) => objects('copy', uri)) },
        { name: 'SPLICE', ...ours(MODELS[0]), parts: partsBySize((uri) => objects('splice', uri)) },
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
        '80 of 100 requests FDPASS of 1 KB, 20 COPY of 10 KB, 8 under way on each of 100 connections (32 where each has a thread)',
      headline: 'all requests/s',
      perCpu: 'all requests/CPU s',
      candidates: inModels((many) => [
        {
          name: 'all',
          load: {
            connections: Math.min(many, 100),
            depth: 8,
            asks: [...Array<Ask>(4).fill(objects('fdpass', '1K')), objects('copy', '10K')],
          },
        },
      ]),
    },
    {
      id: 'splice',
      title: `100 MB files over TCP on 4 connections, ${seconds} s: SPLICE, COPY${nginx === null ? '' : ', nginx with sendfile'}`,
      headline: '100M MB/s',
      candidates: [
        { name: 'SPLICE', ...ours(MODELS[0]), parts: large(objects('splice', '100M')) },
        { name: 'COPY', ...ours(MODELS[0]), parts: large(objects('copy', '100M')) },
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
      for (const [figure, value] of Object.entries(await measure(job, server.pid, candidate.grows)))
        figures[`${name} ${figure}`] = value;
    }
  } finally {
    await server.stop();
  }
  return figures;
}

async function measure(job: Job, pid: number, grows = false): Promise<Figures> {
  const fresh = readUsage(pid);
  let connected = fresh;
  let before = fresh;
  let machineBefore = 0;
  let threads = fresh.threads;
  const result = await generate(job, (message) => {
    threads = Math.max(threads, readUsage(pid).threads);
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
    threads,
    ...needsOfMany(job.connections, grows, fresh, { ...after, threads }),
    // Of a few it would be what the server had not loaded before.
    ...(job.connections < 100
      ? {}
      : { 'KB/connection': (connected.rssBytes - fresh.rssBytes) / 1e3 / job.connections }),
  };
}

/** What so many connections would need: measured where there are as many, else in proportion where a model grows so. */
function needsOfMany(connections: number, grows: boolean, fresh: ProcessUsage, full: ProcessUsage): Figures {
  if (!grows && connections < WANTED_CONNECTIONS) return {};
  const scale = WANTED_CONNECTIONS / connections;
  const scaled = (before: number, now: number) => before + (now - before) * scale;
  const many = WANTED_CONNECTIONS.toLocaleString('en');
  return {
    [`threads for ${many} connections`]: Math.round(scaled(fresh.threads, full.threads)),
    [`MB for ${many} connections`]: scaled(fresh.rssBytes, full.rssBytes) / 1e6,
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

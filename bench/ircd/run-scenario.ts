/**
 * One run of the IRC benchmark: start a server, start a generator, read the server's usage at the start and the end of the measured
 * time. Used by `bench/ircd.ts`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LINE_BY_LINE, type WriteShape } from '../shared/c-loop/c-loop.ts';
import type { DaemonCounters } from '../shared/daemon-probe.ts';
import type { Figures } from '../shared/figures.ts';
import { countedBetween, linesAWrite, type WriteCounts } from '../shared/lines-a-write.ts';
import { machineCpuSeconds, type ProcessUsage, readUsage } from '../shared/process-usage.ts';
import type { RunningServer } from '../shared/server-process.ts';
import { startGenerator } from './generator-process.ts';
import type { Job, Measurement, MemoryJob } from './messages.ts';
import { isForProgram, startProgram } from './paced-program.ts';
import type { Scenario } from './scenarios.ts';
import type { IrcServerKind } from './servers.ts';

/** No scenario may take longer than this, whatever happens. */
const RUN_LIMIT_MS = 180_000;
/** After the last registration, before memory is read: garbage of the burst is collected in this time. */
const SETTLE_MS = 3_000;

/** How long a job's clients rest behind it before the server's memory is read; 0 where that is not measured. */
function settleMs(job: Job): number {
  if (job.kind === 'memory') return job.restMs;
  return job.kind === 'register' ? SETTLE_MS : 0;
}
/** The counters of our server that say how many lines it has written, and in how many writes. */
const OWN_WRITES = ['signalbox_ircd_deliveries_total', 'signalbox_ircd_writes_total'] as const;

/** The same job with clients of whom some or all come over WebSocket. */
function withWebSockets(job: Job, webSockets: Scenario['webSockets'], { morePorts }: RunningServer): Job {
  if (webSockets === undefined) return job;
  const webSocketPort = morePorts?.[0];
  if (job.kind !== 'register') return { ...job, webSockets, webSocketPort };
  return { ...job, webSockets: 'all', webSocketPort };
}

interface MeasuredRun {
  readonly measurement: Measurement;
  /** Before anybody came. */
  readonly empty: ProcessUsage;
  readonly before: ProcessUsage;
  readonly after: ProcessUsage;
  /** CPU seconds of everything else on the machine meanwhile: what makes a figure doubtful. */
  readonly othersCpuSeconds: number;
  /** Resident memory some seconds after the load ended, with every connection still open. */
  readonly settledRssBytes: number;
  /** By how much the heap of our server has grown by then; null for a rival, and where memory is not measured. */
  readonly heapGrowthBytes: number | null;
  /** What our server counts of its lines and writes meanwhile; undefined for others. */
  readonly ownWrites: WriteCounts['own'];
}

async function generate(job: Job, server: RunningServer): Promise<MeasuredRun> {
  const { pid: serverPid } = server;
  const heapOf = async () => (settleMs(job) > 0 ? ((await server.heapBytes?.()) ?? null) : null);
  const heapBefore = await heapOf();
  const empty = readUsage(serverPid);
  let before = empty;
  let machineBefore = machineCpuSeconds();
  const counters = async () => (await server.counters?.()) ?? {};
  let countersBefore = Promise.resolve<DaemonCounters>({});
  const run = {
    pinned: true,
    limitMs: RUN_LIMIT_MS,
    onStart: () => {
      before = readUsage(serverPid);
      machineBefore = machineCpuSeconds();
      countersBefore = counters();
    },
  };
  const generator = (isForProgram(job) ? startProgram(job, run.onStart) : null) ?? startGenerator(job, run);
  try {
    const measurement = await generator.measurement;
    const after = readUsage(serverPid);
    const ours = after.cpuSeconds - before.cpuSeconds + measurement.generatorCpuSeconds;
    const othersCpuSeconds = Math.max(0, machineCpuSeconds() - machineBefore - ours);
    const ownWrites = countedBetween(await countersBefore, await counters(), OWN_WRITES);
    await sleep(settleMs(job));
    const settledRssBytes = readUsage(serverPid).rssBytes;
    const heapAfter = await heapOf();
    const heapGrowthBytes = heapBefore === null || heapAfter === null ? null : heapAfter - heapBefore;
    const usage = { empty, before, after, othersCpuSeconds, settledRssBytes };
    return { measurement, ...usage, heapGrowthBytes, ownWrites };
  } finally {
    generator.close();
  }
}

/** What each of so many clients takes of the server's memory: of all that it has more of than before they came. */
function memoryFigures({ clients }: MemoryJob, run: MeasuredRun): Figures {
  const { empty, before, settledRssBytes, heapGrowthBytes } = run;
  const figures: Figures = {
    'MB before they came': empty.rssBytes / 1048576,
    'KB/connection at rest': (before.rssBytes - empty.rssBytes) / clients / 1024,
    'KB/connection after a burst': (settledRssBytes - empty.rssBytes) / clients / 1024,
  };
  if (heapGrowthBytes !== null) figures['heap bytes/connection'] = heapGrowthBytes / clients;
  return figures;
}

function figuresOf(job: Job, run: MeasuredRun): Figures {
  const { measurement, before, after } = run;
  const perSecond = measurement.count / measurement.seconds;
  const cpu = after.cpuSeconds - before.cpuSeconds;
  const figures: Figures = job.kind === 'memory' ? memoryFigures(job, run) : {};
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
    const writeCalls = after.writeCalls - before.writeCalls;
    const { count: lines, reads } = measurement;
    figures['lines/write'] = linesAWrite({ lines, reads, writeCalls, own: run.ownWrites });
    figures['lines/read'] = lines / reads;
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

/** One run of one scenario against a fresh server. @param like how another server wrote, for the C loop */
export async function runScenario(
  scenario: Scenario,
  kind: IrcServerKind,
  like: WriteShape = LINE_BY_LINE,
): Promise<Figures> {
  const server = await kind.start(like);
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

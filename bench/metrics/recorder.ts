/**
 * How fast the recorder writes and reads, how large its file gets in 30 days, and whether a long query holds up its
 * loop; beside one row a metric and second on the same SQLite. Part of `bench/metrics.ts`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Aggregate } from '../../daemons/recorder/codec/aggregate.ts';
import { Recorder } from '../../daemons/recorder/recorder.ts';
import { appendArgs } from '../../daemons/recorder/store/batch.ts';
import type { ChunkEncoder } from '../../daemons/recorder/store/chunk-closer.ts';
import { openDatabase } from '../../daemons/recorder/store/database.ts';
import { poolEncoder } from '../../daemons/recorder/store/pool-encoder.ts';
import { Store } from '../../daemons/recorder/store/store.ts';
import { chooseResolution, tierKeep } from '../../daemons/recorder/store/tiers.ts';
import { ThreadPool } from '../../daemons/runtime/async/thread-pool.ts';
import { loadSqlite, type SqliteConstructor } from '../../daemons/runtime/files/sqlite.ts';
import { type Figures, median, medians, printColumns } from '../shared/figures.ts';
import { NaiveStore } from './naive-store.ts';
import { aggregateMaker, METRICS, SampleMaker, SOURCES } from './synthetic.ts';

const DAY = 86_400;
const KEEP = { historyDays: 30, auditDays: 365, auditRows: 100_000 };
const RANGES = { '5 m': 300, '1 h': 3_600, '24 h': DAY, '7 d': 7 * DAY, '30 d': 30 * DAY } as const;
const POINTS = 600;
/** One metric, what a chart asks for, and the most that one request may. */
const WIDTHS = {
  counter: ['counter_1_total'],
  latency: ['latency_0_seconds'],
  chart: ['counter_1_total', 'gauge_2', 'gauge_4', 'latency_1_seconds'],
  page: METRICS.map(({ name }) => name),
};
/** A query is repeated for this long, and at least so often: the recorder is a process that has run for a while. */
const QUERY_MS = 300;
const QUERY_RUNS = 7;

const NOW = Math.floor(Date.now() / 1_000 / 60) * 60;

function openRecorder(
  sqlite: SqliteConstructor,
  file: string,
  now: () => number,
  encoder?: ChunkEncoder,
): Recorder {
  return new Recorder({
    ...(encoder === undefined ? {} : { encoder }),
    sqlite,
    file,
    keep: KEEP,
    now,
    uptime: now,
    onLoss: ({ message }) => {
      throw new Error(message);
    },
    onClockJump: (jumpMs) => {
      throw new Error(`the clock jumped by ${jumpMs} ms`);
    },
    onDamagedRow: (message) => {
      throw new Error(message);
    },
  });
}

const catalogs = SOURCES.map((source) => ({ source, metrics: [...METRICS] }));

/** Appends a second of all sources as fast as it goes, for `seconds`. */
function appendRate(append: (second: number) => void, seconds: number): Figures {
  const times: number[] = [];
  const cpuStart = process.cpuUsage();
  const end = performance.now() + seconds * 1_000;
  for (let second = NOW; performance.now() < end; second++) {
    const start = performance.now();
    append(second);
    times.push(performance.now() - start);
  }
  const cpu = process.cpuUsage(cpuStart);
  const sorted = times.toSorted((a, b) => a - b);
  return {
    'appends/s': times.length / seconds,
    'CPU ms/append': (cpu.user + cpu.system) / 1_000 / times.length,
    'append p50 ms': median(times),
    'append p99 ms': sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
  };
}

async function measureAppends(sqlite: SqliteConstructor, folder: string, seconds: number, round: number) {
  let now = NOW;
  const recorder = openRecorder(sqlite, join(folder, `append-${round}.db`), () => now * 1_000);
  const maker = new SampleMaker();
  const ours = appendRate((second) => {
    now = second;
    const batch = second - NOW;
    // Parsed as the daemon parses what main sends.
    recorder.append(
      appendArgs.parse({
        epoch: 'bench',
        batch,
        catalogs: batch === 0 ? catalogs : [],
        samples: maker.samples(second),
      }),
    );
  }, seconds);
  await recorder.close();
  const rival = new NaiveStore(sqlite, join(folder, `append-naive-${round}.db`));
  const naive = appendRate((second) => rival.append(second), seconds);
  rival.close();
  return { recorder: ours, naive };
}

/** Minutes whose end is measured, and how long what follows it is, in milliseconds. */
const MINUTES = 12;
const AFTER_MS = 60;

/** What the append takes that fills a minute of every source, and how long the loop stands still then. */
async function measureMinuteEnds(
  sqlite: SqliteConstructor,
  file: string,
  encoder?: ChunkEncoder,
): Promise<Figures> {
  let now = NOW;
  const recorder = openRecorder(sqlite, file, () => now * 1_000, encoder);
  const maker = new SampleMaker();
  const appends: number[] = [];
  const stops: number[] = [];
  let last = performance.now();
  let longest = 0;
  const probe = setInterval(() => {
    longest = Math.max(longest, performance.now() - last - 1);
    last = performance.now();
  }, 1);
  for (let batch = 0; batch <= MINUTES * 60; batch++) {
    now = NOW + batch;
    const samples = maker.samples(now);
    const parsed = appendArgs.parse({
      epoch: 'minutes',
      batch,
      catalogs: batch === 0 ? catalogs : [],
      samples,
    });
    const fills = batch > 0 && batch % 60 === 0;
    if (!fills) {
      recorder.append(parsed);
      continue;
    }
    await sleep(10);
    longest = 0;
    const start = performance.now();
    recorder.append(parsed);
    appends.push(performance.now() - start);
    await sleep(AFTER_MS);
    stops.push(longest);
  }
  clearInterval(probe);
  await recorder.close();
  return {
    'append p50 ms': median(appends),
    'append max ms': Math.max(...appends),
    'loop stands still p50 ms': median(stops),
    'loop stands still max ms': Math.max(...stops),
  };
}

async function compareMinuteEnds(sqlite: SqliteConstructor, folder: string) {
  const pool = new ThreadPool({ name: 'chunks', max: 1 });
  try {
    const thread = await measureMinuteEnds(sqlite, join(folder, 'minutes-thread.db'), poolEncoder(pool));
    const append = await measureMinuteEnds(sqlite, join(folder, 'minutes.db'));
    const ratio = Object.fromEntries(
      Object.entries(thread).map(([figure, value]) => [figure, append[figure]! / value]),
    );
    return { 'by a thread': thread, 'in the append': append, ratio };
  } finally {
    await pool.close(0);
  }
}

/** A database as it is after 30 days: the last hour by appends, older rows written as the roll-up would have. */
function fillRecorder(sqlite: SqliteConstructor, file: string): void {
  const store = new Store(openDatabase(sqlite, file), (message) => {
    throw new Error(message);
  });
  const time = { now: NOW * 1_000, wall: NOW * 1_000, jumpMs: 0, echo: null, passedMs: 0 };
  const maker = new SampleMaker();
  store.database.pragma('synchronous = OFF');
  const hourAgo = NOW - 3_600;
  store.append(appendArgs.parse({ epoch: 'fill', batch: 0, catalogs }), time, KEEP);
  const keep = tierKeep(KEEP.historyDays);
  for (const table of store.tables.slice(1)) {
    const { tier } = table;
    const make = aggregateMaker(tier.stepSeconds);
    store.write(() => {
      for (const source of SOURCES) {
        const catalog = store.catalogs.current(source)!;
        const first = Math.ceil((NOW - keep[tier.name]) / tier.chunkSeconds);
        for (let chunk = first; (chunk + 1) * tier.chunkSeconds <= hourAgo; chunk++) {
          const rows = new Map<number, Aggregate>();
          for (let slot = 0; slot < tier.chunkSeconds / tier.stepSeconds; slot++) rows.set(slot, make());
          table.write(catalog, chunk, rows);
        }
      }
    });
  }
  for (let i = 0; i < 3_600; i += 60) {
    const samples = Array.from({ length: 60 }, (_, j) => maker.samples(hourAgo + i + j)).flat();
    store.append(appendArgs.parse({ epoch: 'fill', batch: i + 1, samples }), time, KEEP);
  }
  store.database.pragma('wal_checkpoint(TRUNCATE)');
  store.close();
}

/** Medians of elapsed and of CPU milliseconds; the latter does not depend on what else the machine does. */
async function timeRuns(work: () => unknown): Promise<{ elapsed: number; cpu: number }> {
  const elapsed: number[] = [];
  const cpu: number[] = [];
  const end = performance.now() + QUERY_MS;
  while (elapsed.length < QUERY_RUNS || performance.now() < end) {
    const start = performance.now();
    const cpuStart = process.cpuUsage();
    await work();
    const used = process.cpuUsage(cpuStart);
    elapsed.push(performance.now() - start);
    cpu.push((used.user + used.system) / 1_000);
  }
  return { elapsed: median(elapsed), cpu: median(cpu) };
}

/** By figure, then by query. */
async function measureQueries(recorder: Recorder, rival: NaiveStore): Promise<Record<string, Figures>> {
  const columns: Record<string, Figures> = {};
  for (const [width, metrics] of Object.entries(WIDTHS)) {
    for (const [range, seconds] of Object.entries(RANGES)) {
      const from = NOW - seconds;
      const { tier, stepSeconds } = chooseResolution({ from, to: NOW, points: POINTS }, NOW, tierKeep(30));
      const query = { source: 'ircd', metrics, from, to: NOW, points: POINTS };
      const ours = await timeRuns(() => recorder.history(query));
      const naive = await timeRuns(() =>
        rival.query(metrics.length, from, NOW, tier.stepSeconds, stepSeconds),
      );
      const figures = {
        'recorder ms': ours.elapsed,
        'naive ms': naive.elapsed,
        'recorder CPU ms': ours.cpu,
        'naive CPU ms': naive.cpu,
        'CPU ratio': naive.cpu / ours.cpu,
      };
      for (const [name, figure] of Object.entries(figures)) {
        columns[name] ??= {};
        columns[name][`${width} ${range}`] = figure;
      }
    }
  }
  return columns;
}

/** How late the loop is while the longest query runs and a batch is appended every 20 ms. */
async function measureLoop(recorder: Recorder): Promise<Figures> {
  const maker = new SampleMaker();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const appends: number[] = [];
  let batch = 0;
  const timer = setInterval(() => {
    const parsed = appendArgs.parse({
      epoch: 'loop',
      batch,
      catalogs: batch === 0 ? catalogs : [],
      samples: maker.samples(NOW + batch),
    });
    batch++;
    const start = performance.now();
    recorder.append(parsed);
    appends.push(performance.now() - start);
  }, 20);
  await sleep(200);
  delay.enable();
  const query = { source: 'ircd', metrics: WIDTHS.page, from: NOW - RANGES['30 d'], to: NOW, points: 5_000 };
  const started = performance.now();
  for (let i = 0; i < 3; i++) await recorder.history(query);
  const queryMs = (performance.now() - started) / 3;
  delay.disable();
  clearInterval(timer);
  return {
    'query 30 d, 60 metrics, 5,000 points ms': queryMs,
    'loop delay p99 ms': delay.percentile(99) / 1e6,
    'loop delay max ms': delay.max / 1e6,
    'append p50 ms': median(appends),
    'append max ms': Math.max(...appends),
  };
}

/** Runs the part; prints tables and returns what goes into the report. */
export async function benchRecorder(options: {
  readonly rounds: number;
  readonly seconds: number;
}): Promise<unknown> {
  const sqlite = await loadSqlite();
  const folder = mkdtempSync(join(tmpdir(), 'bench-recorder-'));
  try {
    const runs: { recorder: Figures; naive: Figures }[] = [];
    for (let round = 0; round < options.rounds; round++) {
      runs.push(await measureAppends(sqlite, folder, options.seconds, round));
    }
    const recorder = medians(runs.map((run) => run.recorder));
    const naive = medians(runs.map((run) => run.naive));
    const ratio = { 'appends/s': recorder['appends/s']! / naive['appends/s']! };
    const appends = { recorder, naive, ratio };
    printColumns(
      'Recorder: one append is one second of 4 sources with 60 metrics each, synced to the disk',
      appends,
    );

    const minuteEnds = await compareMinuteEnds(sqlite, folder);
    printColumns('The append that fills a minute of all sources, encoded by a thread or in it', minuteEnds);

    const file = join(folder, 'month.db');
    fillRecorder(sqlite, file);
    const month = openRecorder(sqlite, file, () => NOW * 1_000);
    const rival = new NaiveStore(sqlite, join(folder, 'month-naive.db'));
    rival.fill(NOW);
    const size = {
      recorder: { 'file MB': month.databaseBytes() / 1e6 },
      naive: { 'file MB': rival.bytes() / 1e6 },
      ratio: { 'file MB': rival.bytes() / month.databaseBytes() },
    };
    printColumns('Size after 30 days of 4 sources with 60 metrics each', size);
    const stats = month.stats();
    for (const { table, rows, bytes } of stats) {
      console.log(`  ${table}: ${rows ?? ''} rows, ${(bytes / 1e6).toFixed(1)} MB`);
    }
    const queries = await measureQueries(month, rival);
    printColumns(
      `Queries, ${POINTS} points: 1 counter, 1 latency, a chart of 4 metrics, a page of ${METRICS.length}`,
      queries,
    );
    const loop = await measureLoop(month);
    printColumns('While the longest query runs', { recorder: loop });
    await month.close();
    rival.close();
    return { appends, minuteEnds, size, stats, queries, loop };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The recorder as its process starts it, without the process: every figure that it shows, and every event that it logs. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeJournalLine, segmentName } from '../runtime/files/journal-format.ts';
import { MetricRegistry } from '../runtime/telemetry/metric-registry.ts';
import { until } from '../runtime/test-fixtures/until.ts';
import { startRecorder } from './daemon.ts';
import { manifest, type RecorderConfig } from './manifest.ts';
import { METRICS, NOON, sample } from './test-fixtures/scene.ts';

const CALL = { signal: new AbortController().signal, actor: { name: 'main', from: 'system', role: 'admin' } };

let folder: string;
let registry: MetricRegistry;
let logged: string[];
let details: unknown[];
let phases: unknown[];
let nowMs: number;
let daemon: Awaited<ReturnType<typeof startRecorder>>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-recorder-'));
  [logged, details, phases] = [[], [], []];
  nowMs = NOON * 1_000;
  vi.spyOn(Date, 'now').mockImplementation(() => nowMs);
  daemon = await start();
});
afterEach(async () => {
  await daemon.drain(AbortSignal.timeout(1_000));
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

async function start(config: Partial<RecorderConfig> = {}) {
  registry = new MetricRegistry('recorder', manifest.metrics);
  const say = (level: string) => (event: string, message: string, more?: unknown) => {
    logged.push(`${level} ${event}: ${message}`);
    details.push(more);
  };
  return await startRecorder({
    config: { ...manifest.config.parse({}), ...config },
    dataDir: folder,
    metrics: registry,
    log: () => ({ info: say('info'), warn: say('warn'), error: say('error'), debug: say('debug') }),
    tasks: {
      run: (_: object, work: (task: object) => unknown) =>
        work({ signal: CALL.signal, report: (phase: unknown) => phases.push(phase) }),
    },
  } as unknown as Parameters<typeof startRecorder>[0]);
}

/** A figure as a frame has it. */
function figure(suffix: string): number {
  registry.sample();
  registry.rotate();
  registry.sample();
  return registry.values[registry.layout.slot(`signalbox_recorder_${suffix}`)]!;
}

let batch = 0;
const append = (more: object = {}) =>
  daemon.commands.append.run(
    manifest.commands.append.args.parse({ epoch: 'run-1', batch: batch++, ...more }),
    CALL as never,
  );
const introduced = { catalogs: [{ source: 'ircd', metrics: METRICS }] };
const query = { source: 'ircd', metrics: ['level'], from: NOON, to: NOON + 9, points: 10 };

describe('the figures', () => {
  it('of what is stored count batches, rows, and what fits no list, of which it warns once a run', () => {
    expect(append({ ...introduced, samples: [sample(NOON, { level: 1 })] })).toEqual({
      stored: 1,
      rejected: 0,
    });
    append({ samples: [sample(NOON + 1, {}), { ...sample(NOON + 1, {}), source: 'nobody' }] });
    append({ samples: [{ ...sample(NOON + 1, {}), source: 'nobody' }] });
    append({ epoch: 'run-2', samples: [{ ...sample(NOON + 1, {}), source: 'nobody' }] });
    expect(
      ['batches_total', 'rows_total', 'rejected_total', 'append_failures_total', 'append_seconds'].map(
        figure,
      ),
    ).toEqual([4, 2, 3, 0, 4]);
    const warnings = logged.filter((text) => text.includes('samples_rejected'));
    expect(warnings).toEqual([
      'warn samples_rejected: 1 samples fit no catalog that main has sent, and were left out',
      'warn samples_rejected: 1 samples fit no catalog that main has sent, and were left out',
    ]);
    expect(details.slice(-2)).toEqual([{ epoch: 'run-1' }, { epoch: 'run-2' }]);
  });

  it('of what the database holds go by tier, the newest seconds included', async () => {
    append(introduced);
    for (let second = 0; second < 700; second += 10)
      append({ samples: [sample(NOON + second, { level: second })] });
    append({ states: [{ time: NOON * 1_000, daemon: 'ircd', state: 'running', cause: null }] });
    await until(() => figure('rows_10s') > 0);
    expect(['rows_1s', 'rows_10s', 'rows_1m', 'audit_rows'].map(figure)).toEqual([70, 36, 0, 0]);
    expect(figure('database_bytes')).toBeGreaterThan(4_096);
  });

  it('of the thread that encodes full chunks are those of a pool, which has none before', async () => {
    const pool = (name: string) => {
      registry.sample();
      return registry.values[registry.layout.slot(`signalbox_recorder_pool_${name}{pool="chunks"}`)];
    };
    append(introduced);
    for (let second = 0; second < 60; second++) append({ samples: [sample(NOON + second, { level: 1 })] });
    expect(['submitted_total', 'active', 'idle', 'max'].map(pool)).toEqual([0, 0, 0, 1]);
    append({ samples: [sample(NOON + 60, { level: 1 })] });
    expect(pool('submitted_total')).toBe(1);
    await until(() => pool('completed_total') === 1);
    expect(['failed_total', 'cancelled_total', 'active', 'idle'].map(pool)).toEqual([0, 0, 0, 1]);
    expect(figure('rows_1s')).toBe(61);
  });

  it('of queries tell how many came, had to wait and found no room', async () => {
    append(introduced);
    const all = Array.from({ length: 65 }, () => daemon.commands.history.run(query, CALL as never));
    expect([figure('queries_waiting'), figure('queue_depth{queue="queries"}')]).toEqual([64, 64]);
    expect((await Promise.allSettled(all)).filter(({ status }) => status === 'rejected')).toHaveLength(1);
    await daemon.commands.audit.run({}, CALL as never);
    expect(
      [
        'submitted_total',
        'completed_total',
        'rejected_total',
        'depth',
        'high_water',
        'capacity',
        'wait_seconds',
      ].map((name) => figure(`queue_${name}{queue="queries"}`)),
    ).toEqual([65, 65, 1, 0, 64, 64, 65]);
    // A query that was refused has taken its time as well.
    expect([figure('query_seconds'), figure('queries_waiting')]).toEqual([66, 0]);
  });

  it('of a batch that could not be stored count the failure and the time, and no batch', () => {
    append(introduced);
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'in the way');
    expect(() => append()).toThrow();
    rmSync(folder);
    mkdirSync(folder);
    expect(['batches_total', 'append_failures_total', 'append_seconds'].map(figure)).toEqual([1, 1, 2]);
  });
});

describe('the log', () => {
  it('says which file is open', () => {
    expect(logged).toEqual([`info database_open: Recording to ${join(folder, 'signalbox.db')}`]);
    expect(details).toEqual([{ bytes: expect.any(Number) }]);
  });

  it('says that a damaged file was set aside, and counts it', async () => {
    await daemon.drain(AbortSignal.timeout(1_000));
    writeFileSync(join(folder, 'signalbox.db'), 'garbage'.repeat(2_000));
    daemon = await start();
    const at = logged.findIndex((text) => text.startsWith('error database_replaced: '));
    expect(details[at]).toEqual({ kind: 'damaged', aside: expect.stringContaining('.corrupt-') });
    expect([figure('databases_set_aside_total'), figure('databases_lost_total')]).toEqual([1, 0]);
  });

  it('says that a file was deleted, and counts it', () => {
    append(introduced);
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder, `signalbox.db${suffix}`), { force: true });
    append();
    const at = logged.findIndex((text) => text.startsWith('error database_replaced: '));
    expect(details[at]).toEqual({ kind: 'deleted' });
    expect([figure('databases_set_aside_total'), figure('databases_lost_total')]).toEqual([0, 1]);
  });

  it('says by how much the clock jumped, in which direction, and when it is followed again', () => {
    append(introduced);
    nowMs += 7_200_400;
    append();
    nowMs -= 7_200_400;
    append();
    nowMs -= 90_000_000;
    append();
    const jumps = logged.filter((text) => text.includes('clock_'));
    expect(jumps.map((text) => text.split(' at once')[0])).toEqual([
      "warn clock_jumped: The system's clock went ahead by 7200 seconds",
      "info clock_followed: The recorder follows the system's clock again",
      "warn clock_jumped: The system's clock went back by 90000 seconds",
    ]);
    expect(details.slice(-3)).toEqual([{ seconds: 7_200 }, undefined, { seconds: 90_000 }]);
  });

  it('says which row of history cannot be read, and counts it', async () => {
    append(introduced);
    for (let second = 0; second < 70; second++) append({ samples: [sample(NOON + second, { level: 1 })] });
    const database = new Database(join(folder, 'signalbox.db'));
    await until(() => database.prepare("UPDATE samples_1s SET data = x'ff'").run().changes > 0);
    database.close();
    await daemon.commands.history.run(query, CALL as never);
    expect(logged.filter((text) => text.startsWith('warn row_damaged: '))).toHaveLength(1);
    expect(figure('damaged_rows_total')).toBe(1);
  });

  it('says which lines of the journal were left out, and keeps them', () => {
    const journal = join(folder, 'journal');
    mkdirSync(journal);
    const segment = segmentName(1, '0123456789ab');
    const path = join(journal, segment);
    const entry = {
      time: NOON * 1_000,
      actor: 'ada',
      from: 'cli',
      action: 'command',
      target: 'ircd',
      command: 'kill',
      args: {},
      ok: true,
      outcome: 'done',
      durationMs: 1,
      effects: [],
    };
    appendFileSync(path, encodeJournalLine({ kind: 'entry', key: 'k-1', entry }));
    const take = () => daemon.commands.journal.run({ folder: journal, run: '0123456789ab' }, CALL as never);
    expect(take()).toEqual({ done: [], more: false });
    expect(logged).toHaveLength(1);
    appendFileSync(path, 'broken\nbroken as well\n');
    expect(take()).toEqual({ done: [], more: false });
    const aside = join(folder, 'journal-damaged.jsonl');
    expect(logged.at(-1)).toMatch(
      new RegExp(
        `^warn journal_line_damaged: 2 lines .* the first is in ${segment} at byte \\d+: .*They are kept in ${aside}`,
      ),
    );
    expect(details.at(-1)).toEqual({ lines: 2 });
    expect(readFileSync(aside, 'utf8').split('\n')).toHaveLength(3);
    expect([figure('damaged_lines_total'), figure('rows_total'), figure('damaged_rows_total')]).toEqual([
      2, 1, 0,
    ]);
    mkdirSync(join(journal, segmentName(2, '0123456789ab')));
    writeFileSync(join(journal, segmentName(2, '0123456789ab'), 'x'), '');
    take();
    expect(logged.at(-1)).toContain('error journal_segment_unreadable: ');
  });
});

describe('the commands', () => {
  it('answer with what was set, what there is, and what was freed', async () => {
    const { settingSet, settingGet, stats, vacuum } = daemon.commands;
    expect(settingGet.run({ key: 'theme' }, CALL as never)).toEqual({ value: null });
    expect(settingSet.run({ key: 'theme', value: 'dark' }, CALL as never)).toEqual({});
    expect(settingGet.run({ key: 'theme' }, CALL as never)).toEqual({ value: 'dark' });
    const { rows } = stats.run({}, CALL as never) as { rows: { table: string }[] };
    expect(rows.map(({ table }) => table)).toEqual([
      'samples 1s',
      'samples 10s',
      'samples 1m',
      'samples 5m',
      'samples 20m',
      'audit',
      'states',
      'file',
    ]);
    expect(await vacuum.run({}, CALL as never)).toEqual({
      bytesBefore: expect.any(Number),
      bytesAfter: expect.any(Number),
    });
    expect(daemon.listeners()).toEqual([]);
  });

  it('copy the database and say how far they are', async () => {
    append(introduced);
    const copy = join(folder, 'copy.db');
    expect(await daemon.commands.backup.run({ file: copy }, CALL as never)).toEqual({
      file: copy,
      bytes: expect.any(Number),
    });
    expect(existsSync(copy)).toBe(true);
    const last = phases.at(-1) as { phase: string; done: number; total: number };
    expect([last.phase, last.done > 0, last.done <= last.total]).toEqual(['pages', true, true]);
  });

  it('keep for as long as the configuration says, from a reload on', async () => {
    const rowsOf = (name: string) =>
      (daemon.commands.stats.run({}, CALL as never) as { rows: { table: string; rows: number }[] }).rows.find(
        ({ table }) => table === name,
      )?.rows;
    const day = 86_400_000;
    const state = { time: nowMs, daemon: 'ircd', state: 'running', cause: null };
    append({ ...introduced, states: [state] });
    // It came about two days ago.
    const put = async (config: Partial<RecorderConfig>) => {
      const pending = await daemon.reload!({ ...manifest.config.parse({}), ...config }, undefined);
      expect(pending.commit()).toBeUndefined();
    };
    const database = new Database(join(folder, 'signalbox.db'));
    database.exec(`UPDATE states SET time = ${nowMs - 2 * day}`);
    database.close();
    append();
    expect(rowsOf('states')).toBe(1);
    await put({ history_days: 1 });
    append();
    expect(rowsOf('states')).toBe(0);
  });
});

import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appendArgs } from './batch.ts';
import { limits } from './limits.ts';
import { Recorder } from './recorder.ts';
import { METRICS, NOON, Scene, sample } from './test-fixtures/scene.ts';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.close());

const entry = (i: number, target = 'ircd') => ({
  time: (NOON + i) * 1_000,
  actor: 'ada',
  from: 'cli' as const,
  action: 'command',
  target,
  command: i % 10 === 0 ? 'kill' : 'list',
  args: { number: i, text: '100% sure_' },
  ok: true,
  outcome: 'Done',
  durationMs: 1.5,
  effects: [{ metric: 'level', before: 2, after: 1 }],
});

/** What the tables really hold, read by another connection. */
function read(sql: string): object[] {
  const database = new Database(scene.file, { readonly: true });
  const rows = database.prepare<[], object>(sql).all();
  database.close();
  return rows;
}

function count(table: string): number {
  return Number(Object.values(read(`SELECT count(*) FROM ${table}`)[0] ?? { rows: -1 })[0]);
}

const statsOf = (table: string) => scene.recorder.stats().find((row) => row.table === table);

describe('batches', () => {
  it('are stored once, however often they are sent', async () => {
    const batch = appendArgs.parse({
      epoch: 'run-1',
      batch: 7,
      catalogs: [{ source: 'ircd', metrics: METRICS }],
      samples: [sample(NOON, { level: 3, wait_seconds: [5] })],
      audit: [entry(0)],
      states: [{ time: NOON * 1_000, daemon: 'ircd', state: 'running', cause: null }],
    });
    expect(scene.recorder.append(batch)).toEqual({ stored: 3, rejected: 0 });
    expect(scene.recorder.append(batch)).toEqual({ stored: 0, rejected: 0 });
    await scene.restart();
    expect(scene.recorder.append({ ...batch, batch: 6 })).toEqual({ stored: 0, rejected: 0 });
    expect(scene.recorder.append({ ...batch, epoch: 'run-2', audit: [], states: [] }).stored).toBe(1);
    expect([count('audit'), count('states'), count('samples_1s')]).toEqual([1, 1, 1]);
    expect(read('SELECT time, daemon, state, cause FROM states')).toEqual([
      { time: NOON * 1_000, daemon: 'ircd', state: 'running', cause: null },
    ]);
  });

  it('are stored wholly or not at all when the disk is full, and can be sent again', async () => {
    scene.play(NOON, [{ level: 1 }]);
    const full = new Recorder({
      sqlite: class extends Database {
        constructor(file?: string | Buffer, options?: Database.Options) {
          super(file, options);
          const pages = Number(this.pragma('page_count', { simple: true }));
          this.pragma(`max_page_count = ${pages + 2}`);
        }
      } as unknown as typeof Database,
      file: scene.file,
      keep: { historyDays: 30, auditDays: 365, auditRows: 100_000 },
      now: () => scene.now * 1_000,
      onSetAside: () => expect.unreachable(),
      onDamagedRow: () => expect.unreachable(),
    });
    const batch = appendArgs.parse({
      epoch: 'run-1',
      batch: 9,
      samples: [sample(NOON + 1, { level: 2 })],
      audit: Array.from({ length: 400 }, (_, i) => entry(i)),
    });
    expect(() => full.append(batch)).toThrow(expect.objectContaining({ code: 'refused' }));
    expect(() => full.append(batch)).toThrow(/has to be sent again/);
    expect([count('audit'), count('samples_1s')]).toEqual([0, 1]);
    await full.close();
    expect(scene.recorder.append(batch).stored).toBe(401);
    const { series } = await scene.series(NOON - 300, NOON + 59, 10);
    expect(series['level:max']?.at(-1)).toBe(2);
  });
});

describe('retention', () => {
  it('keeps every tier for its time and no longer', async () => {
    const hour = 3_600;
    for (let second = 0; second < 3 * hour; second += 5)
      scene.play(NOON + second, [{ level: second, wait_seconds: [second] }]);
    const slack = limits.retentionSlackSeconds.default;
    expect(statsOf('samples 1s')?.oldest).toBe((NOON + 3 * hour - 5 - hour - slack) * 1_000);
    expect(statsOf('samples 10s')?.oldest).toBe(NOON * 1_000);
    scene.now = NOON + 86_400 + 2 * hour;
    for (let i = 0; i < 20; i++) scene.append({});
    expect(statsOf('samples 1s')?.rows).toBe(0);
    expect(statsOf('samples 10s')?.oldest).toBe((scene.now - 86_400 - slack) * 1_000);
    expect(statsOf('samples 1m')?.oldest).toBe(NOON * 1_000);
    scene.now = NOON + 40 * 86_400;
    for (let i = 0; i < 20; i++) scene.append({});
    for (const table of ['samples_1s', 'samples_10s', 'samples_1m', 'histograms_1m']) {
      expect(count(table)).toBe(0);
    }
    expect(statsOf('samples 1m')).toMatchObject({ rows: 0, bytes: 0, oldest: null });
  });

  it('does not drop seconds that no coarser row holds yet', async () => {
    scene.play(NOON, [{ level: 11 }, { level: 22 }]);
    scene.now = NOON + 7_200;
    scene.append({});
    await scene.restart();
    expect((await scene.series(NOON - 300, NOON + 59, 10)).series['level:max']?.at(-1)).toBe(22);
  });

  it('forgets a metric list when its last row is gone', async () => {
    scene.play(NOON, [{ level: 1 }]);
    scene.append({ catalogs: [{ source: 'ircd', metrics: METRICS.slice(0, 2) }] });
    scene.append({
      samples: [
        {
          source: 'ircd',
          instance: 2,
          time: (NOON + 90) * 1_000,
          values: Float64Array.of(1, 1),
          intervals: [],
        },
      ],
    });
    expect(count('catalogs')).toBe(3);
    scene.now = NOON + 31 * 86_400;
    scene.append({});
    expect(count('catalogs')).toBe(2);
  });

  it('bounds the audit trail by number and by age', async () => {
    await scene.close();
    scene = new Scene({ auditRows: 1_000, auditDays: 10 });
    for (let i = 0; i < 1_500; i += 100) {
      scene.append({ audit: Array.from({ length: 100 }, (_, j) => entry(i + j)) });
    }
    expect(count('audit')).toBe(1_000);
    const { entries } = await scene.recorder.audit({ limit: 1_000 });
    expect([entries[0]?.args.number, entries.at(-1)?.args.number]).toEqual([1_499, 500]);
    expect(statsOf('audit')?.rows).toBe(1_000);
    scene.now = NOON + 11 * 86_400;
    for (let i = 0; i < 3; i++) scene.append({});
    expect(statsOf('audit')).toMatchObject({ rows: 0, bytes: 0 });
  });

  it('keeps its tallies equal to the tables', async () => {
    for (let second = 0; second < 9_000; second += 30)
      scene.play(NOON + second, [{ level: second, wait_seconds: [second] }]);
    scene.append({ samples: [sample(NOON + 8_900, { level: 1 })] });
    const database = new Database(scene.file, { readonly: true });
    const real = (table: string) =>
      database
        .prepare<[], { rows: number; bytes: number }>(
          `SELECT count(*) AS rows, total(length(data)) AS bytes FROM ${table}`,
        )
        .get() ?? { rows: 0, bytes: 0 };
    expect(statsOf('samples 1s')).toMatchObject(real('samples_1s'));
    expect(statsOf('samples 10s')).toMatchObject(real('samples_10s'));
    const { rows, bytes } = real('samples_1m');
    const apart = real('histograms_1m');
    expect(apart.rows).toBeGreaterThan(100);
    expect(statsOf('samples 1m')).toMatchObject({ rows, bytes: bytes + apart.bytes });
    database.close();
  });
});

describe('audit', () => {
  it('pages from newest to oldest without gaps while entries come in', async () => {
    scene.append({ audit: Array.from({ length: 25 }, (_, i) => entry(i)) });
    const first = await scene.recorder.audit({ limit: 10 });
    scene.append({ audit: [entry(99)] });
    const second = await scene.recorder.audit({ limit: 10, before: first.entries.at(-1)!.id });
    const third = await scene.recorder.audit({ limit: 10, before: second.entries.at(-1)!.id });
    expect([first.more, second.more, third.more]).toEqual([true, true, false]);
    const numbers = [first, second, third].flatMap(({ entries }) => entries.map(({ args }) => args.number));
    expect(numbers).toEqual(Array.from({ length: 25 }, (_, i) => 24 - i));
    expect(first.entries[0]).toEqual({ ...entry(24), id: first.entries[0]!.id });
  });

  it('finds text and targets across many rows', async () => {
    for (let i = 0; i < 6_000; i += 2_000) {
      scene.append({
        audit: Array.from({ length: 2_000 }, (_, j) =>
          entry(i + j, (i + j) % 3_000 === 1 ? 'relay' : 'ircd'),
        ),
      });
    }
    const kills = await scene.recorder.audit({ text: 'KILL', limit: 1_000 });
    expect(kills.entries).toHaveLength(600);
    expect(kills.more).toBe(false);
    const relay = await scene.recorder.audit({ target: 'relay' });
    expect(relay.entries.map(({ args }) => args.number)).toEqual([3_001, 1]);
    expect((await scene.recorder.audit({ target: 'relay', text: 'kill' })).entries).toEqual([]);
    expect((await scene.recorder.audit({ text: '"number":4321,' })).entries).toHaveLength(1);
    expect((await scene.recorder.audit({ text: '100% sure_"', limit: 5 })).entries).toHaveLength(5);
    expect((await scene.recorder.audit({ text: '1%0', limit: 5 })).entries).toHaveLength(0);
  });

  it('cuts what is too long and says so', async () => {
    scene.append({
      audit: [{ ...entry(1), args: { text: 'x'.repeat(50_000) }, outcome: 'y'.repeat(50_000) }],
    });
    const { entries } = await scene.recorder.audit({});
    expect(entries[0]?.args).toEqual({ omitted: '50011 characters of arguments' });
    expect(entries[0]?.outcome).toHaveLength(limits.auditOutcomeCharacters.default + '… (cut)'.length);
  });
});

describe('settings', () => {
  it('survive a restart, and null removes them', async () => {
    scene.recorder.settingSet('theme', { dark: true });
    await scene.restart();
    expect(scene.recorder.settingGet('theme')).toEqual({ dark: true });
    scene.recorder.settingSet('theme', null);
    expect(scene.recorder.settingGet('theme')).toBeNull();
    expect(() => scene.recorder.settingSet('big', 'x'.repeat(70_000))).toThrow(
      expect.objectContaining({ code: 'limit_reached' }),
    );
  });
});

describe('a damaged file', () => {
  it('is set aside at start, and a new one says so', async () => {
    await scene.recorder.close();
    writeFileSync(scene.file, 'this was never a database, or is not one any more'.repeat(500));
    scene.recorder = scene.open();
    expect(scene.setAside).toHaveLength(1);
    expect(readFileSync(scene.setAside[0]!, 'utf8')).toContain('never a database');
    scene.play(NOON, [{ level: 1 }]);
    expect((await scene.series(NOON, NOON + 9, 10)).series['level:value']?.[0]).toBe(1);
    const { entries } = await scene.recorder.audit({});
    expect(entries[0]).toMatchObject({
      action: 'database.replaced',
      ok: false,
      args: { file: scene.setAside[0] },
    });
    expect(statsOf('file')?.note).toContain(scene.setAside[0]);
  });

  it('is set aside when the damage is met later, without losing the batch at hand', async () => {
    for (let i = 0; i < 20; i++)
      scene.append({ audit: Array.from({ length: 200 }, (_, j) => entry(i * 200 + j)) });
    await scene.recorder.close();
    const bytes = readFileSync(scene.file);
    bytes.fill(0x5a, bytes.length / 4);
    writeFileSync(scene.file, bytes);
    scene.recorder = scene.open();
    const page = await scene.recorder.audit({ text: 'nobody' });
    expect(scene.setAside).toHaveLength(1);
    expect(page.entries).toEqual([]);
    expect(scene.append({ audit: [entry(1)], samples: [sample(NOON, { level: 1 })] })).toEqual({
      stored: 2,
      rejected: 0,
    });
  });

  it('is kept in the last three versions only', async () => {
    for (let i = 0; i < 5; i++) {
      await scene.recorder.close();
      writeFileSync(scene.file, 'garbage'.repeat(1_000));
      scene.now++;
      scene.recorder = scene.open();
    }
    const aside = readdirSync(scene.folder).filter((name) => name.includes('corrupt'));
    expect(aside.map((name) => join(scene.folder, name))).toEqual(scene.setAside.slice(-3));
  });

  it('that belongs to another program or a newer version is left alone', async () => {
    await scene.recorder.close();
    const newer = new Database(scene.file);
    newer.pragma('user_version = 99');
    newer.close();
    expect(() => scene.open()).toThrow(expect.objectContaining({ code: 'init_failed' }));
    const foreign = new Database(scene.file);
    foreign.pragma('application_id = 1');
    foreign.close();
    expect(() => scene.open()).toThrow(/another program/);
    expect(scene.setAside).toEqual([]);
    const mended = new Database(scene.file);
    mended.pragma('user_version = 1');
    mended.pragma(`application_id = ${0x5367_4278}`);
    mended.close();
    scene.recorder = scene.open();
  });

  it('row is left out of a chart and reported', async () => {
    scene.play(NOON, [{ level: 1 }, { level: 2 }, { level: 3 }]);
    const database = new Database(scene.file);
    database.exec("UPDATE samples_1s SET data = x'ff' WHERE key % 2 = 1");
    database.close();
    const { series } = await scene.series(NOON, NOON + 9, 10);
    expect(series['level:value']?.slice(0, 3)).toEqual([1, null, 3]);
    expect(scene.damaged).toHaveLength(1);
  });
});

describe('space', () => {
  it('is given back by vacuum', async () => {
    for (let i = 0; i < 10; i++) {
      scene.append({
        audit: Array.from({ length: 500 }, (_, j) => ({ ...entry(j), outcome: 'x'.repeat(1_500) })),
      });
    }
    scene.now = NOON + 400 * 86_400;
    for (let i = 0; i < 15; i++) scene.append({});
    const { bytesBefore, bytesAfter } = await scene.recorder.vacuum();
    expect(bytesBefore).toBeGreaterThan(5_000_000);
    expect(bytesAfter).toBeLessThan(500_000);
  });

  it('of a backup is a database of its own that overwrites nothing', async () => {
    scene.play(NOON, [{ level: 42 }]);
    const { file } = await scene.recorder.backup('copy.db');
    expect(file).toBe(join(scene.folder, 'copy.db'));
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    await expect(scene.recorder.backup('copy.db')).rejects.toMatchObject({ code: 'conflict' });
    await expect(scene.recorder.backup('/nowhere/at/all.db')).rejects.toMatchObject({ code: 'not_found' });
    await scene.recorder.close();
    copyFileSync(file, scene.file);
    for (const suffix of ['-wal', '-shm']) expect(existsSync(scene.file + suffix)).toBe(false);
    scene.recorder = scene.open();
    expect((await scene.series(NOON, NOON + 9, 10)).series['level:value']?.[0]).toBe(42);
  });

  it('of a backup that is cancelled leaves no file behind', async () => {
    await expect(
      scene.recorder.backup('half.db', AbortSignal.abort(new Error('cancelled'))),
    ).rejects.toThrow();
    expect(existsSync(join(scene.folder, 'half.db'))).toBe(false);
  });
});

it('answers queries one after the other, also when the first is cancelled', async () => {
  scene.play(NOON, [{ level: 1 }]);
  const cancelled = scene.recorder.audit({}, AbortSignal.abort(new Error('no longer wanted')));
  const next = scene.series(NOON, NOON + 9, 10);
  await expect(cancelled).rejects.toThrow('no longer wanted');
  expect((await next).series['level:value']?.[0]).toBe(1);
  const many = Array.from({ length: limits.queuedQueries.default + 1 }, () => scene.recorder.audit({}));
  await expect(many.at(-1)).rejects.toMatchObject({ code: 'limit_reached' });
  await Promise.all(many.slice(0, -1));
});

import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeTimes } from '../codec/chunk-codec.ts';
import { limits } from '../limits.ts';
import { Recorder } from '../recorder.ts';
import { METRICS, NOON, Scene, sample } from '../test-fixtures/scene.ts';
import type { AuditQuery } from './audit-log.ts';
import { appendArgs } from './batch.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';
import { alignDown } from './tiers.ts';

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
      states: [{ time: NOON * 1_000, daemon: 'ircd', state: 'running', cause: null }],
    });
    expect(scene.recorder.append(batch)).toEqual({ stored: 2, rejected: 0 });
    expect(scene.recorder.append(batch)).toEqual({ stored: 0, rejected: 0 });
    await scene.restart();
    expect(scene.recorder.append({ ...batch, batch: 6 })).toEqual({ stored: 0, rejected: 0 });
    expect(scene.recorder.append({ ...batch, epoch: 'run-2', states: [] }).stored).toBe(1);
    expect([count('states'), count('recent')]).toEqual([1, 1]);
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
      uptime: () => scene.now * 1_000,
      onLoss: () => expect.unreachable(),
      onClockJump: () => expect.unreachable(),
      onDamagedRow: () => expect.unreachable(),
    });
    const batch = appendArgs.parse({
      epoch: 'run-1',
      batch: 9,
      samples: [sample(NOON + 1, { level: 2 })],
      states: Array.from({ length: 2_000 }, (_, i) => {
        return { time: (NOON + i) * 1_000, daemon: 'ircd', state: 'crashed', cause: 'a cause'.repeat(10) };
      }),
    });
    expect(() => full.append(batch)).toThrow(expect.objectContaining({ code: 'refused' }));
    expect(() => full.append(batch)).toThrow(/has to be sent again/);
    expect([count('states'), count('recent')]).toEqual([0, 1]);
    await full.close();
    expect(scene.recorder.append(batch).stored).toBe(2_001);
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
    // Chunks go as a whole, so the oldest interval is at most one of them older than it must be.
    const oldest = (keepSeconds: number, chunkSeconds: number) =>
      alignDown(scene.now - keepSeconds - slack, chunkSeconds) * 1_000;
    expect(statsOf('samples 1s')?.oldest).toBe(oldest(hour, 60));
    expect(statsOf('samples 10s')?.oldest).toBe(NOON * 1_000);
    scene.now = NOON + 86_400 + 2 * hour;
    for (let i = 0; i < 60; i++) scene.append({});
    expect(statsOf('samples 1s')).toMatchObject({ rows: 0, bytes: 0 });
    expect(statsOf('samples 10s')?.oldest).toBe(oldest(86_400, 600));
    expect(statsOf('samples 1m')?.oldest).toBe(NOON * 1_000);
    scene.now = NOON + 40 * 86_400;
    for (let i = 0; i < 60; i++) scene.append({});
    for (const table of ['recent', 'samples_1s', 'samples_10s', 'samples_1m', 'samples_5m', 'samples_20m']) {
      expect([table, count(table)]).toEqual([table, 0]);
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
      scene.audit(Array.from({ length: 100 }, (_, j) => entry(i + j)));
      scene.append({});
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
    const bytesOf = (table: string) =>
      (read(`SELECT total(length(data)) AS bytes FROM ${table}`) as { bytes: number }[])[0]!.bytes;
    const intervalsOf = (table: string) =>
      (read(`SELECT data FROM ${table} WHERE (key >> 27) & 1023 = 0`) as { data: Buffer }[]).reduce(
        (sum, { data }) => sum + decodeTimes(data).slots.length,
        0,
      );
    for (const name of ['10s', '1m', '5m', '20m']) {
      const table = `samples_${name}`;
      const real = { rows: intervalsOf(table), bytes: bytesOf(table) };
      expect(real.rows).toBeGreaterThan(0);
      expect([name, statsOf(`samples ${name}`)]).toMatchObject([name, real]);
    }
    expect(count('recent')).toBeGreaterThan(0);
    expect(statsOf('samples 1s')).toMatchObject({
      rows: intervalsOf('samples_1s') + count('recent'),
      bytes: bytesOf('samples_1s') + bytesOf('recent'),
    });
  });
});

describe('audit', () => {
  it('pages from newest to oldest without gaps while entries come in', async () => {
    scene.audit(Array.from({ length: 25 }, (_, i) => entry(i)));
    const first = await scene.recorder.audit({ limit: 10 });
    scene.audit([entry(99)]);
    const second = await scene.recorder.audit({ limit: 10, before: first.entries.at(-1)!.id });
    const third = await scene.recorder.audit({ limit: 10, before: second.entries.at(-1)!.id });
    expect([first.more, second.more, third.more]).toEqual([true, true, false]);
    const numbers = [first, second, third].flatMap(({ entries }) => entries.map(({ args }) => args.number));
    expect(numbers).toEqual(Array.from({ length: 25 }, (_, i) => 24 - i));
    expect(first.entries[0]).toEqual({
      ...entry(24),
      id: first.entries[0]!.id,
      key: expect.stringMatching(/-25$/),
    });
  });

  it('finds text and targets across many rows', async () => {
    for (let i = 0; i < 6_000; i += 2_000) {
      scene.audit(
        Array.from({ length: 2_000 }, (_, j) => entry(i + j, (i + j) % 3_000 === 1 ? 'relay' : 'ircd')),
      );
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

  it('finds what one person did, what failed, and what was done within a time', async () => {
    const by = (number: number, actor: string, ok: boolean) => ({ ...entry(number), actor, ok });
    scene.audit([
      by(0, 'mira', true),
      by(1, 'Miraculix', false),
      by(2, 'jon_x', true),
      by(3, 'jonax', false),
    ]);
    const numbers = async (query: AuditQuery) =>
      (await scene.recorder.audit(query)).entries.map(({ args }) => args.number);
    const times = (await scene.recorder.audit({})).entries.map(({ time }) => time);
    expect(await numbers({ actor: 'MIRA' })).toEqual([1, 0]);
    expect(await numbers({ actor: 'n_x' })).toEqual([2]);
    expect(await numbers({ ok: false })).toEqual([3, 1]);
    expect(await numbers({ ok: true, actor: 'mira' })).toEqual([0]);
    expect(await numbers({ since: times[2]!, until: times[0]! })).toEqual([2, 1]);
    expect(await numbers({ until: times[3]! })).toEqual([]);
  });

  it('cuts what is too long and says so', async () => {
    scene.audit([{ ...entry(1), args: { text: 'x'.repeat(50_000) }, outcome: 'y'.repeat(50_000) }]);
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
    expect(scene.losses).toHaveLength(1);
    expect(readFileSync(scene.losses[0]!.aside!, 'utf8')).toContain('never a database');
    scene.play(NOON, [{ level: 1 }]);
    expect((await scene.series(NOON, NOON + 9, 10)).series['level:value']?.[0]).toBe(1);
    const { entries } = await scene.recorder.audit({});
    expect(entries[0]).toMatchObject({
      action: 'database.replaced',
      ok: false,
      args: { file: scene.losses[0]!.aside },
    });
    expect(statsOf('file')?.note).toContain(scene.losses[0]!.aside);
  });

  it('is set aside when the damage is met later, without losing the batch at hand', async () => {
    for (let i = 0; i < 20; i++) scene.audit(Array.from({ length: 200 }, (_, j) => entry(i * 200 + j)));
    await scene.recorder.close();
    const bytes = readFileSync(scene.file);
    bytes.fill(0x5a, bytes.length / 4);
    writeFileSync(scene.file, bytes);
    scene.recorder = scene.open();
    const page = await scene.recorder.audit({ text: 'nobody' });
    expect(scene.losses).toHaveLength(1);
    expect(page.entries).toEqual([]);
    expect(scene.append({ samples: [sample(NOON, { level: 1 })] })).toEqual({ stored: 1, rejected: 0 });
    // What the journal still holds comes into the new file.
    expect(scene.audit([entry(1)])).toBe(1);
  });

  it('is kept in the last three versions only', async () => {
    for (let i = 0; i < 5; i++) {
      await scene.recorder.close();
      writeFileSync(scene.file, 'garbage'.repeat(1_000));
      scene.now++;
      scene.recorder = scene.open();
    }
    const aside = readdirSync(scene.folder).filter((name) => name.includes('corrupt'));
    expect(aside.map((name) => join(scene.folder, name))).toEqual(
      scene.losses.slice(-3).map(({ aside }) => aside),
    );
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
    expect(scene.losses).toEqual([]);
    const mended = new Database(scene.file);
    mended.pragma(`user_version = ${MIGRATIONS.length}`);
    mended.pragma(`application_id = ${0x5367_4278}`);
    mended.close();
    scene.recorder = scene.open();
  });

  it('chunk is left out of a chart and reported', async () => {
    scene.play(
      NOON,
      Array.from({ length: 180 }, (_, i) => ({ level: i + 1, things_total: i, wait_seconds: [i] })),
    );
    const spoil = (column: number, minute: number) => {
      const database = new Database(scene.file);
      const where = `(key >> 27) & 1023 = ${column} AND key & ((1 << 27) - 1) = ${NOON / 60 + minute}`;
      expect(database.prepare(`UPDATE samples_1s SET data = x'ff' WHERE ${where}`).run().changes).toBe(1);
      database.close();
    };
    const shown = async () => {
      const { series } = await scene.series(NOON, NOON + 179, 200);
      return ['level:value', 'things_total:rate', 'wait_seconds:p99'].map((name) =>
        [30, 90, 150].map((second) => typeof series[name]?.[second] === 'number'),
      );
    };
    spoil(2, 0);
    spoil(3, 1);
    expect(await shown()).toEqual([
      [false, true, true],
      [true, true, true],
      [true, false, true],
    ]);
    expect(scene.damaged).toHaveLength(2);
    spoil(0, 1);
    expect(await shown()).toEqual([
      [false, false, true],
      [true, false, true],
      [true, false, true],
    ]);
    // A sample for a chunk that cannot be read is kept all the same, and so is what comes after a restart.
    scene.append({ samples: [sample(NOON + 90, { level: 7 })] });
    await scene.restart();
    scene.play(NOON + 180, [{ level: 1 }]);
    const { series } = await scene.series(NOON, NOON + 189, 200);
    expect([series['level:value']?.[90], series['level:value']?.[150]]).toEqual([7, 151]);
  });

  it('second of the log is left out when the recorder starts again', async () => {
    scene.play(NOON, [{ level: 1 }, { level: 2 }, { level: 3 }]);
    await scene.recorder.close();
    const database = new Database(scene.file);
    database.exec("UPDATE recent SET data = x'ff' WHERE key % 2 = 1");
    database.close();
    scene.recorder = scene.open();
    const { series } = await scene.series(NOON, NOON + 9, 10);
    expect(series['level:value']?.slice(0, 3)).toEqual([1, null, 3]);
  });

  it('of the first version keeps its audit trail and says what became of its history', async () => {
    await scene.recorder.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(scene.file + suffix, { force: true });
    const old = new Database(scene.file);
    old.exec(MIGRATIONS[0]!);
    old.pragma(`application_id = ${APPLICATION_ID}`);
    old.pragma('user_version = 1');
    old.exec(`INSERT INTO catalogs (source, hash, metrics, first_seen, turn) VALUES ('ircd', 'x', '[]', 1, 1);
      INSERT INTO samples_1m (key, data) VALUES (1, x'00');
      INSERT INTO audit (time, actor, origin, action, target, command, args, ok, outcome, duration_ms, effects)
        VALUES (1, 'ada', 'cli', 'daemon.start', 'ircd', '', '{}', 1, '', 1, '[]');
      INSERT INTO tallies (name, rows, bytes) VALUES ('audit', 1, 50), ('samples_1m', 1, 1);`);
    old.close();
    scene.recorder = scene.open();
    const { entries } = await scene.recorder.audit({});
    expect(entries.map(({ actor, action }) => [actor, action])).toEqual([
      ['recorder', 'database.migrated'],
      ['ada', 'daemon.start'],
    ]);
    expect(statsOf('audit')?.rows).toBe(2);
    expect(statsOf('samples 1m')).toMatchObject({ rows: 0, bytes: 0, oldest: null });
    scene.play(NOON, [{ level: 4 }]);
    expect((await scene.series(NOON, NOON + 9, 10)).series['level:value']?.[0]).toBe(4);
    expect(scene.losses).toEqual([]);
    scene.now = Math.floor(Date.now() / 1_000) + 400 * 86_400;
    scene.append({});
    expect(statsOf('audit')).toMatchObject({ rows: 0, bytes: 0 });
  });
});

describe('space', () => {
  it('is given back by vacuum', async () => {
    for (let i = 0; i < 10; i++) {
      scene.audit(Array.from({ length: 500 }, (_, j) => ({ ...entry(j), outcome: 'x'.repeat(1_500) })));
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

/** The limits of the recorder where they act, and as the page of limits states them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from './limits.ts';
import { NOON, Scene, sample } from './test-fixtures/scene.ts';

it('are those that operators read', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/limits.md'), 'utf8');
  const [, recorder = ''] = page.split('Table: `daemons/recorder/limits.ts`.');
  const stated = [...recorder.split('\n## ')[0]!.matchAll(/^\| `(\w+)` \| ([\d,]+) \| (\S+) \| /gm)].map(
    ([, name, value, unit]) => [name, Number(value!.replaceAll(',', '')), unit],
  );
  expect(stated.length).toBeGreaterThan(30);
  expect(Object.entries(limits).map(([name, one]) => [name, one.default, one.unit])).toEqual(stated);
});

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.close());

/** Does something to the file while the recorder is closed. */
async function behindItsBack(work: (database: Database.Database) => void): Promise<void> {
  await scene.recorder.close();
  const database = new Database(scene.file);
  database.transaction(() => work(database))();
  database.close();
  scene.recorder = scene.open();
}

describe('state changes', () => {
  it('beyond fifty thousand go, the oldest first, four hundred with an append', async () => {
    await behindItsBack((database) => {
      database.exec(
        'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50500) ' +
          `INSERT INTO states (id, time, daemon, state, cause) SELECT i, ${NOON * 1_000} + i, 'ircd', 'crashed', NULL FROM n`,
      );
      database.exec("INSERT INTO tallies (name, rows, bytes) VALUES ('states', 50500, 555500)");
    });
    const left = () => {
      scene.append({});
      return scene.recorder.rows('states');
    };
    expect([left(), left(), left()]).toEqual([50_100, 50_000, 50_000]);
    const states = scene.recorder.stats().find(({ table }) => table === 'states');
    expect(states).toMatchObject({ bytes: 50_000 * 11, oldest: NOON * 1_000 + 501 });
  });
});

it('a backup copies 128 pages at a time, so that appends go on', async () => {
  for (let i = 0; i < 40; i++) scene.recorder.settingSet(`k${i}`, 'x'.repeat(60_000));
  const copied: number[] = [];
  let pages = 0;
  await scene.recorder.backup('copy.db', undefined, (done, total) => {
    copied.push(done);
    pages = total;
  });
  expect(pages).toBeGreaterThan(500);
  const steps = copied.map((done, i) => done - (copied[i - 1] ?? 0));
  expect(Math.max(...steps)).toBe(128);
});

describe('a total', () => {
  it('that is none counts as zero, and one that fell as begun anew', async () => {
    const totals = [5, Number.POSITIVE_INFINITY, 7, Number.NaN, -3, 2];
    scene.play(
      NOON,
      totals.map((things_total) => ({ things_total })),
    );
    const { series } = await scene.series(NOON, NOON + 5, 10);
    expect(series['things_total:rate']).toEqual([null, 0, 7, 0, 0, 2]);
  });

  it('of a histogram that comes in several parts is their sum', async () => {
    const parts = [1_000, 90_000].map((ns) => sample(NOON, { wait_seconds: [ns] }).intervals[0]!);
    const foreign = { ...parts[0]!, metric: 'level' };
    scene.append({ samples: [{ ...sample(NOON, {}), intervals: [...parts, foreign] }] });
    const { series } = await scene.series(NOON, NOON, 1);
    expect(series['wait_seconds:max']![0]! > series['wait_seconds:p50']![0]!).toBe(true);
    expect(series['level:value']).toEqual([0]);
  });
});

it('a sample of the year 2225 is taken, and none of later or of 1970', () => {
  const at = (second: number) => ({ ...sample(0, { level: 1 }), time: second * 1_000 });
  const last = 60 * (2 ** 27 - 1);
  expect(scene.append({ samples: [at(last + 1), at(0), at(0.9)] })).toEqual({ stored: 0, rejected: 3 });
  expect(scene.append({ samples: [at(1), at(last)] })).toEqual({ stored: 2, rejected: 0 });
});

it('sixteen runs of main are remembered, so that the newest can send a batch again', () => {
  const batch = (epoch: string) => {
    scene.now += 1;
    return scene.recorder.append({
      epoch,
      batch: 1,
      catalogs: [],
      samples: [],
      states: [{ time: scene.now * 1_000, daemon: 'ircd', state: 'running', cause: null }],
    }).stored;
  };
  for (let run = 0; run < 17; run++) expect(batch(`run-${run}`)).toBe(1);
  expect(scene.count('SELECT count(*) FROM batches')).toBe(16);
  expect([batch('run-16'), batch('run-1'), batch('run-0')]).toEqual([0, 0, 1]);
});

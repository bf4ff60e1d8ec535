/** A transaction that fails leaves nothing behind, in the file or in memory; and a file gives space back that it will not use. */
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeJournalLine } from '../../runtime/files/journal-format.ts';
import { NOON, Scene, sample } from '../test-fixtures/scene.ts';
import type { StoredMetric } from './catalogs.ts';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
  scene.append({ samples: [sample(NOON, { level: 1 })] });
});
afterEach(() => scene.close());

function withDatabase<Result>(work: (database: Database.Database) => Result): Result {
  const database = new Database(scene.file);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/** Rows with this text are refused by the database from now on. */
const refuse = (table: string, column: string) =>
  withDatabase((database) =>
    database.exec(
      `CREATE TRIGGER refuse BEFORE INSERT ON ${table} WHEN NEW.${column} = 'refused' BEGIN SELECT RAISE(ABORT, 'it is refused'); END`,
    ),
  );

const state = (daemon: string) => ({ time: NOON * 1_000, daemon, state: 'running', cause: null });

describe('a batch that fails', () => {
  const list: readonly StoredMetric[] = [
    { name: 'level', kind: 'gauge', unit: 'count' },
    { name: 'extra', kind: 'gauge', unit: 'count' },
  ];
  const sent = (second: number, daemon: string) => ({
    catalogs: [{ source: 'ircd', metrics: [...list] }],
    samples: [
      {
        source: 'ircd',
        instance: 2,
        time: (NOON + second) * 1_000,
        values: Float64Array.of(5, 6),
        intervals: [],
      },
    ],
    states: [state('ircd'), state(daemon)],
  });

  it('leaves no list, second, state or count behind, and is stored whole when it is sent again', async () => {
    refuse('states', 'daemon');
    const before = scene.recorder.stats().map(({ table, rows }) => [table, rows]);
    expect(() => scene.append(sent(1, 'refused'))).toThrow('it is refused');
    expect(scene.recorder.stats().map(({ table, rows }) => [table, rows])).toEqual(before);
    expect(scene.count('SELECT count(*) FROM catalogs')).toBe(2);
    expect((await scene.series(NOON, NOON + 1, 10)).series['level:value']).toEqual([1, null]);
    // The same once more, without what was wrong with it.
    expect(scene.append(sent(1, 'relay'))).toEqual({ stored: 3, rejected: 0 });
    expect(scene.count('SELECT count(*) FROM catalogs')).toBe(3);
    await scene.restart();
    const { series } = await scene.series(NOON, NOON + 1, 10, ['level', 'extra']);
    expect([series['level:value'], series['extra:value']]).toEqual([
      [1, 5],
      [null, 6],
    ]);
    expect(scene.recorder.rows('states')).toBe(2);
    expect(scene.losses).toEqual([]);
  });

  it('leaves the list that the source uses as it was', async () => {
    refuse('states', 'daemon');
    expect(() => scene.append(sent(1, 'refused'))).toThrow();
    await scene.restart();
    expect(scene.append({ samples: [sample(NOON + 1, { level: 9 })] })).toEqual({ stored: 1, rejected: 0 });
    expect((await scene.series(NOON, NOON + 1, 10)).series['level:value']).toEqual([1, 9]);
  });
});

it('a line of the journal that the database never takes is set aside, and those behind it are taken', async () => {
  refuse('audit', 'target');
  const entry = (target: string) => ({
    time: NOON * 1_000,
    actor: 'ada',
    from: 'cli',
    action: 'command',
    target,
    command: '',
    args: {},
    ok: true,
    outcome: '',
    durationMs: 1,
    effects: [],
  });
  const records = ['ircd', 'refused', 'relay'].map(
    (target, n) => ({ kind: 'entry', key: `k-${n}`, entry: entry(target) }) as const,
  );
  scene.writeJournal(records);
  const { stored, damaged } = scene.takeJournal();
  expect(stored).toBe(2);
  expect(damaged.map(({ why, offset }) => [why, offset])).toEqual([
    ['it is refused', encodeJournalLine(records[0]!).length],
  ]);
  const { entries } = await scene.recorder.audit({});
  expect(entries.map(({ target }) => target)).toEqual(['relay', 'ircd']);
});

it('a file gives a megabyte back with each append while it has more than sixteen to spare', () => {
  withDatabase((database) => {
    const insert = database.prepare('INSERT INTO settings (key, value, updated) VALUES (?, ?, 0)');
    database.transaction(() => {
      for (let i = 0; i < 330; i++) insert.run(`big-${i}`, 'x'.repeat(60_000));
    })();
    database.exec('DELETE FROM settings');
  });
  const free = () => withDatabase((database) => Number(database.pragma('freelist_count', { simple: true })));
  const begun = free();
  expect(begun).toBeGreaterThan(4_096 + 256);
  const seen = [begun];
  for (let i = 0; i < 8; i++) {
    scene.append({});
    seen.push(free());
  }
  const steps = seen.slice(1).map((pages, i) => seen[i]! - pages);
  const last = seen.at(-1)!;
  expect(steps[0]).toBeGreaterThanOrEqual(250);
  expect(last).toBeLessThanOrEqual(4_096 + 256);
  expect(last).toBeGreaterThan(4_000);
  // Then it keeps what it has.
  scene.append({});
  expect(last - free()).toBeLessThan(5);
});

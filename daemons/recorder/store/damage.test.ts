import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NewAuditEntry } from '../../../contract/history-batch.ts';
import { METRICS, NOON, Scene, sample } from '../test-fixtures/scene.ts';

const SECONDS = 200;

/** What an operator's instance does, a second each. */
function live(scene: Scene, from: number, seconds: number): void {
  const entries: NewAuditEntry[] = [];
  for (let i = from; i < from + seconds; i++) {
    scene.now = NOON + i;
    entries.push({
      time: scene.now * 1_000,
      actor: 'ada',
      from: 'cli',
      action: 'command',
      target: 'ircd',
      command: 'kill',
      args: { nick: `n${i}` },
      ok: true,
      outcome: 'done',
      durationMs: 1,
      effects: [{ metric: 'level', before: i, after: 0 }],
    });
    scene.append({
      samples: [
        sample(NOON + i, { things_total: i, level: i, load_ratio: i / 7, wait_seconds: [i * 1_000] }),
      ],
    });
  }
  scene.audit(entries);
}

describe('a row that SQLite reads and nobody else can', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
    live(scene, 0, 130);
  });
  afterEach(() => scene.close());

  /** Changes rows behind the recorder's back, and lets it start anew. */
  async function spoil(sql: string): Promise<void> {
    await scene.recorder.close();
    const database = new Database(scene.file);
    database.exec(sql);
    database.close();
    scene.recorder = scene.open();
  }

  it('in the audit trail is shown with what can be read of it', async () => {
    await spoil(`UPDATE audit SET args = '{"nick":', effects = 'x' WHERE id = 100`);
    const { entries } = await scene.recorder.audit({ limit: 500 });
    expect(entries).toHaveLength(130);
    expect(entries.find(({ id }) => id === 100)).toMatchObject({
      actor: 'ada',
      command: 'kill',
      args: { unreadable: expect.any(String) },
      effects: [],
    });
    expect(scene.damaged.join()).toContain('audit entry 100');
  });

  it('of a setting reads as none', async () => {
    scene.recorder.settingSet('layout', { a: 1 });
    await spoil(`UPDATE settings SET value = '{'`);
    expect(scene.recorder.settingGet('layout')).toBeNull();
    scene.recorder.settingSet('layout', { a: 2 });
    expect(scene.recorder.settingGet('layout')).toEqual({ a: 2 });
  });

  it.each([`metrics = '[{'`, `metrics = '[]'`, `metrics = replace(metrics, 'level', 'lavel')`])(
    'of a metric list (%s) is mended when the source comes back',
    async (change) => {
      await spoil(`UPDATE catalogs SET ${change}`);
      expect(scene.damaged.join()).toContain('metric list');
      scene.append({ catalogs: [{ source: 'ircd', metrics: [...METRICS] }] });
      live(scene, 130, 5);
      const { series } = await scene.series(NOON + 20, NOON + 134, 115, ['level']);
      expect(series['level:value']?.[0]).toBe(20);
      expect(series['level:value']?.at(-1)).toBe(134);
    },
  );

  it.each(['recent', 'samples_1s', 'samples_10s'])('of %s costs that row only', async (table) => {
    await spoil(`UPDATE ${table} SET data = x'ffffffffffffffff'`);
    live(scene, 130, 5);
    const { series } = await scene.series(NOON, NOON + 134, 135, ['level']);
    expect(series['level:value']?.at(-1)).toBe(134);
  });

  it('of the counts costs the counts', async () => {
    await spoil(`UPDATE tallies SET rows = 9223372036854775807`);
    live(scene, 130, 5);
    expect(scene.recorder.rows('audit')).toBe(5);
  });
});

describe('a file with flipped bytes', () => {
  let pristine: Scene;
  let bytes: Buffer;
  beforeAll(async () => {
    pristine = new Scene();
    live(pristine, 0, SECONDS);
    await pristine.recorder.close();
    bytes = readFileSync(pristine.file);
  });
  afterAll(() => rmSync(pristine.folder, { recursive: true }));

  /**
   * Where SQLite's header has the version of the schema and the program (user_version, application_id; section 1.3 of its file
   * format). A file that says it is another's or a newer one's is left alone, so these stay.
   */
  const whose = (at: number) => (at >= 60 && at < 64) || (at >= 68 && at < 72);

  /** The file with `count` bytes changed, at places that follow from `seed`. */
  function flipped(seed: number, count: number): Buffer {
    const copy = Buffer.from(bytes);
    let state = seed | 1;
    for (let i = 0; i < count; i++) {
      state = Math.imul(state, 1_664_525) + 1_013_904_223;
      const at = (state >>> 0) % copy.length;
      if (!whose(at)) copy[at] = copy[at]! ^ (1 + ((state >>> 9) % 255));
    }
    return copy;
  }

  it('is read as far as it goes or set aside, and recording goes on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.constantFrom(1, 20, 200), async (seed, count) => {
        const scene = new Scene();
        await scene.recorder.close();
        writeFileSync(scene.file, flipped(seed, count));
        scene.recorder = scene.open();
        scene.epoch = 'run-2';
        const catalogs = [{ source: 'ircd', metrics: [...METRICS] }];
        scene.append({ catalogs });
        live(scene, SECONDS, 70);
        await scene.recorder.audit({ limit: 500 });
        await scene.recorder.audit({ limit: 50, text: 'n1' });
        for (const [from, points] of [
          [0, 270],
          [0, 20],
        ] as const)
          await scene.series(NOON + from, NOON + SECONDS + 69, points);
        // By now everything was read: what was damaged is out of the way, and what comes next stays.
        const losses = scene.losses.length;
        live(scene, SECONDS + 70, 2);
        const last = SECONDS + 71;
        const { series } = await scene.series(NOON + last, NOON + last, 1, ['level']);
        expect(series['level:value']).toEqual([last]);
        const newest = (await scene.recorder.audit({ limit: 1 })).entries[0];
        expect(newest).toMatchObject({ args: { nick: `n${last}` } });
        expect(scene.losses).toHaveLength(losses);
        scene.recorder.stats();
        await scene.close();
      }),
      { numRuns: 15 },
    );
  });

  it('while it is open is met by the next query, and recording goes on', async () => {
    const scene = new Scene();
    await scene.recorder.close();
    copyFileSync(pristine.file, scene.file);
    scene.recorder = scene.open();
    scene.epoch = 'run-2';
    scene.append({ catalogs: [{ source: 'ircd', metrics: [...METRICS] }] });
    writeFileSync(scene.file, flipped(7, 4_000));
    live(scene, SECONDS, 70);
    // Where in the file the damage lies decides which of the two meets it; what comes next stays.
    await scene.recorder.audit({ limit: 500, text: 'nobody' });
    await scene.series(NOON, NOON + SECONDS + 69, 270);
    expect(scene.losses.length).toBeGreaterThan(0);
    live(scene, SECONDS + 70, 2);
    const last = SECONDS + 71;
    const { series } = await scene.series(NOON + last, NOON + last, 1, ['level']);
    expect(series['level:value']).toEqual([last]);
    await scene.close();
  });
});

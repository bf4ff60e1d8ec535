/** Full chunks are encoded by another thread; nothing of them is missing meanwhile, and nothing is lost or counted twice. */
import { rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../limits.ts';
import { ManualEncoder } from '../test-fixtures/manual-encoder.ts';
import { NOON, Scene, sample } from '../test-fixtures/scene.ts';
import { ChunkTable } from './chunk-table.ts';
import type { FullChunk } from './store.ts';

let encoder: ManualEncoder;
let scene: Scene;
beforeEach(() => {
  encoder = new ManualEncoder();
  scene = new Scene({}, encoder);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await scene.close();
});

/** In one batch, seconds from NOON on whose level is their number. */
function play(from: number, to: number, source = 'ircd') {
  scene.now = Math.max(scene.now, NOON + to - 1);
  const said = (n: number) => sample(NOON + n, { level: n, things_total: 10 * n }, source);
  scene.append({ samples: numbers(from, to - 1).map(said) });
}

const levels = async (from: number, to: number) =>
  (await scene.series(NOON + from, NOON + to, to - from + 1, ['level'])).series['level:value'];

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Chunks of a tier that are in the database. */
const written = (table: FullChunk['table']['tier']['table']) =>
  scene.count(`SELECT count(*) FROM ${table} WHERE (key >> 27) % 1024 = 0`);

const exec = (sql: string) => {
  const database = new Database(scene.file);
  database.exec(sql);
  database.close();
};

describe('a minute that is full', () => {
  it('is in history as before while it is encoded, and after', async () => {
    play(0, 61);
    expect(encoder.waiting).toHaveLength(1);
    expect(await levels(0, 60)).toEqual(numbers(0, 60));
    expect([written('samples_1s'), scene.recorder.rows('samples_1s'), scene.recorder.rows('recent')]).toEqual(
      [0, 0, 61],
    );
    const [seconds] = scene.recorder.stats();
    expect(seconds).toMatchObject({ rows: 61, oldest: NOON * 1_000, newest: (NOON + 60) * 1_000 });

    const room = limits.fullChunks.default * 5;
    expect(scene.recorder.fullChunks).toEqual({ depth: 1, high_water: 1, capacity: room, completed: 0 });
    await encoder.finish();
    expect(scene.recorder.fullChunks).toEqual({ depth: 0, high_water: 1, capacity: room, completed: 1 });
    expect(await levels(0, 60)).toEqual(numbers(0, 60));
    expect([written('samples_1s'), scene.recorder.rows('samples_1s'), scene.recorder.rows('recent')]).toEqual(
      [1, 60, 1],
    );
    const [after] = scene.recorder.stats();
    expect(after).toMatchObject({ rows: 61, oldest: NOON * 1_000, newest: (NOON + 60) * 1_000 });
  });

  it('is the newest that a source has which went quiet', async () => {
    play(0, 60);
    play(60, 70, 'relay');
    expect(encoder.waiting).toHaveLength(1);
    const [seconds] = scene.recorder.stats();
    expect(seconds).toMatchObject({ rows: 70, oldest: NOON * 1_000, newest: (NOON + 69) * 1_000 });
    for (let i = 0; i < limits.fullChunks.default; i++) scene.append({});
    expect([written('samples_1s'), encoder.waiting.length]).toEqual([0, 1]);
    expect(await levels(0, 59)).toEqual(numbers(0, 59));
    await encoder.finishAll();
    expect(written('samples_1s')).toBe(1);
    expect(await levels(0, 59)).toEqual(numbers(0, 59));
  });

  it('takes a second in that comes late, whether or not it has been encoded by then', async () => {
    play(0, 30);
    play(31, 61);
    scene.append({ samples: [sample(NOON + 30, { level: 30 })] });
    expect(await levels(0, 60)).toEqual(numbers(0, 60));
    // What was encoded lacks it, and is not written.
    await encoder.finish();
    expect(written('samples_1s')).toBe(0);
    await encoder.finish();
    expect(written('samples_1s')).toBe(1);
    expect(await levels(0, 60)).toEqual(numbers(0, 60));
    scene.append({ samples: [sample(NOON + 30, { level: 40 })] });
    expect((await levels(0, 60))?.[30]).toBe(35);
    expect(encoder.waiting).toHaveLength(0);
  });

  it.each([
    ['and the recorder ends then', true],
    ['and it goes on', false],
  ])(
    'keeps a second of a minute between two that are not written, of which nothing was known, %s',
    async (_, ends) => {
      play(0, 60);
      play(120, 180);
      play(180, 185);
      expect(encoder.waiting).toHaveLength(1);
      scene.append({ samples: [sample(NOON + 61, { level: 61 })] });
      const expected = numbers(0, 184).map((n) => (n < 60 || n === 61 || n >= 120 ? n : null));
      expect(await levels(0, 184)).toEqual(expected);
      if (ends) {
        await scene.restart();
        expect(await levels(0, 184)).toEqual(expected);
        scene.append({});
      }
      await encoder.finishAll();
      expect(written('samples_1s')).toBe(3);
      expect(await levels(0, 184)).toEqual(expected);
    },
  );

  it('is in a long chart once, also where it is written while that is read', async () => {
    const starts = numbers(0, 65);
    scene.append({ samples: starts.map((n) => sample(NOON + 600 * n, { things_total: 600 * n })) });
    scene.now = NOON + 600 * 65;
    const ready = () => written('samples_10s') === 64;
    while (!ready()) await encoder.finish();
    const page = ChunkTable.prototype.page;
    const columns: number[] = [];
    vi.spyOn(ChunkTable.prototype, 'page').mockImplementation(function (this: ChunkTable, ...asked) {
      const found = page.apply(this, asked);
      // With the first page; the last of the full chunks is written before the next.
      if (columns.push(asked[1]) === 1) void encoder.finish();
      return found;
    });
    let ms = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (ms += 10));
    const { series, times } = await scene.series(NOON, scene.now, 40_000, ['things_total']);
    expect(written('samples_10s')).toBe(65);
    const rates = starts.map((n) => series['things_total:rate']?.[times.indexOf(NOON + 600 * n)]);
    expect(rates).toEqual([null, ...new Array(65).fill(1)]);
    // What was in memory when the chart was begun is not read again.
    expect(columns.filter((column) => column === 0)).toHaveLength(1);
  });

  it('is encoded after the one before, and those of other sources behind it', async () => {
    play(0, 61);
    play(0, 61, 'relay');
    expect(encoder.waiting).toHaveLength(1);
    await encoder.finish();
    expect([encoder.waiting.length, written('samples_1s')]).toEqual([1, 1]);
    await encoder.finish();
    expect([encoder.waiting.length, written('samples_1s')]).toEqual([0, 2]);
  });

  it('is given to the other thread however many there were before, and however many batches failed', async () => {
    const states = [{ time: NOON * 1_000, daemon: 'ircd', state: 'running', cause: null }];
    play(0, 1);
    play(60, 61);
    exec("CREATE TRIGGER refuse BEFORE INSERT ON states BEGIN SELECT RAISE(ABORT, 'it is refused'); END");
    for (let i = 0; i < limits.fullChunks.default; i++) expect(() => scene.append({ states })).toThrow();
    for (let minute = 2, before = 0; minute < limits.fullChunks.default + 4; minute++) {
      play(60 * minute, 60 * minute + 1);
      expect(written('samples_1s')).toBe(before);
      await encoder.finishAll();
      before = minute;
      expect(written('samples_1s')).toBe(before);
    }
  });

  it('is answered by the append that fills it before anybody has encoded it', () => {
    play(0, 60);
    expect(encoder.waiting).toHaveLength(0);
    expect(scene.append({ samples: [sample(NOON + 60, { level: 60 })] })).toEqual({ stored: 1, rejected: 0 });
    expect(encoder.waiting).toHaveLength(1);
  });
});

describe('where the other thread fails', () => {
  it('the recorder encodes the chunk itself, and asks again with the next', async () => {
    play(0, 61);
    await encoder.fail();
    expect([written('samples_1s'), scene.recorder.rows('recent')]).toEqual([1, 1]);
    expect(await levels(0, 60)).toEqual(numbers(0, 60));
    play(61, 121);
    expect(encoder.waiting).toHaveLength(1);
    await encoder.finish();
    expect(written('samples_1s')).toBe(2);
  });

  it('a second that came late before it failed is there', async () => {
    play(0, 61);
    scene.append({ samples: [sample(NOON + 30, { level: 32 })] });
    await encoder.fail();
    expect(written('samples_1s')).toBe(1);
    expect((await levels(0, 60))?.[30]).toBe(31);
  });

  it('by never answering, the recorder does not wait for more than ten seconds', async () => {
    play(0, 61);
    const [first] = encoder.waiting;
    play(61, 70);
    expect([written('samples_1s'), first?.signal.aborted]).toEqual([0, false]);
    play(70, 71);
    expect([written('samples_1s'), first?.signal.aborted]).toEqual([1, true]);
    // It answers after all, when the next is under way.
    play(71, 121);
    expect(encoder.waiting).toHaveLength(2);
    await encoder.finish();
    expect([written('samples_1s'), encoder.waiting.length]).toEqual([1, 1]);
    expect(scene.recorder.rows('samples_1s')).toBe(60);
    await encoder.finish();
    expect([written('samples_1s'), encoder.waiting.length]).toEqual([2, 0]);
    expect(await levels(0, 120)).toEqual(numbers(0, 120));
  });

  it('more than 32 full minutes are not held in memory', async () => {
    expect(limits.fullChunks.default).toBe(32);
    const minutes = (from: number, to: number) => {
      scene.append({
        samples: numbers(from, to).map((n) => sample(NOON + 60 * n, { level: n })),
      });
    };
    minutes(0, 32);
    expect(written('samples_1s')).toBe(0);
    minutes(33, 39);
    expect(written('samples_1s')).toBe(7);
    expect(scene.recorder.rows('recent')).toBe(33);
    scene.now = NOON + 2_340;
    const { series } = await scene.series(NOON, scene.now, 4_000, ['level']);
    expect(series['level:value']?.filter((value) => value !== null)).toEqual(numbers(0, 39));
    // The one that was under way is written by now.
    await encoder.finishAll();
    expect([written('samples_1s'), scene.recorder.rows('samples_1s'), scene.recorder.rows('recent')]).toEqual(
      [39, 39, 1],
    );
  });
});

describe('a recorder that ends before a chunk is written', () => {
  it('computes it again, and what the coarser tiers made of it', async () => {
    const length = 1_900;
    scene.append({
      samples: numbers(0, length).map((n) => sample(NOON + n, { level: n, wait_seconds: [n + 1] })),
    });
    scene.now = NOON + length;
    const before = await scene.series(NOON - 600, scene.now, 300);
    expect(before.stepSeconds).toBe(10);
    const fine = await scene.series(NOON, scene.now, length + 1);
    // Half of what is full is written, the finest first.
    for (let i = 0; i < 16; i++) await encoder.finish();
    const [under] = encoder.waiting;
    await scene.restart();
    // Whoever encodes need not go on.
    expect(under?.signal.aborted).toBe(true);
    expect(await scene.series(NOON - 600, scene.now, 300)).toEqual(before);
    expect(await scene.series(NOON, scene.now, length + 1)).toEqual(fine);
    // Of the one before, and too late.
    await encoder.finish();
    expect(scene.recorder.rows('samples_1s')).toBe(16 * 60);
    scene.append({});
    await encoder.finishAll();
    expect(await scene.series(NOON - 600, scene.now, 300)).toEqual(before);
    expect(await scene.series(NOON, scene.now, length + 1)).toEqual(fine);
    expect(scene.recorder.rows('recent') + scene.recorder.rows('samples_1s')).toBe(length + 1);
  });

  it('computes a coarser tier again from as many chunks of the finer as it takes', async () => {
    const minutes = numbers(0, 119);
    scene.append({ samples: minutes.map((n) => sample(NOON + 60 * n, { level: n })) });
    scene.now = NOON + 60 * 119;
    const tens = async () => (await scene.series(NOON, scene.now, 720, ['level'])).series['level:value'];
    while (written('samples_1s') < 119) await encoder.finish();
    expect(written('samples_10s')).toBe(0);
    await scene.restart();
    expect((await tens())?.filter((value) => value !== null)).toEqual(minutes);
  });

  it('has the seconds that full chunks of coarser tiers are made of, also when they are past their time', async () => {
    const start = NOON + 360;
    expect(start % 600).toBe(0);
    scene.append({ samples: numbers(0, 600).map((n) => sample(start + n, { level: n })) });
    scene.now = start + 600;
    const tens = () => scene.series(start, start + 600, 100, ['level']);
    const before = await tens();
    expect(before.stepSeconds).toBe(10);
    while (written('samples_1s') < 10) await encoder.finish();
    expect([encoder.waiting.length, written('samples_10s')]).toEqual([1, 0]);
    // Everything is full now, and seconds are kept for one hour.
    scene.now += 7_200;
    scene.append({});
    expect(written('samples_1s')).toBe(10);
    await scene.restart();
    expect(await tens()).toEqual(before);
    // Once the coarser ones are written, they go.
    scene.append({});
    await encoder.finishAll();
    for (let i = 0; i < 6; i++) scene.append({});
    expect([written('samples_1s'), written('samples_10s'), written('samples_20m')]).toEqual([0, 2, 1]);
    expect(await tens()).toEqual(before);
  });
});

describe('a database that does not take', () => {
  it('the batch that filled a chunk has it open as before, and the chunk is encoded when it fills again', async () => {
    play(0, 60);
    exec("CREATE TRIGGER refuse BEFORE INSERT ON states BEGIN SELECT RAISE(ABORT, 'it is refused'); END");
    const states = [{ time: NOON * 1_000, daemon: 'ircd', state: 'running', cause: null }];
    expect(() => scene.append({ samples: [sample(NOON + 60, { level: 60 })], states })).toThrow();
    expect(encoder.waiting).toHaveLength(0);
    play(60, 62);
    expect(encoder.waiting).toHaveLength(1);
    // A batch fails while the chunk is encoded: what is in memory is computed again, and encoded again.
    expect(() => scene.append({ samples: [sample(NOON + 62, { level: 62 })], states })).toThrow();
    await encoder.finish();
    expect(written('samples_1s')).toBe(0);
    await encoder.finish();
    expect(written('samples_1s')).toBe(1);
    expect(await levels(0, 61)).toEqual(numbers(0, 61));
    expect(scene.recorder.rows('recent')).toBe(2);
  });

  it('that is deleted is not waited for: the next chunk is of the new one', async () => {
    play(0, 1);
    play(118, 119);
    rmSync(scene.file);
    play(119, 120);
    expect(scene.losses.map(({ kind }) => kind)).toEqual(['deleted']);
    play(120, 121);
    expect(encoder.waiting.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    await encoder.finish();
    expect(written('samples_1s')).toBe(0);
    await encoder.finish();
    expect(written('samples_1s')).toBe(1);
  });

  it('an encoded chunk keeps its seconds, and is written with a later append', async () => {
    play(0, 61);
    exec("CREATE TRIGGER refuse BEFORE INSERT ON samples_1s BEGIN SELECT RAISE(ABORT, 'it is refused'); END");
    await encoder.finish();
    // Not at once: a disk that is full stays so for a while.
    expect([encoder.waiting.length, scene.recorder.rows('recent')]).toEqual([0, 61]);
    expect(await levels(0, 60)).toEqual(numbers(0, 60));
    play(61, 62);
    await encoder.finish();
    exec('DROP TRIGGER refuse');
    play(62, 63);
    await encoder.finish();
    expect([written('samples_1s'), scene.recorder.rows('recent')]).toEqual([1, 3]);
    expect(await levels(0, 62)).toEqual(numbers(0, 62));
    expect(scene.losses).toEqual([]);
  });
});

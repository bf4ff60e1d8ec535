/** A long chart is read page by page, between which appends go on, and nothing is missing where a page ends. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { limits } from '../limits.ts';
import { ChunkTable } from '../store/chunk-table.ts';
import { METRICS, NOON, Scene, sample } from '../test-fixtures/scene.ts';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await scene.close();
});

/** One sample in each of so many chunks of ten minutes. */
function chunks(count: number): void {
  scene.append({
    samples: Array.from({ length: count }, (_, i) =>
      sample(NOON + i * 600, { level: i + 1, things_total: i * 600, wait_seconds: [(i + 1) * 1_000_000] }),
    ),
  });
  scene.now = NOON + (count - 1) * 600;
}

it.each([63, 64, 65, 128, 130])('of %i chunks has every point of them', async (count) => {
  chunks(count);
  const page = vi.spyOn(ChunkTable.prototype, 'page');
  const to = NOON + (count - 1) * 600;
  const { stepSeconds, times, series } = await scene.series(NOON, to, 40_000);
  expect(stepSeconds).toBe(count > 6 ? 10 : 1);
  const at = (i: number) => times.indexOf(NOON + i * 600);
  const shown = (name: string) => Array.from({ length: count }, (_, i) => series[name]?.[at(i)]);
  expect(shown('level:value')).toEqual(Array.from({ length: count }, (_, i) => i + 1));
  expect(shown('things_total:rate')).toEqual([null, ...new Array(count - 1).fill(1)]);
  expect(series['level:value']?.filter((value) => value !== null)).toHaveLength(count);
  expect(series['wait_seconds:max']?.filter((value) => value !== null)).toHaveLength(count);
  // The times, and one column of each metric; the last chunk is open. None of the pages is longer than the limit.
  const rows = page.mock.results.map(({ value }) => (value as object[]).length);
  expect(limits.historyPageRows.default).toBe(64);
  expect(Math.max(...rows)).toBeLessThanOrEqual(64);
  const ofTimes = page.mock.calls.filter(([, column]) => column === 0).length;
  expect(ofTimes).toBe(Math.ceil((count - 1) / 64));
});

it('gives the loop back after every page, so that an append between two of them is stored at once', async () => {
  chunks(140);
  vi.spyOn(performance, 'now').mockImplementation(
    (
      (ms) => () =>
        (ms += 10)
    )(0),
  );
  const asked = scene.recorder.history({
    source: 'ircd',
    metrics: ['level', 'things_total'],
    from: NOON,
    to: NOON + 139 * 600,
    points: 40_000,
  });
  let turns = 0;
  let over = false;
  const done = asked.then(() => {
    over = true;
  });
  while (!over) {
    await new Promise((resolve) => setImmediate(resolve));
    turns++;
  }
  await done;
  // Three pages of times and as many of each metric.
  expect(turns).toBeGreaterThanOrEqual(9);
});

it('answers each metric once, in the order in which they were asked for, and only those there are', async () => {
  chunks(3);
  const ask = async (metrics: readonly string[]) =>
    (
      await scene.recorder.history({ source: 'ircd', metrics, from: NOON, to: NOON + 1_200, points: 20 })
    ).series.map(({ metric, stat }) => `${metric} ${stat}`);
  expect(await ask(['level', 'nonsense', 'things_total', 'level'])).toEqual([
    'level value',
    'level min',
    'level max',
    'things_total rate',
  ]);
  expect(await ask(['wait_seconds'])).toEqual(
    ['p50', 'p95', 'p99', 'p999', 'max'].map((stat) => `wait_seconds ${stat}`),
  );
  expect(await ask([])).toEqual([]);
});

it('shows a source that has said nothing yet with empty series of what it measures', async () => {
  scene.append({});
  const { series } = await scene.series(
    NOON,
    NOON + 4,
    10,
    METRICS.map(({ name }) => name),
    'relay',
  );
  expect(Object.keys(series)).toHaveLength(12);
  for (const values of Object.values(series)) expect(values).toEqual(new Array(5).fill(null));
});

it('does not bridge a gap of more than two and a half seconds, nor one at the left edge', async () => {
  const at = (ms: number, level: number) => ({
    ...sample(0, { level, things_total: level }),
    time: NOON * 1_000 + ms,
  });
  scene.append({ samples: [at(0, 1), at(2_500, 2), at(5_001, 3), at(6_001, 4), at(7_002, 5)] });
  const { series } = await scene.series(NOON, NOON + 7, 10);
  expect(series['level:value']).toEqual([1, 2, 2, null, null, 3, 4, 5]);
  expect(series['level:max']).toEqual([1, 2, 2, null, null, 3, 4, 5]);
  expect(series['things_total:rate']?.slice(0, 4)).toEqual([null, 0.4, 0.4, null]);
  const edge = await scene.series(NOON + 2, NOON + 3, 10);
  expect(edge.series['level:value']).toEqual([2, null]);
});

it('refuses a range that ends before it begins, and takes one of a single second', async () => {
  await expect(scene.series(NOON, NOON - 1, 10)).rejects.toMatchObject({
    code: 'bad_request',
    message: `The range ends (${NOON - 1}) before it begins (${NOON}).`,
  });
  expect((await scene.series(NOON, NOON, 10)).times).toEqual([NOON]);
});

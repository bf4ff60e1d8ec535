/** Instruments come and go while a source is recorded. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { limits } from '../limits.ts';
import { NOON, Scene } from '../test-fixtures/scene.ts';
import type { StoredMetric } from './catalogs.ts';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.close());

const FIXED: readonly StoredMetric[] = [{ name: 'level', kind: 'gauge', unit: 'count' }];

function queue(name: string): readonly StoredMetric[] {
  return [
    { name: `queue_depth{queue="${name}"}`, kind: 'gauge', unit: 'count' },
    { name: `queue_done_total{queue="${name}"}`, kind: 'counter', unit: 'count' },
  ];
}

/** One second in which a source has these queues; the value of each metric is its place, a total rises by it. */
function second(at: number, names: readonly string[], done = at): void {
  scene.now = NOON + at;
  const metrics = [...FIXED, ...names.flatMap(queue)];
  const values = Float64Array.from(metrics, ({ kind }, i) => (kind === 'counter' ? done : i + 1));
  scene.append({
    catalogs: [{ source: 'ircd', id: at + 1, metrics }],
    samples: [
      { source: 'ircd', instance: 1, time: scene.now * 1_000 + 300, catalog: at + 1, values, intervals: [] },
    ],
  });
}

function versions(): number {
  return scene.count('SELECT count(*) FROM catalogs WHERE source = ?', 'ircd');
}

test('a link that flaps has one series and needs no new list', async () => {
  const before = versions();
  for (let at = 0; at < 40; at++) second(at, at % 2 === 0 ? ['a', 'b'] : ['b'], at % 2 === 0 ? 5 : at);
  expect(versions() - before).toBe(1);
  const metrics = ['queue_depth{queue="a"}', 'queue_depth{queue="b"}', 'queue_done_total{queue="a"}'];
  const { series } = await scene.series(NOON, NOON + 5, 10, metrics);
  expect(series[`${metrics[0]}:value`]).toEqual([2, 0, 2, 0, 2, 0]);
  // In the same place of history, wherever they stand in a sample.
  expect(series[`${metrics[1]}:value`]).toEqual([4, 2, 4, 2, 4, 2]);
  // It begins at 0 each time that it is made.
  expect(series[`${metrics[2]}:rate`]?.slice(1)).toEqual([0, 5, 0, 5, 0]);
});

test('a queue of another name every second does not grow the database without bound, and one that stays is recorded', async () => {
  const before = versions();
  const seconds = 900;
  for (let at = 0; at < seconds; at++) second(at, at < 100 ? [`once-${at}`] : ['stays', `once-${at}`]);
  const grown = versions() - before;
  const { default: burst } = limits.catalogGrowthBurst;
  expect(grown).toBeLessThanOrEqual(burst + seconds / limits.catalogGrowthSeconds.default + 1);
  const id = 'queue_depth{queue="stays"}';
  const late = await scene.series(NOON + seconds - 10, NOON + seconds - 1, 10, [id, 'level']);
  expect(late.series[`${id}:value`]).toEqual(new Array(10).fill(2));
  expect(late.series['level:value']).toEqual(new Array(10).fill(1));
  await scene.restart();
  expect(
    (await scene.series(NOON + seconds - 10, NOON + seconds - 1, 10, [id])).series[`${id}:value`],
  ).toEqual(new Array(10).fill(2));
});

test('a list that a batch names and nobody has sent is not guessed at', () => {
  second(0, ['a']);
  const values = new Float64Array(3);
  const sample = {
    source: 'ircd',
    instance: 1,
    time: NOON * 1_000 + 1_300,
    catalog: 77,
    values,
    intervals: [],
  };
  expect(scene.append({ catalogs: [], samples: [sample] })).toEqual({ stored: 0, rejected: 1 });
});

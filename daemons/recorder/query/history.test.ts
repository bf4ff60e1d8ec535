import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SUMMARY_QUANTILES } from '../../../contract/histogram.ts';
import { limits } from '../limits.ts';
import { keptSeconds, METRICS, NOON, type Said, Scene, sample } from '../test-fixtures/scene.ts';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.close());

const ticking = (seconds: number, said: (i: number) => Said) =>
  Array.from({ length: seconds }, (_, i) => said(i));

describe('history', () => {
  it('shows what was said second by second, with nulls where nothing was', async () => {
    scene.play(NOON, [
      { level: 4, load_ratio: 0.5 },
      { level: 6, load_ratio: 0.25 },
    ]);
    scene.play(NOON + 8, [{ level: 9 }]);
    const { stepSeconds, times, series } = await scene.series(NOON, NOON + 9, 10);
    expect(stepSeconds).toBe(1);
    expect(times).toEqual(Array.from({ length: 10 }, (_, i) => NOON + i));
    expect(series['level:value']).toEqual([4, 6, null, null, null, null, null, null, 9, null]);
    expect(series['load_ratio:value']?.slice(0, 2)).toEqual([0.5, 0.25]);
    expect(series['wait_seconds:p99']).toEqual(new Array(10).fill(null));
  });

  it('gives as many points as the table says where nobody asks for a number', async () => {
    scene.play(NOON, [{ level: 1 }]);
    const query = { source: 'ircd', metrics: ['level'], from: NOON - 86_400, to: NOON };
    const { times } = await scene.recorder.history(query);
    expect(times.length).toBeLessThanOrEqual(limits.historyPoints.default + 1);
    expect(times.length).toBeGreaterThan(limits.historyPoints.default / 4);
  });

  it('gives gauges as mean, least and most of a point', async () => {
    scene.play(
      NOON,
      ticking(60, (i) => ({ level: i })),
    );
    const { stepSeconds, series } = await scene.series(NOON, NOON + 59, 10);
    expect(stepSeconds).toBe(10);
    expect(series['level:value']).toEqual([4.5, 14.5, 24.5, 34.5, 44.5, 54.5]);
    expect(series['level:min']).toEqual([0, 10, 20, 30, 40, 50]);
    expect(series['level:max']).toEqual([9, 19, 29, 39, 49, 59]);
  });

  it('gives counters as a rate over the time that they took', async () => {
    scene.play(
      NOON,
      ticking(30, (i) => ({ things_total: i * 7 })),
    );
    const { series } = await scene.series(NOON, NOON + 29, 10);
    expect(series['things_total:rate']).toEqual([7, 7, 7, 7, 7, 7]);
  });

  it('spreads what happened in a gap over the gap instead of drawing a spike', async () => {
    scene.play(NOON, [{ things_total: 0 }, { things_total: 10 }]);
    scene.play(NOON + 101, [{ things_total: 1_010 }]);
    const { series } = await scene.series(NOON + 95, NOON + 104, 10);
    expect(series['things_total:rate']?.[6]).toBe(10);
  });

  it('counts on from zero when a daemon starts again', async () => {
    scene.play(
      NOON,
      ticking(10, (i) => ({ things_total: 1_000 + i })),
    );
    scene.append({
      states: [{ time: (NOON + 9) * 1_000 + 300, daemon: 'ircd', state: 'starting', cause: null }],
    });
    scene.play(
      NOON + 10,
      ticking(10, (i) => ({ things_total: 5_000 + i })),
      'ircd',
      2,
    );
    const { series } = await scene.series(NOON + 8, NOON + 17, 10);
    expect(series['things_total:rate']).toEqual([1, 1, 5_000, 1, 1, 1, 1, 1, 1, 1]);
  });

  it('counts on from zero when the app starts again with the same instance number', async () => {
    scene.play(NOON, [{ things_total: 50 }, { things_total: 60 }]);
    scene.recorder.append({
      epoch: 'run-2',
      batch: 0,
      catalogs: [],
      states: [],
      samples: [sample(NOON + 2, { things_total: 80 })],
    });
    const { series } = await scene.series(NOON, NOON + 9, 10);
    expect(series['things_total:rate']?.slice(0, 3)).toEqual([null, 10, 80]);
  });

  it('keeps rates right when the recorder starts again in between', async () => {
    scene.play(NOON, [{ things_total: 100 }, { things_total: 105 }]);
    await scene.restart();
    scene.play(NOON + 2, [{ things_total: 110 }]);
    const { series } = await scene.series(NOON, NOON + 9, 10);
    expect(series['things_total:rate']?.slice(0, 3)).toEqual([null, 5, 5]);
  });

  it('does not show a gap where a sample came a little late', async () => {
    scene.append({ samples: [{ ...sample(NOON, { level: 3 }), time: NOON * 1_000 + 998 }] });
    scene.append({ samples: [{ ...sample(NOON + 2, { level: 4 }), time: (NOON + 2) * 1_000 + 1 }] });
    const { series } = await scene.series(NOON, NOON + 9, 10);
    expect(series['level:value']?.slice(0, 3)).toEqual([3, 4, 4]);
  });

  it('takes two samples of one second together', async () => {
    scene.append({ samples: [sample(NOON, { level: 2 }), sample(NOON, { level: 8 })] });
    const { series } = await scene.series(NOON, NOON + 9, 10);
    expect([series['level:value']?.[0], series['level:min']?.[0], series['level:max']?.[0]]).toEqual([
      5, 2, 8,
    ]);
  });

  it('takes samples that come late and out of order', async () => {
    scene.play(NOON, ticking(200, () => ({ level: 1 })).concat());
    scene.append({ samples: [sample(NOON + 5, { level: 100 }), sample(NOON - 30, { level: 7 })] });
    const fine = await scene.series(NOON, NOON + 9, 10);
    const coarse = await scene.series(NOON - 60, NOON + 199, 10);
    expect(fine.series['level:max']?.[5]).toBe(100);
    expect(coarse.stepSeconds).toBe(30);
    expect(coarse.series['level:max']?.slice(1, 4)).toEqual([7, 100, 1]);
  });

  it('adds late latencies to a minute that is written already', async () => {
    const quiet = ticking(130, (i) => (i < 60 ? { wait_seconds: [100] } : {}));
    scene.play(NOON, quiet);
    scene.append({ samples: [sample(NOON + 5, { wait_seconds: [5, 5, 5] })] });
    scene.append({ samples: [sample(NOON + 65, { wait_seconds: [7] })] });
    const { series } = await scene.series(NOON - 420, NOON + 119, 10, ['wait_seconds']);
    expect(series['wait_seconds:p50']?.slice(-2)).toEqual([keptSeconds(100), keptSeconds(7)]);
    expect(series['wait_seconds:max']?.slice(-2)).toEqual([keptSeconds(100), keptSeconds(7)]);
    scene.append({ samples: [sample(NOON + 9, { wait_seconds: new Array(60).fill(5) })] });
    const { series: many } = await scene.series(NOON - 420, NOON + 119, 10, ['wait_seconds']);
    expect(many['wait_seconds:p50']?.at(-2)).toBe(keptSeconds(5));
  });

  it('says nothing about metrics and sources that it never heard of', async () => {
    scene.play(NOON, [{ level: 1 }]);
    expect((await scene.series(NOON, NOON + 9, 10, ['nonsense'])).series).toEqual({});
    expect((await scene.series(NOON, NOON + 9, 10, ['level'], 'nobody')).times).toHaveLength(10);
    await expect(scene.series(NOON, NOON - 9, 10)).rejects.toMatchObject({ code: 'bad_request' });
  });

  it('keeps the sources apart', async () => {
    scene.append({ samples: [sample(NOON, { level: 1 }), sample(NOON, { level: 2 }, 'relay')] });
    expect((await scene.series(NOON, NOON + 9, 10)).series['level:value']?.[0]).toBe(1);
    expect((await scene.series(NOON, NOON + 9, 10, ['level'], 'relay')).series['level:value']?.[0]).toBe(2);
  });
});

describe('roll-up', () => {
  const waits = fc.array(fc.integer({ min: 0, max: 5e9 }), { maxLength: 30 });

  it('gives the percentiles of all values of a point, whatever tier they come from', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(waits, { minLength: 1, maxLength: 150 }),
        fc.boolean(),
        async (seconds, restart) => {
          const own = new Scene();
          try {
            own.play(
              NOON,
              seconds.map((wait_seconds) => ({ wait_seconds })),
            );
            if (restart) await own.restart();
            for (const points of [200, 20, 10]) {
              const { stepSeconds, times, series } = await own.series(NOON, NOON + 149, points);
              for (const [i, time] of times.entries()) {
                const values = seconds
                  .slice(Math.max(0, time - NOON), time - NOON + stepSeconds)
                  .flat()
                  .sort((a, b) => a - b);
                const expected = [...SUMMARY_QUANTILES, 1].map((quantile) =>
                  keptSeconds(values[Math.max(0, Math.ceil(quantile * values.length) - 1)] ?? 0),
                );
                const figures = ['p50', 'p95', 'p99', 'p999', 'max'].map(
                  (stat) => series[`wait_seconds:${stat}`]?.[i],
                );
                expect(figures).toEqual(values.length === 0 ? new Array(5).fill(null) : expected);
              }
            }
          } finally {
            await own.close();
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  it('shows the newest seconds of a coarse point before it is complete', async () => {
    scene.play(
      NOON,
      ticking(125, (i) => ({ level: i })),
    );
    const { stepSeconds, series } = await scene.series(NOON - 480, NOON + 124, 11);
    expect(stepSeconds).toBe(60);
    expect(series['level:max']?.slice(-3)).toEqual([59, 119, 124]);
  });

  it('closes the last chunk of a daemon that has stopped', () => {
    scene.play(
      NOON,
      ticking(5, () => ({ level: 1 })),
    );
    scene.play(
      NOON + 5,
      ticking(80, () => ({ level: 1 })),
      'relay',
    );
    // The minute of both is closed, and of the next one 25 seconds have come.
    expect([scene.recorder.rows('samples_1s'), scene.recorder.rows('recent')]).toEqual([60, 25]);
  });

  it('gives the same from every tier, over hours with gaps and restarts of the recorder', async () => {
    const heard = new Map<number, number>();
    for (let second = 0; second < 9_000; second += 4) {
      if (second > 2_000 && second < 2_700) continue;
      if (second % 2_500 === 0) await scene.restart();
      const level = (second * 7_919) % 10_007;
      heard.set(NOON + second, level);
      scene.play(NOON + second, [{ level, wait_seconds: [level * 1_000] }]);
    }
    for (const [points, step] of [
      [200, 60],
      [40, 300],
      [10, 1_200],
      [5, 3_600],
    ] as const) {
      const { stepSeconds, times, series } = await scene.series(NOON, NOON + 8_999, points);
      expect(stepSeconds).toBe(step);
      for (const [i, time] of times.entries()) {
        const levels = [...heard].flatMap(([second, level]) =>
          second >= time && second < time + step ? [level] : [],
        );
        const known = levels.length > 0;
        const [least, most] = [Math.min(...levels), Math.max(...levels)];
        const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length;
        expect([
          time,
          series['level:min']?.[i],
          series['level:max']?.[i],
          series['level:value']?.[i],
        ]).toEqual(known ? [time, least, most, mean] : [time, null, null, null]);
        expect(series['wait_seconds:max']?.[i]).toBe(known ? keptSeconds(most * 1_000) : null);
      }
    }
  });

  it('goes on with a minute that a restart of the recorder fell into', async () => {
    scene.play(
      NOON,
      ticking(30, (i) => ({ level: i })),
    );
    await scene.restart();
    scene.play(
      NOON + 30,
      ticking(40, (i) => ({ level: 30 + i })),
    );
    const { series } = await scene.series(NOON - 480, NOON + 69, 10);
    expect(series['level:min']?.slice(-2)).toEqual([0, 60]);
    expect(series['level:max']?.slice(-2)).toEqual([59, 69]);
    expect(series['level:value']?.at(-2)).toBe(29.5);
  });
});

describe('a changed metric list', () => {
  const other = [METRICS[1]!, { name: 'new_total', kind: 'counter', unit: 'count' } as const, METRICS[0]!];

  it('leaves old rows readable beside new ones, also within one minute', async () => {
    scene.play(
      NOON,
      ticking(20, (i) => ({ level: 5, things_total: i })),
    );
    for (let i = 20; i < 40; i++) {
      scene.append({
        catalogs: [{ source: 'ircd', metrics: other }],
        samples: [
          {
            source: 'ircd',
            instance: 2,
            time: (NOON + i) * 1_000,
            values: Float64Array.of(9, i, i),
            intervals: [],
          },
        ],
      });
    }
    const metrics = ['level', 'things_total', 'new_total', 'load_ratio'];
    const { stepSeconds, series } = await scene.series(NOON, NOON + 39, 10, metrics);
    expect(stepSeconds).toBe(5);
    expect(series['level:value']).toEqual([5, 5, 5, 5, 9, 9, 9, 9]);
    expect(series['load_ratio:value']).toEqual([0, 0, 0, 0, null, null, null, null]);
    expect(series['new_total:rate']?.slice(0, 4)).toEqual([null, null, null, null]);
    expect(series['new_total:rate']?.slice(5)).toEqual([1, 1, 1]);
    const minute = await scene.series(NOON - 540, NOON + 39, 10, metrics);
    expect(minute.series['level:value']?.at(-1)).toBe(7);
  });

  it.each(['items_total', 'queue_completed_total{queue="a"}'])(
    'shows what was recorded under the old name of a metric with the rest of %s',
    async (now) => {
      scene.play(
        NOON,
        ticking(20, (i) => ({ level: 5, things_total: i })),
      );
      const renamed = { things_total: now };
      const metrics = METRICS.map((one) => ({
        ...one,
        name: one.name === 'things_total' ? now : one.name,
      }));
      scene.append({ catalogs: [{ source: 'ircd', metrics }] });
      scene.play(
        NOON + 20,
        ticking(20, (i) => ({ level: 9, things_total: 3 * i })),
        'ircd',
        2,
      );
      const range = { source: 'ircd', from: NOON, to: NOON + 39, points: 10 };
      const ask = async (more: object) =>
        (await scene.recorder.history({ ...range, metrics: [now], ...more })).series[0]?.values;
      expect((await ask({}))?.slice(0, 4)).toEqual([null, null, null, null]);
      const joined = await ask({ renamed });
      expect(joined?.slice(1, 4)).toEqual([1, 1, 1]);
      expect(joined?.slice(5)).toEqual([3, 3, 3]);
    },
  );

  it('merges the latencies of both lists within one point, open or closed', async () => {
    scene.play(
      NOON,
      ticking(20, () => ({ wait_seconds: [100_000] })),
    );
    scene.append({ catalogs: [{ source: 'ircd', metrics: METRICS.slice(0, 3) }] });
    for (let i = 20; i < 1_400; i++) {
      scene.now = NOON + i;
      const { values, ...rest } = sample(NOON + i, { wait_seconds: i < 30 ? [5_000, 5_000, 5_000] : [] });
      scene.append({ samples: [{ ...rest, values: values.subarray(0, -1) }] });
      if (i !== 40 && i !== 1_399) continue;
      const { stepSeconds, series } = await scene.series(NOON, NOON + 299, 10, ['wait_seconds']);
      expect(stepSeconds).toBe(30);
      // Twenty values of 100 µs, then thirty of 5 µs.
      const figures = ['p50', 'p95', 'max'].map((stat) => series[`wait_seconds:${stat}`]?.slice(0, 2));
      expect(figures).toEqual([
        [keptSeconds(5_000), null],
        [keptSeconds(100_000), null],
        [keptSeconds(100_000), null],
      ]);
    }
  });

  it('is remembered when the recorder starts again before a sample came', async () => {
    scene.play(NOON, [{ level: 5 }]);
    scene.append({ catalogs: [{ source: 'ircd', metrics: other }] });
    await scene.restart();
    const values = Float64Array.of(9, 0, 0);
    const stored = scene.append({
      samples: [{ source: 'ircd', instance: 2, time: NOON * 1_000 + 4_000, values, intervals: [] }],
    });
    expect(stored).toEqual({ stored: 1, rejected: 0 });
  });

  it('does not let samples in that it does not describe', () => {
    scene.play(NOON, [{ level: 5 }]);
    const foreign = { ...sample(NOON + 1, {}), source: 'stranger' };
    const short = { ...sample(NOON + 1, {}), values: new Float64Array(2) };
    const timeless = { ...sample(NOON + 1, {}), time: 1e17 };
    expect(scene.append({ samples: [foreign, short, timeless, sample(NOON + 1, {})] })).toEqual({
      stored: 1,
      rejected: 3,
    });
  });
});

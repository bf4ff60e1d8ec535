import { describe, expect, it } from 'vitest';
import type { HistoryResult, HistorySeries } from '../../contract/control/history.ts';
import { layoutOf, type MetricFrame } from '../../contract/metric-frame.ts';
import { backfillOf, backfillQueries } from './backfill.ts';
import { SampleColumns } from './sample-columns.ts';

const GAUGE = 0;
const COUNTER = 1;
const P99 = 2 + 4;

const layout = layoutOf([
  { name: 'gauge', kind: 'gauge', unit: 'count', help: '' },
  { name: 'counter', kind: 'counter', unit: 'count', help: '' },
  { name: 'latency', kind: 'histogram', unit: 'seconds', help: '' },
]);

const values = (series: HistorySeries[], times: number[], stepSeconds = 1): HistoryResult => ({
  stepSeconds,
  times,
  series,
});
const answers: readonly HistoryResult[] = [
  values(
    [
      { metric: 'gauge', stat: 'value', values: [null, 5, 6, 7] },
      { metric: 'gauge', stat: 'max', values: [null, 50, 60, 70] },
      { metric: 'counter', stat: 'rate', values: [null, 1, null, 3] },
    ],
    [8, 9, 10, 11],
  ),
  values([{ metric: 'latency', stat: 'p99', values: [0.1, 0.2] }], [0, 10], 10),
];

/** A frame at `second` with a gauge. */
function frame(second: number, gauge: number): MetricFrame {
  const slots = new Float64Array(layout.size);
  slots[GAUGE] = gauge;
  return { seq: 1, time: second * 1000, skipped: 0, revision: 1, values: slots };
}

describe('the minutes before a window was opened', () => {
  it('are asked for second by second, percentiles over as long as those of a frame', () => {
    expect(backfillQueries('d', layout, 1000)).toEqual([
      { source: 'd', metrics: ['gauge', 'counter'], from: 400, to: 1000, points: 602 },
      { source: 'd', metrics: ['latency'], from: 400, to: 1000, points: 62 },
    ]);
  });

  it('never names more metrics than a query takes, and none where there are none', () => {
    const many = layoutOf(
      Array.from({ length: 65 }, (_, i) => ({
        name: `g${i}`,
        kind: 'gauge' as const,
        unit: 'count' as const,
        help: '',
      })),
    );
    expect(backfillQueries('d', many, 1000).map((query) => query.metrics.length)).toEqual([64, 1]);
  });

  it('become samples: what a frame would have shown, without the seconds in which nothing was recorded', () => {
    const past = backfillOf(layout, answers);
    expect([...(past?.times ?? [])]).toEqual([9, 10, 11]);
    expect([...(past?.columns.get(GAUGE) ?? [])]).toEqual([5, 6, 7]);
    expect([...(past?.columns.get(COUNTER) ?? [])]).toEqual([1, 1, 3]);
    expect([...(past?.columns.get(P99) ?? [])]).toEqual([0.1, 0.2, 0.2]);
    expect(past?.columns.size).toBe(3);
  });

  it('have no percentiles before anything was measured', () => {
    const seconds = values([{ metric: 'gauge', stat: 'value', values: [1, 1, 1] }], [9, 10, 11]);
    const measured = values([{ metric: 'latency', stat: 'p99', values: [null, 0.2] }], [0, 10]);
    expect([
      ...(backfillOf(layout, [seconds, { ...measured, stepSeconds: 10 }])?.columns.get(P99) ?? []),
    ]).toEqual([Number.NaN, 0.2, 0.2]);
  });

  it('are nothing where nothing was recorded', () => {
    expect(backfillOf(layout, [])).toBeNull();
    expect(
      backfillOf(layout, [values([{ metric: 'gauge', stat: 'value', values: [null] }], [8])]),
    ).toBeNull();
  });

  it('stand before the samples that are held, and do not overlap them', () => {
    const samples = new SampleColumns(layout, 8);
    samples.push(frame(10.5, 20));
    samples.push(frame(11.5, 21));
    const past = backfillOf(layout, answers);
    if (past !== null) samples.fill(past);
    expect([...samples.times()]).toEqual([9, 10, 10.5, 11.5]);
    expect([...samples.column(GAUGE)]).toEqual([5, 6, 20, 21]);
    expect(samples.column(2)[0]).toBeNaN();
    samples.push(frame(12.5, 22));
    expect([...samples.column(GAUGE)]).toEqual([5, 6, 20, 21, 22]);
    expect(samples.shown(GAUGE)).toBe(22);
  });

  it('fill the hole that a window has which was away, and only that', () => {
    const samples = new SampleColumns(layout, 8);
    for (const second of [8.5, 11.5, 12.5]) samples.push(frame(second, second));
    const past = backfillOf(layout, answers);
    if (past !== null) samples.fill(past);
    expect([...samples.times()]).toEqual([8.5, 9, 10, 11, 11.5, 12.5]);
    expect([...samples.column(GAUGE)]).toEqual([8.5, 5, 6, 7, 11.5, 12.5]);
    if (past !== null) samples.fill(past);
    expect(samples.length).toBe(6);
  });

  it('give way where there is no room: the newest of them stay', () => {
    const samples = new SampleColumns(layout, 3);
    samples.push(frame(20, 1));
    const past = backfillOf(layout, answers);
    if (past !== null) samples.fill(past);
    expect([...samples.times()]).toEqual([10, 11, 20]);
    for (const second of [21, 22, 23, 24]) samples.push(frame(second, second));
    expect([...samples.times()]).toEqual([22, 23, 24]);
    if (past !== null) samples.fill(past);
    expect([...samples.column(GAUGE)]).toEqual([22, 23, 24]);
  });
});

describe('what the recorder is not asked for, and what is not taken from its answers', () => {
  const known = layoutOf([
    { name: 'gauge', kind: 'gauge', unit: 'count', help: '' },
    { name: 'latency', kind: 'histogram', unit: 'seconds', help: '' },
    { name: 'depth', kind: 'gauge', unit: 'count', help: '', labels: { queue: 'a' } },
  ]);

  it('are instruments, which are drawn from the moment on that somebody looks at them', () => {
    expect(backfillQueries('d', known, 1000).flatMap(({ metrics }) => metrics)).toEqual(['gauge', 'latency']);
    const instruments = layoutOf([known.catalog[2]!]);
    expect(backfillQueries('d', instruments, 1000)).toEqual([]);
  });

  it('are other figures than those of a frame', () => {
    const series = (metric: string, stat: HistorySeries['stat']) => ({ metric, stat, values: [1, 2] });
    const result = values(
      [
        series('gauge', 'max'),
        series('gauge', 'min' as HistorySeries['stat']),
        series('latency', 'rate'),
        series('latency', 'max'),
        series('latency', 'p50'),
        series('nothing', 'value'),
      ],
      [9, 10],
    );
    const slots = [...(backfillOf(known, [result])?.columns.keys() ?? [])];
    // The third figure of a histogram is its median, the seventh its maximum; it begins in the second place.
    expect(slots).toEqual([1 + 6, 1 + 2]);
  });

  it('take the finest times, whichever answer has them', () => {
    const [fine, coarse] = answers;
    expect(backfillOf(layout, [coarse!, fine!])).toEqual(backfillOf(layout, [fine!, coarse!]));
    const twice = [fine!, { ...coarse!, stepSeconds: 1, times: [1, 2] }];
    expect([...(backfillOf(layout, twice)?.times ?? [])]).toEqual([9, 10, 11]);
  });

  it('begin with the first value that was recorded where there was none before', () => {
    const result = values(
      [
        { metric: 'gauge', stat: 'value', values: [null, null, 3, null] },
        { metric: 'counter', stat: 'rate', values: [1, 2, null, null] },
      ],
      [8, 9, 10, 11],
    );
    const past = backfillOf(layout, [result]);
    expect([...(past?.times ?? [])]).toEqual([8, 9, 10]);
    expect([...(past?.columns.get(GAUGE) ?? [])]).toEqual([3, 3, 3]);
    expect([...(past?.columns.get(COUNTER) ?? [])]).toEqual([1, 2, 2]);
  });

  it('are none where a series holds nothing at all', () => {
    const result = values(
      [
        { metric: 'gauge', stat: 'value', values: [1] },
        { metric: 'counter', stat: 'rate', values: [null] },
      ],
      [8],
    );
    expect([...(backfillOf(layout, [result])?.columns.get(COUNTER) ?? [])]).toEqual([0]);
  });
});

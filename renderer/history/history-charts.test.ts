import { describe, expect, it } from 'vitest';
import type { HistoryStat } from '../../contract/control/history.ts';
import type { MetricSpec } from '../../contract/manifest.ts';
import { goneMetric, historyCharts, isEmpty } from './history-charts.ts';

const labels = { cache: 'dns' };
const known: MetricSpec = {
  name: 'signalbox_d_cache_hits_total',
  kind: 'counter',
  unit: 'count',
  help: '',
  labels,
};

describe('charts of history', () => {
  it('names the instance of a series with labels, and draws one that is not measured any more', () => {
    const gone = 'signalbox_d_cache_held_bytes{cache="old"}';
    const charts = historyCharts(
      'd',
      [known],
      ['signalbox_d_cache_hits_total{cache="dns"}', gone, 'absent'],
      {
        stepSeconds: 1,
        times: [1],
        series: [
          { metric: 'signalbox_d_cache_hits_total{cache="dns"}', stat: 'rate', values: [1] },
          { metric: gone, stat: 'value', values: [1] },
          { metric: gone, stat: 'min', values: [1] },
          { metric: gone, stat: 'max', values: [1] },
        ],
      },
    );
    expect(charts.map(({ title }) => title)).toEqual(['Cache hits (dns)', 'Cache held bytes{cache="old"}']);
    expect(charts[1]?.series.map(({ unit, perSecond }) => ({ unit, perSecond }))).toEqual(
      Array.from({ length: 3 }, () => ({ unit: 'bytes', perSecond: false })),
    );
  });
});

const resultOf = (metric: string, stats: readonly HistoryStat[]) => ({
  stepSeconds: 1,
  times: [1],
  series: stats.map((stat, i) => ({ metric, stat, values: [i] })),
});
const chartOf = (kind: MetricSpec['kind'], stats: readonly HistoryStat[]) => {
  const metric: MetricSpec = { name: 'signalbox_d_it_seconds', kind, unit: 'seconds', help: 'What it is' };
  const [chart] = historyCharts('d', [metric], [metric.name], resultOf(metric.name, stats));
  return chart;
};

describe('the lines of a metric', () => {
  it('of a gauge are its range behind its mean, all shown', () => {
    const chart = chartOf('gauge', ['value', 'min', 'max']);
    expect(chart?.title).toBe('It');
    expect(chart?.series).toEqual([
      { label: 'max', help: 'What it is', unit: 'seconds', perSecond: false, hidden: false, edge: true },
      { label: 'min', help: 'What it is', unit: 'seconds', perSecond: false, hidden: false, edge: true },
      { label: 'mean', help: 'What it is', unit: 'seconds', perSecond: false, hidden: false, edge: false },
    ]);
    expect(chart?.columns).toEqual([[2], [1], [0]]);
    expect(chartOf('gauge', ['value'])?.series.map(({ label }) => label)).toEqual(['value']);
  });

  it('of a histogram are its percentiles, the outliers on request', () => {
    const chart = chartOf('histogram', ['max', 'p999', 'p99', 'p95', 'p50', 'rate']);
    expect(
      chart?.series.map(({ label, hidden, edge, perSecond }) => [label, hidden, edge, perSecond]),
    ).toEqual([
      ['rate', false, false, true],
      ['p50', false, false, false],
      ['p95', false, false, false],
      ['p99', false, false, false],
      ['p99.9', false, false, false],
      ['max', true, false, false],
    ]);
  });

  it('of a counter is its rate', () => {
    expect(chartOf('counter', ['rate'])?.series).toMatchObject([
      { label: 'rate', perSecond: true, hidden: false },
    ]);
  });

  it('come in the order in which the metrics were asked for, without those of which nothing came', () => {
    const [a, b] = ['a', 'b'].map((name): MetricSpec => ({ name, kind: 'gauge', unit: 'count', help: '' }));
    const both = {
      ...resultOf('a', ['value']),
      series: [...resultOf('a', ['value']).series, ...resultOf('b', ['value']).series],
    };
    expect(historyCharts('d', [a!, b!], ['b', 'c', 'a'], both).map(({ metric }) => metric)).toEqual([
      'b',
      'a',
    ]);
    expect(historyCharts('d', [a!, b!], ['b'], resultOf('a', ['value']))).toEqual([]);
  });
});

it.each([
  ['signalbox_d_x_total', ['rate'], 'counter', 'count'],
  ['signalbox_d_x_bytes_total', ['rate'], 'counter', 'bytes'],
  ['signalbox_d_x_seconds', ['p50', 'max'], 'histogram', 'seconds'],
  ['signalbox_d_x_ratio{a="b"}', ['value', 'min', 'max'], 'gauge', 'ratio'],
  ['signalbox_d_bytes_held', ['value'], 'gauge', 'count'],
] satisfies [string, HistoryStat[], string, string][])(
  'what is gone is known by its figures: %s with %j',
  (name, stats, kind, unit) => {
    expect(goneMetric(name, resultOf(name, stats))).toEqual({ name, kind, unit, help: '' });
    expect(goneMetric('other', resultOf(name, stats))).toBeUndefined();
  },
);

it('nothing was recorded where no line has a value', () => {
  const of = (...columns: (number | null)[][]) => [{ metric: 'm', title: '', series: [], columns }];
  expect(isEmpty([])).toBe(true);
  expect(isEmpty(of([null, null], []))).toBe(true);
  expect(isEmpty(of([null], [null, 0]))).toBe(false);
  expect(isEmpty([...of([null]), ...of([1])])).toBe(false);
});

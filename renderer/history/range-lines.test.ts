import { describe, expect, it } from 'vitest';
import type { HistoryResult, HistoryStat } from '../../contract/control/history.ts';
import type { MetricSpec } from '../../contract/manifest.ts';
import { layoutOf } from '../../contract/metric-frame.ts';
import { liveChart } from '../charts/chart-series.ts';
import { chosenCharts, countSlot, goneMetric, hasPercentiles, rangeLines } from './range-lines.ts';

const metric = (name: string, kind: MetricSpec['kind'], more: Partial<MetricSpec> = {}): MetricSpec => ({
  name,
  kind,
  unit: 'seconds',
  help: 'What it is',
  ...more,
});
const OPEN = metric('signalbox_d_open', 'gauge', { unit: 'count' });
const TAKEN = metric('signalbox_d_taken_total', 'counter', { unit: 'count' });
const WAIT = metric('signalbox_d_wait_seconds', 'histogram');
const RUN = metric('signalbox_d_run_seconds', 'histogram');
const layout = layoutOf([OPEN, TAKEN, WAIT, RUN]);
const chartOf = (...metrics: MetricSpec[]) =>
  liveChart('d', layout, { title: 'It', metrics: metrics.map(({ name }) => name) });
const recordedOf = (id: string, stats: readonly HistoryStat[]): HistoryResult => ({
  stepSeconds: 1,
  times: [1],
  series: stats.map((stat, i) => ({ metric: id, stat, values: [i] })),
});

describe('the lines of a chart over a range', () => {
  const linesOf = (...metrics: MetricSpec[]) =>
    rangeLines(chartOf(...metrics)).map(({ label, stat, edge = false, hidden }) => [
      label,
      stat,
      edge,
      hidden,
    ]);
  it('of a single gauge are its range behind its mean', () => {
    expect(linesOf(OPEN)).toEqual([
      ['max', 'max', true, false],
      ['min', 'min', true, false],
      ['mean', 'value', false, false],
    ]);
    expect(rangeLines(chartOf(OPEN)).some(({ step }) => step)).toBe(false);
  });
  it('are those that the chart has live', () => {
    expect(linesOf(TAKEN)).toEqual([['taken', 'rate', false, false]]);
    expect(linesOf(WAIT)).toEqual([
      ['p50', 'p50', false, false],
      ['p95', 'p95', false, false],
      ['p99', 'p99', false, false],
      ['p99.9', 'p999', false, false],
      ['max', 'max', false, true],
    ]);
    expect(linesOf(WAIT, RUN).map(([label]) => label)).toEqual([
      'wait p50',
      'wait p99',
      'run p50',
      'run p99',
    ]);
    expect(linesOf(OPEN, TAKEN).map(([label]) => label)).toEqual(['open', 'taken']);
  });
  it('of percentiles have steps of their own, and know how much they stand for', () => {
    expect([chartOf(OPEN), chartOf(WAIT), chartOf(OPEN, WAIT)].map(hasPercentiles)).toEqual([
      false,
      true,
      true,
    ]);
    expect(countSlot(layout, chartOf(WAIT).series[0]!)).toBe(layout.slot(WAIT.name));
    expect(countSlot(layout, chartOf(OPEN).series[0]!)).toBe(-1);
  });
});

describe('chosen metrics', () => {
  it('have a chart each, in their order', () => {
    const charts = chosenCharts('d', layout, [WAIT.name, OPEN.name, 'nothing'], []);
    expect(charts.map(({ title, metrics }) => [title, metrics])).toEqual([
      ['Wait', [WAIT.name]],
      ['Open', [OPEN.name]],
    ]);
  });
  it('have one too where nothing measures them any more, as it was recorded', () => {
    const gone = 'signalbox_d_cache_held_bytes{cache="old"}';
    const [chart] = chosenCharts('d', layout, [gone], [recordedOf(gone, ['value', 'min', 'max'])]);
    expect(chart).toMatchObject({ title: 'Cache held bytes{cache="old"}', metrics: [gone] });
    expect(rangeLines(chart!).map(({ label, unit, slot }) => [label, unit, slot])).toEqual(
      ['max', 'min', 'mean'].map((label) => [label, 'bytes', -1]),
    );
    const waits = 'signalbox_d_old_seconds';
    const [percentiles] = chosenCharts('d', layout, [waits], [recordedOf(waits, ['p50', 'p99', 'max'])]);
    expect(percentiles?.series.map(({ label, hidden }) => [label, hidden])).toEqual([
      ['p50', false],
      ['p95', false],
      ['p99', false],
      ['p99.9', false],
      ['max', true],
    ]);
    // The stream has none of it, so that its steps are those of other lines.
    expect(hasPercentiles(percentiles!)).toBe(false);
    const [rate] = chosenCharts('d', layout, ['x_total'], [recordedOf('x_total', ['rate'])]);
    expect(rate?.series).toMatchObject([{ stat: 'rate', perSecond: true }]);
  });
  it.each([
    ['signalbox_d_x_total', ['rate'], 'counter', 'count'],
    ['signalbox_d_x_bytes_total', ['rate'], 'counter', 'bytes'],
    ['signalbox_d_x_seconds', ['p50', 'max'], 'histogram', 'seconds'],
    ['signalbox_d_x_ratio{a="b"}', ['value', 'min', 'max'], 'gauge', 'ratio'],
    ['signalbox_d_bytes_held', ['value'], 'gauge', 'count'],
  ] satisfies [string, HistoryStat[], string, string][])(
    'that are gone are known by their figures: %s with %j',
    (name, stats, kind, unit) => {
      expect(goneMetric(name, [recordedOf(name, stats)])).toEqual({ name, kind, unit, help: '' });
      expect(goneMetric('other', [recordedOf(name, stats)])).toBeUndefined();
    },
  );
});

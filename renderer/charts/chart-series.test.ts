import { describe, expect, it } from 'vitest';
import { layoutOf } from '../../contract/metric-frame.ts';
import {
  formatSeries,
  instanceLabel,
  lineLook,
  liveChart,
  metricLabel,
  runtimeCharts,
  type SeriesSpec,
  scaleOf,
} from './chart-series.ts';

const layout = layoutOf([
  { name: 'signalbox_x_open', kind: 'gauge', unit: 'count', help: 'Open' },
  { name: 'signalbox_x_bytes_in_total', kind: 'counter', unit: 'bytes', help: 'Bytes in' },
  { name: 'signalbox_x_work_seconds', kind: 'histogram', unit: 'seconds', help: 'Work' },
  { name: 'signalbox_x_wait_seconds', kind: 'histogram', unit: 'seconds', help: 'Wait' },
]);
const chart = (...metrics: string[]) =>
  liveChart('x', layout, { title: 't', metrics: metrics.map((name) => `signalbox_x_${name}`) });

describe('the lines of a chart', () => {
  it('are named without what the chart says already', () => {
    expect(layout.catalog.map((metric) => metricLabel('x', metric))).toEqual([
      'open',
      'bytes in',
      'work',
      'wait',
    ]);
  });

  it('draw counters as rates in their unit and gauges as they are', () => {
    const { series } = chart('open', 'bytes_in_total');
    expect(series.map((line) => [line.slot, scaleOf(line)])).toEqual([
      [0, 'count'],
      [1, 'bytes/s'],
    ]);
    expect(formatSeries(series[1]!, 2048)).toBe('2 KiB/s');
  });

  it('draw all percentiles of a histogram that stands alone, the outlier on request, and how much was measured', () => {
    const { series, countSlot } = chart('work_seconds');
    expect(series.map((line) => [line.label, line.slot, line.hidden])).toEqual([
      ['p50', 4, false],
      ['p95', 5, false],
      ['p99', 6, false],
      ['p99.9', 7, false],
      ['max', 8, true],
    ]);
    expect(countSlot).toBe(2);
  });

  it('compare several histograms by two percentiles each', () => {
    const { series, countSlot } = chart('work_seconds', 'wait_seconds');
    expect(series.map((line) => line.label)).toEqual(['work p50', 'work p99', 'wait p50', 'wait p99']);
    expect(countSlot).toBe(null);
  });

  it('leave out what the catalog lacks', () => {
    expect(chart('nothing', 'open').series).toHaveLength(1);
  });
});

describe('the name of a metric', () => {
  const named = (name: string, kind: 'counter' | 'gauge' = 'gauge', labels?: Record<string, string>) =>
    metricLabel('x', { name, kind, unit: 'count', help: '', ...(labels === undefined ? {} : { labels }) });

  it.each([
    ['signalbox_x_bytes_in_total', 'counter', 'bytes in'],
    ['signalbox_x_sent_bytes_total', 'counter', 'sent'],
    ['signalbox_x_sent_total', 'gauge', 'sent'],
    ['signalbox_x_cpu_ratio', 'gauge', 'CPU'],
    ['signalbox_x_gc_pause_seconds', 'gauge', 'GC pause'],
    ['signalbox_x_dns_tls_irc', 'gauge', 'DNS TLS IRC'],
    ['signalbox_y_open', 'gauge', 'signalbox y open'],
    ['signalbox_x__total', 'counter', ''],
    ['signalbox_x_total', 'gauge', 'total'],
  ] as const)('%s of a %s is %s', (name, kind, label) => {
    expect(named(name, kind)).toBe(label);
  });

  it('has the values of its labels behind, by the names of these', () => {
    expect(named('signalbox_x_hits_total', 'counter', { zone: 'b', cache: 'a' })).toBe('hits (a, b)');
    expect(instanceLabel({ name: 'm', kind: 'gauge', unit: 'count', help: '' })).toBe('');
  });
});

describe('lines', () => {
  const line: SeriesSpec = { label: '', help: '', unit: 'count', perSecond: false, hidden: false };

  it('have colours of their own, those of a range one together', () => {
    const looks = (series: readonly SeriesSpec[]) =>
      series.map((_, index) => [lineLook(series, index).token, lineLook(series, index).isFaint]);
    expect(looks([line, line])).toEqual([
      ['--series-1', false],
      ['--series-2', false],
    ]);
    expect(looks([{ ...line, edge: true }, line])).toEqual([
      ['--series-1', true],
      ['--series-1', false],
    ]);
  });

  it('that are equal never hide each other: any two differ in width or dashes as well', () => {
    const ten = Array.from({ length: 10 }, () => line);
    const shapes = ten.map((_, index) => {
      const { width, dash } = lineLook(ten, index);
      return `${width} ${dash?.join()}`;
    });
    expect(new Set(shapes).size).toBe(10);
    expect(lineLook(ten, 8).token).toBe('--series-1');
    expect(lineLook([line], 0)).toMatchObject({ width: 1.25, dash: null });
  });

  it('of percentiles are of one hue: the median dashed, the p99 the strongest, the outliers dots', () => {
    const percentiles = (['p50', 'p95', 'p99', 'p999', 'max'] as const).map((percentile) => ({
      ...line,
      percentile,
    }));
    expect(
      percentiles.map((_, index) => {
        const { token, width, dash, isDots } = lineLook(percentiles, index);
        return [token, width, dash !== null, isDots];
      }),
    ).toEqual([
      ['--p50', 1.5, true, false],
      ['--p95', 1.25, false, false],
      ['--p99', 2, false, false],
      ['--p999', 1, false, true],
      ['--worst', 1, false, true],
    ]);
  });

  it('of what is counted go in steps', () => {
    expect(chart('open').series[0]?.step).toBe(true);
    expect(chart('bytes_in_total').series[0]?.step).toBeUndefined();
    expect(chart('open').metrics).toHaveLength(1);
  });
});

it('a histogram beside a gauge shows all it has, under its name, and nothing of how much was measured', () => {
  const { series, countSlot, title } = chart('open', 'work_seconds');
  expect(title).toBe('t');
  expect(countSlot).toBeNull();
  expect(
    series.map(({ label, help, unit, perSecond, hidden }) => [label, help, unit, perSecond, hidden]),
  ).toEqual([
    ['open', 'Open', 'count', false, false],
    ['work p50', 'Work', 'seconds', false, false],
    ['work p95', 'Work', 'seconds', false, false],
    ['work p99', 'Work', 'seconds', false, false],
    ['work p99.9', 'Work', 'seconds', false, false],
    ['work max', 'Work', 'seconds', false, true],
  ]);
  expect(chart('bytes_in_total').series[0]).toMatchObject({ perSecond: true, unit: 'bytes', slot: 1 });
  expect(chart('open').countSlot).toBeNull();
});

it('every process has charts of its loop, its CPU, its memory and its collections', () => {
  const titles = { loop: 'L', cpu: 'C', memory: 'M', gc: 'G', watching: 'W' };
  expect(runtimeCharts('x', titles)).toEqual([
    { title: 'L', metrics: ['signalbox_x_loop_delay_seconds'] },
    { title: 'C', metrics: ['signalbox_x_cpu_ratio', 'signalbox_x_monitoring_cpu_ratio'] },
    { title: 'M', metrics: ['signalbox_x_resident_memory_bytes', 'signalbox_x_heap_used_bytes'] },
    { title: 'G', metrics: ['signalbox_x_gc_pause_seconds'] },
    { title: 'W', metrics: ['signalbox_x_monitoring_bytes_total'] },
  ]);
});

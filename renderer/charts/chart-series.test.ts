import { describe, expect, it } from 'vitest';
import { layoutOf } from '../../contract/metric-frame.ts';
import { formatSeries, liveChart, metricLabel, scaleOf } from './chart-series.ts';

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

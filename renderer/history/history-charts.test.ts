import { describe, expect, it } from 'vitest';
import type { MetricSpec } from '../../contract/manifest.ts';
import { historyCharts } from './history-charts.ts';

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

import { describe, expect, it } from 'vitest';
import type { MetricSpec } from '../../contract/manifest.ts';
import { layoutOf } from '../../contract/metric-frame.ts';
import { instrumentGroups } from './instrument-rows.ts';

function cache(name: string): readonly MetricSpec[] {
  const common = {
    unit: 'count',
    help: '',
    labels: { cache: name, side: 'in' },
    instrument: 'cache',
  } as const;
  return [
    { ...common, name: 'signalbox_d_cache_hits_total', kind: 'counter' },
    { ...common, name: 'signalbox_d_cache_entries', kind: 'gauge' },
    { ...common, name: 'signalbox_d_cache_wait_seconds', kind: 'histogram', unit: 'seconds' },
  ];
}

const fixed: MetricSpec = { name: 'signalbox_d_open', kind: 'gauge', unit: 'count', help: '' };

describe('instruments of a process', () => {
  it('has none where the process has none', () => {
    expect(instrumentGroups('d', layoutOf([fixed]), {})).toEqual([]);
  });

  it('draws a kind of which the manifest says nothing with all its metrics, a row for each instance', () => {
    const [group, ...others] = instrumentGroups('d', layoutOf([fixed, ...cache('a'), ...cache('b')]), {});
    expect(others).toEqual([]);
    expect(group).toMatchObject({ kind: 'cache', title: 'Caches', spark: -1 });
    expect(group?.columns).toEqual([
      { metric: 'hits', title: 'Hits' },
      { metric: 'entries', title: 'Entries' },
      { metric: 'wait', title: 'Wait' },
    ]);
    expect(group?.rows.map(({ label }) => label)).toEqual(['a, in', 'b, in']);
    expect(group?.rows[1]?.cells.map((cell) => cell?.labels?.cache)).toEqual(['b', 'b', 'b']);
  });

  it('draws it as the manifest says, and leaves a cell empty for what an instance does not have', () => {
    const columns = [
      { metric: 'entries', title: 'Held' },
      { metric: 'hits', title: 'Found' },
    ];
    const layout = layoutOf([...cache('a'), cache('b')[0]!]);
    const [group] = instrumentGroups('d', layout, { cache: { title: 'Lookups', columns, spark: 'hits' } });
    expect(group).toMatchObject({ title: 'Lookups', columns, spark: 1 });
    expect(group?.rows[1]?.cells.map((cell) => cell?.name)).toEqual([
      undefined,
      'signalbox_d_cache_hits_total',
    ]);
  });
});

describe('kinds of instruments', () => {
  const one = (
    kind: 'queue' | 'pool' | 'cache' | 'breaker' | 'limiter',
    suffix: string,
    metric: MetricSpec['kind'] = 'gauge',
  ) =>
    ({
      name: `signalbox_d_${kind}_${suffix}`,
      kind: metric,
      unit: metric === 'histogram' ? 'seconds' : 'count',
      help: '',
      labels: { [kind]: 'a' },
      instrument: kind,
    }) as MetricSpec;
  const groups = (...metrics: MetricSpec[]) => instrumentGroups('d', layoutOf(metrics), {});

  it('stand in one order, each under its name', () => {
    const all = groups(
      one('limiter', 'x'),
      one('breaker', 'x'),
      one('cache', 'x'),
      one('pool', 'x'),
      one('queue', 'x'),
    );
    expect(all.map(({ title }) => title)).toEqual(['Queues', 'Pools', 'Caches', 'Breakers', 'Limiters']);
  });

  it('take from a name only what the instrument did not give it', () => {
    const [group] = groups(
      one('queue', 'total_seen', 'counter'),
      one('queue', 'total_total', 'counter'),
      one('queue', 'wait_seconds', 'gauge'),
      one('queue', 'seconds_late_seconds', 'histogram'),
      one('queue', 'depth_total', 'gauge'),
    );
    expect(group?.columns.map(({ metric }) => metric)).toEqual([
      'total_seen',
      'total',
      'wait_seconds',
      'seconds_late',
      'depth_total',
    ]);
    expect(group?.columns.map(({ title }) => title)[3]).toBe('Seconds late');
  });

  it('have no curve where the manifest names none, or one that is no column', () => {
    const columns = [{ metric: 'x', title: 'X' }];
    const layout = layoutOf([one('queue', 'x')]);
    const drawn = (spark?: string) =>
      instrumentGroups('d', layout, { queue: { title: 'Q', columns, spark } })[0];
    expect([drawn()?.spark, drawn('y')?.spark, drawn('x')?.spark]).toEqual([-1, -1, 0]);
    expect(drawn('x')?.rows).toMatchObject([{ label: 'a', id: '{queue="a"}' }]);
  });
});

/** What `signalbox pools`, `top` and the Pools and queues page make of what a process measures. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byKindAndName, instrumentRow, instrumentsIn } from './instrument-rows.ts';
import { INSTRUMENT_KINDS, type InstrumentKind, type MetricSpec } from './manifest.ts';
import { HISTOGRAM_FIELDS, layoutOf, type MetricReading, readMetrics } from './metric-frame.ts';
import { metricSpecs } from './metric-specs.ts';
import { standardSeries } from './test-series.ts';

/** Reads every series as the number that `values` has for the figure, by the end of its name. */
const reads =
  (values: Readonly<Record<string, MetricReading>>) =>
  (id: string): MetricReading | undefined =>
    Object.entries(values).find(([figure]) => id.startsWith(`signalbox_d_${figure}`))?.[1];

const interval = (count: number, p50: number, p99: number) => ({
  count,
  p50,
  p95: 7,
  p99,
  p999: 8,
  max: 9,
});

describe('rows', () => {
  it('of a pool have all figures that the command line prints, and no other', () => {
    const [pool] = instrumentsIn('d', standardSeries('d', 'pool', 'hash'));
    const row = instrumentRow(
      pool!,
      reads({
        pool_depth: 1,
        pool_high_water: 2,
        pool_capacity: 3,
        pool_active: 4,
        pool_idle: 5,
        pool_max: 6,
        pool_submitted: 7,
        pool_completed: 8,
        pool_failed: 9,
        pool_cancelled: 10,
        pool_rejected: 11,
        pool_lost: 12,
        pool_wait: interval(13, 0.1, 0.2),
        pool_run: interval(14, 0.3, 0.4),
      }),
    );
    expect(JSON.stringify(row)).toBe(
      '{"daemon":"d","kind":"pool","name":"hash","depth":1,"highWater":2,"capacity":3,"active":4,"idle":5,"max":6,' +
        '"submitted":7,"completed":8,"failed":9,"cancelled":10,"rejected":11,' +
        '"waitSeconds":{"count":13,"p50":0.1,"p99":0.2},"runSeconds":{"count":14,"p50":0.3,"p99":0.4}}',
    );
  });

  it('of a cache count its questions as submitted, and those that it answered as completed', () => {
    const [cache] = instrumentsIn('d', standardSeries('d', 'cache', 'dns'));
    const row = instrumentRow(cache!, reads({ cache_depth: 3, cache_hits: 40, cache_misses: 2 }));
    expect(row).toEqual({
      daemon: 'd',
      kind: 'cache',
      name: 'dns',
      depth: 3,
      submitted: 42,
      completed: 40,
    });
  });

  it('have no key for a figure that the kind has not', () => {
    const keys = (kind: InstrumentKind) => {
      const [one] = instrumentsIn('d', standardSeries('d', kind, 'x'));
      const row = instrumentRow(one!, (id) => (id.includes('_seconds') ? interval(0, 0, 0) : 1));
      return Object.keys(row).slice(3).join(' ');
    };
    expect(Object.fromEntries(INSTRUMENT_KINDS.map((kind) => [kind, keys(kind)]))).toEqual({
      queue: 'depth highWater capacity submitted completed rejected waitSeconds',
      pool: 'depth highWater capacity active idle max submitted completed failed cancelled rejected waitSeconds runSeconds',
      slab: 'highWater active idle max submitted completed failed rejected',
      cache: 'depth capacity failed submitted completed',
      batcher: 'depth capacity submitted completed waitSeconds',
      breaker: 'submitted completed failed rejected runSeconds',
      limiter: 'depth capacity completed rejected',
      correlation: 'depth highWater capacity submitted completed failed cancelled rejected runSeconds',
      connections: 'depth active idle max submitted completed failed rejected waitSeconds runSeconds',
      operation: 'depth submitted completed failed runSeconds',
    });
  });

  it('of an instrument with other metrics have its name and kind, and what only sounds alike is left out', () => {
    const labels = { queue: 'own', link: 'hub' };
    const metric = (name: string, kind: MetricSpec['kind'], unit: MetricSpec['unit']): MetricSpec => ({
      name: `signalbox_d_queue_${name}`,
      kind,
      unit,
      help: '',
      labels,
      instrument: 'queue',
    });
    const catalog = [
      metric('depth', 'gauge', 'bytes'),
      metric('submitted', 'gauge', 'count'),
      metric('wait', 'gauge', 'seconds'),
      metric('constructor', 'gauge', 'count'),
      { ...metric('depth', 'gauge', 'count'), name: 'signalbox_other_queue_depth' },
    ];
    const found = instrumentsIn('d', catalog);
    expect(found.map(({ others }) => others)).toEqual([5]);
    expect(instrumentRow(found[0]!, () => 5)).toEqual({ daemon: 'd', kind: 'queue', name: 'hub, own' });
  });

  it('have no capacity where that has no end', () => {
    const [queue] = instrumentsIn('d', standardSeries('d', 'queue', 'x'));
    expect(instrumentRow(queue!, reads({ queue_depth: 3, queue_capacity: 0 }))).not.toHaveProperty(
      'capacity',
    );
  });

  it('are not made of metrics that the process has once', () => {
    const { gauge } = metricSpecs('d');
    expect(instrumentsIn('d', [gauge('queue_depth', ''), { ...gauge('x', ''), labels: { a: 'b' } }])).toEqual(
      [],
    );
  });
});

const instruments = fc.uniqueArray(
  fc.record({ kind: fc.constantFrom(...INSTRUMENT_KINDS), name: fc.string({ minLength: 1, maxLength: 12 }) }),
  { selector: ({ kind, name }) => `${kind} ${name}`, maxLength: 12 },
);

it('reads of every instrument what its own series have in a frame, in whatever order the catalog has them', () => {
  fc.assert(
    fc.property(instruments, fc.infiniteStream(fc.nat()), (made, numbers) => {
      const catalog = made.flatMap(({ kind, name }) => standardSeries('d', kind, name));
      catalog.sort((a, b) => a.name.length - b.name.length);
      const layout = layoutOf(catalog);
      const values = Float64Array.from({ length: layout.size }, () => numbers.next().value ?? 0);
      const readings = readMetrics(layout, values);
      const found = instrumentsIn('d', catalog);
      expect(found.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual(
        made.map(({ kind, name }) => `${kind} ${name}`).sort(),
      );
      for (const one of found) {
        const row = instrumentRow(one, (id) => readings[id]);
        expect([row.daemon, row.kind, row.name]).toEqual(['d', one.kind, one.name]);
        const at = (figure: string) =>
          layout.catalog.find(
            ({ name, labels }) =>
              name.startsWith(`signalbox_d_${one.kind}_${figure}`) && labels?.[one.kind] === one.name,
          );
        const depth = at('depth');
        const slot = depth === undefined ? -1 : catalog.indexOf(depth);
        expect(row.depth).toBe(slot < 0 ? undefined : values[layout.slot(layout.ids[slot]!)]);
        const run = at('run_seconds');
        if (run !== undefined) {
          const first = layout.slot(layout.ids[catalog.indexOf(run)]!);
          expect(row.runSeconds).toEqual({
            count: values[first],
            p50: values[first + HISTOGRAM_FIELDS.indexOf('p50')],
            p99: values[first + HISTOGRAM_FIELDS.indexOf('p99')],
          });
        }
      }
    }),
  );
});

it('has one order for the same instruments: by kind, then by name, then by process', () => {
  fc.assert(
    fc.property(instruments, (made) => {
      const all = ['b', 'a'].flatMap((daemon) =>
        instrumentsIn(
          daemon,
          made.flatMap(({ kind, name }) => standardSeries(daemon, kind, name)),
        ),
      );
      const sorted = [...all].sort(byKindAndName);
      expect([...all].reverse().sort(byKindAndName)).toEqual(sorted);
      const kinds = sorted.map(({ kind }) => INSTRUMENT_KINDS.indexOf(kind));
      expect(kinds).toEqual([...kinds].sort((a, b) => a - b));
      for (const [i, one] of sorted.entries()) {
        const next = sorted[i + 1];
        if (next?.kind === one.kind) expect(one.name <= next.name).toBe(true);
        if (next?.kind === one.kind && next.name === one.name) expect(one.daemon < next.daemon).toBe(true);
      }
    }),
  );
});

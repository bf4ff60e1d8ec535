import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { INSTRUMENT_KINDS } from '../../../contract/link/catalog.ts';
import { readMetrics } from '../../../contract/metric-frame.ts';
import { metricSpecs } from '../../../contract/metric-specs.ts';
import { seriesId } from '../../../contract/series-id.ts';
import { limits } from '../limits.ts';
import type { Instrument } from './instruments.ts';
import { MetricRegistry } from './metric-registry.ts';
import { ThreadMetrics } from './thread-metrics.ts';

const { name, counter } = metricSpecs('t');
const metrics = {
  done: { kind: 'counter', help: 'Done' },
  depth: { kind: 'gauge', help: 'Depth' },
  wait: { kind: 'histogram', help: 'Wait' },
} as const;

function sampled(registry: MetricRegistry) {
  registry.sample();
  return readMetrics(registry.layout, registry.values);
}

it('shows what was registered while the process runs, and no longer once it is closed', () => {
  const registry = new MetricRegistry('t', [counter('things', 'Things')]);
  expect(registry.catalog.revision).toBe(1);
  const queue = registry.instrument('queue', { queue: 'out', peer: 'a"b\\c\nd' }, metrics);
  queue.handles.depth.set(3);
  queue.handles.done.add(2);
  queue.handles.wait.record(1e6);
  const id = 'signalbox_t_queue_depth{peer="a\\"b\\\\c\\nd",queue="out"}';
  expect(sampled(registry)[id]).toBe(3);
  expect(registry.catalog.revision).toBe(2);
  expect(registry.layout.spec(id)).toMatchObject({ instrument: 'queue', help: 'Depth', unit: 'count' });
  expect(registry.rotate().map(({ metric }) => metric)).toEqual([
    'signalbox_t_queue_wait_seconds{peer="a\\"b\\\\c\\nd",queue="out"}',
  ]);
  expect(sampled(registry)[name('instruments')]).toBe(1);
  queue.close();
  queue.close();
  queue.handles.depth.set(99);
  expect(sampled(registry)[id]).toBeUndefined();
  expect(registry.catalog.revision).toBe(3);
  expect(sampled(registry)[name('instruments')]).toBe(0);
});

it('has the same catalog after ten flaps of a link', () => {
  const registry = new MetricRegistry('t', []);
  const open = (peer: string) => registry.instrument('queue', { peer }, metrics);
  const links = ['a', 'b', 'c'].map(open);
  registry.sample();
  const { layout } = registry;
  const { revision } = registry.catalog;
  for (let flap = 0; flap < 10; flap++) {
    links[0]?.close();
    links[0] = open('a');
    registry.sample();
  }
  // Nobody looked in between: nothing was told.
  expect(registry.catalog.revision).toBe(revision);
  for (let flap = 0; flap < 10; flap++) {
    links[0]?.close();
    registry.sample();
    links[0] = open('a');
    registry.sample();
  }
  expect(registry.layout.ids).toEqual(layout.ids);
  expect(registry.values.length).toBe(layout.size);
  links[0]?.handles.done.add(4);
  expect(sampled(registry)['signalbox_t_queue_done_total{peer="a"}']).toBe(4);
});

it('shows no more instruments than a process may have, counts those without room and says so once; they work', () => {
  const warn = vi.fn();
  const registry = new MetricRegistry('t', [], warn);
  const one = { depth: { kind: 'gauge', help: 'Depth' } } as const;
  const made = Array.from({ length: limits.instruments.default }, (_, i) =>
    registry.instrument('pool', { pool: `${i}` }, one),
  );
  const more = () => registry.instrument('pool', { pool: 'more' }, one);
  const [first, second] = [more(), more()];
  first.handles.depth.set(5);
  expect([first.handles.depth.value, second.handles.depth.value]).toEqual([5, 0]);
  const before = sampled(registry);
  expect(before[name('instruments_refused_total')]).toBe(2);
  expect(Object.keys(before)).not.toContain('signalbox_t_pool_depth{pool="more"}');
  expect(warn.mock.calls).toEqual([['instrument_refused', expect.stringContaining('works without metrics')]]);
  first.close();
  expect(sampled(registry)[name('instruments')]).toBe(limits.instruments.default);
  made[0]?.close();
  more().handles.depth.set(6);
  expect(sampled(registry)['signalbox_t_pool_depth{pool="more"}']).toBe(6);
});

it('refuses more series than history keeps of a source', () => {
  const registry = new MetricRegistry('t', []);
  const many = Object.fromEntries(
    Array.from({ length: limits.instrumentMetrics.default }, (_, i) => [
      `m${i}`,
      { kind: 'gauge' as const, help: '' },
    ]),
  );
  const fits = limits.instrumentSeries.default / limits.instrumentMetrics.default;
  for (let i = 0; i < fits; i++) registry.instrument('pool', { pool: `${i}` }, many);
  registry.instrument('pool', { pool: 'more' }, many);
  expect(sampled(registry)[name('instruments')]).toBe(fits);
});

it('says what is wrong with an instrument that cannot be, and changes nothing', () => {
  const registry = new MetricRegistry('t', [counter('queue_length', 'Length')]);
  const depth = { depth: { kind: 'gauge', help: 'Depth' } } as const;
  registry.instrument('queue', { queue: 'a' }, depth);
  const before = sampled(registry);
  const refusal = (code: string) => expect.objectContaining({ code });
  const attempts: [() => unknown, string][] = [
    [() => registry.instrument('queue', { queue: 'a' }, depth), 'conflict'],
    [
      () =>
        registry.instrument(
          'queue',
          { queue: 'b' },
          { depth: { kind: 'counter', help: 'x' }, length: { kind: 'counter', help: 'Length' } },
        ),
      'conflict',
    ],
    [
      () => registry.instrument('queue', { queue: 'b' }, { depth: { kind: 'gauge', help: 'Other' } }),
      'conflict',
    ],
    [() => registry.instrument('queue', {}, depth), 'bad_request'],
    [() => registry.instrument('queue', { quantile: 'b' }, depth), 'bad_request'],
    [() => registry.instrument('queue', { 'a b': 'b' }, depth), 'bad_request'],
    [() => registry.instrument('queue', { queue: '' }, depth), 'bad_request'],
    [() => registry.instrument('queue', { queue: 'x'.repeat(65) }, depth), 'bad_request'],
    [() => registry.instrument('queue', { a: '1', b: '1', c: '1', d: '1', e: '1' }, depth), 'bad_request'],
    [() => registry.instrument('queue', { queue: 'b' }, {}), 'bad_request'],
    [() => registry.instrument('queue', { queue: 'b' }, { 'De pth': depth.depth }), 'bad_request'],
    [() => registry.instrument('heap' as 'queue', { queue: 'b' }, depth), 'bad_request'],
  ];
  for (const [attempt, code] of attempts) expect(attempt, String(attempt)).toThrow(refusal(code));
  expect(sampled(registry)).toEqual(before);
});

it('agrees with a model, whatever instruments and threads come, count and go in whatever order', () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant('open' as const),
      kind: fc.constantFrom(...INSTRUMENT_KINDS),
      label: fc.constantFrom('a', 'b', 'c'),
    }),
    fc.record({ do: fc.constant('close' as const), at: fc.nat(20) }),
    fc.record({ do: fc.constant('count' as const), at: fc.nat(20), thread: fc.nat(3), amount: fc.nat(9) }),
    fc.record({
      do: fc.constantFrom('thread' as const, 'end' as const, 'update' as const),
      thread: fc.nat(3),
    }),
    fc.record({ do: fc.constant('sample' as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const registry = new MetricRegistry('t', []);
      const open = new Map<
        string,
        { instrument: Instrument<typeof metrics>; total: number; waits: number }
      >();
      const threads = new Map<
        number,
        { main: ReturnType<MetricRegistry['forThread']>; worker: ThreadMetrics }
      >();
      const idOf = (key: string, metric: string) => {
        const [kind, label] = key.split(':');
        return seriesId({ name: name(`${kind}_${metric}`), labels: { of: label! } });
      };
      const nth = (at: number) => [...open.keys()][open.size === 0 ? 0 : at % open.size];
      let revision = 1;
      for (const one of steps) {
        if (one.do === 'open') {
          const key = `${one.kind}:${one.label}`;
          const make = () => registry.instrument(one.kind, { of: one.label }, metrics);
          if (open.has(key)) expect(make).toThrow('open already');
          else open.set(key, { instrument: make(), total: 0, waits: 0 });
        } else if (one.do === 'close') {
          const key = nth(one.at);
          if (key === undefined) continue;
          open.get(key)?.instrument.close();
          open.delete(key);
        } else if (one.do === 'count') {
          const key = nth(one.at);
          const entry = key === undefined ? undefined : open.get(key);
          if (key === undefined || entry === undefined) continue;
          const thread = threads.get(one.thread);
          if (thread === undefined) {
            entry.instrument.handles.done.add(one.amount);
            entry.instrument.handles.wait.record(1e6, one.amount);
          } else {
            thread.worker.update(thread.main.description());
            thread.worker.counter(idOf(key, 'done_total')).add(one.amount);
            thread.worker.histogram(idOf(key, 'wait_seconds')).record(1e6, one.amount);
          }
          entry.total += one.amount;
          entry.waits += one.amount;
        } else if (one.do === 'thread') {
          if (threads.has(one.thread)) continue;
          const main = registry.forThread();
          threads.set(one.thread, { main, worker: ThreadMetrics.attach(main.description()) });
        } else if (one.do === 'update') {
          const thread = threads.get(one.thread);
          thread?.worker.update(thread.main.description());
        } else if (one.do === 'end') {
          threads.get(one.thread)?.main.close();
          threads.delete(one.thread);
        } else {
          const before = registry.layout.ids;
          registry.rotate();
          const readings = sampled(registry);
          const same = before.join() === registry.layout.ids.join();
          expect(registry.catalog.revision).toBe(same ? revision : revision + 1);
          revision = registry.catalog.revision;
          expect(registry.layout.size).toBe(registry.values.length);
          const wanted = Object.fromEntries(
            [...open].map(([key, { total }]) => [idOf(key, 'done_total'), total]),
          );
          const found = Object.fromEntries(
            Object.entries(readings).filter(([id]) => id.includes('_done_total{')),
          );
          expect(found).toEqual(wanted);
          for (const [key, { waits }] of open)
            expect(readings[idOf(key, 'wait_seconds')]).toMatchObject({ count: waits });
          expect(readings[name('instruments')]).toBe(open.size);
        }
      }
    }),
  );
});

it('gives an instrument as many metrics as the table says, and refuses one more', () => {
  const registry = new MetricRegistry('t', []);
  const many = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, n) => [`m${n}`, { kind: 'gauge', help: '' } as const]),
    );
  const most = limits.instrumentMetrics.default;
  expect(() => registry.instrument('queue', { queue: 'a' }, many(most))).not.toThrow();
  expect(() => registry.instrument('queue', { queue: 'b' }, many(most + 1))).toThrow(`it has 1 to ${most}`);
});

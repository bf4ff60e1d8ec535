/** Room for instruments and threads, to the last one, and what is said where there is none. */
import { afterEach, expect, it, vi } from 'vitest';
import { INSTRUMENT_KINDS } from '../../../contract/manifest.ts';
import { metricSpecs } from '../../../contract/metric-specs.ts';
import { limits } from '../limits.ts';
import { MetricRegistry } from './metric-registry.ts';
import { ThreadMetrics } from './thread-metrics.ts';

const { name, counter, gauge, histogram } = metricSpecs('t');
const depth = { depth: { kind: 'gauge', help: 'Depth' } } as const;

afterEach(() => {
  vi.useRealTimers();
});

it('says in one line what is full when an instrument finds no room', () => {
  const warned: string[][] = [];
  const registry = new MetricRegistry('t', [], (...told) => warned.push(told));
  for (let n = 0; n < limits.instruments.default; n++) registry.instrument('pool', { pool: `${n}` }, depth);
  expect(warned).toEqual([]);
  registry.instrument('cache', { cache: 'a' }, depth);
  registry.instrument('cache', { cache: 'b' }, depth);
  const [most, series] = [limits.instruments.default, limits.instrumentSeries.default];
  expect(warned).toEqual([
    [
      'instrument_refused',
      `t has ${most} instruments with ${most} series, of at most ${most} with ${series}; this cache works without metrics, as do others that find no room.`,
    ],
  ]);
});

it('gives an instrument that found no room handles of its kinds, which work and are seen by nobody', () => {
  const registry = new MetricRegistry('t', []);
  for (let n = 0; n < limits.instruments.default; n++) registry.instrument('pool', { pool: `${n}` }, depth);
  const size = () => {
    registry.sample();
    return registry.values.length;
  };
  const before = size();
  const all = {
    hits: { kind: 'counter', help: '' },
    level: { kind: 'gauge', help: '' },
    wait: { kind: 'histogram', help: '' },
  } as const;
  const { handles, close } = registry.instrument('cache', { cache: 'a' }, all);
  handles.hits.add(2);
  handles.level.set(3);
  handles.wait.record(1e9);
  expect([handles.hits.value, handles.level.value, handles.wait.rotate()?.length]).toEqual([2, 3, 2]);
  close();
  expect(size()).toBe(before);
});

it('takes exactly as many labels, and as long ones, as the table says', () => {
  const registry = new MetricRegistry('t', []);
  const { default: most } = limits.instrumentLabels;
  const { default: longest } = limits.instrumentLabelCharacters;
  const labels = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`l${n}`, 'x'.repeat(longest)]));
  expect(() => registry.instrument('queue', labels(most), depth)).not.toThrow();
  expect(() => registry.instrument('queue', { ['n'.repeat(longest)]: 'x' }, depth)).not.toThrow();
  const refused: [Record<string, string>, string][] = [
    [labels(most + 1), `A queue was given ${most + 1} labels; it has 1 to ${most}.`],
    [{}, `A queue was given 0 labels; it has 1 to ${most}.`],
    [{ a: '' }, `The label a of a queue has 0 characters; it has 1 to ${longest}.`],
    [
      { a: 'x'.repeat(longest + 1) },
      `The label a of a queue has ${longest + 1} characters; it has 1 to ${longest}.`,
    ],
    [{ ['n'.repeat(longest + 1)]: 'x' }, `A label of a queue cannot be called "${'n'.repeat(longest)}".`],
    ...['quantile', 'le', 'daemon', '1a', 'a-b', 'Ab', 'aB', ''].map(
      (label): [Record<string, string>, string] => [
        { [label]: 'x' },
        `A label of a queue cannot be called "${label}".`,
      ],
    ),
  ];
  for (const [wrong, message] of refused)
    expect(() => registry.instrument('queue', wrong, depth)).toThrow(
      expect.objectContaining({ code: 'bad_request', message }),
    );
});

it('says of metrics what they may be called, how many there may be, and which kinds there are', () => {
  const registry = new MetricRegistry('t', []);
  const { default: most } = limits.instrumentMetrics;
  for (const wrong of ['Depth', '1st', 'a-b', 'a b', ''])
    expect(() =>
      registry.instrument('queue', { queue: 'a' }, { [wrong]: { kind: 'gauge', help: '' } }),
    ).toThrow(`A metric of a queue is called "${wrong}"; use a-z, 0-9 and _.`);
  expect(() => registry.instrument('queue', { queue: 'a' }, {})).toThrow(
    `A queue was given 0 metrics; it has 1 to ${most}.`,
  );
  expect(() => registry.instrument('heap' as 'queue', { queue: 'a' }, depth)).toThrow(
    `"heap" is no kind of instrument; there are ${INSTRUMENT_KINDS.join(', ')}.`,
  );
});

it('counts in the unit that a metric names, and plainly where it names none', () => {
  const registry = new MetricRegistry('t', []);
  registry.instrument(
    'cache',
    { cache: 'a' },
    {
      size: { kind: 'gauge', help: 'Size', unit: 'bytes' },
      hits: { kind: 'counter', help: 'Hits' },
      wait: { kind: 'histogram', help: 'Wait' },
    },
  );
  registry.sample();
  const mine = registry.catalog.metrics.filter(({ instrument }) => instrument === 'cache');
  expect(mine.map(({ name: of, kind, unit, labels }) => ({ of, kind, unit, labels }))).toEqual([
    { of: 'signalbox_t_cache_hits_total', kind: 'counter', unit: 'count', labels: { cache: 'a' } },
    { of: 'signalbox_t_cache_size', kind: 'gauge', unit: 'bytes', labels: { cache: 'a' } },
    { of: 'signalbox_t_cache_wait_seconds', kind: 'histogram', unit: 'seconds', labels: { cache: 'a' } },
  ]);
});

it.each([
  ['kind', { depth: { kind: 'counter', help: 'Depth' } }, false],
  ['unit', { depth: { kind: 'gauge', help: 'Depth', unit: 'bytes' } }, true],
  ['help', { depth: { kind: 'gauge', help: 'Length' } }, true],
  ['nothing', depth, false],
] as const)('lets one name mean one thing: refused for another %s', (_, metrics, refused) => {
  const registry = new MetricRegistry('t', []);
  const first = registry.instrument('queue', { queue: 'a' }, depth);
  const second = () => registry.instrument('queue', { queue: 'b' }, metrics);
  if (refused)
    expect(second).toThrow(
      expect.objectContaining({
        code: 'conflict',
        message: 'signalbox_t_queue_depth is a gauge in count already: "Depth".',
      }),
    );
  else expect(second).not.toThrow();
  first.close();
});

it('lets a name mean something else once the last that used it is closed', () => {
  const registry = new MetricRegistry('t', []);
  const both = ['a', 'b'].map((queue) => registry.instrument('queue', { queue }, depth));
  const other = () =>
    registry.instrument('queue', { queue: 'c' }, { depth: { kind: 'gauge', help: 'Other' } });
  both[0]!.close();
  expect(other).toThrow('already');
  both[1]!.close();
  expect(other).not.toThrow();
});

it('keeps what it knows of the values before when the catalog changes: only what has changed is news', () => {
  const registry = new MetricRegistry('t', [gauge('level', '')]);
  registry.gauge(name('level')).set(4);
  registry.sample();
  const { revision } = registry;
  registry.sample();
  expect(registry.revision).toBe(revision);
  const made = registry.instrument('queue', { queue: 'a' }, depth);
  registry.sample();
  expect(registry.revision).toBe(revision + 1);
  registry.sample();
  expect(registry.revision).toBe(revision + 1);
  made.handles.depth.set(1);
  registry.sample();
  made.handles.depth.add(2);
  registry.sample();
  expect(registry.revision).toBe(revision + 3);
  // It comes and goes between two samples: there is nothing to tell.
  registry.instrument('pool', { pool: 'x' }, depth).close();
  registry.sample();
  expect(registry.revision).toBe(revision + 3);
});

it('tells with each sample how many instruments there are, and with each second that it is over', () => {
  const registry = new MetricRegistry('t', []);
  const { revision } = registry;
  registry.rotate();
  expect(registry.revision).toBe(revision + 1);
  registry.instrument('queue', { queue: 'a' }, depth);
  registry.sample();
  expect(registry.values[registry.layout.slot(name('instruments'))]).toBe(1);
});

const own = [counter('things', ''), gauge('level', ''), histogram('wait', '')];

it('gives a thread the same handle each time, and counts what it records like the process itself', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const registry = new MetricRegistry('t', own);
  const thread = registry.forThread();
  const metrics = ThreadMetrics.attach(thread.description());
  expect(metrics.counter(name('things_total'))).toBe(metrics.counter(name('things_total')));
  expect(metrics.gauge(name('level'))).toBe(metrics.gauge(name('level')));
  const wait = metrics.histogram(name('wait_seconds'));
  expect(metrics.histogram(name('wait_seconds'))).toBe(wait);
  const startedMs = performance.now();
  vi.advanceTimersByTime(2_000);
  wait.recordSince(startedMs);
  wait.record(1e9, 3);
  wait.record(-5);
  wait.record(2 ** 40);
  const [interval] = registry.rotate();
  registry.sample();
  const at = registry.layout.slot(name('wait_seconds'));
  expect(registry.values[at]).toBe(6);
  // What is longer than a histogram tells apart is counted at its end, and below nothing at nothing.
  expect([...interval!.buckets].filter((_, n) => n % 2 === 1)).toEqual([1, 3, 1, 1]);
  expect(interval!.buckets[0]).toBe(0);
  expect(registry.rotate()).toEqual([]);
});

it('knows how far a thread has followed before it lets go of what was closed', () => {
  const registry = new MetricRegistry('t', own);
  const thread = registry.forThread();
  // Nothing was described: it writes nowhere.
  expect(thread.acknowledged).toBe(Number.POSITIVE_INFINITY);
  const metrics = ThreadMetrics.attach(thread.description());
  expect(thread.acknowledged).toBe(1);
  const made = registry.instrument('queue', { queue: 'a' }, depth);
  metrics.update(thread.description());
  made.close();
  expect(thread.acknowledged).toBe(1);
  metrics.update(thread.description());
  expect(thread.acknowledged).toBe(2);
  // What no thread was told of goes at once.
  registry.instrument('queue', { queue: 'b' }, depth).close();
  expect(thread.description().generation).toBe(2);
});

it('keeps a handle of a thread that is in the same place, and detaches one whose series has left', () => {
  const registry = new MetricRegistry('t', own);
  const thread = registry.forThread();
  const made = registry.instrument('queue', { queue: 'a' }, depth);
  const metrics = ThreadMetrics.attach(thread.description());
  const things = metrics.counter(name('things_total'));
  const gone = metrics.gauge(name('queue_depth{queue="a"}'));
  gone.set(7);
  made.close();
  metrics.update(thread.description());
  expect(metrics.counter(name('things_total'))).toBe(things);
  gone.set(9);
  expect(() => metrics.gauge(name('queue_depth{queue="a"}'))).toThrow('The catalog has no gauge');
  const next = registry.instrument('queue', { queue: 'a' }, depth);
  metrics.update(thread.description());
  expect(metrics.gauge(name('queue_depth{queue="a"}')).value).toBe(0);
  registry.sample();
  expect(registry.values.at(-1)).toBe(0);
  next.close();
});

it('names a histogram that came without buckets', () => {
  const description = new MetricRegistry('t', own).forThread().description();
  const metrics = ThreadMetrics.attach({
    ...description,
    series: description.series.map((one) => ({ ...one, buckets: null })),
  });
  expect(() => metrics.histogram(name('wait_seconds'))).toThrow(
    `The histogram ${name('wait_seconds')} came without buckets`,
  );
});

it('counts on when the count of a thread goes round', () => {
  const registry = new MetricRegistry('t', own);
  const thread = registry.forThread();
  const { series } = thread.description();
  const buckets = series.find(({ id }) => id === name('wait_seconds'))!.buckets!;
  // Sum and count, then what each bucket counts; the sixth is of 5 ns.
  const totals = new Float64Array(buckets, 0, 2);
  const counts = new Uint32Array(buckets, 16);
  counts[5] = 2 ** 32 - 2;
  totals.set([5 * (2 ** 32 - 2), 2 ** 32 - 2]);
  registry.rotate();
  counts[5] = 1;
  totals[0] = totals[0]! + 15;
  totals[1] = totals[1]! + 3;
  expect(registry.rotate()).toEqual([{ metric: name('wait_seconds'), buckets: Uint32Array.of(5, 3) }]);
  thread.close();
  expect(registry.rotate()).toEqual([]);
});

/** Metric lists of a source and their versions: which one samples follow, when there is a new one, and what is taken over from the last. */
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { CatalogStore, layOutCatalog, type StoredMetric, withNewNames } from './catalogs.ts';
import { FramePlans } from './frame-plans.ts';
import { MIGRATIONS } from './schema.ts';

const gauge = (name: string): StoredMetric => ({ name, kind: 'gauge', unit: 'count' });
const counter = (name: string): StoredMetric => ({ name, kind: 'counter', unit: 'count' });
const histogram = (name: string): StoredMetric => ({ name, kind: 'histogram', unit: 'seconds' });
const labelled = (n: number) => gauge(`depth{queue="${n}"}`);

let database: Database.Database;
let damaged: string[];
let store: CatalogStore;
beforeEach(() => {
  database = new Database(':memory:');
  for (const sql of MIGRATIONS) database.exec(sql);
  damaged = [];
  store = new CatalogStore(database, (text) => damaged.push(text));
});

const use = (metrics: readonly StoredMetric[], now = 1_000, source = 'ircd') =>
  store.use(source, metrics, now);
const rows = () => database.prepare('SELECT count(*) FROM catalogs').pluck().get();

it('says where each metric stands: among its kind, and as a column behind the times', () => {
  const catalog = layOutCatalog(7, 'ircd', [
    gauge('a'),
    counter('b'),
    gauge('c{x="y"}'),
    histogram('d'),
    counter('e'),
  ]);
  expect(Object.fromEntries(catalog.places)).toEqual({
    a: { kind: 'gauge', index: 0, column: 1 },
    b: { kind: 'counter', index: 0, column: 2 },
    'c{x="y"}': { kind: 'gauge', index: 1, column: 3 },
    d: { kind: 'histogram', index: 0, column: 4 },
    e: { kind: 'counter', index: 1, column: 5 },
  });
  expect([catalog.id, catalog.source, catalog.shape, catalog.counterNames, catalog.fixed]).toEqual([
    7,
    'ircd',
    { counters: 2, gauges: 2, histograms: 1 },
    ['b', 'e'],
    4,
  ]);
  expect(catalog.hash).toMatch(/^[0-9a-f]{32}$/);
});

describe('a list', () => {
  it('is the present version where that has all of it, in any order', () => {
    const first = use([gauge('a'), counter('b')]);
    expect([first.complete, rows(), store.current('ircd')]).toEqual([true, 1, first.catalog]);
    expect(use([counter('b'), gauge('a')]).catalog).toBe(first.catalog);
    expect(use([gauge('a'), counter('b')], 1_000, 'relay').catalog).not.toBe(first.catalog);
    expect([
      rows(),
      store.versions('ircd').length,
      [...store.all()].length,
      [...store.inUse()].length,
    ]).toEqual([2, 1, 2, 2]);
  });

  it('is another version where a metric is more, less, or of another kind or unit', () => {
    const { catalog } = use([gauge('a'), gauge('b')]);
    const others = [
      [gauge('a')],
      [gauge('a'), gauge('b'), gauge('c')],
      [gauge('a'), counter('b')],
      [gauge('a'), { ...gauge('b'), unit: 'bytes' as const }],
    ].map((metrics) => use(metrics).catalog);
    expect(new Set([catalog, ...others]).size).toBe(5);
    // What was there before is used again.
    expect(use([gauge('a'), gauge('b')]).catalog).toBe(catalog);
    expect([rows(), store.current('ircd')]).toEqual([5, catalog]);
  });

  it('that comes back is the present one after a start too', () => {
    const { catalog } = use([gauge('a')]);
    use([gauge('b')]);
    use([gauge('a')]);
    const again = new CatalogStore(database, () => {});
    expect(again.current('ircd')).toEqual(catalog);
    expect(again.get(catalog.id)).toEqual(catalog);
    expect([again.get(99), again.current('nobody')]).toEqual([null, null]);
    again.remove(again.get(catalog.id)!);
    expect([again.get(catalog.id), rows()]).toEqual([null, 1]);
  });

  it('that is damaged in the database is left out, and mended with its next use', () => {
    const { catalog } = use([gauge('a')]);
    database.exec(`UPDATE catalogs SET metrics = '[{"name":"b","kind":"gauge","unit":"count"}]'`);
    store.reload();
    expect(damaged).toEqual([
      `the metric list ${catalog.id}: it does not have the hash that stands beside it`,
    ]);
    expect(store.current('ircd')).toBeNull();
    expect(use([gauge('a')]).catalog).toEqual(catalog);
    expect(rows()).toBe(1);
  });
});

describe('series of instruments', () => {
  it('that are gone stay in the next version, as far as there is room', () => {
    use([gauge('a'), labelled(1), labelled(2)]);
    const { catalog } = use([gauge('a'), labelled(3)]);
    expect(catalog.metrics.map(({ name }) => name)).toEqual([
      'a',
      'depth{queue="3"}',
      'depth{queue="1"}',
      'depth{queue="2"}',
    ]);
    // The same without any of them needs no other.
    expect(use([gauge('a')]).catalog).toBe(catalog);
    const many = (count: number, from: number) => Array.from({ length: count }, (_, i) => labelled(from + i));
    const room = limits.catalogMetrics.default;
    expect(room).toBe(1_000);
    use([gauge('z'), ...many(10, 100)], 1_000, 'relay');
    expect(use([gauge('z'), ...many(989, 200)], 1_000, 'relay').catalog.metrics).toHaveLength(1_000);
    use([gauge('z'), ...many(10, 100)], 1_000, 'third');
    expect(use([gauge('z'), ...many(990, 200)], 1_000, 'third').catalog.metrics).toHaveLength(991);
  });

  it('bring thirty versions at once and then one in five minutes; a clock set back does not stop them', () => {
    const grow = (n: number, now: number) => use([gauge('a'), labelled(n)], now).complete;
    const start = 1_000_000_000;
    // The first is no growth.
    expect(grow(0, start)).toBe(true);
    const burst = Array.from({ length: 32 }, (_, i) => grow(i + 1, start));
    expect(burst).toEqual([...new Array(30).fill(true), false, false]);
    expect(grow(100, start + 299_999)).toBe(false);
    expect(store.current('ircd')?.places.has('depth{queue="100"}')).toBe(false);
    expect(grow(100, start + 300_000)).toBe(true);
    expect(grow(101, start + 300_000)).toBe(false);
    expect(grow(101, start + 599_999)).toBe(false);
    expect(grow(101, start + 600_000)).toBe(true);
    // Another source has its own pace.
    expect(use([gauge('a'), labelled(1)], start + 600_000, 'relay').complete).toBe(true);
    // Set back by a year: it waits no year.
    expect(grow(102, start - 31_536_000_000)).toBe(true);
  });

  it('wait where there are five hundred versions; a release does not', () => {
    for (let i = 0; i < 500; i++) use([gauge('a'), gauge(`f${i}`)], 1_000);
    expect(use([gauge('a'), gauge('f499'), labelled(1)], 1_000).complete).toBe(false);
    expect(use([gauge('a'), gauge('new')], 1_000).complete).toBe(true);
    expect(store.versions('ircd')).toHaveLength(501);
  });
});

it('shows what was recorded under an old name with the new one, and leaves names alone that are there', () => {
  const catalog = layOutCatalog(1, 'ircd', [gauge('old'), gauge('both'), gauge('now')]);
  const renamed = withNewNames(catalog, { old: 'new', both: 'now', absent: 'x' });
  expect(renamed.places.get('new')).toEqual(catalog.places.get('old'));
  expect(renamed.places.get('old')).toEqual(catalog.places.get('old'));
  expect(renamed.places.get('now')).toEqual(catalog.places.get('now'));
  expect([renamed.places.has('x'), renamed.id, catalog.places.has('new')]).toEqual([false, 1, false]);
  expect(withNewNames(catalog, { both: 'now', absent: 'x' })).toBe(catalog);
});

describe('the order of a sample', () => {
  it('is that of its list; what the list lacks has no place in it', () => {
    const plans = new FramePlans(store);
    use([gauge('a'), counter('b'), histogram('h'), gauge('c')]);
    plans.know('ircd', 4, [gauge('c'), histogram('h'), counter('b'), gauge('a')]);
    const plan = plans.planOf('ircd', 4, 1_000)!;
    // A histogram has seven figures.
    expect([plan.frameSize, plan.counterSlots, plan.gaugeSlots]).toEqual([10, [8], [9, 0]]);
    expect(plans.planOf('ircd', 4, 2_000)).toBe(plan);
    expect([plans.planOf('ircd', 5, 0), plans.planOf('nobody', undefined, 0)]).toEqual([null, null]);
    // Of a source that goes on after a start the present version, where no list was named.
    expect(plans.planOf('ircd', undefined, 0)?.catalog).toBe(store.current('ircd'));
    expect(plans.planOf('ircd', 0, 0)).toBeNull();
  });

  it('is remembered of the last sample alone', () => {
    const plans = new FramePlans(store);
    for (const id of [1, 2]) plans.know('ircd', id, [gauge('a')]);
    plans.know('relay', 1, [gauge('a')]);
    plans.settle([
      { source: 'ircd', catalog: 1 },
      { source: 'ircd', catalog: 2 },
    ]);
    expect([plans.planOf('ircd', 1, 0), plans.planOf('ircd', 2, 0)?.frameSize]).toEqual([null, 1]);
    expect(plans.planOf('relay', 1, 0)?.frameSize).toBe(1);
    plans.know('relay', undefined, [gauge('a'), gauge('b')]);
    plans.settle([{ source: 'relay' }]);
    expect([plans.planOf('relay', 1, 0), plans.planOf('relay', undefined, 0)?.frameSize]).toEqual([null, 2]);
  });

  it('is looked for again after ten seconds where not all of it is recorded yet', () => {
    const plans = new FramePlans(store);
    use([gauge('a')], 1_000);
    for (let i = 0; i < 30; i++) use([gauge('a'), labelled(i)], 1_000);
    plans.know('ircd', 1, [gauge('a'), labelled(77)]);
    const first = plans.planOf('ircd', 1, 1_000)!;
    expect(first.catalog.places.has('depth{queue="77"}')).toBe(false);
    expect(plans.planOf('ircd', 1, 10_999)).toBe(first);
    const second = plans.planOf('ircd', 1, 11_000)!;
    expect(second).not.toBe(first);
    const third = plans.planOf('ircd', 1, 301_000)!;
    expect(third.catalog.places.has('depth{queue="77"}')).toBe(true);
    expect(plans.planOf('ircd', 1, 9e9)).toBe(third);
    plans.reload();
    expect(plans.planOf('ircd', 1, 9e9)?.catalog).toBe(third.catalog);
    const others = new FramePlans(store);
    others.takeOver(plans);
    expect(others.planOf('ircd', 1, 9e9)?.frameSize).toBe(2);
  });
});

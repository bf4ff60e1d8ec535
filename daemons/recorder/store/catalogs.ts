/**
 * The metric lists of all sources, by version. A list is identified by its hash; when a daemon comes back with
 * another one, new rows point to the new version and old rows stay readable by the old one.
 *
 * Series of instruments, which have labels, come and go while a process runs. A version keeps those that it has, so that a
 * link that flaps needs none, and a process that makes new ones without end gets a new version once in five minutes.
 */
import { createHash } from 'node:crypto';
import { SignalboxError } from '../../../contract/errors.ts';
import type { MetricKind, MetricSpec } from '../../../contract/manifest.ts';
import type { Sqlite } from '../../runtime/files/sqlite.ts';
import type { RowShape } from '../codec/aggregate.ts';
import { limits } from '../limits.ts';
import { type OnDamagedRow, readRow } from './damaged-row.ts';

/** What is kept of a metric: help texts may change without making a new version. */
export type StoredMetric = Pick<MetricSpec, 'name' | 'kind' | 'unit'>;

/** Where a metric is. */
export interface MetricPlace {
  readonly kind: MetricKind;
  /** Its place among those of its kind. */
  readonly index: number;
  /** Its column in a chunk; 0 is that of the times. */
  readonly column: number;
}

/** One version of a source's metric list, with where everything stands in a row. */
export interface Catalog {
  readonly id: number;
  readonly source: string;
  readonly hash: string;
  readonly metrics: readonly StoredMetric[];
  readonly shape: RowShape;
  readonly counterNames: readonly string[];
  /** How many metrics have no labels. */
  readonly fixed: number;
  readonly places: ReadonlyMap<string, MetricPlace>;
}

function hashOf(metrics: readonly StoredMetric[]): string {
  return createHash('sha256').update(serialize(metrics)).digest('hex').slice(0, 32);
}

function serialize(metrics: readonly StoredMetric[]): string {
  return JSON.stringify(metrics.map(({ name, kind, unit }) => ({ name, kind, unit })));
}

/** Works out the places of a metric list. */
export function layOutCatalog(id: number, source: string, metrics: readonly StoredMetric[]): Catalog {
  const places = new Map<string, MetricPlace>();
  const counts = { counter: 0, gauge: 0, histogram: 0 };
  const counterNames: string[] = [];
  for (const [i, { name, kind }] of metrics.entries()) {
    places.set(name, { kind, index: counts[kind]++, column: i + 1 });
    if (kind === 'counter') counterNames.push(name);
  }
  return {
    id,
    source,
    hash: hashOf(metrics),
    metrics,
    shape: { counters: counts.counter, gauges: counts.gauge, histograms: counts.histogram },
    counterNames,
    fixed: metrics.filter(({ name }) => !isLabelled(name)).length,
    places,
  };
}

/** Of an instrument, which a process may make and close while it runs. */
function isLabelled(id: string): boolean {
  return id.includes('{');
}

function has(catalog: Catalog, { name, kind, unit }: StoredMetric): boolean {
  const place = catalog.places.get(name);
  return place?.kind === kind && catalog.metrics[place.column - 1]?.unit === unit;
}

/** Series of instruments that the version before had and that are gone, as far as there is room. */
function keptOf(before: Catalog | undefined, metrics: readonly StoredMetric[]): StoredMetric[] {
  if (before === undefined) return [];
  const names = new Set(metrics.map(({ name }) => name));
  const gone = before.metrics.filter(({ name }) => isLabelled(name) && !names.has(name));
  return metrics.length + gone.length > limits.catalogMetrics.default ? [] : gone;
}

/**
 * The same list, with the metrics of old names under the new ones too; the rows that point to it are the same.
 * @param renamed old name -> new name
 */
export function withNewNames(catalog: Catalog, renamed: Readonly<Record<string, string>>): Catalog {
  const places = new Map(catalog.places);
  for (const [before, now] of Object.entries(renamed)) {
    const place = catalog.places.get(before);
    if (place !== undefined && !places.has(now)) places.set(now, place);
  }
  return places.size === catalog.places.size ? catalog : { ...catalog, places };
}

interface CatalogRow {
  readonly id: number;
  readonly source: string;
  readonly metrics: string;
  readonly hash: string;
}

/** Throws for a row that is not what was written: the hash tells. */
function readCatalog({ id, source, metrics, hash }: CatalogRow): Catalog {
  const catalog = layOutCatalog(id, source, JSON.parse(metrics) as StoredMetric[]);
  if (catalog.hash !== hash) throw new Error('it does not have the hash that stands beside it');
  return catalog;
}

/** All catalogs of the database, and the one that each source uses now. */
export class CatalogStore {
  readonly #byId = new Map<number, Catalog>();
  readonly #current = new Map<string, Catalog>();
  /** Source -> see {@link #mayGrow}. */
  readonly #growth = new Map<string, number>();
  readonly #insert;
  readonly #takeTurn;
  readonly #remove;
  readonly #all;
  readonly #onDamaged: OnDamagedRow;

  constructor(database: Sqlite, onDamaged: OnDamagedRow) {
    this.#onDamaged = onDamaged;
    const nextTurn = '(SELECT ifnull(max(turn), 0) + 1 FROM catalogs)';
    this.#insert = database
      .prepare<[string, string, string, number], number>(
        // A version whose list could not be read any more is readable again with its first use.
        `INSERT INTO catalogs (source, hash, metrics, first_seen, turn) VALUES (?, ?, ?, ?, ${nextTurn}) ` +
          'ON CONFLICT (source, hash) DO UPDATE SET metrics = excluded.metrics, turn = excluded.turn RETURNING id',
      )
      .pluck();
    this.#takeTurn = database.prepare<[number]>(`UPDATE catalogs SET turn = ${nextTurn} WHERE id = ?`);
    this.#remove = database.prepare<[number]>('DELETE FROM catalogs WHERE id = ?');
    this.#all = database.prepare<[], CatalogRow>(
      'SELECT id, source, metrics, hash FROM catalogs ORDER BY turn',
    );
    this.reload();
  }

  /** Reads everything again, after a transaction was rolled back. */
  reload(): void {
    this.#byId.clear();
    this.#current.clear();
    for (const row of this.#all.all()) {
      const catalog = readRow(`the metric list ${row.id}`, this.#onDamaged, () => readCatalog(row), null);
      if (catalog === null) continue;
      this.#byId.set(row.id, catalog);
      this.#current.set(row.source, catalog);
    }
  }

  /**
   * The version that samples of `source` with this list follow from now on: the present one where it has all of the list,
   * else an earlier one, else a new one. Where there were too many new ones lately it is the present one, and `complete` is
   * false: what it lacks is not recorded yet. Throws `limit_reached`. `now` in Unix milliseconds.
   */
  use(
    source: string,
    metrics: readonly StoredMetric[],
    now: number,
  ): { readonly catalog: Catalog; readonly complete: boolean } {
    const current = this.#current.get(source);
    const fixed = metrics.filter(({ name }) => !isLabelled(name)).length;
    const serves = (catalog: Catalog) => catalog.fixed === fixed && metrics.every((one) => has(catalog, one));
    if (current !== undefined && serves(current)) return { catalog: current, complete: true };
    const earlier = this.versions(source).findLast(serves);
    if (earlier !== undefined) {
      this.#takeTurn.run(earlier.id);
      this.#current.set(source, earlier);
      return { catalog: earlier, complete: true };
    }
    // Without its fixed metrics a source would have gaps; those come with a release and not by the minute.
    const goesOn = current !== undefined && metrics.every((one) => isLabelled(one.name) || has(current, one));
    const mayWait = goesOn && current.fixed === fixed;
    const full = this.#byId.size >= limits.catalogs.default;
    const grown = this.versions(source).length >= limits.catalogVersions.default;
    if (mayWait && (full || grown || !this.#mayGrow(source, now)))
      return { catalog: current, complete: false };
    if (full) {
      throw new SignalboxError(
        'limit_reached',
        `The database holds ${this.#byId.size} metric lists already.`,
      );
    }
    const list = [...metrics, ...keptOf(current, metrics)];
    const hash = hashOf(list);
    const id = this.#insert.get(source, hash, serialize(list), now)!;
    const catalog = layOutCatalog(id, source, list);
    this.#byId.set(catalog.id, catalog);
    this.#current.set(source, catalog);
    return { catalog, complete: true };
  }

  /** Counts a new version of a source that goes on; false where there were too many lately. */
  #mayGrow(source: string, now: number): boolean {
    const waitMs = limits.catalogGrowthSeconds.default * 1_000;
    const burst = limits.catalogGrowthBurst.default;
    // When the last one would have come, had they come evenly.
    const paced = Math.max(this.#growth.get(source) ?? 0, now - (burst - 1) * waitMs);
    // A clock that was set back must not stop the growth for as long.
    if (paced > now && paced <= now + burst * waitMs) return false;
    this.#growth.set(source, Math.min(paced, now) + waitMs);
    return true;
  }

  get(id: number): Catalog | null {
    return this.#byId.get(id) ?? null;
  }

  current(source: string): Catalog | null {
    return this.#current.get(source) ?? null;
  }

  /** Every version that rows of `source` may point to. */
  versions(source: string): Catalog[] {
    return [...this.#byId.values()].filter((catalog) => catalog.source === source);
  }

  /** The catalog that each source uses now. */
  inUse(): Iterable<Catalog> {
    return this.#current.values();
  }

  all(): Iterable<Catalog> {
    return this.#byId.values();
  }

  /** Forgets a version that no row points to and no source uses. */
  remove(catalog: Catalog): void {
    this.#remove.run(catalog.id);
    this.#byId.delete(catalog.id);
  }
}

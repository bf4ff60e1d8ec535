/**
 * The metric lists of all sources, by version. A list is identified by its hash; when a daemon comes back with
 * another one, new rows point to the new version and old rows stay readable by the old one.
 */
import { createHash } from 'node:crypto';
import { SignalboxError } from '../../../contract/errors.ts';
import type { MetricKind, MetricSpec } from '../../../contract/manifest.ts';
import { HISTOGRAM_FIELDS } from '../../../contract/metric-frame.ts';
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

/** One version of a source's metric list, with where everything stands in a frame and in a row. */
export interface Catalog {
  readonly id: number;
  readonly source: string;
  readonly hash: string;
  readonly metrics: readonly StoredMetric[];
  readonly shape: RowShape;
  /** Length of the `values` of a sample. */
  readonly frameSize: number;
  /** Frame slot of each counter and gauge, in row order. */
  readonly counterSlots: readonly number[];
  readonly gaugeSlots: readonly number[];
  readonly counterNames: readonly string[];
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
  const counterSlots: number[] = [];
  const gaugeSlots: number[] = [];
  const counterNames: string[] = [];
  let histograms = 0;
  let slot = 0;
  for (const [i, { name, kind }] of metrics.entries()) {
    const column = i + 1;
    if (kind === 'histogram') {
      places.set(name, { kind, index: histograms++, column });
      slot += HISTOGRAM_FIELDS.length;
      continue;
    }
    const slots = kind === 'counter' ? counterSlots : gaugeSlots;
    places.set(name, { kind, index: slots.length, column });
    if (kind === 'counter') counterNames.push(name);
    slots.push(slot++);
  }
  return {
    id,
    source,
    hash: hashOf(metrics),
    metrics,
    shape: { counters: counterSlots.length, gauges: gaugeSlots.length, histograms },
    frameSize: slot,
    counterSlots,
    gaugeSlots,
    counterNames,
    places,
  };
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

  /** Makes this list the one that samples of `source` follow. Throws `limit_reached`. */
  use(source: string, metrics: readonly StoredMetric[], now: number): Catalog {
    const hash = hashOf(metrics);
    const current = this.#current.get(source);
    if (current?.hash === hash) return current;
    for (const catalog of this.#byId.values()) {
      if (catalog.source !== source || catalog.hash !== hash) continue;
      this.#takeTurn.run(catalog.id);
      this.#current.set(source, catalog);
      return catalog;
    }
    if (this.#byId.size >= limits.catalogs.default) {
      throw new SignalboxError(
        'limit_reached',
        `The database holds ${this.#byId.size} metric lists already.`,
      );
    }
    const id = this.#insert.get(source, hash, serialize(metrics), now)!;
    const catalog = layOutCatalog(id, source, metrics);
    this.#byId.set(catalog.id, catalog);
    this.#current.set(source, catalog);
    return catalog;
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

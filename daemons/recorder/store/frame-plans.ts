/**
 * From the values of a sample, which are in the order that a process has at the moment, into the catalog that its rows
 * follow. Main numbers the lists of each source and sends one with the first batch that needs it; of each source the list of
 * the last sample is remembered. A catalog may hold series that a list lacks: they have nothing in that sample.
 */
import { HISTOGRAM_FIELDS } from '../../../contract/metric-frame.ts';
import type { Catalog, CatalogStore, StoredMetric } from './catalogs.ts';

/** Where the figures of a catalog are in a sample. */
export interface FramePlan {
  readonly catalog: Catalog;
  /** Length of the `values` of a sample. */
  readonly frameSize: number;
  /** Slot of each counter and gauge in row order; -1 where the sample has none. */
  readonly counterSlots: readonly number[];
  readonly gaugeSlots: readonly number[];
}

interface List {
  readonly metrics: readonly StoredMetric[];
  plan: FramePlan | null;
  /** When to look again for a catalog that has all of it, Unix milliseconds. */
  retryAt: number;
}

/** A list that did not get a catalog of its own is tried again after this, in milliseconds. */
const RETRY_MS = 10_000;

/** Stands for a list without a number; those of main begin at 1. */
const UNNUMBERED = 0;

/** The lists of all sources. */
export class FramePlans {
  readonly #catalogs: CatalogStore;
  /** Source -> number of a list -> list. */
  readonly #lists = new Map<string, Map<number, List>>();

  constructor(catalogs: CatalogStore) {
    this.#catalogs = catalogs;
  }

  /** Takes a list of main over. */
  know(source: string, id: number | undefined, metrics: readonly StoredMetric[]): void {
    let lists = this.#lists.get(source);
    if (lists === undefined) {
      lists = new Map();
      this.#lists.set(source, lists);
    }
    lists.set(id ?? UNNUMBERED, { metrics, plan: null, retryAt: 0 });
  }

  /** Where the values of a list go; null for a list that nobody has sent. Part of the caller's transaction. */
  planOf(source: string, id: number | undefined, now: number): FramePlan | null {
    const list = this.#lists.get(source)?.get(id ?? UNNUMBERED);
    if (list === undefined) {
      // The recorder was started anew, and the source goes on as before.
      const current = id === undefined ? this.#catalogs.current(source) : null;
      return current === null ? null : planFor(current, current.metrics);
    }
    if (list.plan !== null && now < list.retryAt) return list.plan;
    const { catalog, complete } = this.#catalogs.use(source, list.metrics, now);
    list.retryAt = complete ? Number.POSITIVE_INFINITY : now + RETRY_MS;
    list.plan = planFor(catalog, list.metrics);
    return list.plan;
  }

  /** After a batch: main sends again what is not the list of a source's last sample. */
  settle(samples: readonly { readonly source: string; readonly catalog?: number | undefined }[]): void {
    const last = new Map(samples.map(({ source, catalog }) => [source, catalog ?? UNNUMBERED]));
    for (const [source, id] of last) {
      const lists = this.#lists.get(source);
      for (const known of lists?.keys() ?? []) if (known !== id) lists?.delete(known);
    }
  }

  /** After a transaction was rolled back: catalogs that it made are not there. */
  reload(): void {
    for (const lists of this.#lists.values()) for (const list of lists.values()) list.plan = null;
  }

  /** Knows what another knew, of a file that was lost. */
  takeOver(other: FramePlans): void {
    for (const [source, lists] of other.#lists)
      for (const [id, { metrics }] of lists) this.know(source, id, metrics);
  }
}

function planFor(catalog: Catalog, metrics: readonly StoredMetric[]): FramePlan {
  const counterSlots = new Array<number>(catalog.shape.counters).fill(-1);
  const gaugeSlots = new Array<number>(catalog.shape.gauges).fill(-1);
  let slot = 0;
  for (const { name, kind } of metrics) {
    const place = catalog.places.get(name);
    if (place?.kind === kind && kind === 'counter') counterSlots[place.index] = slot;
    if (place?.kind === kind && kind === 'gauge') gaugeSlots[place.index] = slot;
    slot += kind === 'histogram' ? HISTOGRAM_FIELDS.length : 1;
  }
  return { catalog, frameSize: slot, counterSlots, gaugeSlots };
}

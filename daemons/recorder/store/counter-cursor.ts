/**
 * Turns the totals of counters into increases. A total starts at 0 with every process, so a source is followed by
 * process (run of the app and instance): within one the increase is the difference, in a new one the whole total.
 * Stored after every append, so that the recorder may restart in between.
 */

import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { storable } from '../codec/byte-codec.ts';
import type { Catalog } from './catalogs.ts';

/** Which process a sample comes from. */
export interface ProcessIdentity {
  /** Names one run of the app. */
  readonly epoch: string;
  /** Rises with every process of that source within the run. */
  readonly instance: number;
}

/** Where a source stands. */
export interface Cursor extends ProcessIdentity {
  readonly catalog: Catalog;
  /** Unix milliseconds of the last sample. */
  readonly time: number;
  readonly totals: Float64Array;
}

/** Span of the first sample of a process whose start is not known: daemons send one a second. */
const NOMINAL_SPAN_MS = 1_000;

/** By how much the counters of a source rose since the sample before. */
export interface Increase {
  /** One a counter of the catalog. */
  readonly increases: Float64Array;
  /** Milliseconds in which they came about; 0 where the totals have nothing to be compared with. */
  readonly spanMs: number;
  /** Null where the sample comes from a process that was replaced meanwhile. */
  readonly cursor: Cursor | null;
}

/**
 * The increases since `previous`. A first sample ever tells none, since its totals may be of any age. `startedAt` is
 * when the source's process was last started (Unix milliseconds), null where nobody said.
 */
export function increaseSince(
  previous: Cursor | null,
  sample: ProcessIdentity & {
    readonly catalog: Catalog;
    readonly time: number;
    readonly totals: Float64Array;
  },
  startedAt: number | null,
): Increase {
  const { catalog, totals, epoch, instance, time } = sample;
  const cursor: Cursor = { epoch, instance, catalog, time, totals };
  const increases = new Float64Array(totals.length);
  if (previous === null) return { increases, spanMs: 0, cursor };
  const sameRun = previous.epoch === epoch;
  if (sameRun && instance < previous.instance) return { increases, spanMs: 0, cursor: null };
  const sameProcess = sameRun && instance === previous.instance;
  for (let i = 0; i < totals.length; i++) {
    const total = totals[i]!;
    const before = sameProcess ? previousTotal(previous, catalog, i) : 0;
    if (before === null) continue;
    increases[i] = storable(total >= before ? total - before : total);
  }
  const since = sameProcess ? previous.time : Math.max(previous.time, startedAt ?? time - NOMINAL_SPAN_MS);
  const elapsed = Math.round(time - since);
  return { increases, spanMs: elapsed > 0 ? elapsed : NOMINAL_SPAN_MS, cursor };
}

/**
 * The total that counter `index` of `catalog` had; null where the earlier catalog did not have that counter. One with labels
 * was made meanwhile, and began at 0.
 */
function previousTotal(previous: Cursor, catalog: Catalog, index: number): number | null {
  if (previous.catalog === catalog) return previous.totals[index]!;
  const name = catalog.counterNames[index]!;
  const place = previous.catalog.places.get(name);
  if (place === undefined && name.includes('{')) return 0;
  return place?.kind === 'counter' ? previous.totals[place.index]! : null;
}

interface SourceRow {
  readonly source: string;
  readonly catalog: number;
  readonly epoch: string;
  readonly instance: number;
  readonly time: number;
  readonly counters: Uint8Array;
}

/** The stored cursors. */
export class CursorTable {
  readonly #all;
  readonly #save;

  constructor(database: Sqlite) {
    this.#all = database.prepare<[], SourceRow>('SELECT * FROM sources');
    this.#save = database.prepare<[string, number, string, number, number, Uint8Array]>(
      'INSERT OR REPLACE INTO sources (source, catalog, epoch, instance, time, counters) VALUES (?, ?, ?, ?, ?, ?)',
    );
  }

  /** Every source with its cursor; `catalogOf` answers null for a catalog that is gone. */
  load(catalogOf: (id: number) => Catalog | null): Cursor[] {
    const cursors: Cursor[] = [];
    for (const row of this.#all.all()) {
      const catalog = catalogOf(row.catalog);
      if (catalog === null || row.counters.byteLength !== catalog.shape.counters * 8) continue;
      // A copy, because the bytes of SQLite need not be aligned to eight.
      const totals = new Float64Array(row.counters.slice().buffer);
      cursors.push({ catalog, epoch: row.epoch, instance: row.instance, time: row.time, totals });
    }
    return cursors;
  }

  save({ catalog, epoch, instance, time, totals }: Cursor): void {
    const bytes = new Uint8Array(totals.buffer, totals.byteOffset, totals.byteLength);
    this.#save.run(catalog.source, catalog.id, epoch, instance, Math.round(time), bytes);
  }
}

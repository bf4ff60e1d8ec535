/**
 * Keeps the file bounded: with every append it removes a limited number of rows that are past their time, and gives
 * free pages back once there are far more than will be reused. Nothing runs on a timer: where nothing is written,
 * nothing grows.
 */

import type { Sqlite } from '../../runtime/files/sqlite.ts';
import { limits } from '../limits.ts';
import type { AuditLog } from './audit-log.ts';
import type { CatalogStore } from './catalogs.ts';
import type { ChunkTables } from './chunk-table.ts';
import type { SampleStore } from './sample-store.ts';
import type { StateLog } from './state-log.ts';
import { type TierKeep, tierKeep } from './tiers.ts';

/** How long everything is kept; from the configuration. */
export interface Keep {
  readonly historyDays: number;
  readonly auditRows: number;
  readonly auditDays: number;
}

/** The tables that are kept bounded. */
export interface RetentionParts {
  readonly catalogs: CatalogStore;
  readonly samples: SampleStore;
  readonly tables: ChunkTables;
  readonly audit: AuditLog;
  readonly states: StateLog;
}

const DAY_MS = 86_400_000;

/** Runs as part of each append. */
export class Retention {
  readonly #parts: RetentionParts;
  readonly #freePages;
  readonly #release;

  constructor(database: Sqlite, parts: RetentionParts) {
    this.#parts = parts;
    this.#freePages = () => Number(database.pragma('freelist_count', { simple: true }));
    this.#release = (pages: number) => void database.pragma(`incremental_vacuum(${pages})`);
  }

  /** One step, part of the append's transaction. `now` in Unix milliseconds. */
  step(now: number, keep: Keep): void {
    this.#pruneSamples(Math.floor(now / 1_000), tierKeep(keep.historyDays));
    const limit = limits.deletesPerAppend.default;
    this.#parts.audit.prune(keep.auditRows, now - keep.auditDays * DAY_MS, limit);
    this.#parts.states.prune(limits.stateRows.default, now - keep.historyDays * DAY_MS, limit);
  }

  #pruneSamples(nowSeconds: number, keep: TierKeep): void {
    const { catalogs, samples, tables } = this.#parts;
    const needed = samples.heldSince();
    const slack = limits.retentionSlackSeconds.default;
    const unused = [];
    for (const table of tables) {
      let budget: number = limits.chunksDeletedPerAppend.default;
      const cutoff = Math.min(nowSeconds - keep[table.tier.name] - slack, needed);
      for (const catalog of catalogs.all()) {
        if (budget > 0) budget -= table.deleteBefore(catalog, cutoff, budget);
      }
    }
    for (const catalog of catalogs.all()) {
      if (catalogs.current(catalog.source) === catalog) continue;
      if (tables.every((table) => table.oldest(catalog) === null)) unused.push(catalog);
    }
    for (const catalog of unused) catalogs.remove(catalog);
  }

  /** Gives free pages back to the file system where there are too many; outside of a transaction. */
  releaseSpace(): void {
    if (this.#freePages() > limits.freePagesKept.default + limits.vacuumPages.default) {
      this.#release(limits.vacuumPages.default);
    }
  }
}

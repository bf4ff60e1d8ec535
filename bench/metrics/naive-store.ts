/**
 * The rival of the recorder: what one writes without thinking, one row for each metric and second, on the same SQLite
 * with the same pragmas and the same three tiers. A histogram is one row too, its p99: less than the recorder keeps,
 * and averaged where points are merged, which is wrong but fast. Used by bench/metrics/recorder.ts.
 */
import { statSync } from 'node:fs';
import type { SqliteConstructor } from '../../daemons/runtime/files/sqlite.ts';
import { METRICS, random, SOURCES } from './synthetic.ts';

const TIERS = [
  { table: 'naive_1s', step: 1, seconds: 3_600 },
  { table: 'naive_10s', step: 10, seconds: 86_400 },
  { table: 'naive_1m', step: 60, seconds: 30 * 86_400 },
] as const;

const PER_SOURCE = METRICS.length;

export class NaiveStore {
  readonly #file: string;
  readonly #database;
  readonly #inserts;
  readonly #appendSecond;

  constructor(sqlite: SqliteConstructor, file: string) {
    this.#file = file;
    this.#database = new sqlite(file);
    this.#database.pragma('page_size = 8192');
    this.#database.pragma('journal_mode = WAL');
    this.#database.pragma('synchronous = FULL');
    this.#database.pragma('cache_size = -8192');
    for (const { table } of TIERS) {
      this.#database.exec(
        `CREATE TABLE ${table} (metric INTEGER, time INTEGER, value REAL, PRIMARY KEY (metric, time)) WITHOUT ROWID`,
      );
    }
    this.#inserts = TIERS.map(({ table }) =>
      this.#database.prepare<[number, number, number]>(`INSERT OR REPLACE INTO ${table} VALUES (?, ?, ?)`),
    );
    this.#appendSecond = this.#database.transaction((second: number) => {
      const insert = this.#inserts[0]!;
      for (let metric = 0; metric < SOURCES.length * PER_SOURCE; metric++)
        insert.run(metric, second, random() * 1e6);
    });
  }

  /** One row for each metric of every source, in one transaction. */
  append(second: number): void {
    this.#appendSecond.immediate(second);
  }

  /** Fills all tiers up to `now`. */
  fill(now: number): void {
    this.#database.pragma('synchronous = OFF');
    for (const [i, { step, seconds }] of TIERS.entries()) {
      const insert = this.#inserts[i]!;
      for (let metric = 0; metric < SOURCES.length * PER_SOURCE; metric++) {
        this.#database.transaction(() => {
          for (let time = now - seconds; time < now; time += step) insert.run(metric, time, random() * 1e6);
        })();
      }
    }
    this.#database.pragma('synchronous = FULL');
    this.#database.pragma('wal_checkpoint(TRUNCATE)');
  }

  /** Means of the first `metrics` metrics over a range in steps, from the tier that the recorder would use. */
  query(metrics: number, from: number, to: number, tierStep: number, step: number): number {
    const { table } = TIERS.find((tier) => tier.step === tierStep) ?? TIERS[2];
    const list = Array.from({ length: metrics }, (_, i) => i).join(',');
    return this.#database
      .prepare(
        `SELECT metric, time / ${step} AS point, avg(value) FROM ${table} ` +
          `WHERE metric IN (${list}) AND time >= ? AND time < ? GROUP BY metric, point`,
      )
      .raw()
      .all(from, to).length;
  }

  bytes(): number {
    return statSync(this.#file).size;
  }

  close(): void {
    this.#database.close();
  }
}

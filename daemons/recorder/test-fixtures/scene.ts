/** A recorder on a file of its own with a clock that the test turns, and batches for it. Used by the tests here. */
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { bucketOf, Histogram } from '../../../contract/histogram.ts';
import type { NewAuditEntry } from '../../../contract/history-batch.ts';
import { HISTOGRAM_FIELDS } from '../../../contract/metric-frame.ts';
import { encodeJournalLine, type JournalRecord, segmentName } from '../../runtime/files/journal-format.ts';
import type { SqliteConstructor } from '../../runtime/files/sqlite.ts';
import { KEPT_MIDDLES, keptBucketOf } from '../codec/kept-histogram.ts';
import { Recorder } from '../recorder.ts';
import { type AppendBatch, appendArgs } from '../store/batch.ts';
import type { StoredMetric } from '../store/catalogs.ts';
import type { ChunkEncoder } from '../store/chunk-closer.ts';
import type { Keep } from '../store/retention.ts';
import type { FileLoss } from '../store/store-file.ts';

/** A time on a whole minute, Unix seconds. */
export const NOON = 1_790_000_040;

export const METRICS: readonly StoredMetric[] = [
  { name: 'things_total', kind: 'counter', unit: 'count' },
  { name: 'level', kind: 'gauge', unit: 'count' },
  { name: 'wait_seconds', kind: 'histogram', unit: 'seconds' },
  { name: 'load_ratio', kind: 'gauge', unit: 'ratio' },
];

/** What a sample says, by metric; histograms as lists of nanoseconds. */
export interface Said {
  readonly things_total?: number;
  readonly level?: number;
  readonly load_ratio?: number;
  readonly wait_seconds?: readonly number[];
}

export function sample(
  second: number,
  said: Said,
  source = 'ircd',
  instance = 1,
): AppendBatch['samples'][number] {
  const values = new Float64Array(3 + HISTOGRAM_FIELDS.length);
  values[0] = said.things_total ?? 0;
  values[1] = said.level ?? 0;
  values[2 + HISTOGRAM_FIELDS.length] = said.load_ratio ?? 0;
  const histogram = new Histogram();
  for (const ns of said.wait_seconds ?? []) histogram.record(ns);
  const intervals = histogram.count === 0 ? [] : [{ metric: 'wait_seconds', buckets: histogram.toSparse() }];
  return { source, instance, time: second * 1_000 + 300, values, intervals };
}

/** What history shows for a latency of `ns`: the middle of the bucket that keeps it. */
export function keptSeconds(ns: number): number {
  return KEPT_MIDDLES[keptBucketOf(bucketOf(ns))] ?? Number.NaN;
}

/**
 * A database that waits for no disk: a test commits thousands of times what the recorder commits once a second. A process that
 * is killed loses nothing by it, only a machine without power does.
 */
const Hasty = class extends Database {
  override pragma(source: string, options?: Database.PragmaOptions): unknown {
    return super.pragma(source.replace(/^synchronous = FULL$/, 'synchronous = OFF'), options);
  }
} as unknown as SqliteConstructor;

/** A recorder in a temporary folder. */
export class Scene {
  readonly folder: string;
  readonly file: string;
  readonly losses: FileLoss[] = [];
  readonly jumps: number[] = [];
  readonly damaged: string[] = [];
  /** Unix seconds that really have passed. */
  now = NOON;
  /** By how many seconds the system's clock is wrong. */
  wrong = 0;
  /** Which run of main sends. */
  epoch = 'run-1';
  recorder: Recorder;
  readonly journal: string;
  #batch = 0;
  readonly #run = randomBytes(6).toString('hex');
  #entries = 0;
  #keep: Keep;
  readonly #encoder: ChunkEncoder | undefined;

  /** Without an encoder chunks are encoded by the append that fills them. */
  constructor(keep: Partial<Keep> = {}, encoder?: ChunkEncoder) {
    this.#encoder = encoder;
    this.folder = mkdtempSync(join(tmpdir(), 'signalbox-recorder-'));
    this.file = join(this.folder, 'signalbox.db');
    // Elsewhere, as in a real data directory: some tests take the recorder's folder away.
    this.journal = mkdtempSync(join(tmpdir(), 'signalbox-journal-'));
    this.#keep = { historyDays: 30, auditDays: 365, auditRows: 100_000, ...keep };
    this.recorder = this.open();
  }

  open(sqlite: SqliteConstructor = Hasty): Recorder {
    return new Recorder({
      sqlite,
      file: this.file,
      keep: this.#keep,
      now: () => (this.now + this.wrong) * 1_000,
      uptime: () => this.now * 1_000,
      onLoss: (loss) => this.losses.push(loss),
      onClockJump: (jumpMs) => this.jumps.push(jumpMs),
      onDamagedRow: (message) => this.damaged.push(message),
      ...(this.#encoder === undefined ? {} : { encoder: this.#encoder }),
    });
  }

  async restart(): Promise<void> {
    await this.recorder.close();
    this.recorder = this.open();
  }

  /** Appends under the next batch number; the catalog goes along with the first. */
  append(parts: Partial<Omit<AppendBatch, 'batch'>>) {
    const batch = this.#batch++;
    const catalogs =
      batch === 0 ? ['ircd', 'relay'].map((source) => ({ source, metrics: [...METRICS] })) : [];
    return this.recorder.append(appendArgs.parse({ epoch: this.epoch, catalogs, ...parts, batch }));
  }

  /** Writes records to a segment as main does; the recorder reads them in {@link takeJournal}. */
  writeJournal(records: readonly JournalRecord[], number = 1, run = '0123456789ab'): string {
    const path = join(this.journal, segmentName(number, run));
    appendFileSync(path, records.map(encodeJournalLine).join(''));
    return path;
  }

  /** Has the recorder read all of the journal; answers what the steps said together. */
  takeJournal(recorder = this.recorder, run?: string) {
    const steps = [];
    do steps.push(recorder.takeJournal(this.journal, run));
    while (steps.at(-1)?.more);
    return {
      stored: steps.reduce((sum, { stored }) => sum + stored, 0),
      damaged: steps.flatMap(({ damaged }) => damaged),
      unreadable: steps.at(-1)?.unreadable ?? [],
      done: steps.at(-1)?.done ?? [],
    };
  }

  /** Brings audit entries into the database, through the journal, whose segment main then removes. */
  audit(entries: readonly NewAuditEntry[], recorder = this.recorder): number {
    const records = entries.map((entry) => {
      return { kind: 'entry', key: `${this.#run}-${++this.#entries}`, entry } as const;
    });
    const path = this.writeJournal(records, 90_000_000 + this.#entries);
    try {
      return this.takeJournal(recorder).stored;
    } finally {
      rmSync(path);
    }
  }

  /** Appends one sample a second from `from`, and turns the clock along. */
  play(from: number, said: readonly Said[], source = 'ircd', instance = 1): void {
    for (const [i, each] of said.entries()) {
      this.now = Math.max(this.now, from + i);
      this.append({ samples: [sample(from + i, each, source, instance)] });
    }
  }

  /** One number of the file. */
  count(sql: string, ...values: readonly string[]): number {
    const database = new Database(this.file, { readonly: true });
    try {
      return (
        database
          .prepare<string[], number>(sql)
          .pluck()
          .get(...values) ?? Number.NaN
      );
    } finally {
      database.close();
    }
  }

  /** Series of one source by `metric:stat`. */
  async series(
    from: number,
    to: number,
    points: number,
    metrics = METRICS.map(({ name }) => name),
    source = 'ircd',
  ) {
    const result = await this.recorder.history({ source, metrics, from, to, points });
    const series = Object.fromEntries(
      result.series.map(({ metric, stat, values }) => [`${metric}:${stat}`, values]),
    );
    return { ...result, series };
  }

  async close(): Promise<void> {
    await this.recorder.close();
    for (const folder of [this.folder, this.journal]) rmSync(folder, { recursive: true, force: true });
  }
}

/** Everything the window holds about one process: its samples, logs, tables and the stream that fills them. */
import { type Catalog, FIRST_REVISION } from '../../contract/link/catalog.ts';
import { layoutOf, type MetricFrame } from '../../contract/metric-frame.ts';
import { OWN_METRICS_FROM } from '../../contract/metric-specs.ts';
import type { ControlClient } from '../client/control-client.ts';
import { SourceStream } from '../client/source-stream.ts';
import { LogBook } from '../logs/log-book.ts';
import { backfillOf, backfillQueries } from '../samples/backfill.ts';
import { GAP_S, SampleColumns } from '../samples/sample-columns.ts';
import { TableFeed } from '../tables/table-feed.ts';

/** Catalogs that are kept: frames of one may be on their way when the next is told. */
const CATALOGS_KEPT = 4;

export class SourceModel {
  readonly id: string;
  /** Names it among the sources of all hosts. */
  readonly key: string;
  readonly samples: SampleColumns;
  readonly logs: LogBook;
  readonly stream: SourceStream;
  /** When the newest frame arrived, on this machine's clock; 0 before the first. */
  arrivedAt = 0;
  readonly #client: ControlClient;
  readonly #onPast: () => void;
  readonly #tables = new Map<string, TableFeed>();
  /** By revision, of the process that is streamed from. */
  readonly #catalogs = new Map<number, Catalog>();
  readonly #declared: Catalog;
  /** Of the layout of the samples. */
  #revision: number;
  /** The unknown revision that was asked for. */
  #asked = 0;
  readonly #layoutListeners = new Set<() => void>();
  /** The process that is streamed from; null while there is none. */
  #instance: number | null = null;
  #lastInstance: number | null = null;
  #followsLogs = false;
  /** A stream was opened and has sent no frame yet. */
  #awaitsFrame = false;

  /**
   * `host` is the id of the host that it belongs to. `onFrame` is called after each frame was taken over, with whether a metric of the daemon's own has changed; else a
   * second has passed for its process. `onPast` is called when what was before the window is there too.
   */
  constructor(
    client: ControlClient,
    host: string,
    id: string,
    catalog: Catalog,
    onFrame: (changed: boolean) => void,
    onPast: () => void,
  ) {
    this.id = id;
    this.key = JSON.stringify([host, id]);
    this.#client = client;
    this.#onPast = onPast;
    this.#declared = catalog;
    this.#catalogs.set(catalog.revision, catalog);
    this.#revision = catalog.revision;
    this.samples = new SampleColumns(layoutOf(catalog.metrics));
    this.logs = new LogBook(id);
    this.stream = new SourceStream((handlers) => client.openStream(id, handlers), {
      opened: (instance) => this.#opened(instance),
      catalog: (described) => this.#described(described),
      frame: (frame) => {
        if (!this.#follows(frame)) return;
        this.arrivedAt = Date.now();
        const changed = this.#changes(frame);
        const before = this.samples.lastTime;
        this.samples.push(frame);
        onFrame(changed);
        // Only now, so that the first live number does not wait for the past.
        if (this.#awaitsFrame && this.samples.lastTime - before > GAP_S) void this.#backfill();
        this.#awaitsFrame = false;
      },
      logs: (instance, records, dropped) => this.logs.addLive(instance, records, dropped),
      rows: (table, time, rows, total) => this.table(table).set({ time, rows, total }),
      denied: (table, reason) => this.table(table).deny(reason),
    });
  }

  /** Calls `listener` whenever the layout of the samples is another; returns the function that ends it. */
  readonly onLayout = (listener: () => void): (() => void) => {
    this.#layoutListeners.add(listener);
    return () => this.#layoutListeners.delete(listener);
  };

  #described(catalog: Catalog): void {
    this.#catalogs.set(catalog.revision, catalog);
    for (const revision of this.#catalogs.keys())
      if (this.#catalogs.size > CATALOGS_KEPT) this.#catalogs.delete(revision);
  }

  /** Brings the layout in line with a frame; one of an unknown catalog is given back, and the process is asked for it. */
  #follows({ revision }: MetricFrame): boolean {
    if (revision === this.#revision) return true;
    const catalog = this.#catalogs.get(revision);
    if (catalog === undefined) {
      if (this.#asked !== revision) this.stream.askForCatalog();
      this.#asked = revision;
      this.stream.ackAll();
      return false;
    }
    this.#revision = revision;
    const layout = layoutOf(catalog.metrics);
    const { ids } = this.samples.layout;
    if (ids.length === layout.ids.length && ids.every((id, i) => id === layout.ids[i])) return true;
    this.samples.relayout(layout);
    for (const listener of this.#layoutListeners) listener();
    return true;
  }

  /** The feed of a live table. */
  table(name: string): TableFeed {
    let feed = this.#tables.get(name);
    if (feed === undefined) {
      feed = new TableFeed();
      this.#tables.set(name, feed);
    }
    return feed;
  }

  /** Forgets a table that nobody looks at any more. */
  dropTable(name: string): void {
    if (!this.stream.watches(name)) this.#tables.delete(name);
  }

  /** Fetches the backlog and follows from then on, for as long as the window lives. */
  followLogs(): void {
    if (this.#followsLogs) return;
    this.#followsLogs = true;
    void this.#fetchBacklog();
    this.stream.followLogs(() => (this.#instance === null ? 0 : this.logs.lastSeq(this.#instance)));
  }

  /** Tells that the process has ended: its rows are gone, and its last words are with the host. */
  ended(): void {
    if (this.#instance === null) return;
    this.#instance = null;
    for (const feed of this.#tables.values()) feed.clear();
    if (this.#followsLogs) void this.#fetchBacklog();
  }

  close(): void {
    this.stream.close();
  }

  #changes({ values }: MetricFrame): boolean {
    const { length, latest } = this.samples;
    if (length === 0) return true;
    for (let slot = OWN_METRICS_FROM; slot < values.length; slot++)
      if (values[slot] !== latest[slot]) return true;
    return false;
  }

  #opened(instance: number): void {
    if (instance !== this.#lastInstance) this.#startOver();
    this.#awaitsFrame = true;
    this.#instance = instance;
    this.#lastInstance = instance;
    if (this.#followsLogs) void this.#fetchBacklog();
  }

  /** Revisions begin anew with each process, and so do totals. */
  #startOver(): void {
    this.samples.startOver();
    this.#asked = 0;
    if (this.#lastInstance === null) return;
    this.#catalogs.clear();
    this.#revision = 0;
    if (this.#declared.revision === FIRST_REVISION) this.#catalogs.set(FIRST_REVISION, this.#declared);
  }

  /** Puts into the charts what the window was not there to see; without a recorder they keep the hole. */
  async #backfill(): Promise<void> {
    const { layout, lastTime } = this.samples;
    const outcomes = await Promise.all(
      backfillQueries(this.id, layout, lastTime).map((query) => this.#client.request('history.query', query)),
    );
    const past = backfillOf(
      layout,
      outcomes.flatMap((outcome) => (outcome.ok ? [outcome.result] : [])),
    );
    if (past === null) return;
    this.samples.fill(past);
    this.#onPast();
  }

  async #fetchBacklog(): Promise<void> {
    const outcome = await this.#client.request('logs.query', { source: this.id, limit: 10_000 });
    if (outcome.ok) this.logs.add(outcome.result.records);
  }
}

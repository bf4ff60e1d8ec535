/** Everything the window holds about one process: its samples, logs, tables and the stream that fills them. */
import type { MetricSpec } from '../../contract/manifest.ts';
import { layoutOf, type MetricFrame } from '../../contract/metric-frame.ts';
import { OWN_METRICS_FROM } from '../../contract/metric-specs.ts';
import type { ControlClient } from '../client/control-client.ts';
import { SourceStream } from '../client/source-stream.ts';
import { LogBook } from '../logs/log-book.ts';
import { backfillOf, backfillQueries } from '../samples/backfill.ts';
import { GAP_S, SampleColumns } from '../samples/sample-columns.ts';
import { TableFeed } from '../tables/table-feed.ts';

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
  readonly #tables = new Map<string, TableFeed>();
  /** The process that is streamed from; null while there is none. */
  #instance: number | null = null;
  #lastInstance: number | null = null;
  #followsLogs = false;
  /** A stream was opened and has sent no frame yet. */
  #awaitsFrame = false;

  /**
   * `host` is the id of the host that it belongs to. `onFrame` is called after each frame was taken over, with whether a metric of the daemon's own has changed; else a
   * second has passed for its process.
   */
  constructor(
    client: ControlClient,
    host: string,
    id: string,
    catalog: readonly MetricSpec[],
    onFrame: (changed: boolean) => void,
  ) {
    this.id = id;
    this.key = JSON.stringify([host, id]);
    this.#client = client;
    this.samples = new SampleColumns(layoutOf(catalog));
    this.logs = new LogBook(id);
    this.stream = new SourceStream((handlers) => client.openStream(id, handlers), {
      opened: (instance) => this.#opened(instance),
      frame: (frame) => {
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

  /** The feed of a live table. */
  table(name: string): TableFeed {
    let feed = this.#tables.get(name);
    if (feed === undefined) {
      feed = new TableFeed();
      this.#tables.set(name, feed);
    }
    return feed;
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
    if (instance !== this.#lastInstance) this.samples.startOver();
    this.#awaitsFrame = true;
    this.#instance = instance;
    this.#lastInstance = instance;
    if (this.#followsLogs) void this.#fetchBacklog();
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
    if (past !== null) this.samples.fill(past);
  }

  async #fetchBacklog(): Promise<void> {
    const outcome = await this.#client.request('logs.query', { source: this.id, limit: 10_000 });
    if (outcome.ok) this.logs.add(outcome.result.records);
  }
}

/**
 * Serves the windows that look at this process: metric frames with credits, logs and live tables. Timers run only
 * while somebody looks. Owned by runDaemon, and by main for its own metrics.
 */
import { type Access, accessDenial, type Role } from '../../../contract/access.ts';
import {
  type FromWindow,
  fromWindowSchema,
  type RowEdit,
  type TableCell,
  tableOfWatched,
} from '../../../contract/stream.ts';
import { editsBetween } from '../../../kit/row-edits.ts';
import { limits } from '../limits.ts';
import { type Counts, instrumentCounts, type OpenInstrument } from './counted-instrument.ts';
import type { Logger } from './logger.ts';
import type { Counter, Gauge } from './metric-handles.ts';
import type { MetricRegistry } from './metric-registry.ts';
import type { ProcessSampler } from './process-sampler.ts';
import { instrumentQueue, type QueueCounts } from './queue-instrument.ts';
import type { StreamChannel } from './stream-channel.ts';
import { StreamSubscriber } from './stream-subscriber.ts';

/** Frames may follow each other so much sooner than a window asked for, in milliseconds: timers are not exact. */
const FRAME_SLACK_MS = 50;
/** Metrics that nothing has happened to for {@link QUIET_AFTER_MS} are looked at this seldom, in milliseconds. */
const QUIET_LOOK_MS = 250;
const QUIET_AFTER_MS = 500;
/** How often a watched table may be sent, in milliseconds. */
const TABLE_INTERVAL_MS = 1_000;
/** A watched table that was not touched is refreshed every this many intervals, for columns such as idle time. */
const TABLE_REFRESH_INTERVALS = 3;
/** Records are collected this long before they are sent to windows, in milliseconds. */
const LOG_BATCH_MS = 50;
const LOG_BATCH_RECORDS = limits.logBatchRecords.default;
const MAX_SUBSCRIBERS = limits.streamSubscribers.default;
const UNREAD_TOTAL_BYTES = limits.streamUnreadTotalBytes.default;
const STALLED_MS = limits.streamStalledMs.default;
const TABLE_ROWS = limits.tableRows.default;
const TABLES_WATCHED = limits.streamTables.default;

/** Rows of a live table, taken when somebody watches it. */
export interface TableProvider {
  /** Whether rows mostly stay as they are: then who has them is sent what changes. They are kept as long as somebody watches. */
  readonly byChanges?: boolean;
  /** Cells in the order of the manifest's columns. */
  rows(): Iterable<readonly TableCell[]>;
  /** How many rows there are. */
  total(): number;
}

/** A table that is about one row of another (`of` in the manifest), such as the members of a channel. */
export interface InnerTableProvider {
  /** The rows of what the first cell of that row names; null where there is no such thing. */
  about(name: string): TableProvider | null;
}

/** Of what is not there, or no more. */
const NOTHING: TableProvider = { rows: () => [], total: () => 0 };

/** What windows are shown. */
export interface StreamHubOptions {
  readonly source: string;
  readonly instance: number;
  readonly registry: MetricRegistry;
  readonly sampler: ProcessSampler;
  readonly logger: Logger;
  /** Those of the manifest: what watching each of them needs. */
  readonly tables: Readonly<Record<string, { readonly access: Access }>>;
}

/** All windows of one process. */
export class StreamHub {
  readonly #options: StreamHubOptions;
  readonly #subscribers = new Set<StreamSubscriber>();
  readonly #tables = new Map<string, TableProvider | InnerTableProvider>();
  readonly #touched = new Set<string>();
  readonly #startedAt = Date.now();
  #frameTimer: NodeJS.Timeout | null = null;
  #frameMs = 0;
  /** When a look last found something new, in milliseconds of `performance.now()`. */
  #newsAt = 0;
  #tableTimer: NodeJS.Timeout | null = null;
  #tableTick = 0;
  #logTimer: NodeJS.Timeout | null = null;
  readonly #unsubscribeLogs: () => void;
  readonly #bytes: Counter;
  readonly #subscriberCount: Gauge;
  readonly #instruments: readonly OpenInstrument[];
  #attached = 0;
  #refused = 0;
  /** Bytes of logs and rows: how many were sent, were given up with their windows, and were unread at once at most. */
  readonly #unread = { sent: 0, givenUp: 0, most: 0 };

  constructor(options: StreamHubOptions) {
    this.#options = options;
    const { registry, source } = options;
    this.#bytes = registry.counter(`signalbox_${source}_monitoring_bytes_total`);
    this.#subscriberCount = registry.gauge(`signalbox_${source}_monitoring_subscribers`);
    this.#unsubscribeLogs = options.logger.subscribe(() => this.#scheduleLogs());
    const windows = (): Counts<'limiter'> => ({
      depth: this.#subscribers.size,
      capacity: MAX_SUBSCRIBERS,
      completed: this.#attached,
      rejected: this.#refused,
    });
    const unread = (): QueueCounts => ({
      depth: this.#unreadBytes(),
      highWater: this.#unread.most,
      capacity: UNREAD_TOTAL_BYTES,
      submitted: this.#unread.sent,
      dropped: this.#unread.givenUp,
    });
    this.#instruments = [
      instrumentCounts(registry, 'limiter', 'windows', windows, 'second'),
      instrumentQueue(registry, 'bytes to windows', unread, 'second'),
    ];
  }

  /** Makes a table of the manifest available. */
  provideTable(name: string, provider: TableProvider | InnerTableProvider): void {
    this.#tables.set(name, provider);
  }

  /** Says that a table changed, whatever it is about; cheap when nobody watches. */
  touchTable(name: string): void {
    if (this.#tableTimer !== null) this.#touched.add(name);
  }

  /**
   * Takes a window's stream over. When as many as `streamSubscribers` are there already, one that stalls makes room; where
   * all of them read, the new one is refused by closing it. `role` decides which tables it may watch.
   */
  attach(channel: StreamChannel, role: Role): void {
    if (this.#subscribers.size >= MAX_SUBSCRIBERS) {
      const stalled = this.#longestStalled();
      if (stalled === null) {
        this.#refused++;
        channel.close();
        return;
      }
      this.#end(stalled);
    }
    const subscriber = new StreamSubscriber(channel, role);
    this.#subscribers.add(subscriber);
    this.#attached++;
    this.#publishSubscribers();
    channel.onClose(() => this.#forget(subscriber));
    channel.onMessage((data) => {
      if (!this.#subscribers.has(subscriber)) return;
      const parsed = fromWindowSchema.safeParse(data);
      if (parsed.success) this.#receive(subscriber, parsed.data);
    });
    this.#measured(() =>
      channel.send({
        type: 'hello',
        source: this.#options.source,
        instance: this.#options.instance,
        pid: process.pid,
        startedAt: this.#startedAt,
      }),
    );
  }

  /** Tells that the figures of the process were measured, as they are once a second: windows get them at once. */
  secondEnded(): void {
    if (this.#subscribers.size > 0) this.#measured(() => this.#offerAll());
  }

  /** Closes every stream and timer. */
  close(): void {
    this.#unsubscribeLogs();
    for (const subscriber of [...this.#subscribers]) this.#end(subscriber);
    if (this.#logTimer !== null) clearTimeout(this.#logTimer);
    for (const instrument of this.#instruments) instrument.close();
    this.#retime();
  }

  #receive(subscriber: StreamSubscriber, message: FromWindow): void {
    switch (message.type) {
      case 'rate':
        subscriber.hz = message.hz;
        this.#retime();
        if (message.hz > 0) this.#sampleAndOffer(subscriber);
        return;
      case 'ack':
        subscriber.acknowledge(message.seq);
        if (subscriber.framePending) this.#sampleAndOffer(subscriber);
        return;
      case 'catalog?':
        this.#measured(() => subscriber.sendCatalog(this.#options.registry.catalog));
        return;
      case 'took':
        this.#took(subscriber, message.ticket);
        return;
      case 'logs':
        subscriber.followLogs = message.follow;
        subscriber.logsSent = false;
        subscriber.logSeq = Math.max(subscriber.logSeq, message.afterSeq);
        if (message.follow) this.#scheduleLogs();
        return;
      case 'watch':
        if (this.#providerOf(message.table) === null || this.#denies(subscriber, message.table)) return;
        if (message.on) {
          if (subscriber.tables.size >= TABLES_WATCHED && !subscriber.tables.has(message.table)) return;
          subscriber.tables.add(message.table);
          this.#measured(() => this.#sendTable(message.table, [subscriber]));
        } else {
          subscriber.tables.delete(message.table);
          subscriber.lastRows.delete(message.table);
          subscriber.dueTables.delete(message.table);
        }
        this.#retime();
        return;
    }
  }

  /** Tells a window whose role may not watch a table; one that no manifest declares is nobody's. */
  #denies({ role, channel }: StreamSubscriber, table: string): boolean {
    const { source, tables } = this.#options;
    const { name } = tableOfWatched(table);
    const access = Object.hasOwn(tables, name) ? tables[name]!.access : 'admin';
    const error = accessDenial(role, access, `The table "${name}" of ${source}`);
    if (error !== null) this.#measured(() => channel.send({ type: 'denied', table, error }));
    return error !== null;
  }

  /** What fills a table as it is watched; null where there is no such table, or it is not to be watched so. */
  #providerOf(watched: string): TableProvider | null {
    const { name, about } = tableOfWatched(watched);
    const provider = this.#tables.get(name);
    if (provider === undefined || 'about' in provider !== (about !== null)) return null;
    return 'about' in provider ? (provider.about(about!) ?? NOTHING) : provider;
  }

  #sampleAndOffer(subscriber: StreamSubscriber): void {
    this.#measured(() => {
      this.#options.registry.sample();
      return this.#offer(subscriber, Date.now());
    });
  }

  /** Sends a frame if the window has credit, else leaves it pending: sample, never queue. */
  #offer(subscriber: StreamSubscriber, time: number): number {
    subscriber.offeredAt = performance.now();
    subscriber.revision = this.#options.registry.revision;
    const { catalog, values } = this.#options.registry;
    return subscriber.offerFrame(time, catalog, values);
  }

  #retime(): void {
    let frameMs = 0;
    let watched = false;
    for (const { hz, tables } of this.#subscribers) {
      // One frame a second comes with the seconds of the process.
      if (hz > 1 && (frameMs === 0 || 1000 / hz < frameMs)) frameMs = 1000 / hz;
      if (tables.size > 0) watched = true;
    }
    if (frameMs !== this.#frameMs) {
      this.#frameMs = frameMs;
      this.#scheduleLook();
    }
    if (watched !== (this.#tableTimer !== null)) {
      if (this.#tableTimer !== null) clearInterval(this.#tableTimer);
      this.#tableTimer = watched ? setInterval(() => this.#tableTicked(), TABLE_INTERVAL_MS) : null;
      this.#tableTimer?.unref();
    }
  }

  #scheduleLook(): void {
    if (this.#frameTimer !== null) clearTimeout(this.#frameTimer);
    this.#frameTimer = null;
    if (this.#frameMs === 0) return;
    const quiet = performance.now() - this.#newsAt > QUIET_AFTER_MS;
    const waitMs = quiet ? Math.max(this.#frameMs, QUIET_LOOK_MS) : this.#frameMs;
    this.#frameTimer = setTimeout(() => {
      const { registry } = this.#options;
      const before = registry.revision;
      this.#measured(() => {
        registry.sample();
        return this.#offerAll();
      });
      if (registry.revision !== before) this.#newsAt = performance.now();
      this.#scheduleLook();
    }, waitMs).unref();
  }

  /** Offers a frame to every window that has not seen the present values and whose turn it is. */
  #offerAll(): number {
    const { revision } = this.#options.registry;
    const time = Date.now();
    const now = performance.now();
    let bytes = 0;
    for (const subscriber of this.#subscribers) {
      if (subscriber.hz === 0 || subscriber.revision === revision) continue;
      if (now - subscriber.offeredAt < 1000 / subscriber.hz - FRAME_SLACK_MS) continue;
      bytes += this.#offer(subscriber, time);
    }
    return bytes;
  }

  #tableTicked(): void {
    this.#tableTick++;
    const refreshAll = this.#tableTick % TABLE_REFRESH_INTERVALS === 0;
    this.#measured(() => {
      let bytes = 0;
      const watched = new Set<string>();
      for (const { tables } of this.#subscribers) for (const table of tables) watched.add(table);
      for (const table of watched) {
        if (!refreshAll && !this.#touched.has(tableOfWatched(table).name)) continue;
        bytes += this.#sendTable(
          table,
          [...this.#subscribers].filter(({ tables }) => tables.has(table)),
        );
      }
      this.#touched.clear();
      return bytes;
    });
  }

  #sendTable(name: string, watchers: readonly StreamSubscriber[]): number {
    const provider = this.#providerOf(name);
    const ready = watchers.filter((watcher) => {
      if (watcher.hasRoom) return true;
      watcher.dueTables.add(name);
      return false;
    });
    if (provider === null || ready.length === 0) return 0;
    const rows: (readonly TableCell[])[] = [];
    for (const row of provider.rows()) {
      if (rows.length >= TABLE_ROWS) break;
      rows.push(row);
    }
    const table = { table: name, time: Date.now(), total: provider.total() };
    const found = new Map<readonly (readonly TableCell[])[], readonly RowEdit[] | null>();
    let bytes = 0;
    for (const watcher of ready) {
      watcher.dueTables.delete(name);
      const before = watcher.lastRows.get(name);
      if (before !== undefined && !found.has(before)) found.set(before, editsBetween(before, rows));
      const edits = before === undefined ? null : found.get(before)!;
      if (provider.byChanges === true) watcher.lastRows.set(name, rows);
      else watcher.lastRows.delete(name);
      bytes += this.#sendUnread(watcher, (ticket) =>
        edits === null
          ? { type: 'rows', ticket, ...table, rows }
          : { type: 'changes', ticket, ...table, edits },
      );
    }
    this.#keepTotal();
    return bytes;
  }

  /** A window has read on: what waited for that follows. */
  #took(subscriber: StreamSubscriber, ticket: number): void {
    subscriber.took(ticket);
    if (!subscriber.hasRoom) return;
    for (const table of [...subscriber.dueTables]) this.#measured(() => this.#sendTable(table, [subscriber]));
    if (subscriber.followLogs) this.#scheduleLogs();
  }

  #sendUnread(to: StreamSubscriber, message: Parameters<StreamSubscriber['sendUnread']>[0]): number {
    const bytes = to.sendUnread(message);
    this.#unread.sent += bytes;
    return bytes;
  }

  /** Of logs and rows, over all windows. */
  #unreadBytes(): number {
    let total = 0;
    for (const subscriber of this.#subscribers) total += subscriber.unreadBytes;
    return total;
  }

  /** Too much is unread over all windows: those with most are closed, and ask again when they can. */
  #keepTotal(): void {
    let total = this.#unreadBytes();
    if (total > this.#unread.most) this.#unread.most = total;
    if (total <= UNREAD_TOTAL_BYTES) return;
    const worstFirst = [...this.#subscribers].sort((a, b) => b.unreadBytes - a.unreadBytes);
    for (const subscriber of worstFirst) {
      if (total <= UNREAD_TOTAL_BYTES) return;
      total -= subscriber.unreadBytes;
      this.#end(subscriber);
    }
  }

  #longestStalled(): StreamSubscriber | null {
    let longest: StreamSubscriber | null = null;
    let since = performance.now() - STALLED_MS;
    for (const subscriber of this.#subscribers) {
      const { behindSince } = subscriber;
      if (behindSince === null || behindSince > since) continue;
      longest = subscriber;
      since = behindSince;
    }
    return longest;
  }

  /** Closes a stream and gives its place back at once, however long its other end takes. */
  #end(subscriber: StreamSubscriber): void {
    this.#forget(subscriber);
    subscriber.channel.close();
  }

  #forget(subscriber: StreamSubscriber): void {
    if (!this.#subscribers.delete(subscriber)) return;
    this.#unread.givenUp += subscriber.unreadBytes;
    this.#publishSubscribers();
    this.#retime();
  }

  #scheduleLogs(): void {
    if (this.#logTimer !== null) return;
    let wanted = false;
    for (const subscriber of this.#subscribers) if (subscriber.followLogs) wanted = true;
    if (!wanted) return;
    this.#logTimer = setTimeout(() => {
      this.#logTimer = null;
      this.#measured(() => this.#sendLogs());
    }, LOG_BATCH_MS);
    this.#logTimer.unref();
  }

  #sendLogs(): number {
    let bytes = 0;
    for (const subscriber of this.#subscribers) {
      if (subscriber.followLogs) bytes += this.#sendLogsTo(subscriber);
    }
    this.#keepTotal();
    return bytes;
  }

  /** Sends every record that is due, in batches, as long as the window reads them. */
  #sendLogsTo(subscriber: StreamSubscriber): number {
    const due = this.#options.logger.after(subscriber.logSeq);
    let bytes = 0;
    for (let sent = 0; sent < due.length && subscriber.hasRoom; sent += LOG_BATCH_RECORDS) {
      const records = due.slice(sent, sent + LOG_BATCH_RECORDS);
      const first = records[0]!.seq;
      // What was logged before the window followed is not lost to it: the host has more of the past than this process.
      const dropped = subscriber.logsSent ? first - subscriber.logSeq - 1 : 0;
      subscriber.logsSent = true;
      subscriber.logSeq = records[records.length - 1]!.seq;
      bytes += this.#sendUnread(subscriber, (ticket) => ({ type: 'logs', ticket, records, dropped }));
    }
    return bytes;
  }

  #publishSubscribers(): void {
    this.#subscriberCount.set(this.#subscribers.size);
  }

  /** Runs work that belongs to monitoring and books its time and bytes as such. */
  #measured(work: () => number): void {
    this.#bytes.add(this.#options.sampler.measure(work));
  }
}

/**
 * A thread that serves connections, as the daemon's thread has it: hands sockets over, passes on what is asked of all, and knows which
 * connections are there. When the thread ends, its connections have ended, but for those that it had not taken yet.
 */
import type { EventLoopUtilization } from 'node:perf_hooks';
import { MessageChannel } from 'node:worker_threads';
import { AsyncWorker, type HungWorker, type WorkerEnd } from '../../runtime/async/async-worker.ts';
import type { MetricThread } from '../../runtime/telemetry/metric-thread.ts';
import type { Peer } from '../permissions.ts';
import type { SharedStore } from '../store/object-reader.ts';
import type { ObjectWrites } from '../store/object-writes.ts';
import { serveStore } from '../store/store-port.ts';
import type { ConnectionFacts, ConnectionTerms, EngineSettings } from './engine.ts';
import { type FactsBoard, type FactsRow, fact } from './facts-board.ts';
import type { SharedLimits } from './serving-thread.ts';
import { figuresMemory } from './worker-figures.ts';
import type { FromWorker, ServingWorkerData, ToWorker, WorkerQuestions } from './worker-messages.ts';

/** How long a thread may take to end once it is asked to. */
const STOP_MS = 10_000;

/** A socket that is to be served, not yet or no longer by somebody. */
export interface WaitingSocket {
  readonly fd: number;
  readonly terms: ConnectionTerms;
  readonly peer: Peer;
  readonly early: Buffer | null;
}

/** A connection of a thread. */
interface RemoteConnection extends WaitingSocket {
  readonly row: FactsRow;
  readonly connectedAt: number;
}

/** What a thread is made of. */
export interface ServingWorkerOptions {
  readonly name: string;
  readonly reading: SharedStore;
  readonly writes: ObjectWrites;
  readonly settings: EngineSettings;
  readonly nativeReason: string;
  /** Null where the registry has no slots left. */
  readonly metrics: MetricThread | null;
  readonly board: FactsBoard;
  readonly shared: SharedLimits;
  readonly pins: readonly string[];
  readonly draining: boolean;
  /** What the thread runs; a test may give another. */
  readonly module?: URL;
  readonly events: ServingWorkerEvents;
}

/** What a thread tells. */
export interface ServingWorkerEvents {
  onClosed(worker: ServingWorker, client: number): void;
  onRefused(client: number, why: string): void;
  onDefect(error: string): void;
  /** A range of a file is to be read, so that the kernel has it in memory. */
  readAhead(fd: number, offset: number, bytes: number): Promise<void>;
  onEnd(worker: ServingWorker, left: WorkerLeft): void;
  onHung(hung: HungWorker): void;
}

/** What a thread that has ended leaves. */
export interface WorkerLeft {
  readonly end: WorkerEnd;
  /** Connections that ended with it. */
  readonly connections: number;
  /** Sockets that it has not touched, which are to be served by others. */
  readonly untaken: readonly WaitingSocket[];
}

interface Asked {
  readonly resolve: (answer: never) => void;
  readonly none: unknown;
}

/** Where the thread's module is; the build replaces it. */
const MODULE = new URL('serving-worker-thread.ts', import.meta.url);

export class ServingWorker {
  readonly name: string;
  /** Memory of its `WorkerFigures`. */
  readonly figures = new Float64Array(figuresMemory());
  /** Gets no more connections, and ends with its last. */
  retired = false;
  /** Whether it has ever begun to work. */
  ready = false;
  readonly metrics: MetricThread | null;
  readonly #options: ServingWorkerOptions;
  readonly #worker: AsyncWorker;
  readonly #store: { close(): void };
  readonly #connections = new Map<number, RemoteConnection>();
  readonly #asked = new Map<number, Asked>();
  #lastAsked = 0;
  #ended = false;

  /** Starts it. @throws the system's error where it gives no more threads */
  constructor(options: ServingWorkerOptions) {
    const { name, events, metrics } = options;
    this.name = name;
    this.metrics = metrics;
    this.#options = options;
    const { port1, port2 } = new MessageChannel();
    this.#worker = new AsyncWorker({
      name,
      module: options.module ?? MODULE,
      data: {
        reading: options.reading,
        store: port2,
        settings: options.settings,
        nativeReason: options.nativeReason,
        metrics: metrics?.description() ?? null,
        figures: this.figures.buffer as SharedArrayBuffer,
        shared: options.shared,
        pins: options.pins,
        draining: options.draining,
      } satisfies ServingWorkerData,
      transfer: [port2],
      // It is given sockets, and opens and closes files by calls that Node does not see.
      trackUnmanagedFds: false,
      onMessage: (message) => this.#hear(message as FromWorker),
      onEnd: (end) => this.#onEnd(end),
      onHung: events.onHung,
    });
    this.#store = serveStore(options.writes, port1);
  }

  /** Connections that it has, those on their way to it included. */
  get size(): number {
    return this.#connections.size;
  }

  /** Requests of the connections that are open. */
  get requests(): number {
    let sum = 0;
    for (const { row } of this.#connections.values()) sum += row.get(fact.requests);
    return sum;
  }

  *connections(): Generator<ConnectionFacts, void, void> {
    for (const { terms, peer, connectedAt, row } of this.#connections.values())
      yield {
        terms,
        peer,
        connectedAt,
        version: row.version,
        dialect: row.taken && row.version !== 0 ? row.dialect : terms.dialect,
        lastRequestAt: Math.round(Math.max(connectedAt, row.get(fact.lastRequestAt))),
        requests: row.get(fact.requests),
        waiting: row.get(fact.waiting),
        bytesIn: row.get(fact.bytesIn),
        bytesOut: row.get(fact.bytesOut),
        queuedBytes: row.get(fact.queuedBytes),
      };
  }

  /** Gives it a socket for good. */
  serve(socket: WaitingSocket): void {
    const row = this.#options.board.take();
    this.#connections.set(socket.terms.client, { ...socket, row, connectedAt: Date.now() });
    this.#post({ type: 'serve', socket: { ...socket, row: row.place } });
  }

  kill(client: number): void {
    this.#post({ type: 'kill', client });
  }

  /** Passes on what is told to all. */
  tell(
    message: Extract<
      ToWorker,
      { type: 'drain' | 'resume' | 'configure' | 'share' | 'steal' | 'stealerLost' }
    >,
  ): void {
    this.#post(message);
  }

  /** Has it write to the metrics that there are now. */
  describeMetrics(): void {
    if (this.metrics !== null) this.#post({ type: 'metrics', description: this.metrics.description() });
  }

  /** Asks it something; answers `none` where it ends before it has answered. */
  ask<Name extends keyof WorkerQuestions>(
    name: Name,
    argument: WorkerQuestions[Name]['argument'],
    none: WorkerQuestions[Name]['answer'],
  ): Promise<WorkerQuestions[Name]['answer']> {
    if (this.#ended) return Promise.resolve(none);
    return new Promise((resolve) => {
      const id = ++this.#lastAsked;
      this.#asked.set(id, { resolve, none });
      this.#post({ type: 'ask', id, name, argument } as ToWorker);
    });
  }

  /** What its loop has done since it began. */
  loopUse(): EventLoopUtilization {
    return this.#worker.loopUse();
  }

  /** Whether it was asked to end. */
  get stopping(): boolean {
    return this.#worker.state !== 'running';
  }

  /** Ends it, and the connections that it has. Resolves when it has ended. */
  async stop(): Promise<void> {
    this.#worker.signalStop();
    if (!(await this.#worker.join(STOP_MS))) await this.#worker.destroy();
  }

  #post(message: ToWorker): void {
    this.#worker.post(message);
  }

  #hear(message: FromWorker): void {
    const { events } = this.#options;
    switch (message.type) {
      case 'ready':
        this.ready = true;
        break;
      case 'closed':
        this.#forget(message.client);
        break;
      case 'refused':
        events.onRefused(message.client, message.why);
        break;
      case 'defect':
        events.onDefect(message.text);
        break;
      case 'read':
        void events
          .readAhead(message.fd, message.offset, message.bytes)
          .finally(() => this.#post({ type: 'isRead', id: message.id }));
        break;
      case 'answer':
        this.#asked.get(message.id)?.resolve(message.answer as never);
        this.#asked.delete(message.id);
    }
  }

  #forget(client: number): void {
    const connection = this.#connections.get(client);
    if (connection === undefined) return;
    this.#connections.delete(client);
    this.#options.board.giveBack(connection.row);
    this.#options.events.onClosed(this, client);
  }

  #onEnd(end: WorkerEnd): void {
    this.#ended = true;
    this.#store.close();
    this.metrics?.close();
    for (const { resolve, none } of this.#asked.values()) resolve(none as never);
    this.#asked.clear();
    const untaken: WaitingSocket[] = [];
    let connections = 0;
    for (const connection of [...this.#connections.values()]) {
      const { terms, row } = connection;
      if (row.taken) {
        connections++;
        this.#forget(terms.client);
      } else {
        this.#connections.delete(terms.client);
        this.#options.board.giveBack(row);
        untaken.push(connection);
      }
    }
    this.#options.events.onEnd(this, { end, connections, untaken });
  }
}

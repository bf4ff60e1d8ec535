/**
 * The threads that serve connections: gives each new connection to the one that has fewest, starts threads as they are needed, and replaces
 * one that ended. Threads that are too many get no more connections and end with their last, so that nobody is dropped.
 */
import type { WorkerEnd } from '../../runtime/async/async-worker.ts';
import type { ConnectionFacts, EngineSettings } from './engine.ts';
import type { SharedLimits } from './serving-thread.ts';
import {
  ServingWorker,
  type ServingWorkerEvents,
  type ServingWorkerOptions,
  type WaitingSocket,
  type WorkerLeft,
} from './serving-worker.ts';
import { StealingGroup } from './stealing-group.ts';
import { addFigures, addTotals, noFigures, type WorkerFigures } from './worker-figures.ts';
import type { WorkerQuestions } from './worker-messages.ts';

/** How connections are shared out. */
export interface CrewPlan {
  /** Threads at most; of those that a change made too many more may be there for a while. */
  readonly threads: number;
  /** `shared`: a thread has many connections; `own`: each connection has a thread, which ends with it. */
  readonly placing: 'shared' | 'own';
  /** Whether they take store work from each other. */
  readonly stealing: boolean;
}

/** What a crew makes a thread of, but for what it knows itself. */
export type WorkerMaking = Omit<ServingWorkerOptions, 'name' | 'shared' | 'draining' | 'settings' | 'events'>;

export interface CrewOptions {
  readonly settings: EngineSettings;
  /** Files that all threads together may keep open. */
  readonly cacheEntries: number;
  /** What the next thread is made of. */
  readonly making: () => WorkerMaking;
  readonly events: Pick<ServingWorkerEvents, 'onRefused' | 'onDefect' | 'readAhead' | 'onHung'> & {
    onClosed(client: number): void;
    /** A thread has ended that nobody asked to. `connections` are those that ended with it. */
    onLost(end: WorkerEnd, connections: number): void;
    /** No thread can be had: whoever serves the socket now is not one of these. */
    onHomeless(socket: WaitingSocket): void;
  };
}

/** What a crew has come to. Totals are since it was made. */
export interface CrewFigures {
  /** Threads that have connections, and that have none. */
  readonly active: number;
  readonly idle: number;
  readonly connections: number;
  /** Connections given to threads, and those that have ended. */
  readonly submitted: number;
  readonly completed: number;
  /** Threads that ended unasked. */
  readonly lost: number;
}

export class ServingCrew {
  readonly #options: CrewOptions;
  readonly #workers = new Set<ServingWorker>();
  readonly #stopping = new Set<Promise<void>>();
  readonly #byClient = new Map<number, ServingWorker>();
  readonly #stealing = new StealingGroup();
  readonly #gone: WorkerFigures = noFigures();
  #plan: CrewPlan = { threads: 0, placing: 'shared', stealing: false };
  #settings: EngineSettings;
  #draining = false;
  #closed = false;
  #started = 0;
  #submitted = 0;
  #completed = 0;
  #lost = 0;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#settings = options.settings;
  }

  get size(): number {
    return this.#byClient.size;
  }

  /** What all threads may hold together, the daemon's included. */
  get shared(): SharedLimits {
    return { threads: this.#plan.threads + 1, cacheEntries: this.#options.cacheEntries };
  }

  /** Threads, those that end with their last connection included. */
  get threads(): number {
    return this.#workers.size;
  }

  figures(): CrewFigures {
    let active = 0;
    for (const { size } of this.#workers) if (size > 0) active++;
    return {
      active,
      idle: this.#workers.size - active,
      connections: this.#byClient.size,
      submitted: this.#submitted,
      completed: this.#completed,
      lost: this.#lost,
    };
  }

  /** What its threads have counted, those included that have ended. */
  addFigures(sum: WorkerFigures): void {
    for (const name of Object.keys(sum) as (keyof WorkerFigures)[]) sum[name] += this.#gone[name];
    for (const { figures } of this.#workers) addFigures(sum, figures);
  }

  /** Requests of the connections that are open. */
  get requests(): number {
    let sum = 0;
    for (const { requests } of this.#workers) sum += requests;
    return sum;
  }

  *connections(): Generator<ConnectionFacts, void, void> {
    for (const worker of this.#workers) yield* worker.connections();
  }

  /** The threads that are there, for who watches how busy each is. */
  workers(): Iterable<ServingWorker> {
    return this.#workers;
  }

  /** Gives a connection to a thread. */
  serve(socket: WaitingSocket): void {
    const worker = this.#closed ? null : this.#workerFor();
    if (worker === null) {
      this.#options.events.onHomeless(socket);
      return;
    }
    this.#submitted++;
    this.#byClient.set(socket.terms.client, worker);
    worker.serve(socket);
    if (this.#plan.placing === 'own') worker.retired = true;
  }

  /** Closes a connection without ceremony; false where it has none of that number. */
  kill(client: number): boolean {
    const worker = this.#byClient.get(client);
    worker?.kill(client);
    return worker !== undefined;
  }

  /** Has connections that come from now on shared out in another way. */
  change(plan: CrewPlan): void {
    const other = plan.placing !== this.#plan.placing;
    this.#plan = plan;
    const staying = other ? [] : this.#staying().slice(0, plan.threads);
    for (const worker of this.#workers) worker.retired = !staying.includes(worker);
    for (const worker of [...this.#workers]) this.#endIfDone(worker);
    const { shared } = this;
    for (const worker of this.#workers) {
      worker.tell({ type: 'share', shared });
      if (plan.stealing && !worker.retired) this.#stealing.join(worker);
    }
  }

  drain(): void {
    this.#draining = true;
    for (const worker of this.#workers) worker.tell({ type: 'drain' });
  }

  resume(): void {
    this.#draining = false;
    for (const worker of this.#workers) worker.tell({ type: 'resume' });
  }

  configure(settings: EngineSettings): void {
    this.#settings = settings;
    for (const worker of this.#workers) worker.tell({ type: 'configure', settings });
  }

  /** Has all threads write to the metrics that there are now. */
  describeMetrics(): void {
    for (const worker of this.#workers) worker.describeMetrics();
  }

  /** Asks every thread; a thread that ends meanwhile answers `none`. */
  askAll<Name extends keyof WorkerQuestions>(
    name: Name,
    argument: WorkerQuestions[Name]['argument'],
    none: WorkerQuestions[Name]['answer'],
  ): Promise<WorkerQuestions[Name]['answer'][]> {
    return Promise.all([...this.#workers].map((worker) => worker.ask(name, argument, none)));
  }

  /** Ends all threads, and with them their connections. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const worker of [...this.#workers]) this.#stop(worker);
    await Promise.all(this.#stopping);
  }

  /** Those that may stay first: they have most connections. */
  #staying(): ServingWorker[] {
    const able = [...this.#workers].filter(({ stopping }) => !stopping);
    return able.sort((a, b) => Number(a.retired) - Number(b.retired) || b.size - a.size);
  }

  #workerFor(): ServingWorker | null {
    if (this.#plan.placing === 'own') return this.#start();
    let least: ServingWorker | null = null;
    let open = 0;
    for (const worker of this.#workers) {
      if (worker.retired) continue;
      open++;
      if (least === null || worker.size < least.size) least = worker;
    }
    if (least !== null && (least.size === 0 || open >= this.#plan.threads)) return least;
    return this.#start() ?? least;
  }

  #start(): ServingWorker | null {
    const { making, events } = this.#options;
    const made = making();
    try {
      const worker = new ServingWorker({
        ...made,
        name: `objects ${++this.#started}`,
        settings: this.#settings,
        shared: this.shared,
        draining: this.#draining,
        events: {
          onRefused: events.onRefused,
          onDefect: events.onDefect,
          onHung: events.onHung,
          readAhead: events.readAhead,
          onClosed: (from, client) => this.#onClosed(from, client),
          onEnd: (ended, left) => this.#onEnd(ended, left),
        },
      });
      this.#workers.add(worker);
      if (this.#plan.stealing) this.#stealing.join(worker);
      return worker;
    } catch (error) {
      made.metrics?.close();
      events.onDefect(String(error instanceof Error ? error.stack : error));
      return null;
    }
  }

  #onClosed(worker: ServingWorker, client: number): void {
    this.#byClient.delete(client);
    this.#completed++;
    this.#options.events.onClosed(client);
    this.#endIfDone(worker);
  }

  #endIfDone(worker: ServingWorker): void {
    if (worker.retired && worker.size === 0) this.#stop(worker);
  }

  #stop(worker: ServingWorker): void {
    const stopping = worker.stop().finally(() => this.#stopping.delete(stopping));
    this.#stopping.add(stopping);
  }

  #onEnd(worker: ServingWorker, { end, connections, untaken }: WorkerLeft): void {
    const { events } = this.#options;
    this.#workers.delete(worker);
    this.#stealing.leave(worker);
    addTotals(this.#gone, worker.figures);
    for (const { terms } of untaken) this.#byClient.delete(terms.client);
    const lost = !end.asked && !this.#closed;
    if (lost) {
      this.#lost++;
      events.onLost(end, connections);
    }
    // One that never began would only fail again.
    if (!worker.ready || this.#closed) for (const socket of untaken) events.onHomeless(socket);
    else {
      if (lost && this.#plan.placing === 'shared') this.#start();
      for (const socket of untaken) this.serve(socket);
    }
  }
}

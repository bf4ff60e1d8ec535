/** The engine that the daemon has: takes sockets over, and gives each to the thread that serves it for good. */
import { closeSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Clock } from '../../../kit/clock.ts';
import type { SubsystemLogger } from '../../runtime/telemetry/logger.ts';
import type { MetricRegistry } from '../../runtime/telemetry/metric-registry.ts';
import type { ServingMetrics } from '../metrics.ts';
import type { Native } from '../native/native-calls.ts';
import { descriptorOf, duplicate, peerCredentials } from '../native/socket-calls.ts';
import type { Peer } from '../permissions.ts';
import type { ObjectReader, SharedStore } from '../store/object-reader.ts';
import type { ObjectWrites } from '../store/object-writes.ts';
import type { concurrencyPlan } from './concurrency-plan.ts';
import type {
  CachedFacts,
  ConnectionFacts,
  ConnectionTerms,
  Engine,
  EngineEvents,
  EngineSettings,
  PoolFacts,
} from './engine.ts';
import { instrumentServing } from './engine-instruments.ts';
import { EngineThreads } from './engine-threads.ts';
import { FactsBoard } from './facts-board.ts';
import { RequestThreads } from './request-threads.ts';
import { ServingCrew } from './serving-crew.ts';
import { ServingThread } from './serving-thread.ts';
import type { WaitingSocket } from './serving-worker.ts';
import { SplicePool } from './splice-pool.ts';

/** What an engine is made of. */
export interface ServingEngineOptions {
  /** That of the daemon's thread, closed by its owner. */
  readonly reader: ObjectReader;
  readonly writes: ObjectWrites;
  /** For the readers of other threads. */
  readonly shared: SharedStore;
  /** Files that all threads together may keep open. */
  readonly cacheEntries: number;
  readonly native: Native | null;
  /** Why there are no native calls; an empty text where there are. */
  readonly nativeReason: string;
  readonly metrics: ServingMetrics;
  /** Where threads count too; each then has slots of its own there. */
  readonly registry: MetricRegistry;
  readonly settings: EngineSettings;
  readonly clock: Clock;
  readonly events: EngineEvents;
  readonly log: Pick<SubsystemLogger, 'info' | 'warn' | 'error'>;
  /** Something failed that should not. */
  readonly onDefect: (error: unknown) => void;
  /** What settings come to on this machine; a test may say otherwise. */
  readonly planOf?: typeof concurrencyPlan;
  /** What threads run; a test may give another. */
  readonly module?: URL;
}

export class ServingEngine implements Engine {
  readonly #options: ServingEngineOptions;
  readonly #own: ServingThread;
  readonly #crew: ServingCrew;
  readonly #splice: SplicePool;
  readonly #requests: RequestThreads;
  readonly #threads: EngineThreads;
  readonly #pins = new Set<string>();
  /** Connections of the daemon's own thread whose requests get a thread each. */
  readonly #threaded = new Set<number>();
  #settings: EngineSettings;
  #refused = 0;
  #closed = false;

  constructor(options: ServingEngineOptions) {
    const { events, settings, log } = options;
    this.#options = options;
    this.#settings = settings;
    this.#own = new ServingThread({
      name: 'copy buffers',
      ...options,
      onClosed: (client) => {
        this.#threaded.delete(client);
        events.onClosed(client);
      },
      onChanged: () => events.onChanged(),
      onRefused: (client, why) => events.onRefused(client, why),
    });
    this.#splice = new SplicePool(({ message, thread }) => log.error('thread_lost', message, { thread }));
    this.#requests = new RequestThreads(options.shared);
    this.#crew = this.#makeCrew();
    this.#threads = new EngineThreads(settings, {
      own: this.#own,
      crew: this.#crew,
      splice: this.#splice,
      requests: this.#requests,
      log,
      planOf: options.planOf,
    });
  }

  /** Shows what threads have and wait for, and looks at the load once a second. */
  instrument(metrics: MetricRegistry): void {
    this.#splice.instrument(metrics);
    instrumentServing(metrics, {
      figures: () => this.#threads.figures(),
      crew: () => ({ ...this.#crew.figures(), max: this.#threads.servingMost, rejected: this.#refused }),
      requests: () => this.#requests.figures(),
      ownConnections: () => this.#own.size,
      openRequests: () => this.#own.requests + this.#crew.requests,
      describe: () => this.#crew.describeMetrics(),
      tune: (queueWaitMs) => this.#threads.tune(queueWaitMs),
    });
  }

  adopt(socket: Socket, terms: ConnectionTerms): void {
    const peer = this.#peerOf(socket, terms);
    const { placing, opening } = this.#threads.plan;
    const aside = opening === 'here' ? {} : { aside: true };
    const fd = this.#takeOver(socket, terms);
    const unserved = this.#noRoom(fd);
    if (unserved !== null) {
      this.#refused++;
      this.#options.events.onRefused(terms.client, unserved);
    } else if (opening === 'thread') this.#threaded.add(terms.client);
    const served = { ...terms, ...aside, ...(unserved === null ? {} : { unserved }) };
    if (fd === null) {
      this.#own.serveSocket(socket, served, peer);
      return;
    }
    const early: Buffer | null = socket.read();
    socket.destroy();
    if (placing === 'here' || unserved !== null) this.#own.serveDescriptor(fd, served, peer, early);
    else {
      this.#crew.serve({ fd, terms: served, peer, early });
      this.#options.events.onChanged();
    }
  }

  *connections(): Generator<ConnectionFacts, void, void> {
    yield* this.#own.connections();
    yield* this.#crew.connections();
  }

  kill(client: number): void {
    if (!this.#crew.kill(client)) this.#own.kill(client);
  }

  drain(): void {
    this.#own.drain();
    this.#crew.drain();
  }

  resume(): void {
    this.#own.resume();
    this.#crew.resume();
  }

  configure(settings: EngineSettings): void {
    this.#settings = settings;
    this.#threads.configure(settings);
  }

  pools(): readonly PoolFacts[] {
    return this.#threads.pools();
  }

  async cached(): Promise<readonly CachedFacts[]> {
    const all = [this.#own.cached(), ...(await this.#crew.askAll('cached', null, []))];
    const byUri = new Map<string, CachedFacts>();
    for (const facts of all.flat()) {
      const before = byUri.get(facts.uri);
      byUri.set(facts.uri, before === undefined ? facts : { ...facts, hits: before.hits + facts.hits });
    }
    return [...byUri.values()];
  }

  async clearCache(): Promise<number> {
    const own = this.#own.reader.cache.clear();
    const others = await this.#crew.askAll('clearCache', null, 0);
    return others.reduce((sum, closed) => sum + closed, own);
  }

  async pin(uri: string, on: boolean): Promise<boolean> {
    const { cache } = this.#own.reader;
    if (!on) {
      const was = this.#pins.delete(uri);
      cache.unpin(uri);
      await this.#crew.askAll('pin', { uri, on }, true);
      return was;
    }
    if (!cache.pin(uri)) return false;
    this.#pins.add(uri);
    // A thread with less room than this one lets the others have it.
    await this.#crew.askAll('pin', { uri, on }, true);
    return true;
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#threads.close();
  }

  #makeCrew(): ServingCrew {
    const { events, log, registry, onDefect, ...options } = this.#options;
    const board = new FactsBoard();
    return new ServingCrew({
      settings: options.settings,
      cacheEntries: options.cacheEntries,
      making: () => ({
        reading: options.shared,
        writes: options.writes,
        nativeReason: options.nativeReason,
        metrics: slotsOf(registry),
        board,
        pins: [...this.#pins],
        ...(options.module === undefined ? {} : { module: options.module }),
      }),
      events: {
        onClosed: (client) => {
          events.onClosed(client);
          events.onChanged();
        },
        onRefused: (client, why) => events.onRefused(client, why),
        onDefect,
        onHung: ({ name, waitedMs }) =>
          log.error('thread_hung', `The thread ${name} has not stopped in ${waitedMs} ms and is ended.`),
        readAhead: (fd, offset, bytes) => this.#splice.readAhead(fd, offset, bytes),
        onLost: ({ name, error }, connections) =>
          log.error(
            'thread_lost',
            `The thread ${name} ended, and with it ${connections} connections; another takes its place. ${error?.stack ?? ''}`,
            { thread: name, connections },
          ),
        onHomeless: (socket) => this.#serveHere(socket),
      },
    });
  }

  /** Serves a socket that no other thread can have; once all is closed it is closed too. */
  #serveHere({ fd, terms, peer, early }: WaitingSocket): void {
    if (!this.#closed) {
      this.#own.serveDescriptor(fd, terms, peer, early);
      return;
    }
    closeSync(fd);
    this.#options.events.onClosed(terms.client);
  }

  /** Why no further connection is served; null where one is. @param fd null for one that stays in the daemon's thread */
  #noRoom(fd: number | null): string | null {
    const { mostConnections, placing } = this.#threads.plan;
    if (mostConnections === null || (placing === 'own' && fd === null)) return null;
    const now = placing === 'own' ? this.#crew.size : this.#threaded.size;
    if (now < mostConnections) return null;
    return `${this.#settings.pools.model} serves at most ${mostConnections} connections at once; choose another concurrency_model for more`;
  }

  /** A descriptor of the socket's own; null where it has to stay as it is: with TLS, or without native calls. */
  #takeOver(socket: Socket, terms: ConnectionTerms): number | null {
    const { native } = this.#options;
    const fd = descriptorOf(socket);
    if (native === null || terms.tls !== null || fd < 0) return null;
    try {
      return duplicate(native.libc, fd);
    } catch {
      // No descriptor is left: it is served as it is.
      return null;
    }
  }

  #peerOf(socket: Socket, { transport, certificate }: ConnectionTerms): Peer {
    const { native } = this.#options;
    const nobody = { transport, certificate, uid: null, gid: null, pid: null };
    const fd = descriptorOf(socket);
    if (transport !== 'unix' || native === null || fd < 0) return nobody;
    try {
      return { ...nobody, ...peerCredentials(native.libc, fd) };
    } catch {
      // It has gone already, which its socket will say.
      return nobody;
    }
  }
}

/** Slots for a thread; null where the registry has none left: what that thread counts is not shown. */
function slotsOf(registry: MetricRegistry) {
  try {
    return registry.forThread();
  } catch {
    return null;
  }
}

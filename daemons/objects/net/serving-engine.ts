/** The engine that the daemon has: takes sockets over, and gives each to the thread that serves it for good. */
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
import { type ConcurrencyPlan, concurrencyPlan } from './concurrency-plan.ts';
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
import { FactsBoard } from './facts-board.ts';
import { ServingCrew } from './serving-crew.ts';
import { ServingThread } from './serving-thread.ts';
import { SplicePool } from './splice-pool.ts';
import { figuresOf, type WorkerFigures } from './worker-figures.ts';

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
  readonly #pins = new Set<string>();
  #settings: EngineSettings;
  #plan: ConcurrencyPlan;
  #refused = 0;

  constructor(options: ServingEngineOptions) {
    const { events, settings, registry, log } = options;
    this.#options = options;
    this.#settings = settings;
    this.#plan = this.#planOf(settings.pools);
    this.#own = new ServingThread({
      name: 'copy buffers',
      ...options,
      onClosed: (client) => events.onClosed(client),
      onChanged: () => events.onChanged(),
      onRefused: (client, why) => events.onRefused(client, why),
    });
    this.#splice = new SplicePool(({ message, thread }) => log.error('thread_lost', message, { thread }));
    const board = new FactsBoard();
    this.#crew = new ServingCrew({
      plan: { threads: this.#plan.serving.threads, placing: placingOf(this.#plan) },
      settings,
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
        onDefect: (error) => options.onDefect(error),
        onHung: ({ name, waitedMs }) =>
          log.error('thread_hung', `The thread ${name} has not stopped in ${waitedMs} ms and is ended.`),
        readAhead: (fd, offset, bytes) => this.#splice.readAhead(fd, offset, bytes),
        onLost: ({ name, error }, connections) =>
          log.error(
            'thread_lost',
            `The thread ${name} ended, and with it ${connections} connections; another takes its place. ${error?.stack ?? ''}`,
            { thread: name, connections },
          ),
        onHomeless: ({ fd, terms, peer, early }) => this.#own.serveDescriptor(fd, terms, peer, early),
      },
    });
    this.#follow(this.#plan);
  }

  /** Shows what threads have and wait for. */
  instrument(metrics: MetricRegistry): void {
    this.#splice.instrument(metrics);
    instrumentServing(metrics, {
      figures: () => this.#figures(),
      crew: () => ({ ...this.#crew.figures(), max: this.#crewThreads, rejected: this.#refused }),
      describe: () => this.#crew.describeMetrics(),
    });
  }

  adopt(socket: Socket, terms: ConnectionTerms): void {
    const peer = this.#peerOf(socket, terms);
    const fd = this.#takeOver(socket, terms);
    if (fd === null) {
      this.#own.serveSocket(socket, terms, peer);
      return;
    }
    const early: Buffer | null = socket.read();
    socket.destroy();
    const unserved = this.#noRoom();
    if (unserved !== null) {
      this.#refused++;
      this.#options.events.onRefused(terms.client, unserved);
      this.#own.serveDescriptor(fd, { ...terms, unserved }, peer, early);
    } else if (this.#plan.placing === 'here') this.#own.serveDescriptor(fd, terms, peer, early);
    else {
      this.#crew.serve({ fd, terms, peer, early });
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
    const before = this.#settings.pools;
    const { pools } = settings;
    this.#settings = settings;
    this.#own.configure(settings);
    this.#crew.configure(settings);
    if (
      before.model === pools.model &&
      before.fdpassThreads === pools.fdpassThreads &&
      before.spliceThreads === pools.spliceThreads
    )
      return;
    this.#plan = this.#planOf(pools);
    this.#follow(this.#plan);
  }

  pools(): readonly PoolFacts[] {
    const { pools } = this.#settings;
    const { serving, splice, placing } = this.#plan;
    const crew = this.#crew.figures();
    const own = {
      pool: 'daemon',
      threads: 1,
      setting: 1,
      connections: this.#own.size,
      why:
        placing === 'here'
          ? serving.why
          : "connections with TLS, and those that no other thread can have, are the daemon's own thread's",
    };
    if (placing === 'here' && this.#crew.threads === 0) return [own];
    return [
      {
        pool: 'fdpass',
        threads: this.#crew.threads,
        setting: pools.fdpassThreads,
        connections: crew.connections,
        why: placing === 'here' ? 'those that are open end where they are' : serving.why,
      },
      {
        pool: 'splice',
        threads: this.#splice.threads,
        setting: pools.spliceThreads,
        connections: 0,
        why: splice.why,
      },
      own,
    ];
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

  async close(): Promise<void> {
    this.#own.close();
    await this.#crew.close();
    await this.#splice.close();
  }

  /** Has everything go by a plan from here on, and says why it is that. */
  #follow({ serving, splice }: ConcurrencyPlan): void {
    const { log } = this.#options;
    this.#crew.change({ threads: this.#crewThreads, placing: placingOf(this.#plan) });
    this.#own.share(this.#crew.shared);
    this.#splice.resize(splice.threads);
    log.info(
      'threads_planned',
      `Threads that own connections: ${serving.threads}, because ${serving.why}. Threads that read ahead for SPLICE: ${splice.threads}, because ${splice.why}.`,
    );
  }

  #planOf(pools: EngineSettings['pools']): ConcurrencyPlan {
    return (this.#options.planOf ?? concurrencyPlan)(pools);
  }

  get #crewThreads(): number {
    return this.#plan.placing === 'here' ? 0 : this.#plan.serving.threads;
  }

  /** Why no further connection is served; null where one is. */
  #noRoom(): string | null {
    const { mostConnections } = this.#plan;
    if (mostConnections === null || this.#crew.size < mostConnections) return null;
    return `${this.#settings.pools.model} serves at most ${mostConnections} connections at once; choose another concurrency_model for more`;
  }

  #figures(): WorkerFigures {
    const sum = figuresOf(this.#own);
    this.#crew.addFigures(sum);
    return sum;
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

function placingOf({ placing }: ConcurrencyPlan): 'shared' | 'own' {
  return placing === 'own' ? 'own' : 'shared';
}

/** Slots for a thread; null where the registry has none left: what that thread counts is not shown. */
function slotsOf(registry: MetricRegistry) {
  try {
    return registry.forThread();
  } catch {
    return null;
  }
}

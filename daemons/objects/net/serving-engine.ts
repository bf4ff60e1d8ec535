/** The engine that the daemon has: takes sockets over, and gives each to a thread. */
import type { Socket } from 'node:net';
import type { Clock } from '../../../kit/clock.ts';
import { instrumentSlab } from '../../runtime/async/slab-pool.ts';
import type { MetricRegistry } from '../../runtime/telemetry/metric-registry.ts';
import { instrumentQueue } from '../../runtime/telemetry/queue-instrument.ts';
import type { ServingMetrics } from '../metrics.ts';
import type { Native } from '../native/native-calls.ts';
import { descriptorOf, duplicate, peerCredentials } from '../native/socket-calls.ts';
import type { Peer } from '../permissions.ts';
import type { ObjectReader } from '../store/object-reader.ts';
import type { ObjectWrites } from '../store/object-writes.ts';
import type {
  CachedFacts,
  ConnectionFacts,
  ConnectionTerms,
  Engine,
  EngineEvents,
  EngineSettings,
  PoolFacts,
} from './engine.ts';
import { ServingThread } from './serving-thread.ts';

/** What an engine is made of. */
export interface ServingEngineOptions {
  /** That of the daemon's thread, closed by its owner. */
  readonly reader: ObjectReader;
  readonly writes: ObjectWrites;
  readonly native: Native | null;
  /** Why there are no native calls; an empty text where there are. */
  readonly nativeReason: string;
  readonly metrics: ServingMetrics;
  readonly settings: EngineSettings;
  readonly clock: Clock;
  readonly events: EngineEvents;
  /** For the log: something failed that should not. */
  readonly onDefect: (error: unknown) => void;
}

export class ServingEngine implements Engine {
  readonly #options: ServingEngineOptions;
  readonly #own: ServingThread;

  constructor(options: ServingEngineOptions) {
    const { events } = options;
    this.#options = options;
    this.#own = new ServingThread({
      name: 'copy buffers',
      ...options,
      onClosed: (client) => events.onClosed(client),
      onChanged: () => events.onChanged(),
      onRefused: (client, why) => events.onRefused(client, why),
    });
  }

  /** Shows the queue of work and the buffers of COPY. */
  instrument(metrics: MetricRegistry): void {
    instrumentQueue(metrics, 'work of clients', () => this.#own.turns.stats());
    instrumentSlab(metrics, this.#own.buffers.pool);
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
    this.#own.serveDescriptor(fd, terms, peer, early);
  }

  connections(): readonly ConnectionFacts[] {
    return this.#own.connections();
  }

  kill(client: number): void {
    this.#own.kill(client);
  }

  drain(): void {
    this.#own.drain();
  }

  resume(): void {
    this.#own.resume();
  }

  configure(settings: EngineSettings): void {
    this.#own.configure(settings);
  }

  pools(): readonly PoolFacts[] {
    return [
      {
        pool: 'daemon',
        threads: 1,
        connections: this.#own.size,
        why: `Every connection is served by the daemon's own thread.`,
      },
    ];
  }

  cached(): readonly CachedFacts[] {
    return this.#own.cached();
  }

  clearCache(): number {
    return this.#own.reader.cache.clear();
  }

  pin(uri: string, on: boolean): boolean {
    const { cache } = this.#own.reader;
    return on ? cache.pin(uri) : cache.unpin(uri);
  }

  close(): Promise<void> {
    this.#own.close();
    return Promise.resolve();
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

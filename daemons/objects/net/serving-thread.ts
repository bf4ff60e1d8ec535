/**
 * The connections of one thread, and all that they share. The thread of the daemon has one; with a model that uses more threads, each of
 * those has one too. A connection stays in its thread for good.
 */
import { Socket } from 'node:net';
import type { Clock } from '../../../kit/clock.ts';
import { Deadlines } from '../../../kit/deadlines.ts';
import { WorkGroup, WorkGroups } from '../../runtime/async/work-account.ts';
import { WorkTurns } from '../../runtime/async/work-turns.ts';
import { UNIX_ADDRESS } from '../../runtime/net/connection-classes.ts';
import { worstHolders } from '../../runtime/net/worst-holders.ts';
import type { ServingMetrics } from '../metrics.ts';
import type { Carrier } from '../native/descriptor-sender.ts';
import type { Native } from '../native/native-calls.ts';
import { type Peer, Permissions } from '../permissions.ts';
import type { ObjectReader } from '../store/object-reader.ts';
import type { ObjectWrites } from '../store/object-writes.ts';
import { Connection } from './connection.ts';
import { CopyBuffers } from './copy-buffers.ts';
import { DescriptorBatch } from './descriptor-batch.ts';
import { mayFitLater } from './descriptor-wait.ts';
import type { CachedFacts, ConnectionFacts, ConnectionTerms, EngineSettings } from './engine.ts';
import type { FactsRow } from './facts-board.ts';
import { OutputArena } from './output-arena.ts';
import { QuickReads } from './quick-reads.ts';
import type { Serving } from './serving.ts';
import type { StoreWork } from './store-work.ts';

/** What a thread is told when it begins. */
export interface ServingThreadOptions {
  /** Names its buffers. */
  readonly name: string;
  readonly reader: ObjectReader;
  readonly writes: ObjectWrites;
  readonly native: Native | null;
  readonly nativeReason: string;
  readonly metrics: ServingMetrics;
  readonly settings: EngineSettings;
  readonly clock: Clock;
  readonly onClosed: (client: number) => void;
  readonly onChanged: () => void;
  readonly onRefused: (client: number, why: string) => void;
  readonly onDefect: (error: unknown) => void;
  /** Called often while connections work that show another thread how far they are. */
  readonly onShown?: () => void;
  /** Reads a range of a file so that the kernel has it in memory; without it libuv's threads do. */
  readonly readAhead?: (fd: number, offset: number, bytes: number) => Promise<void>;
}

/** What all threads of the daemon may hold together. */
export interface SharedLimits {
  readonly threads: number;
  /** Files that stay open. */
  readonly cacheEntries: number;
}

/** Bytes of one read of a socket: as Node reads them. */
const READ_BYTES = 64 * 1024;
/** Of what may wait for all clients, what is freed beyond what is too much: an eighth. */
const FREED_PART = 8;

export class ServingThread implements Serving {
  readonly reader: ObjectReader;
  readonly writes: ObjectWrites;
  readonly native: Native | null;
  readonly nativeReason: string;
  readonly turns: WorkTurns;
  readonly metrics: ServingMetrics;
  readonly arena = new OutputArena();
  readonly buffers: CopyBuffers;
  readonly clock: Clock;
  readonly onRefused: Serving['onRefused'];
  readonly onDefect: Serving['onDefect'];
  settings: EngineSettings;
  aside: StoreWork | null = null;
  permissions: Permissions;
  readonly #options: ServingThreadOptions;
  readonly #connections = new Map<number, Connection>();
  readonly #groups = new WorkGroups();
  readonly #deadlines: Deadlines<Connection>;
  readonly #batches = new Map<Carrier, DescriptorBatch>();
  /** Every plain socket is read into it, and parsed before the next. */
  #readBuffer: Buffer | null = null;
  #quickReads: QuickReads | null = null;
  #draining = false;
  #heldBytes = 0;
  #threads = 1;
  #relieving = false;

  constructor(options: ServingThreadOptions) {
    this.#options = options;
    this.reader = options.reader;
    this.writes = options.writes;
    this.native = options.native;
    this.nativeReason = options.nativeReason;
    this.metrics = options.metrics;
    this.clock = options.clock;
    this.onRefused = options.onRefused;
    this.onDefect = options.onDefect;
    this.settings = options.settings;
    this.permissions = new Permissions(options.settings.access);
    this.turns = new WorkTurns({ onError: options.onDefect });
    this.buffers = new CopyBuffers(options.name, options.metrics.diskPending);
    this.#deadlines = new Deadlines(options.clock, (connection) => {
      const againMs = connection.look();
      // One that said its last meanwhile waits for that already.
      if (againMs !== null && connection.line === null) this.#deadlines.add(connection, againMs);
    });
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Requests of the connections that are open. */
  get requests(): number {
    let sum = 0;
    for (const { requests } of this.#connections.values()) sum += requests;
    return sum;
  }

  connections(): ConnectionFacts[] {
    return [...this.#connections.values()].map(({ facts }) => facts);
  }

  batchOf(carrier: Carrier): DescriptorBatch {
    let batch = this.#batches.get(carrier);
    if (batch === undefined) {
      if (this.native === null) throw new Error('A batch of descriptors without native calls');
      batch = new DescriptorBatch(this.native, carrier, mayFitLater);
      this.#batches.set(carrier, batch);
    }
    return batch;
  }

  onHeld(bytes: number): void {
    this.#heldBytes += bytes;
    if (this.#heldBytes <= this.#mostHeldBytes || this.#relieving) return;
    this.#relieving = true;
    // Who holds most may be in the middle of something now.
    setImmediate(() => this.#relieve());
  }

  readAhead(fd: number, offset: number, bytes: number): Promise<void> {
    const { readAhead } = this.#options;
    if (readAhead === undefined) return this.buffers.warm(fd, offset, bytes);
    const { diskPending } = this.metrics;
    diskPending.add(1);
    return readAhead(fd, offset, bytes).finally(() => diskPending.add(-1));
  }

  /** Serves a plain socket by its descriptor, which is this thread's from here on. @param row where another thread reads its figures */
  serveDescriptor(
    fd: number,
    terms: ConnectionTerms,
    peer: Peer,
    early: Buffer | null,
    row: FactsRow | null = null,
  ): void {
    this.#readBuffer ??= Buffer.allocUnsafeSlow(READ_BYTES);
    const buffer = this.#readBuffer;
    if (this.native !== null) this.#quickReads ??= new QuickReads(this.native.libc, buffer);
    const quickReads = this.#quickReads;
    let connection: Connection | null = null;
    const socket = new Socket({
      fd,
      allowHalfOpen: true,
      onread: {
        buffer,
        callback: (bytes) => {
          if (connection === null) return true;
          connection.onBytes(buffer.subarray(0, bytes));
          quickReads?.goOn(connection, fd);
          return true;
        },
      },
    });
    connection = this.#serve(socket, terms, peer, row);
    if (early !== null) connection.onBytes(early);
  }

  /** Serves a socket as it is: one with TLS, or where a descriptor cannot be had. */
  serveSocket(socket: Socket, terms: ConnectionTerms, peer: Peer): void {
    socket.allowHalfOpen = true;
    const connection = this.#serve(socket, terms, peer, null);
    socket.on('data', (bytes: Buffer) => connection.onBytes(bytes));
  }

  /** Closes a connection without ceremony; false where this thread has none of that number. */
  kill(client: number): boolean {
    const connection = this.#connections.get(client);
    connection?.destroy();
    return connection !== undefined;
  }

  /** Every connection, and those that come until {@link resume}, take no more requests and end when they have answered those that they have. */
  drain(): void {
    this.#draining = true;
    for (const connection of [...this.#connections.values()]) connection.drain();
  }

  /** Connections that come from now on are served again. */
  resume(): void {
    this.#draining = false;
  }

  configure(settings: EngineSettings): void {
    this.settings = settings;
    this.permissions = new Permissions(settings.access);
  }

  cached(): CachedFacts[] {
    const { cache } = this.reader;
    return [...cache.objects()].map(({ uri, sizeBytes, hits }) => ({
      uri,
      sizeBytes,
      hits,
      pinned: cache.isPinned(uri),
    }));
  }

  /** How many threads share what all of them together may hold, this one included: files that stay open, answers that wait. */
  share({ threads, cacheEntries }: SharedLimits): void {
    this.#threads = threads;
    this.reader.cache.resize(Math.max(1, Math.floor(cacheEntries / threads)));
  }

  /** Closes all connections. The reader is its owner's to close. */
  close(): void {
    for (const connection of [...this.#connections.values()]) connection.destroy();
    this.turns.close();
  }

  get #mostHeldBytes(): number {
    return this.settings.limits.send_queue_total_bytes / this.#threads;
  }

  /** Closes connections that have most waiting until there is room, and a little more, so that the next byte does not close another. */
  #relieve(): void {
    this.#relieving = false;
    const most = this.#mostHeldBytes;
    if (this.#heldBytes <= most) return;
    const holders = [...this.#connections.values()].map((connection) => ({
      owner: connection,
      network: connection.origin.group,
      bytes: connection.heldBytes,
    }));
    for (const worst of worstHolders(holders, this.#heldBytes - most + most / FREED_PART)) {
      this.metrics.slowReaders.add(1);
      worst.destroy();
    }
  }

  #serve(socket: Socket, terms: ConnectionTerms, peer: Peer, row: FactsRow | null): Connection {
    const origin = { terms, peer, connectedAt: this.clock.now(), group: this.#enter(terms), row };
    const connection = new Connection(this, socket, origin, {
      onChanged: this.#options.onChanged,
      onShown: this.#options.onShown ?? nothing,
      onEnding: (ending) => {
        this.#deadlines.remove(ending);
        this.#deadlines.add(ending, ending.nextLookMs);
      },
      onClosed: (gone) => this.#onClosed(gone),
    });
    this.#connections.set(terms.client, connection);
    this.#deadlines.add(connection, connection.nextLookMs);
    if (this.#draining) connection.drain();
    this.#options.onChanged();
    return connection;
  }

  #onClosed(connection: Connection): void {
    const { terms } = connection.origin;
    this.#deadlines.remove(connection);
    this.#connections.delete(terms.client);
    this.#quickReads?.forget(connection);
    if (terms.address !== UNIX_ADDRESS) this.#groups.leave(terms.address);
    this.#options.onClosed(terms.client);
    this.#options.onChanged();
  }

  /** Clients of one network share what they may use; those of Unix sockets have none in common. */
  #enter({ address }: ConnectionTerms): WorkGroup {
    return address === UNIX_ADDRESS ? new WorkGroup() : this.#groups.enter(address);
  }
}

function nothing(): void {}

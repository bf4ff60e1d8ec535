/**
 * What serves connections, as the daemon around it sees it: the acceptor hands sockets over, admin commands and the live
 * table look at them, a reload changes what they go by. How many threads stand behind it is the engine's business.
 */
import type { Socket } from 'node:net';
import type { AccessRule, ConcurrencyModel } from '../config.ts';
import type { Limits } from '../limits.ts';
import type { Peer } from '../permissions.ts';
import type { Dialect, ProtocolVersion } from '../protocol/wire.ts';

/** What a connection is allowed, and how it is spoken to. Plain data: it goes with the socket to another thread. */
export interface ConnectionTerms {
  /** Counted from 1; no other connection of this run has it. */
  readonly client: number;
  /** Textual address, or `unix:`. */
  readonly address: string;
  /** Where it connected, as people read it. */
  readonly listener: string;
  readonly transport: Peer['transport'];
  /** How answers are written until the connection itself says otherwise. */
  readonly dialect: Dialect;
  /** Whether it might put, delete, list and stat when it connected; see {@link EngineSettings.writable}. */
  readonly writable: boolean;
  /** SHA-256 of the token that must be proved before anything else is answered; null where none is wanted. */
  readonly tokenDigest: Uint8Array | null;
  /** SHA-256 of the client's certificate in hexadecimal; null without one. */
  readonly certificate: string | null;
  /** Version of TLS; null without. Such a socket stays in the thread that accepted it. */
  readonly tls: string | null;
  /** Whether another thread than the connection's opens its objects: see {@link StoreWork}. */
  readonly aside?: boolean;
  /** Why nothing is answered but this: the connection ends then. Absent where it is served. */
  readonly unserved?: string;
}

/** What is known of an open connection. */
export interface ConnectionFacts {
  readonly terms: ConnectionTerms;
  readonly peer: Peer;
  /** 0 until the first byte. */
  readonly version: ProtocolVersion;
  readonly dialect: Dialect;
  /** Unix time in milliseconds. */
  readonly connectedAt: number;
  /** Unix time in milliseconds of the newest request, or of the connection. */
  readonly lastRequestAt: number;
  readonly requests: number;
  /** Requests without an answer. */
  readonly waiting: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Bytes of answers that the kernel has not taken. */
  readonly queuedBytes: number;
}

/** What connections go by, all of it changed while they are open. Plain data. */
export interface EngineSettings {
  readonly limits: Readonly<Limits>;
  readonly access: readonly AccessRule[];
  /** The listeners, as {@link ConnectionTerms.listener} names them, whose clients may write. */
  readonly writable: readonly string[];
  /** Whether FDPASS of what is not there makes an object, where it may be written. */
  readonly createOnFdpass: boolean;
  readonly pools: PoolSettings;
}

/** How work is shared out between threads. */
export interface PoolSettings {
  readonly model: ConcurrencyModel;
  /** 0 leaves it to the engine. */
  readonly fdpassThreads: number;
  /** 0 leaves it to the engine. */
  readonly spliceThreads: number;
}

/** One group of threads, for operators. */
export interface PoolFacts {
  readonly pool: string;
  readonly threads: number;
  /** As it was configured; 0 is automatic. */
  readonly setting: number;
  readonly connections: number;
  /** Why there are so many, in words. */
  readonly why: string;
}

/** An object that is kept open. */
export interface CachedFacts {
  readonly uri: string;
  readonly sizeBytes: number;
  readonly hits: number;
  readonly pinned: boolean;
}

/** What the engine tells the daemon. */
export interface EngineEvents {
  /** A connection is gone, with its socket. Called once for each that was adopted. */
  onClosed(client: number): void;
  /** What is known of some connection has changed; cheap to be called often. */
  onChanged(): void;
  /** A connection did what it may not: for the log. `why` says what was refused and by which rule. */
  onRefused(client: number, why: string): void;
}

/** Serves connections. */
export interface Engine {
  /** Takes a socket over: from here on nobody else reads, writes or closes it. */
  adopt(socket: Socket, terms: ConnectionTerms): void;
  /** All open connections, as it last heard of them. */
  connections(): Iterable<ConnectionFacts>;
  /** Closes a connection without ceremony. */
  kill(client: number): void;
  /** Every connection takes no more requests and closes when it has answered those that it has. */
  drain(): void;
  /** Ends what {@link drain} began: connections that come from now on are served. */
  resume(): void;
  configure(settings: EngineSettings): void;
  pools(): readonly PoolFacts[];
  /** The objects that are kept open by any thread, each once. */
  cached(): Promise<readonly CachedFacts[]>;
  /** Has all threads forget what they keep open; answers how many files that were. */
  clearCache(): Promise<number>;
  /** Has every thread keep an object open, or let it go again; false where that is not so: too many are pinned, or it was not. */
  pin(uri: string, on: boolean): Promise<boolean>;
  /** Ends all threads. Connections that are open are closed. */
  close(): Promise<void>;
}

/**
 * What the benchmark process and its load generator say to each other over Node's IPC channel, and the shape of one
 * measurement.
 */
import type { HistogramSummary } from '../../contract/histogram.ts';
import type { Place } from './load-client.ts';

/** Who connects where. */
interface Guests {
  readonly port: number;
  /** Where that is; loopback without TLS where absent. */
  readonly place?: Place;
  /** What their nicks begin with; five digits follow. */
  readonly nickPrefix?: string;
  /** What the server asks of everybody who comes; nothing where absent. */
  readonly password?: string | undefined;
  /** The page that clients over a WebSocket say they come from; null for none. */
  readonly origin?: string | null;
  /** How many come at a time. */
  readonly concurrency?: number;
}

/** Clients are spread evenly over the channels; each is in one. */
interface Population extends Guests {
  /** What the names of their channels begin with; a number follows. */
  readonly channelPrefix?: string;
  readonly clients: number;
  readonly channels: number;
  /** Capabilities that every second client asks for; the others have none. */
  readonly capabilities?: string;
  /** Which clients come over a WebSocket: none where absent, every second one of each channel for `half`. */
  readonly webSockets?: 'half' | 'all' | undefined;
  /** Where they come; needed where there are some. */
  readonly webSocketPort?: number | undefined;
}

/**
 * As fast as it goes. Every client keeps `window` messages under way: it sends one more for each full round it has received. Or one
 * client of each channel does, for each round that the others have received.
 */
export interface SaturateJob extends Population {
  readonly kind: 'saturate';
  /** Who speaks in a channel: all where absent. */
  readonly senders?: 'one';
  readonly window: number;
  readonly warmupMs: number;
  readonly measureMs: number;
  /** Length of the slices by which it is told how many lines came; none where absent. */
  readonly sliceMs?: number;
}

/** Messages leave at a fixed rate, whatever the server does, and each delivery is timed. */
export interface PacedJob extends Population {
  readonly kind: 'paced';
  readonly deliveriesPerSecond: number;
  readonly warmupMs: number;
  readonly measureMs: number;
}

/** Clients connect and register, `concurrency` at a time, and stay until all are in. */
export interface RegisterJob extends Guests {
  readonly kind: 'register';
  /** Times each from the connection to 001. */
  readonly timed?: boolean;
  /** They come over a WebSocket. */
  readonly webSockets?: 'all' | undefined;
  readonly webSocketPort?: number | undefined;
  readonly clients: number;
  readonly concurrency: number;
}

/** Clients are in their channels and rest; then each says `each` messages at once, and all rest again. */
export interface MemoryJob extends Population {
  readonly kind: 'memory';
  /** Messages of each client in the burst. */
  readonly each: number;
  /** How long they rest before it, and behind it. */
  readonly restMs: number;
}

export type Job = SaturateJob | PacedJob | RegisterJob | MemoryJob;

/** What a generator measured. */
export interface Measurement {
  readonly seconds: number;
  /** Lines received, or clients registered. */
  readonly count: number;
  readonly bytes: number;
  /** Reads that brought them. */
  readonly reads: number;
  /** CPU seconds of the generator itself in that time. */
  readonly generatorCpuSeconds: number;
  /** Lines a second of each slice, where there are some. */
  readonly sliceRates?: readonly number[];
  /** How long deliveries or registrations took; null where that was not measured. */
  readonly latency: HistogramSummary | null;
}

export type GeneratorMessage =
  | { readonly type: 'start' }
  | { readonly type: 'end'; readonly measurement: Measurement }
  | { readonly type: 'error'; readonly message: string };

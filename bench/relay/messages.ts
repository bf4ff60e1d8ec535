/** What `bench/relay.ts` and its load generator say to each other. */

/** How the servers under load are spoken to; see wires.ts. */
export type WireName = 'signalbox' | 'sealed' | 'nats';

export interface Job {
  readonly wire: WireName;
  readonly port: number;
  readonly clients: number;
  /** Clients that share a room; 1 means that every client hears only itself (echo). */
  readonly roomSize: number;
  readonly payloadBytes: number;
  readonly load:
    | { readonly kind: 'idle'; readonly seconds: number }
    /**
     * Every client sends `messages` messages, evenly spread over `seconds`; the next client of the same room after it, or those of other
     * rooms first, so that no room has two messages under way (`stride`, which is prime to the number of clients).
     */
    | {
        readonly kind: 'paced';
        readonly messages: number;
        readonly seconds: number;
        readonly stride?: number;
        /** How long they do so before that, where the load comes from C; half of `seconds` from Node. */
        readonly warmupMs?: number;
      }
    /** Every client keeps `window` messages under way, or one client of each room does. */
    | {
        readonly kind: 'saturated';
        readonly window: number;
        /** Who speaks in a room: all where absent. */
        readonly senders?: 'one';
        /** What is not measured: so long, and until so many messages were sent. */
        readonly warmupSeconds: number;
        readonly warmupMessages: number;
        readonly seconds: number;
      };
}

export interface Measurement {
  readonly seconds: number;
  readonly sent: number;
  readonly delivered: number;
  readonly expected: number;
  /** Reads that brought what was delivered. */
  readonly reads: number;
  /** From send to receipt in milliseconds; null where it was not measured. */
  readonly latencyMs: {
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
    readonly max: number;
  } | null;
  readonly generatorCpuSeconds: number;
}

export type GeneratorMessage =
  | { readonly type: 'connected' }
  /** The measured time begins; the server's usage is read now and at `done`. */
  | { readonly type: 'start' }
  | { readonly type: 'done'; readonly measurement: Measurement }
  | { readonly type: 'error'; readonly message: string };

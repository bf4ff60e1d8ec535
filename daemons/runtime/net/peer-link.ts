/**
 * A link from one daemon of an instance to another that speaks a certain protocol, wherever that listens now: it is made when main
 * says where, and made again when it breaks. Nothing waits for it, and nothing is tried while main knows of nobody.
 */
import { connect, type Socket } from 'node:net';
import type { Endpoint } from '../../../contract/link/endpoint.ts';
import type { Clock, Timer } from '../../../kit/clock.ts';
import { DuplexChannel } from '../async/duplex-channel.ts';
import { lines } from '../async/framing.ts';
import type { Peers } from '../host/peer-directory.ts';
import { limits } from '../limits.ts';
import { proveAsClient } from './peer-proof.ts';

export interface PeerLinkOptions {
  readonly peers: Peers;
  readonly clock: Clock;
  /** What the peer speaks. */
  readonly protocol: string;
  /** Characters of a line at most. */
  readonly lineChars: number;
  /** Uses a channel to a peer that has proved itself; resolves or rejects when it has ended. */
  readonly onPeer: (channel: DuplexChannel<string>) => Promise<void>;
  /** Told why a connection was not made or has ended. */
  readonly onBroken: (why: string) => void;
}

type Reachable = Exclude<Endpoint, { readonly kind: 'none' }>;

export class PeerLink {
  readonly #options: PeerLinkOptions;
  readonly #unsubscribe: () => void;
  /** Where the peer listens, as text; empty for nowhere. */
  #target = '';
  #socket: Socket | null = null;
  #retry: Timer | null = null;
  #failures = 0;
  #closed = false;

  constructor(options: PeerLinkOptions) {
    this.#options = options;
    this.#unsubscribe = options.peers.onChange(() => this.#look());
    this.#look();
  }

  /** Ends the link for good. */
  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    this.#drop();
  }

  /** Goes where the peer listens now. */
  #look(): void {
    const endpoint = this.#endpoint();
    const target = endpoint === null ? '' : JSON.stringify(endpoint);
    if (target === this.#target) return;
    this.#target = target;
    this.#failures = 0;
    this.#drop();
    if (endpoint !== null) void this.#connect(endpoint);
  }

  #endpoint(): Reachable | null {
    const { peers, protocol } = this.#options;
    for (const { endpoints } of peers.all) {
      for (const endpoint of endpoints)
        if (endpoint.protocol === protocol && endpoint.kind !== 'none') return endpoint;
    }
    return null;
  }

  #drop(): void {
    this.#retry?.cancel();
    this.#retry = null;
    this.#socket?.destroy();
    this.#socket = null;
  }

  async #connect(endpoint: Reachable): Promise<void> {
    const { peers, clock, protocol, lineChars, onPeer, onBroken } = this.#options;
    const { secret } = peers;
    if (secret === null) return;
    const socket = connect(
      endpoint.kind === 'unix'
        ? { path: endpoint.path }
        : { host: endpoint.host, port: endpoint.port, noDelay: true },
    );
    this.#socket = socket;
    const channel = new DuplexChannel<string>(socket, { framing: lines(lineChars) });
    let lasting: Timer | null = null;
    try {
      await proveAsClient(channel, { protocol, secret });
      // Who proves itself may end the link at once all the same, each time: only one that lasts is none that failed.
      lasting = clock.after(limits.peerRetryMostMs.default, () => {
        this.#failures = 0;
      });
      await onPeer(channel);
    } catch (error) {
      if (this.#socket === socket) onBroken(error instanceof Error ? error.message : String(error));
    }
    lasting?.cancel();
    channel.close();
    // Another connection was begun meanwhile, or none is wanted any more.
    if (this.#closed || this.#socket !== socket) return;
    this.#socket = null;
    const waitMs = Math.min(
      limits.peerRetryMs.default * 2 ** this.#failures++,
      limits.peerRetryMostMs.default,
    );
    this.#retry = clock.after(waitMs, () => void this.#connect(endpoint));
  }
}

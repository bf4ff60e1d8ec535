/** The other daemons of the instance, as main tells of them. Given to a daemon's code at its start; the link keeps it up to date. */
import type { Peer } from '../../../contract/link/peers.ts';

/** What a daemon may know of the others. */
export interface Peers {
  /** Every other daemon, and where it listens now; nobody for a daemon that stands alone. */
  readonly all: readonly Peer[];
  /** The 32 bytes that only daemons of this instance know; null for one that stands alone. Never to be logged or written. */
  readonly secret: Uint8Array | null;
  /** Calls back when another daemon listens elsewhere; returns the function that ends it. */
  onChange(listener: (peers: readonly Peer[]) => void): () => void;
}

/** Keeps what main tells. */
export class PeerDirectory implements Peers {
  #all: readonly Peer[] = [];
  #secret: Uint8Array | null = null;
  readonly #listeners = new Set<(peers: readonly Peer[]) => void>();

  get all(): readonly Peer[] {
    return this.#all;
  }

  get secret(): Uint8Array | null {
    return this.#secret;
  }

  onChange(listener: (peers: readonly Peer[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What `init` says. */
  introduce(peers: readonly Peer[], secret: Uint8Array): void {
    this.#all = peers;
    this.#secret = secret;
  }

  /** Somebody listens elsewhere now. */
  update(peers: readonly Peer[]): void {
    this.#all = peers;
    for (const listener of this.#listeners) listener(peers);
  }
}

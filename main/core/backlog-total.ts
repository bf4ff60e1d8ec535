/**
 * Bounds what waits unsent for all control clients of one kind together: each alone may be behind by megabytes. Used by
 * the local socket and by the control WebSockets.
 */

import type { Counts } from '../../daemons/runtime/telemetry/counted-instrument.ts';

/** A client as far as it is behind. */
export interface BacklogClient {
  /** Bytes that it has not taken yet. */
  readonly unsentBytes: number;
  /** Cuts it off. */
  end(): void;
}

/** Below this a client that was just sent something is no reason to count them all, in bytes. */
const NOTABLE_BYTES = 65_536;

/** Clients that share a total. */
export class BacklogTotal {
  readonly #limitBytes: number;
  readonly #clients = new Set<BacklogClient>();
  #mostBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Bytes that wait for all of them, of how many may, and the most that were seen at once. */
  get counts(): Counts<'queue'> {
    const depth = this.#unsentBytes();
    return { depth, high_water: this.#mostBytes, capacity: this.#limitBytes };
  }

  /** Counts a client in; returns the function that ends it. */
  add(client: BacklogClient): () => void {
    this.#clients.add(client);
    return () => this.#clients.delete(client);
  }

  /** To be called after `client` was sent something: those furthest behind are cut off while there is too much. */
  sentTo(client: BacklogClient): void {
    if (client.unsentBytes < NOTABLE_BYTES) return;
    let total = this.#unsentBytes();
    if (total <= this.#limitBytes) return;
    for (const behind of [...this.#clients].sort((a, b) => b.unsentBytes - a.unsentBytes)) {
      if (total <= this.#limitBytes) return;
      total -= behind.unsentBytes;
      this.#clients.delete(behind);
      behind.end();
    }
  }

  #unsentBytes(): number {
    let total = 0;
    for (const { unsentBytes } of this.#clients) total += unsentBytes;
    if (total > this.#mostBytes) this.#mostBytes = total;
    return total;
  }
}

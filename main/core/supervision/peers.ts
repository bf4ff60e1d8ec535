/**
 * Tells every daemon where the others listen, so that two that belong together find each other also where port 0 was
 * configured, and gives all of them the secret of this run. The supervisor makes one.
 */
import { randomBytes } from 'node:crypto';
import { endpointOf } from '../../../contract/link/endpoint.ts';
import { INSTANCE_SECRET_BYTES, type Peer } from '../../../contract/link/peers.ts';
import type { ManagedDaemon } from './managed-daemon.ts';

/** What a daemon learns of the others in `init`. */
export interface Introduction {
  readonly peers: readonly Peer[];
  /** Never to be logged or written; see `instanceSecretSchema`. */
  readonly secret: Uint8Array;
}

/** The daemons of one run of main among each other. */
export class Peers {
  readonly #daemons: ReadonlyMap<string, ManagedDaemon>;
  readonly #secret: Uint8Array = randomBytes(INSTANCE_SECRET_BYTES);
  /** What each daemon was last known to listen on, as text. */
  readonly #known = new Map<string, string>();

  constructor(daemons: ReadonlyMap<string, ManagedDaemon>) {
    this.#daemons = daemons;
  }

  /** What a process of `id` is started with. */
  introductionOf(id: string): Introduction {
    return { peers: this.#peersOf(id), secret: this.#secret };
  }

  /** Told of every change of a daemon; passes on where it listens when that is news. */
  daemonChanged({ id, listeners }: { readonly id: string; readonly listeners: readonly unknown[] }): void {
    const text = JSON.stringify(listeners);
    if ((this.#known.get(id) ?? '[]') === text) return;
    this.#known.set(id, text);
    for (const other of this.#daemons.values()) {
      if (other.id !== id) other.session?.tellPeers(this.#peersOf(other.id));
    }
  }

  #peersOf(id: string): Peer[] {
    const others = [...this.#daemons.values()].filter((other) => other.id !== id);
    return others.map((other) => ({ id: other.id, endpoints: other.snapshot().listeners.map(endpointOf) }));
  }
}

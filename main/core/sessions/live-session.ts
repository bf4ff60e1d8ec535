/** A session and what it holds open; all of that ends with it. Made by the SessionRegistry. */
import type { Actor } from '../../../contract/link/actor.ts';

/** What a session holds. */
export type HeldKind = 'connection' | 'stream';

/** Who has a session, and since when. */
export interface SessionOwner {
  readonly actor: Actor;
  /** Where it was opened from; null on this machine's own local socket and windows. */
  readonly address: string | null;
  /** Unix milliseconds. */
  readonly since: number;
  /** Unix milliseconds; null for one that lasts as long as its connections. */
  readonly expiresAt: number | null;
}

/** One session. */
export class LiveSession {
  readonly id: string;
  #owner: SessionOwner;
  readonly #held = new Map<symbol, { readonly kind: HeldKind; readonly end: () => void }>();
  readonly #released: (session: LiveSession) => void;
  #ended = false;

  /** `released` is called whenever something that was held is given back, and when the session has ended. */
  constructor(id: string, owner: SessionOwner, released: (session: LiveSession) => void) {
    this.id = id;
    this.#owner = owner;
    this.#released = released;
  }

  get owner(): SessionOwner {
    return this.#owner;
  }

  /** What a caller said of itself with its first request. */
  isOf(actor: Actor, address: string | null): void {
    this.#owner = { ...this.#owner, actor, address };
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** How many of a kind are open. */
  count(kind: HeldKind): number {
    let count = 0;
    for (const held of this.#held.values()) if (held.kind === kind) count++;
    return count;
  }

  /** Ties something to the session: `end` closes it. The function that comes back says that it has closed by itself. */
  hold(kind: HeldKind, end: () => void): () => void {
    if (this.#ended) {
      end();
      return () => {};
    }
    const key = Symbol(kind);
    this.#held.set(key, { kind, end });
    return () => {
      if (this.#held.delete(key)) this.#released(this);
    };
  }

  /** Closes everything that it holds. Twice is fine. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const held = [...this.#held.values()];
    this.#held.clear();
    for (const { end } of held) end();
    this.#released(this);
  }
}

/**
 * Which handshakes are under way, by the network that began them: so many of one, and so many of all, in which case the network that
 * has most gives way. Owned by the door.
 */

/** How many there may be; read at each. */
export interface HandshakeLimits {
  readonly max_handshakes: number;
}

/** A handshake that is under way. */
export interface HandshakePlace {
  readonly network: string;
  /** Ends it, because others need its place; it leaves by that. */
  readonly giveWay: () => void;
}

export class OpenHandshakes {
  readonly #limits: HandshakeLimits;
  /** Of each network, the oldest first. */
  readonly #byNetwork = new Map<string, Set<HandshakePlace>>();
  #size = 0;

  constructor(limits: HandshakeLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#size;
  }

  /** Networks that have some: what looking for the one with most costs. */
  get networks(): number {
    return this.#byNetwork.size;
  }

  /** Whether the next one has to be weighed against those of all networks. */
  get full(): boolean {
    return this.#size >= this.#limits.max_handshakes;
  }

  /**
   * Takes a place, where all are taken that of the oldest of the network that has most. Null where the network has `most`, or has
   * more than any other when all are taken.
   */
  enter(network: string, most: number, giveWay: () => void): HandshakePlace | null {
    const had = this.#byNetwork.get(network)?.size ?? 0;
    if (had >= most || (this.full && !this.#makeRoom(had))) return null;
    const place = { network, giveWay };
    const own = this.#byNetwork.get(network);
    if (own === undefined) this.#byNetwork.set(network, new Set([place]));
    else own.add(place);
    this.#size++;
    return place;
  }

  /** Gives a place back. Doing it twice is fine. */
  leave(place: HandshakePlace): void {
    const own = this.#byNetwork.get(place.network);
    if (own?.delete(place) !== true) return;
    if (own.size === 0) this.#byNetwork.delete(place.network);
    this.#size--;
  }

  /** @param had handshakes of the network that wants one more */
  #makeRoom(had: number): boolean {
    let most: ReadonlySet<HandshakePlace> | null = null;
    for (const places of this.#byNetwork.values()) if (places.size > (most?.size ?? 0)) most = places;
    if (most === null || most.size <= had) return false;
    const [oldest] = most;
    oldest?.giveWay();
    return !this.full;
  }
}

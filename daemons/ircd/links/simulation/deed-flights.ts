/**
 * For the simulated network: which of the things that clients did are still on their way, and where they have arrived. Every
 * line carries the deeds that it comes from. P10 does not put two changes of one thing in order that cross on the wire: a
 * deed says what it changes and what it relies on, so that none is done that would cross with another.
 */

/** What one deed concerns, by words such as `#c k`. */
export interface Concerns {
  /** What it sets, where the last word holds: it may not cross with another that sets the same. */
  readonly sets?: readonly string[];
  /** What it takes for granted, and may not cross with one that changes it. */
  readonly relies?: readonly string[];
  /** What it changes, of which nobody else decides. */
  readonly changes?: readonly string[];
  /** It takes many lines, and has arrived nowhere before the last of them. */
  readonly long?: boolean;
}

/** What brings back what is taken from a channel: servers that link, and somebody who enters it where it was kept for nobody. */
export function burstsOf(channel: string): readonly string[] {
  return ['burst', `${channel} burst`];
}

interface Flight extends Concerns {
  readonly at: string;
  /** Servers that know of it. */
  readonly known: Set<string>;
  /** Lines, and servers with work, that still carry it. */
  carried: number;
}

export class DeedFlights {
  #last = 0;
  readonly #flights = new Map<number, Flight>();
  /** What channels are called that are or were renamed while anything is on its way: one of all their names stands for each. */
  readonly #names = new Map<string, string>();

  /** Begins one; its number is carried by what comes of it. @param at the server on which it is done */
  begin(at: string, concerns: Concerns): number {
    const id = ++this.#last;
    this.#flights.set(id, { ...concerns, at, known: new Set([at]), carried: 0 });
    return id;
  }

  /** Whether a deed would cross with one that is on its way. */
  crosses(at: string, concerns: Concerns): boolean {
    const { sets = [], relies = [], changes = [] } = concerns;
    for (const other of this.#flights.values()) {
      if (other.known.has(at) && other.long !== true) continue;
      if (
        this.#meet(sets, other.sets) ||
        this.#meet(relies, other.changes) ||
        this.#meet(changes, other.relies)
      )
        return true;
    }
    return false;
  }

  /** A channel may get another name: whatever is said of the one is said of the other. */
  same(channel: string, other: string): void {
    this.#names.set(this.#nameOf(channel), this.#nameOf(other));
  }

  #nameOf(channel: string): string {
    let name = channel;
    for (let next = this.#names.get(name); next !== undefined && next !== name; next = this.#names.get(name))
      name = next;
    return name;
  }

  #meet(some: readonly string[], others: readonly string[] = []): boolean {
    return some.some((word) => others.some((other) => this.#standsFor(word) === this.#standsFor(other)));
  }

  /** A word with the one name that its channel has. */
  #standsFor(word: string): string {
    if (!word.startsWith('#') || this.#names.size === 0) return word;
    const [channel = '', ...rest] = word.split(' ');
    return [this.#nameOf(channel), ...rest].join(' ');
  }

  /** Whether something is on its way that sets anything. */
  get setting(): boolean {
    for (const { sets } of this.#flights.values()) if (sets !== undefined && sets.length > 0) return true;
    return false;
  }

  /** One more line, or server, carries them. */
  carry(ids: Iterable<number>): void {
    for (const id of ids) {
      const flight = this.#flights.get(id);
      if (flight !== undefined) flight.carried++;
    }
  }

  /** One less does. */
  drop(ids: Iterable<number>): void {
    for (const id of ids) {
      const flight = this.#flights.get(id);
      if (flight !== undefined && --flight.carried <= 0) this.#flights.delete(id);
    }
    if (this.#flights.size === 0) this.#names.clear();
  }

  /** They have arrived at a server. */
  arrive(ids: Iterable<number>, at: string): void {
    for (const id of ids) this.#flights.get(id)?.known.add(at);
  }
}

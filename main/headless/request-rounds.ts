/**
 * Shares main's time among those who ask over HTTP. What comes in is given to the HTTP parser in small pieces, and the
 * time that each takes counts for the network of its sender: one that has used its share of a turn of the loop waits in a
 * queue, where networks take turns, and so do its connections. Connections of people who are logged in count for nobody's
 * network. So strangers that send without end, from one address or a few, delay others by a piece each.
 *
 * libuv accepts one connection in each turn of the loop (https://github.com/libuv/libuv/pull/3696), so a newcomer waits in
 * the kernel for a turn per connection before it. Whoever connects anew as soon as it is answered would fill that queue at
 * the speed of the answers. While connections come each network therefore has one piece in so many turns that more come in
 * than are answered: its crowd then waits here, where others overtake it, and not in the kernel. Told by PacedSocket.
 */
import { QueueTally } from '../../kit/queue-tally.ts';
import type { ControlLimits } from '../core/limits.ts';

/** What waits for its turn. */
export interface Waiting {
  /** Whether nothing of it was ever let through: such a one comes before those that send on and on. */
  readonly fresh: boolean;
  /** Lets one piece through. True when another waits behind it. */
  letThrough(): boolean;
}

/** The connections that share one part of main's time. */
export class Requesters {
  /** Milliseconds used in this turn. */
  spentMs = 0;
  /** Whether anything of it was let through since the last turn in which strangers had theirs. */
  went = false;
  queued = false;
  readonly #fresh = new Set<Waiting>();
  readonly #others = new Set<Waiting>();
  /** Of all that wait. */
  readonly #tally: QueueTally;
  #freshLast = false;

  constructor(tally: QueueTally) {
    this.#tally = tally;
  }

  get waiting(): number {
    return this.#fresh.size + this.#others.size;
  }

  add(waiting: Waiting): void {
    const before = this.waiting;
    (waiting.fresh ? this.#fresh : this.#others).add(waiting);
    if (this.waiting > before) this.#tally.enter();
  }

  remove(waiting: Waiting): void {
    const before = this.waiting;
    this.#fresh.delete(waiting);
    this.#others.delete(waiting);
    this.#tally.leave(before - this.waiting);
  }

  /** Takes out whose turn it is: by turns one that is new and one that is not. */
  shift(): Waiting | null {
    const [first, second] = this.#freshLast ? [this.#others, this.#fresh] : [this.#fresh, this.#others];
    const [next] = first.size > 0 ? first : second;
    if (next === undefined) return null;
    this.#freshLast = this.#fresh.has(next);
    this.remove(next);
    return next;
  }
}

/** What the rounds work with beside the limits; tests have clocks of their own. */
export interface RoundsClock {
  now(): number;
  /** Calls back in the next turn of the loop. */
  schedule(callback: () => void): void;
}

const LOOP: RoundsClock = { now: () => performance.now(), schedule: setImmediate };

/** The rounds of one server. */
export class RequestRounds {
  /** Connections that wait for their turn. */
  readonly tally = new QueueTally();
  /** Of everybody who is logged in. */
  readonly operators = new Requesters(this.tally);
  readonly #networks = new Map<string, { readonly requesters: Requesters; connections: number }>();
  readonly #queue = new Set<Requesters>();
  readonly #spenders = new Set<Requesters>();
  readonly #limits: ControlLimits;
  readonly #clock: RoundsClock;
  #armed = false;
  /** Whether a connection came since the last turn. */
  #accepted = false;
  /** Turns in which a connection came, one after the other. */
  #acceptTurns = 0;

  constructor(limits: ControlLimits, clock: RoundsClock = LOOP) {
    this.#limits = limits;
    this.#clock = clock;
  }

  get pieceBytes(): number {
    return this.#limits.httpPieceBytes;
  }

  /** A connection of `network` was accepted. */
  enter(network: string): Requesters {
    this.#accepted = true;
    this.#arm();
    const known = this.#networks.get(network);
    if (known !== undefined) {
      known.connections++;
      return known.requesters;
    }
    const requesters = new Requesters(this.tally);
    this.#networks.set(network, { requesters, connections: 1 });
    return requesters;
  }

  leave(network: string): void {
    const known = this.#networks.get(network);
    if (known !== undefined && --known.connections === 0) this.#networks.delete(network);
  }

  /** Whether a piece may go through at once. */
  mayGo(requesters: Requesters): boolean {
    if (requesters.waiting > 0) return false;
    if (requesters === this.operators) return true;
    const crowded = this.#accepted || this.#acceptTurns > 0;
    return crowded ? !requesters.went : requesters.spentMs < this.#limits.httpShareMs;
  }

  /** Does the work of a piece and counts the time it takes. */
  run<Result>(requesters: Requesters, work: () => Result): Result {
    const begun = this.#clock.now();
    const result = work();
    requesters.spentMs += this.#clock.now() - begun;
    this.#went(requesters);
    this.#arm();
    return result;
  }

  /** Lets `waiting` go on when its turn comes. */
  wait(requesters: Requesters, waiting: Waiting): void {
    requesters.add(waiting);
    this.#queue.add(requesters);
    this.#arm();
  }

  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    this.#clock.schedule(this.#turn);
  }

  #went(requesters: Requesters): void {
    requesters.went = true;
    this.#spenders.add(requesters);
  }

  readonly #turn = (): void => {
    this.#armed = false;
    this.#acceptTurns = this.#accepted ? this.#acceptTurns + 1 : 0;
    this.#accepted = false;
    const crowded = this.#acceptTurns > 0;
    // In every turn while nobody comes.
    const strangers = this.#acceptTurns % this.#limits.httpAcceptTurns === 0;
    for (const requesters of this.#spenders) {
      requesters.spentMs = 0;
      if (strangers) requesters.went = false;
    }
    if (strangers) this.#spenders.clear();
    this.#letThrough(strangers, crowded);
    if (this.#queue.size > 0 || this.#spenders.size > 0) this.#arm();
  };

  /** Gives those who wait their turns: one each while it is crowded, and no more than fit into the time. */
  #letThrough(strangers: boolean, crowded: boolean): void {
    const until = this.#clock.now() + this.#limits.httpTurnMs;
    let rest = crowded ? this.#queue.size : Number.POSITIVE_INFINITY;
    // Whoever is put back while this loops stands at the end of the set and is met again.
    for (const requesters of this.#queue) {
      if (rest-- === 0) break;
      if (!strangers && requesters !== this.operators) continue;
      this.#queue.delete(requesters);
      const waiting = requesters.shift();
      if (waiting?.letThrough() === true) requesters.add(waiting);
      if (requesters.waiting > 0) this.#queue.add(requesters);
      this.#went(requesters);
      if (this.#clock.now() >= until) break;
    }
  }
}

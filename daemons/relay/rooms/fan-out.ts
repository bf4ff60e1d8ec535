/**
 * One message on its way to everybody in a crowd. It is charged to its sender and goes as far as the sender's slice of
 * the turn does; the rest follows in later turns, to those who are still there. Meanwhile other messages to the same
 * crowd wait at its gate, so that all receivers see one order. Used by delivery.ts and relay.ts.
 */
import type { WorkGate } from '../../runtime/async/work-gate.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import type { StepResult, WorkJob, WorkTurns } from '../../runtime/async/work-turns.ts';
import type { TickFlusher } from '../net/tick-flusher.ts';
import type { Audience } from './audience.ts';
import type { Peer } from './peer.ts';

/** Receivers between two bookings. */
const STRIDE = 32;

/**
 * What so many receivers of a message cost, in nanoseconds of work. Whoever makes a connection write pays for the write
 * as well.
 * @param writes connections more that wait to be flushed; fewer when one had to be at once
 */
export function fanOutNs(receivers: number, bytes: number, writes: number): number {
  return (
    receivers * (workPrices.receiver.ns + bytes * workPrices.receiverByte.ns) +
    Math.max(0, writes) * workPrices.write.ns
  );
}

/** What every fan-out of a relay needs. */
export interface FanOutServices {
  readonly turns: WorkTurns;
  readonly flusher: Pick<TickFlusher, 'pending'>;
}

/** One message to a crowd; what is sent to whom is in the subclasses. */
export abstract class FanOut implements WorkJob {
  readonly #services: FanOutServices;
  readonly #audience: Audience<Peer>;
  readonly #gate: WorkGate;
  readonly #bytes: number;
  /** Those who are left, once the first slice was not enough. */
  #rest: readonly Peer[] | null = null;
  #at = 0;
  #taken = 0;

  /** @param bytes size of the message */
  constructor(services: FanOutServices, audience: Audience<Peer>, gate: WorkGate, bytes: number) {
    this.#services = services;
    this.#audience = audience;
    this.#gate = gate;
    this.#bytes = bytes;
  }

  /** Sends to one member; returns whether it took the message. */
  protected abstract to(member: Peer): boolean;

  /** Called when everybody had it; `taken` is how many took it. */
  protected done(_taken: number): void {}

  /** Called by the turns. */
  step(): StepResult {
    const { turns } = this.#services;
    if (turns.mustWait(this.#gate)) return this.#gate;
    const finished = this.#rest === null ? this.#begin() : this.#goOn(this.#rest);
    if (!finished) {
      turns.hold(this.#gate);
      return 'more';
    }
    turns.leave(this.#gate);
    this.done(this.#taken);
    return 'done';
  }

  cancel(): void {
    this.#services.turns.leave(this.#gate);
  }

  #begin(): boolean {
    const { members } = this.#audience;
    let at = 0;
    while (at < members.length) {
      const from = at;
      const before = this.#services.flusher.pending;
      const end = Math.min(at + STRIDE, members.length);
      for (; at < end; at++) if (this.to(members[at]!)) this.#taken++;
      if (this.#pay(at - from, before) && at < members.length) {
        this.#rest = members.slice(at);
        return false;
      }
    }
    return true;
  }

  #goOn(rest: readonly Peer[]): boolean {
    while (this.#at < rest.length) {
      const from = this.#at;
      const before = this.#services.flusher.pending;
      const end = Math.min(from + STRIDE, rest.length);
      for (; this.#at < end; this.#at++) {
        const member = rest[this.#at]!;
        if (this.#audience.has(member) && this.to(member)) this.#taken++;
      }
      if (this.#pay(end - from, before) && end < rest.length) return false;
    }
    return true;
  }

  #pay(receivers: number, pendingBefore: number): boolean {
    const { turns, flusher } = this.#services;
    return turns.spend(fanOutNs(receivers, this.#bytes, flusher.pending - pendingBefore));
  }
}

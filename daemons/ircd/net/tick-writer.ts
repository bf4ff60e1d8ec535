/**
 * The end of the tick: one write per dirty connection. Connections gather ranges of the arena while lines are
 * handled; here the ranges become bytes on sockets. Owned by NetServer, which decides when a tick ends.
 *
 * A single range is written straight from its slab. Several ranges are copied side by side into one scratch buffer that is
 * used again for the next connection, because the kernel has copied the bytes when write returns; the next
 * connection with the same list of ranges is written from it without copying. What the kernel did not take the connection
 * copies for itself, so that a client that stalls holds its own bytes and nothing else.
 *
 * Writing to thousands takes longer than a turn of the loop may. Then the tick ends over several turns: those who are
 * answered come before those whom others wrote to, and the arena is kept until everybody had its bytes.
 */
import type { QueueCounts } from '../../runtime/telemetry/queue-instrument.ts';
import { type Arena, SLAB_BYTES } from './arena.ts';
import type { TickReceiver } from './client-connection.ts';
import { netStat } from './stats.ts';

const FIRST_RANGES = 8;
/** Positions in a list that has not grown. */
const FIRST_BOUNDS = FIRST_RANGES * 2;
const MAX_KEPT_LISTS = 16_384;
/** Positions in all lists that are kept although they grew: 1 MiB, so that one busy tick of a crowd does not hold memory for ever. */
const MAX_KEPT_BOUNDS = 262_144;
/** Connections that are written to between two looks at the clock: about 0.1 ms. */
const CLOCK_EVERY = 16;

/** What one connection will be sent at the end of the tick: positions in the arena, as pairs of start and end. */
export class RangeList {
  bounds = new Int32Array(FIRST_BOUNDS);
  /** Entries of `bounds` in use. */
  length = 0;
  /** How many lines were pushed. */
  lines = 0;

  /** Bytes of all ranges. Counted when asked, because that is once a tick and lines are added a hundred times as often. */
  get bytes(): number {
    const { bounds, length } = this;
    let sum = 0;
    for (let i = 0; i < length; i += 2) sum += bounds[i + 1]! - bounds[i]!;
    return sum;
  }

  /** Appends a range; one that continues the last range extends it. */
  add(start: number, end: number): void {
    this.lines++;
    const length = this.length;
    if (length > 0 && this.bounds[length - 1] === start) {
      this.bounds[length - 1] = end;
      return;
    }
    if (length === this.bounds.length) {
      const grown = new Int32Array(length * 2);
      grown.set(this.bounds);
      this.bounds = grown;
    }
    this.bounds[length] = start;
    this.bounds[length + 1] = end;
    this.length = length + 2;
  }

  equals(other: RangeList): boolean {
    const length = this.length;
    if (other.length !== length) return false;
    const mine = this.bounds;
    const theirs = other.bounds;
    for (let i = 0; i < length; i++) if (mine[i] !== theirs[i]) return false;
    return true;
  }

  clear(): void {
    this.length = 0;
    this.lines = 0;
  }
}

/** Connections that wait for the end of the tick, in order. */
class Line {
  #receivers: TickReceiver[] = [];
  #at = 0;

  get size(): number {
    return this.#receivers.length - this.#at;
  }

  push(receiver: TickReceiver): void {
    this.#receivers.push(receiver);
  }

  next(): TickReceiver | undefined {
    return this.#receivers[this.#at++];
  }

  /** Forgets those that had their turn. */
  settle(): void {
    if (this.#at >= this.#receivers.length) this.#receivers.length = 0;
    else if (this.#at * 2 > this.#receivers.length) this.#receivers = this.#receivers.slice(this.#at);
    else return;
    this.#at = 0;
  }
}

/** Writes what a tick left pending, one write a connection. */
export class TickWriter {
  readonly #arena: Arena;
  readonly #counts: Float64Array;
  readonly #answered = new Line();
  readonly #dirty = new Line();
  #spare: RangeList[] = [];
  /** Positions in those of the spare lists that grew. */
  #keptBounds = 0;
  readonly #scratch: Buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);
  /** The ranges whose bytes `shared` holds; kept out of `spare` until the next list replaces it. */
  #sharedRanges: RangeList | null = null;
  #shared: Buffer | null = null;
  #directStart = -1;
  #directEnd = -1;
  #direct: Buffer | null = null;
  #mostPending = 0;
  #had = 0;

  constructor(arena: Arena, counts: Float64Array) {
    this.#arena = arena;
    this.#counts = counts;
  }

  /** Registers a receiver for the end of the tick and gives it an empty list. */
  open(receiver: TickReceiver): RangeList {
    this.#dirty.push(receiver);
    return this.#newList();
  }

  /** Like {@link open}, for one that is sent an answer: it does not wait behind a crowd that somebody wrote to. */
  openFirst(receiver: TickReceiver): RangeList {
    this.#answered.push(receiver);
    return this.#newList();
  }

  /** A receiver that has its list is sent an answer as well. */
  hurry(receiver: TickReceiver): void {
    this.#answered.push(receiver);
  }

  /** Whether somebody waits for an answer that is there. */
  get hurried(): boolean {
    return this.#answered.size > 0;
  }

  /** How many connections others have written to. */
  get crowd(): number {
    return this.#dirty.size;
  }

  /** How many connections the end of the tick has to write to. */
  get pending(): number {
    return this.#answered.size + this.#dirty.size;
  }

  /** Clients to whom something is written at the end of a tick. */
  get counts(): QueueCounts {
    const { pending } = this;
    return { depth: pending, highWater: this.#mostPending, submitted: this.#had + pending };
  }

  get idle(): boolean {
    return this.pending === 0;
  }

  /**
   * Writes everything and ends the tick, or as much as there is time for, but always some. Receivers that have too much
   * waiting are appended to `overflowed`.
   * @param isOver whether the time is over; asked every few writes
   * @returns whether the tick has ended
   */
  flush(overflowed: TickReceiver[], isOver?: () => boolean): boolean {
    const { pending } = this;
    if (pending > 0) this.#counts[netStat.ticks]!++;
    if (pending > this.#mostPending) this.#mostPending = pending;
    const ended =
      this.#flushLine(this.#answered, overflowed, isOver) && this.#flushLine(this.#dirty, overflowed, isOver);
    if (!ended) return false;
    this.#forgetViews();
    this.#arena.reset();
    return true;
  }

  /** Writes to those who are answered, as many as there is time for, but always some; the tick goes on. */
  flushAnswers(overflowed: TickReceiver[], isOver: () => boolean): void {
    this.#flushLine(this.#answered, overflowed, isOver);
  }

  /** Writes to those of the answered who need not wait for what threads have still to write; the tick goes on. */
  flushAhead(overflowed: TickReceiver[], isOver: () => boolean): void {
    const line = this.#answered;
    const ahead = new Line();
    for (let left = line.size; left > 0; left--) {
      const receiver = line.next() as TickReceiver;
      (receiver.remote?.mayOvertake === false ? line : ahead).push(receiver);
    }
    line.settle();
    if (ahead.size === 0) return;
    this.#flushLine(ahead, overflowed, isOver, true);
    for (let left = ahead.next(); left !== undefined; left = ahead.next()) line.push(left);
  }

  #flushLine(
    line: Line,
    overflowed: TickReceiver[],
    isOver?: () => boolean,
    answers = line === this.#answered,
  ): boolean {
    const counts = this.#counts;
    const before = line.size;
    for (let left = CLOCK_EVERY; line.size > 0; left--) {
      if (left === 0) {
        left = CLOCK_EVERY;
        if (isOver?.()) break;
      }
      const receiver = line.next() as TickReceiver;
      const ranges = receiver.takeRanges();
      // It was written to already, or is gone.
      if (ranges === null) continue;
      counts[netStat.deliveries]! += ranges.lines;
      counts[netStat.bytesOut]! += ranges.bytes;
      if (ranges.length > 0) this.#deliver(receiver, ranges, answers);
      if (ranges !== this.#sharedRanges) this.#release(ranges);
      if (receiver.afterFlush()) overflowed.push(receiver);
    }
    this.#had += before - line.size;
    line.settle();
    return line.size === 0;
  }

  #release(ranges: RangeList): void {
    if (this.#spare.length >= MAX_KEPT_LISTS) return;
    ranges.clear();
    const { length } = ranges.bounds;
    if (length > FIRST_BOUNDS) {
      if (this.#keptBounds + length > MAX_KEPT_BOUNDS) return;
      this.#keptBounds += length;
    }
    this.#spare.push(ranges);
  }

  #newList(): RangeList {
    const spare = this.#spare.pop();
    if (spare === undefined) return new RangeList();
    const { length } = spare.bounds;
    if (length > FIRST_BOUNDS) this.#keptBounds -= length;
    return spare;
  }

  #forgetViews(): void {
    if (this.#sharedRanges !== null) this.#release(this.#sharedRanges);
    this.#sharedRanges = null;
    this.#shared = null;
    this.#direct = null;
    this.#directStart = -1;
  }

  #deliver(receiver: TickReceiver, ranges: RangeList, answers: boolean): void {
    const { remote } = receiver;
    if (remote && answers) remote.sendAnswer(ranges);
    else if (remote) remote.sendRanges(ranges);
    else this.#send(receiver, ranges);
  }

  #send(receiver: TickReceiver, ranges: RangeList): void {
    if (!receiver.ready()) {
      this.#defer(receiver, ranges, 0);
    } else if (ranges.length === 2) {
      this.#sendDirect(receiver, ranges);
    } else if (this.#sharedRanges?.equals(ranges)) {
      this.#write(receiver, this.#shared as Buffer);
    } else {
      this.#sendConcatenated(receiver, ranges);
    }
  }

  #sendDirect(receiver: TickReceiver, ranges: RangeList): void {
    const start = ranges.bounds[0]!;
    const end = ranges.bounds[1]!;
    const slab = this.#arena.slabAt(start);
    if (this.#directStart !== start || this.#directEnd !== end) {
      this.#direct = slab.bytes.subarray(start - slab.base, end - slab.base);
      this.#directStart = start;
      this.#directEnd = end;
    }
    this.#write(receiver, this.#direct as Buffer);
  }

  #sendConcatenated(receiver: TickReceiver, ranges: RangeList): void {
    if (this.#sharedRanges !== null) this.#release(this.#sharedRanges);
    this.#sharedRanges = null;
    const { bounds, length } = ranges;
    const mask = SLAB_BYTES - 1;
    const scratch = this.#scratch;
    let used = 0;
    for (let i = 0; i < length; i += 2) {
      const start = bounds[i]!;
      const size = bounds[i + 1]! - start;
      if (used + size > SLAB_BYTES) {
        if (!this.#write(receiver, scratch.subarray(0, used))) {
          this.#defer(receiver, ranges, i);
          return;
        }
        used = 0;
      }
      const slab = this.#arena.slabAt(start);
      const from = start & mask;
      slab.bytes.copy(scratch, used, from, from + size);
      used += size;
    }
    const view = scratch.subarray(0, used);
    this.#write(receiver, view);
    if (used === ranges.bytes) {
      this.#sharedRanges = ranges;
      this.#shared = view;
    }
  }

  /** Hands the receiver its own copy of the ranges from index `from` on. */
  #defer(receiver: TickReceiver, ranges: RangeList, from: number): void {
    for (let i = from; i < ranges.length; i += 2) {
      const start = ranges.bounds[i]!;
      const end = ranges.bounds[i + 1]!;
      const slab = this.#arena.slabAt(start);
      receiver.keep(slab.bytes, start - slab.base, end - slab.base);
      this.#counts[netStat.bytesDeferred]! += end - start;
    }
  }

  /** Whether the kernel took all of it. */
  #write(receiver: TickReceiver, bytes: Buffer): boolean {
    this.#counts[netStat.writes]!++;
    return receiver.write(bytes);
  }
}

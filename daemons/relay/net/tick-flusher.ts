/**
 * Ends a tick: what arrived has been parsed and its frames stand in the receivers' queues; now every dirty connection
 * gets one write. Receivers with the same frames in the queue (a room) share one concatenated buffer. What others sent waits on a
 * busy relay for further frames to share the write ({@link FlushHold}); answers never do.
 */
import { FlushHold, type FlushReason } from '../../runtime/async/flush-hold.ts';
import { LostTime } from '../../runtime/async/lost-time.ts';
import type { QueueCounts } from '../../runtime/telemetry/queue-instrument.ts';
import { FIXED_LIMITS, LIMITS } from '../limits.ts';
import type { Frame } from '../protocol/frame.ts';
import type { SendQueue } from './send-queue.ts';

/** Most bytes gathered in one write: a lagging client has no more than this beyond the reach of drop-oldest. */
export const WRITE_BYTES = 256 * 1024;
/** A frame of this size is written by itself: copying it would cost more than the call. */
const OWN_WRITE_BYTES = 64 * 1024;

/** Connections that are flushed between two looks at the clock: about 0.1 ms. */
const CLOCK_EVERY = 16;

const NOTHING = Buffer.alloc(0);

/** What a connection writes next: `source[start, end)`. */
export class Batch {
  source: Buffer = NOTHING;
  start = 0;
  end = 0;
  /** Frames in it. */
  count = 0;
  /** Connections that hold it because their sockets have not taken all of it; kept by them. */
  holders = 0;

  get size(): number {
    return this.end - this.start;
  }

  /** Whether it is that range. */
  is(source: Buffer, start: number, end: number): boolean {
    return this.source === source && this.start === start && this.end === end;
  }

  set(source: Buffer, start: number, end: number): void {
    this.source = source;
    this.start = start;
    this.end = end;
  }
}

/** Makes batches from queues; remembers the last one, because the next queue often holds the same frames. Makes no views. */
export class Batcher {
  #batch = new Batch();
  /** The frames that {@link #joined} was joined from. */
  #frames: Frame[] = [];
  #joined: Buffer | null = null;

  /** The next write of `queue`, which must not be empty. The object is reused for other bytes once nobody holds it. */
  next(queue: SendQueue): Batch {
    const first = queue.at(0);
    const { source, start } = first;
    let count = 1;
    let size = first.size;
    let adjacent = true;
    if (size < OWN_WRITE_BYTES) {
      for (const waiting = queue.size; count < waiting; count++) {
        const frame = queue.at(count);
        const length = frame.size;
        if (length >= OWN_WRITE_BYTES || size + length > WRITE_BYTES) break;
        if (adjacent) adjacent = frame.source === source && frame.start === start + size;
        size += length;
      }
    }
    if (adjacent) return this.#of(source, start, start + size, count);
    const joined =
      this.#joined !== null && this.#same(queue, count) ? this.#joined : this.#join(queue, count, size);
    return this.#of(joined, 0, size, count);
  }

  /** Lets go of what is remembered. Most ticks are of a few frames, so it makes nothing anew that it need not. */
  reset(): void {
    if (this.#frames.length > 0) this.#frames = [];
    this.#joined = null;
    if (this.#batch.holders > 0) this.#batch = new Batch();
    else this.#batch.set(NOTHING, 0, 0);
  }

  #of(source: Buffer, start: number, end: number, count: number): Batch {
    if (!this.#batch.is(source, start, end)) {
      if (this.#batch.holders > 0) this.#batch = new Batch();
      this.#batch.set(source, start, end);
    }
    this.#batch.count = count;
    return this.#batch;
  }

  #same(queue: SendQueue, count: number): boolean {
    const frames = this.#frames;
    if (frames.length !== count) return false;
    for (let i = 0; i < count; i++) if (frames[i] !== queue.at(i)) return false;
    return true;
  }

  /** Copies a range for every run of frames that lie side by side. */
  #join(queue: SendQueue, count: number, size: number): Buffer {
    const bytes = Buffer.allocUnsafe(size);
    const frames: Frame[] = new Array(count);
    let at = 0;
    let { source, start, end } = queue.at(0);
    for (let i = 0; i < count; i++) {
      const frame = queue.at(i);
      frames[i] = frame;
      if (i > 0 && frame.source === source && frame.start === end) {
        end = frame.end;
      } else if (i > 0) {
        at += source.copy(bytes, at, start, end);
        source = frame.source;
        start = frame.start;
        end = frame.end;
      }
    }
    source.copy(bytes, at, start, end);
    this.#frames = frames;
    this.#joined = bytes;
    return bytes;
  }
}

/** What the flusher asks of a connection. */
export interface Flushable {
  /**
   * Writes what waits, as far as the socket takes it.
   * @param nowMs a monotonic clock, some writes old at most
   */
  flush(batcher: Batcher, nowMs: number): void;
}

/** The time of a turn. */
interface TurnClock {
  /** What the clock said when somebody last looked. */
  nowMs: number;
  /** Looks at the clock. */
  readonly isOver: () => boolean;
}

/** Connections that wait to be flushed, in order. */
class Line {
  /** Connections that were flushed so far. */
  flushed = 0;
  #connections: Flushable[] = [];
  #at = 0;

  get size(): number {
    return this.#connections.length - this.#at;
  }

  /** Whether a turn had no time for all of them. */
  get cut(): boolean {
    return this.#at > 0;
  }

  push(connection: Flushable): void {
    this.#connections.push(connection);
  }

  /** Flushes until the deadline, but always some. */
  flush(batcher: Batcher, clock: TurnClock): void {
    const connections = this.#connections;
    if (connections.length === 0) return;
    while (this.#at < connections.length) {
      const end = Math.min(this.#at + CLOCK_EVERY, connections.length);
      this.flushed += end - this.#at;
      while (this.#at < end) connections[this.#at++]!.flush(batcher, clock.nowMs);
      if (this.#at < connections.length && clock.isOver()) return;
    }
    this.#connections = [];
    this.#at = 0;
  }
}

/**
 * Flushes every connection that has something to send, once a tick or a little later, and does what was put off until the tick's end. What
 * takes longer than its share of a turn goes on in the next.
 */
export class TickFlusher {
  readonly batcher = new Batcher();
  readonly #flushMs: number;
  readonly #now: () => number;
  /** Since half of the time was over. */
  readonly #lost: LostTime;
  #lostMarked = false;
  #deadlineMs = 0;
  readonly #clock: TurnClock = { nowMs: 0, isOver: () => this.#isOver() };
  /** Those who get an answer do not wait behind a crowd that somebody wrote to. */
  readonly #answered = new Line();
  readonly #dirty = new Line();
  #chores: (() => void)[] = [];
  #choresAt = 0;
  #work: (() => void) | null = null;
  #scheduled = false;
  #mostPending = 0;
  readonly #hold: FlushHold;
  /** Bytes that came for the crowd since it was last written to, each receiver's by themselves; kept by the connections. */
  crowdBytes = 0;
  /** Times that a crowd was written to, by the reason. */
  readonly flushes: Record<FlushReason, number> = { idle: 0, time: 0, bytes: 0, size: 0 };

  /**
   * @param flushMs time that a turn may spend here, in milliseconds; every turn does some, however little that is
   * @param now a monotonic clock in milliseconds
   * @param usedMs milliseconds that the process has used so far; the clock where another one is given
   */
  constructor(flushMs: number = FIXED_LIMITS.flush_turn_ms.default, now?: () => number, usedMs = now) {
    this.#flushMs = flushMs;
    this.#now = now ?? (() => performance.now());
    this.#lost = new LostTime(usedMs);
    this.#hold = new FlushHold(
      {
        bytes: FIXED_LIMITS.batch_bytes.default,
        size: FIXED_LIMITS.batch_clients.default,
        busyMs: LIMITS.batch_ms.default,
      },
      this.#now,
    );
  }

  /** Connections that wait to be flushed. */
  get pending(): number {
    return this.#answered.size + this.#dirty.size;
  }

  /** Clients to whom something is written at the end of a tick. */
  get counts(): QueueCounts {
    const { pending } = this;
    const had = this.#answered.flushed + this.#dirty.flushed;
    return { depth: pending, highWater: Math.max(this.#mostPending, pending), submitted: had + pending };
  }

  /** The connection is flushed when this tick ends: what it is sent answers what it sent itself, or it waits for nothing. */
  scheduleAnswer(connection: Flushable): void {
    this.#answered.push(connection);
    this.#arm();
  }

  /** Others have something for the connection: it is flushed when this tick ends, or so many milliseconds later at most. */
  schedule(connection: Flushable, patienceMs: number): void {
    this.#hold.atMost(patienceMs);
    this.#dirty.push(connection);
    this.#arm();
  }

  /** Does something when this tick ends, in the order of the calls. */
  later(chore: () => void): void {
    this.#chores.push(chore);
    this.#arm();
  }

  /** Does work behind the flush of this tick; what it brings leaves with the same tick. One work a tick. */
  afterFlush(work: () => void): void {
    this.#work = work;
    this.#arm();
  }

  /** Ends a tick: as much as a turn has time for. */
  readonly run = (): void => {
    this.#scheduled = true;
    try {
      const held = this.#flush(false);
      const work = this.#work;
      if (work !== null) {
        this.#work = null;
        work();
        if (this.pending > 0) this.#flush(held);
      }
    } finally {
      this.#scheduled = false;
      if (this.pending > 0 || this.#chores.length > 0 || this.#work !== null) this.#arm();
    }
  };

  /** @param held what is for the crowd waits for the next poll already. Answers whether it does. */
  #flush(held: boolean): boolean {
    if (this.pending > this.#mostPending) this.#mostPending = this.pending;
    this.#clock.nowMs = this.#now();
    this.#deadlineMs = this.#clock.nowMs + this.#flushMs;
    this.#lostMarked = false;
    const waits = held || this.#holdsBack();
    const writes = this.#answered.size > 0 || (!waits && this.#dirty.size > 0);
    this.#answered.flush(this.batcher, this.#clock);
    if (!waits) {
      this.#hold.taken();
      this.crowdBytes = 0;
      this.#dirty.flush(this.batcher, this.#clock);
    }
    this.batcher.reset();
    if (writes) this.#hold.written();
    // At least one, so that what was put off comes to its end however much there is to write.
    while (this.#choresAt < this.#chores.length) {
      this.#chores[this.#choresAt++]!();
      if (this.#clock.isOver()) break;
    }
    if (this.#choresAt > 0 && this.#choresAt === this.#chores.length) {
      this.#chores = [];
      this.#choresAt = 0;
    }
    return waits;
  }

  /** Whether the crowd waits for what the next poll of the sockets brings. */
  #holdsBack(): boolean {
    // Who was not reached in the last turn has waited for it.
    if (this.#dirty.size === 0 || this.#dirty.cut) return false;
    const reason = this.#hold.ask(this.crowdBytes, this.#dirty.size);
    if (reason === null) return true;
    this.flushes[reason]++;
    return false;
  }

  #isOver(): boolean {
    const now = this.#now();
    this.#clock.nowMs = now;
    if (this.#lostMarked) {
      if (now >= this.#deadlineMs) this.#deadlineMs += this.#lost.take(now);
    } else if (this.#deadlineMs - now <= this.#flushMs / 2) {
      this.#lostMarked = true;
      this.#lost.mark(now);
    }
    return now >= this.#deadlineMs;
  }

  #arm(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // After all sockets that are readable now have been read.
    setImmediate(this.run);
  }
}

/**
 * Buffers of one size that are used again: they are cut from slabs of memory that stay, so that taking one allocates nothing and
 * giving it back leaves nothing to collect. Who gives one back twice, gives back what is not of the pool, or keeps what it took,
 * is found out.
 *
 * Use it for buffers that live for the time of a read, a frame or a request, thousands of times a second. For a buffer that is
 * given away for good, `Buffer.allocUnsafe` is right.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import { limits } from '../limits.ts';
import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import { type StandardInstrument, standardInstrument } from '../telemetry/standard-instrument.ts';

/** Buffers begin at multiples of this, in bytes, so that any typed array can be laid over one. */
const ALIGNMENT = 8;

/** What a buffer of a pool has and no other: its place. */
const PLACE = Symbol('place');

type SlabBuffer = Buffer & { [PLACE]?: number };

export interface SlabPoolOptions {
  /** Names the pool in errors, reports and metrics. */
  readonly name: string;
  /** Bytes of a buffer. */
  readonly objectBytes: number;
  /** Buffers made at once, which also {@link SlabPool.shrink} leaves. Default 0. */
  readonly initial?: number;
  /** Buffers that there may be. */
  readonly max: number;
  /** Buffers of a slab: so many are made when none is free. Default 64. */
  readonly grow?: number;
  /** Remembers where each buffer was taken, for the report. Costs microseconds and a stack a buffer: for debugging. */
  readonly traced?: boolean;
}

/** Figures of a pool. Totals are since it was made. */
export interface SlabStats {
  /** Buffers handed out. */
  readonly active: number;
  /** Buffers free. */
  readonly idle: number;
  readonly max: number;
  /** Most buffers handed out at once. */
  readonly highWater: number;
  /** Times that a buffer was handed out. */
  readonly taken: number;
  /** Times that one was given back. */
  readonly returned: number;
  /** Buffers given back twice, or to a pool that they are not of. */
  readonly faults: number;
  /** Times that there was none. */
  readonly rejected: number;
}

/** Buffers that were never given back. */
export interface LeakReport {
  readonly count: number;
  readonly bytes: number;
  /** Where they were taken, most first; empty unless the pool is traced. */
  readonly places: readonly { readonly stack: string; readonly count: number }[];
}

/** Memory of buffers whose places follow each other. */
interface Slab {
  readonly first: number;
  readonly count: number;
}

/** A pool of buffers of one size, for one thread. */
export class SlabPool {
  readonly name: string;
  readonly objectBytes: number;
  readonly max: number;
  readonly #initial: number;
  readonly #grow: number;
  readonly #traced: boolean;
  /** By place; undefined where a slab was given up. */
  readonly #buffers: (SlabBuffer | undefined)[] = [];
  /** By place, for those that are handed out of a traced pool. */
  readonly #traces = new Map<number, Error>();
  readonly #slabs: Slab[] = [];
  /** Places of slabs that were given up, for the next. */
  readonly #gaps: Slab[] = [];
  /** Places of free buffers; the last one given back is the first to be taken. */
  #free = new Int32Array(0);
  #freeCount = 0;
  /** By place: 1 for those that are handed out. */
  #out = new Uint8Array(0);
  #active = 0;
  #highWater = 0;
  #taken = 0;
  #faults = 0;
  #rejected = 0;
  #closed = false;

  /** @throws SignalboxError `bad_request` or `limit_reached` where a size cannot be */
  constructor({ name, objectBytes, initial = 0, max, grow = 64, traced = false }: SlabPoolOptions) {
    this.name = name;
    this.objectBytes = size('objectBytes', objectBytes, 1);
    this.max = size('max', max, 1);
    this.#initial = size('initial', initial, 0);
    this.#grow = size('grow', grow, 1);
    this.#traced = traced;
    if (initial > max)
      throw new SignalboxError(
        'bad_request',
        `initial: ${initial} buffers are more than max, which is ${max}.`,
      );
    const bytes = this.#stride * max;
    const most = limits.slabPoolBytes.default;
    if (bytes > most) {
      const message = `${max} buffers of ${objectBytes} bytes take ${bytes} bytes; a slab pool has at most ${most}.`;
      throw new SignalboxError('limit_reached', message);
    }
    if (initial > 0) this.#addSlab(initial);
  }

  /**
   * A buffer, with what its last user left in it; null where all are handed out.
   * @throws SignalboxError `refused` after {@link close}
   */
  tryAlloc(): Buffer | null {
    if (this.#closed) throw new SignalboxError('refused', `The slab pool "${this.name}" is closed.`);
    if (this.#freeCount === 0 && !this.#makeRoom()) return null;
    const place = this.#free[--this.#freeCount]!;
    this.#out[place] = 1;
    this.#taken++;
    if (++this.#active > this.#highWater) this.#highWater = this.#active;
    if (this.#traced) this.#traces.set(place, new Error());
    return this.#buffers[place]!;
  }

  /**
   * Like {@link tryAlloc}.
   * @throws SignalboxError `limit_reached` where all are handed out, `refused` after {@link close}
   */
  alloc(): Buffer {
    const buffer = this.tryAlloc();
    if (buffer !== null) return buffer;
    const message = `All ${this.max} buffers of the slab pool "${this.name}" are handed out; give some back, or make it larger.`;
    throw new SignalboxError('limit_reached', message);
  }

  /**
   * Takes a buffer back. Whoever still has it must not touch it any more.
   * @throws SignalboxError `bad_request`, with `detail.fault`: `double_free` where it is free already, `foreign_free` where it is
   * not a buffer of this pool, or a part of one. Nothing changes then, and it is counted.
   */
  free(buffer: Uint8Array): void {
    const place = (buffer as SlabBuffer)[PLACE];
    if (place === undefined || this.#buffers[place] !== buffer) throw this.#fault('foreign_free');
    if (this.#out[place] === 0) throw this.#fault('double_free');
    this.#out[place] = 0;
    this.#active--;
    this.#free[this.#freeCount++] = place;
    if (this.#traced) this.#traces.delete(place);
  }

  /**
   * Gives memory back: of slabs of which no buffer is handed out, the newest first, as long as `initial` buffers stay.
   * @returns how many bytes
   */
  shrink(): number {
    return this.#shrinkTo(this.#initial);
  }

  #shrinkTo(least: number): number {
    let bytes = 0;
    for (const slab of [...this.#slabs].reverse()) {
      if (this.#total - slab.count < least) continue;
      if (this.#out.subarray(slab.first, slab.first + slab.count).includes(1)) continue;
      this.#removeSlab(slab);
      bytes += slab.count * this.#stride;
    }
    return bytes;
  }

  stats(): SlabStats {
    return {
      active: this.#active,
      idle: this.#freeCount,
      max: this.max,
      highWater: this.#highWater,
      taken: this.#taken,
      returned: this.#taken - this.#active,
      faults: this.#faults,
      rejected: this.#rejected,
    };
  }

  /** Hands nothing out any more, lets its memory go, and says what was not given back; that may still be. May be called again. */
  close(): LeakReport {
    this.#closed = true;
    this.#shrinkTo(0);
    return { count: this.#active, bytes: this.#active * this.objectBytes, places: this.#placesOfLeaks() };
  }

  /** Bytes from one buffer to the next. */
  get #stride(): number {
    return Math.ceil(this.objectBytes / ALIGNMENT) * ALIGNMENT;
  }

  /** Buffers that there are. */
  get #total(): number {
    return this.#active + this.#freeCount;
  }

  #makeRoom(): boolean {
    const room = this.max - this.#total;
    if (room === 0) {
      this.#rejected++;
      return false;
    }
    this.#addSlab(Math.min(this.#grow, room));
    return true;
  }

  #addSlab(wanted: number): void {
    const slab = this.#gaps.pop() ?? { first: this.#buffers.length, count: wanted };
    const { first, count } = slab;
    const memory = new ArrayBuffer(count * this.#stride);
    this.#slabs.push(slab);
    const places = Math.max(this.#buffers.length, first + count);
    if (places > this.#out.length) {
      this.#out = grown(this.#out, new Uint8Array(places));
      this.#free = grown(this.#free, new Int32Array(places));
    }
    // From the last to the first, so that they are handed out in order.
    for (let i = 0; i < count; i++) {
      const buffer: SlabBuffer = Buffer.from(memory, i * this.#stride, this.objectBytes);
      buffer[PLACE] = first + i;
      this.#buffers[first + i] = buffer;
      this.#free[this.#freeCount + count - 1 - i] = first + i;
    }
    this.#freeCount += count;
  }

  #removeSlab(slab: Slab): void {
    const end = slab.first + slab.count;
    const kept = this.#free
      .subarray(0, this.#freeCount)
      .filter((place) => place < slab.first || place >= end);
    this.#free.set(kept);
    this.#freeCount = kept.length;
    this.#buffers.fill(undefined, slab.first, end);
    this.#slabs.splice(this.#slabs.indexOf(slab), 1);
    this.#gaps.push(slab);
  }

  #fault(fault: 'double_free' | 'foreign_free'): SignalboxError {
    this.#faults++;
    const text =
      fault === 'double_free' ? 'was given back already' : 'was given back and is not one of its buffers';
    const message = `Slab pool "${this.name}": a buffer ${text}. Give back once, and whole, what alloc() gave.`;
    return new SignalboxError('bad_request', message, { detail: { fault } });
  }

  #placesOfLeaks(): LeakReport['places'] {
    const counts = new Map<string, number>();
    for (const { stack } of this.#traces.values()) {
      const taken = framesOf(stack ?? '');
      counts.set(taken, (counts.get(taken) ?? 0) + 1);
    }
    return [...counts].map(([stack, count]) => ({ stack, count })).sort((a, b) => b.count - a.count);
  }
}

/** Shows a pool as the instrument `slab` of its name until it is closed. */
export function instrumentSlab(metrics: MetricRegistry, pool: SlabPool): StandardInstrument<'slab'> {
  return standardInstrument(metrics, 'slab', pool.name, (handles) => {
    const { active, idle, max, highWater, taken, returned, faults, rejected } = pool.stats();
    handles.active.set(active);
    handles.idle.set(idle);
    handles.max.set(max);
    handles.high_water.set(highWater);
    handles.submitted.setTotal(taken);
    handles.completed.setTotal(returned);
    handles.failed.setTotal(faults);
    handles.rejected.setTotal(rejected);
  });
}

/** The lines of a stack that lead to who called the pool. */
function framesOf(stack: string): string {
  return stack
    .split('\n')
    .slice(1)
    .filter((line) => !line.includes('SlabPool.'))
    .map((line) => line.trim())
    .join('\n');
}

function grown<Memory extends Uint8Array | Int32Array>(from: Memory, to: Memory): Memory {
  to.set(from);
  return to;
}

function size(what: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new SignalboxError('bad_request', `${what}: ${value} is no whole number from ${least} on.`);
}

/**
 * The memory of ticks that threads write from: slabs of one piece of shared memory, which are used again once every thread has taken
 * the tick that they were of. Given to the Arena by a front.
 */
import { limits } from '../../limits.ts';
import { SLAB_BYTES } from '../arena.ts';

const SLABS = Math.floor(limits.sharedLineBytes.default / SLAB_BYTES);
const TICK_SLABS = Math.ceil(limits.tickArenaBytes.default / SLAB_BYTES);

/** Slabs of one tick that threads may still read. */
interface Retired {
  readonly tick: number;
  readonly slabs: readonly Buffer[];
}

export class SharedLines {
  /** The whole of it; of its pages only those that were written to are in memory. */
  readonly memory = new SharedArrayBuffer(SLABS * SLAB_BYTES);
  /** Those that are free; the last is the first to be taken, and low ones are taken first. */
  readonly #free: Buffer[] = [];
  #retired: Retired[] = [];
  #ending: Buffer[] = [];
  #tick = 0;

  constructor() {
    for (let slab = SLABS - 1; slab >= 0; slab--)
      this.#free.push(Buffer.from(this.memory, slab * SLAB_BYTES, SLAB_BYTES));
  }

  /** The number of the tick that goes on. */
  get tick(): number {
    return this.#tick;
  }

  /** Slabs that threads may still read. */
  get inUse(): number {
    return SLABS - this.#free.length;
  }

  /** Whether there is no room for another full tick. */
  get short(): boolean {
    return this.#free.length < TICK_SLABS;
  }

  /** A slab, or null where all are in use. */
  take(): Buffer | null {
    return this.#free.pop() ?? null;
  }

  /** Takes a slab back whose tick ends; answers false for one that is none of its own. */
  retire(bytes: Buffer): boolean {
    if (bytes.buffer !== (this.memory as ArrayBufferLike)) return false;
    this.#ending.push(bytes);
    return true;
  }

  /** The tick is over: what was retired is free again once that tick is done. */
  endTick(): void {
    if (this.#ending.length > 0) {
      this.#retired.push({ tick: this.#tick, slabs: this.#ending });
      this.#ending = [];
    }
    this.#tick = (this.#tick + 1) | 0;
  }

  /** All ticks before this one were taken by everybody. */
  free(before: number): void {
    let count = 0;
    for (const { tick, slabs } of this.#retired) {
      if (((tick - before) | 0) >= 0) break;
      count++;
      for (let i = slabs.length - 1; i >= 0; i--) this.#free.push(slabs[i]!);
    }
    if (count > 0) this.#retired.splice(0, count);
  }
}

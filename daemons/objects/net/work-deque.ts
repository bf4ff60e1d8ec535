/**
 * Store work of one thread that others may take from it, in memory that all share. The owner takes what came last, thieves take what came
 * first, so that they seldom want the same; whoever changes a slot's state from ready has the piece. A result goes back into its slot.
 */
import { SharedSignal } from '../../runtime/async/shared-signal.ts';

/** Pieces at once: a connection has as many under way at most. What comes beyond its owner does at once. */
const SLOTS = 64;
/** Bytes of a URI, and of a result. */
export const PIECE_BYTES = 1_024;
const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;
/** Words before the slots: of the signal that a result is there. */
const HEADER_WORDS = 2;
const SLOT_WORDS = 4;
const DATA_AT = (HEADER_WORDS + SLOTS * SLOT_WORDS) * WORD_BYTES;

/** Words of a slot. */
const word = { state: 0, bytes: 1, kind: 2, age: 3 } as const;
/** States of a slot. From `taken` on it says by whom. */
const state = { free: 0, ready: 1, done: 2, taken: 16 } as const;

/** What is to be done: an object to be opened for one request, or only to be brought into memory. */
export type PieceKind = 'open' | 'warm';

/** One piece of work. */
export interface Piece {
  readonly slot: number;
  readonly uri: string;
  readonly kind: PieceKind;
}

/** Memory of a deque; given to other threads in a message. */
export const dequeMemory = (): SharedArrayBuffer => new SharedArrayBuffer(DATA_AT + SLOTS * PIECE_BYTES);

/** A deque, as each thread has it. */
export class WorkDeque {
  readonly #words: Int32Array;
  readonly #data: Buffer;
  readonly #done: SharedSignal;
  #age = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, DATA_AT / WORD_BYTES);
    this.#data = Buffer.from(memory, DATA_AT);
    this.#done = new SharedSignal(this.#words, 0, 1);
  }

  /** For the owner: puts a piece in. @returns its slot; -1 where there is no room for it */
  push(uri: string, kind: PieceKind): number {
    const slot = this.#find(state.free, 0);
    // In UTF-8 a unit has three bytes at most.
    if (slot < 0 || uri.length * 3 > PIECE_BYTES) return -1;
    const at = atOf(slot);
    this.#words[at + word.bytes] = this.#data.write(uri, slot * PIECE_BYTES);
    this.#words[at + word.kind] = kind === 'open' ? 0 : 1;
    this.#words[at + word.age] = ++this.#age;
    Atomics.store(this.#words, at, state.ready);
    return slot;
  }

  /** Pieces that nobody has taken. */
  get ready(): number {
    let count = 0;
    for (let slot = 0; slot < SLOTS; slot++) if (this.#stateOf(slot) === state.ready) count++;
    return count;
  }

  /** For the owner: takes what came last. */
  takeLast(by: number): Piece | null {
    return this.#take(by, -1);
  }

  /** For others: takes what came first. */
  takeFirst(by: number): Piece | null {
    return this.#take(by, 1);
  }

  /** Puts the result of a piece that was taken into its slot, and tells the owner. */
  finish(slot: number, result: string): void {
    this.#words[atOf(slot) + word.bytes] = this.#data.write(result, slot * PIECE_BYTES, PIECE_BYTES);
    Atomics.store(this.#words, atOf(slot), state.done);
    if (this.#done.awaited) this.#done.wake();
  }

  /** For the owner: the result of a slot, which is free then; null where there is none yet. */
  collect(slot: number): string | null {
    if (this.#stateOf(slot) !== state.done) return null;
    const start = slot * PIECE_BYTES;
    const result = this.#data.toString('utf8', start, start + this.#words[atOf(slot) + word.bytes]!);
    this.release(slot);
    return result;
  }

  /** For the owner: the slot is free. */
  release(slot: number): void {
    Atomics.store(this.#words, atOf(slot), state.free);
  }

  /** For the owner: what a thread had taken that is no more can be taken again. @returns how many pieces */
  putBack(from: number): number {
    let count = 0;
    for (let slot = 0; slot < SLOTS; slot++)
      if (
        Atomics.compareExchange(this.#words, atOf(slot), state.taken + from, state.ready) ===
        state.taken + from
      )
        count++;
    return count;
  }

  /** For the owner: resolves when there is a result, or when `givenUp` answers true. */
  async someDone(givenUp: () => boolean): Promise<void> {
    await this.#done.until(() => this.#find(state.done, 0) >= 0 || givenUp());
  }

  /** Has whoever waits look again. */
  wake(): void {
    this.#done.wake();
  }

  #take(by: number, order: 1 | -1): Piece | null {
    for (;;) {
      const slot = this.#find(state.ready, order);
      if (slot < 0) return null;
      const at = atOf(slot);
      if (Atomics.compareExchange(this.#words, at, state.ready, state.taken + by) !== state.ready) continue;
      const start = slot * PIECE_BYTES;
      const uri = this.#data.toString('utf8', start, start + this.#words[at + word.bytes]!);
      return { slot, uri, kind: this.#words[at + word.kind] === 0 ? 'open' : 'warm' };
    }
  }

  /** A slot in a state: the oldest by 1, the newest by -1, any by 0. */
  #find(wanted: number, order: 1 | 0 | -1): number {
    let found = -1;
    let foundAge = 0;
    for (let slot = 0; slot < SLOTS; slot++) {
      if (this.#stateOf(slot) !== wanted) continue;
      if (order === 0) return slot;
      const age = this.#words[atOf(slot) + word.age]!;
      if (found >= 0 && ((age - foundAge) | 0) * order > 0) continue;
      found = slot;
      foundAge = age;
    }
    return found;
  }

  #stateOf(slot: number): number {
    return Atomics.load(this.#words, atOf(slot));
  }
}

const atOf = (slot: number): number => HEADER_WORDS + slot * SLOT_WORDS;

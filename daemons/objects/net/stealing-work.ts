/**
 * Store work that threads take from each other: a thread puts what its connections ask for into its deque, works it off at the end of the
 * turn, and whoever has nothing to do meanwhile takes from those that have most. What was taken comes back as an open descriptor.
 */
import { readSync } from 'node:fs';
import { SharedSignal } from '../../runtime/async/shared-signal.ts';
import { FIXED_LIMITS } from '../limits.ts';
import type { ContentMode } from '../metrics.ts';
import type { FreshObject, ObjectReader } from '../store/object-reader.ts';
import type { StoreProblem } from '../store/store-problems.ts';
import type { StoreWork } from './store-work.ts';
import { type Piece, type PieceKind, WorkDeque } from './work-deque.ts';

/** Pieces that a thread takes from others before its own connections have their turn. */
const STOLEN_A_TURN = 8;

type Opened = FreshObject | StoreProblem;

/** A thread's deque, as it goes to all. */
export interface DequePlace {
  /** Counted from 0; no other thread of this run has it. */
  readonly number: number;
  readonly memory: SharedArrayBuffer;
}

/** Who takes from whom. */
export interface StealingMembers {
  readonly own: DequePlace;
  readonly others: readonly DequePlace[];
  /** Two words: where those wait that have nothing to do. */
  readonly idle: SharedArrayBuffer;
}

/** Signals that there is more than a thread can do at once. */
export const idleMemory = (): SharedArrayBuffer => new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);

/** The part of one thread in it. */
export class StealingWork implements StoreWork {
  readonly onlyCold = true;
  readonly #reader: ObjectReader;
  readonly #onWorked: () => void;
  readonly #number: number;
  readonly #own: WorkDeque;
  readonly #idle: SharedSignal;
  #others: readonly WorkDeque[] = [];
  readonly #waiting = new Map<number, (opened: Opened) => void>();
  #due = false;
  #watching = false;
  #closed = false;
  #done = 0;
  #stolen = 0;
  #scratch: Buffer | null = null;

  /** @param onWorked called when {@link counts} has changed */
  constructor(reader: ObjectReader, { own, idle }: StealingMembers, onWorked: () => void) {
    this.#onWorked = onWorked;
    this.#reader = reader;
    this.#number = own.number;
    this.#own = new WorkDeque(own.memory);
    this.#idle = new SharedSignal(new Int32Array(idle), 0, 1);
    void this.#steal();
  }

  /** Pieces that this thread did, those included that it took from another; and those. */
  get counts(): { readonly done: number; readonly stolen: number } {
    return { done: this.#done + this.#stolen, stolen: this.#stolen };
  }

  /** From whom it takes from here on. */
  setOthers(others: readonly DequePlace[]): void {
    this.#others = others.map(({ memory }) => new WorkDeque(memory));
  }

  /** A thread is no more: what it had taken is done here. */
  lost(number: number): void {
    if (this.#own.putBack(number) > 0) this.#workOff();
  }

  open(uri: string, _mode: ContentMode): Promise<Opened> {
    return this.#put(uri, 'open');
  }

  async warm(uri: string): Promise<void> {
    await this.#put(uri, 'warm');
  }

  /** Takes nothing more; whoever waits is told that the store is not there. */
  close(): void {
    this.#closed = true;
    this.#collect();
    for (const resolve of this.#waiting.values()) resolve('unavailable');
    this.#waiting.clear();
    this.#own.wake();
    this.#idle.wake();
  }

  #put(uri: string, kind: PieceKind): Promise<Opened> {
    const slot = this.#closed ? -1 : this.#own.push(uri, kind);
    if (slot < 0) {
      this.#done++;
      return Promise.resolve(this.#perform(uri, kind));
    }
    const opened = new Promise<Opened>((resolve) => this.#waiting.set(slot, resolve));
    if (!this.#due) {
      this.#due = true;
      setImmediate(() => this.#workOff());
    }
    // One alone is done here sooner than another thread would wake up.
    if (this.#waiting.size > 1 && this.#idle.awaited) this.#idle.wake();
    return opened;
  }

  #workOff(): void {
    this.#due = false;
    for (let piece = this.#own.takeLast(this.#number); piece !== null; ) {
      const opened = this.#perform(piece.uri, piece.kind);
      this.#done++;
      this.#own.release(piece.slot);
      this.#settle(piece.slot, opened);
      piece = this.#own.takeLast(this.#number);
    }
    this.#onWorked();
    this.#collect();
    if (this.#waiting.size > 0 && !this.#watching) void this.#watch();
  }

  /** Waits for what others have taken. */
  async #watch(): Promise<void> {
    this.#watching = true;
    while (this.#waiting.size > 0 && !this.#closed) {
      await this.#own.someDone(() => this.#closed);
      this.#collect();
    }
    this.#watching = false;
  }

  #collect(): void {
    for (const slot of [...this.#waiting.keys()]) {
      const result = this.#own.collect(slot);
      if (result !== null) this.#settle(slot, JSON.parse(result) as Opened);
    }
  }

  #settle(slot: number, opened: Opened): void {
    const resolve = this.#waiting.get(slot);
    this.#waiting.delete(slot);
    resolve?.(opened);
  }

  /** Takes from others while they have more than they can do. */
  async #steal(): Promise<void> {
    while (!this.#closed) {
      await this.#idle.until(() => this.#closed || this.#richest() !== null);
      let taken = 0;
      for (let from = this.#richest(); from !== null && !this.#closed; from = this.#richest()) {
        const piece = from.takeFirst(this.#number);
        if (piece !== null) this.#performFor(from, piece);
        if (++taken % STOLEN_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  #richest(): WorkDeque | null {
    let richest: WorkDeque | null = null;
    let most = 0;
    for (const deque of this.#others) {
      const { ready } = deque;
      if (ready <= most) continue;
      richest = deque;
      most = ready;
    }
    return richest;
  }

  #performFor(owner: WorkDeque, { slot, uri, kind }: Piece): void {
    this.#stolen++;
    this.#onWorked();
    const opened = this.#perform(uri, kind);
    // Its URI the owner knows: the rest has room.
    owner.finish(slot, JSON.stringify(typeof opened === 'string' ? opened : { ...opened, uri: '' }));
  }

  #perform(uri: string, kind: PieceKind): Opened {
    const opened = this.#reader.openFresh(uri);
    if (kind === 'open' || typeof opened === 'string') return opened;
    this.#scratch ??= Buffer.allocUnsafeSlow(FIXED_LIMITS.copy_bytes.default);
    try {
      readSync(opened.fd, this.#scratch, 0, this.#scratch.length, 0);
    } catch {
      // Whoever asked finds out.
    }
    this.#reader.closeFresh(opened);
    return 'not_found';
  }
}

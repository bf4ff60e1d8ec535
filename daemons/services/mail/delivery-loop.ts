/**
 * Hands on what waits in a table, some at once, and looks again when more is due: mail and pushes go by the same rules. What became of
 * each is written down; while that cannot be done nothing more is handed on, and what was handed on already is not handed on again.
 */
import type { Clock, Timer } from '../../../kit/clock.ts';
import { limits } from '../limits.ts';

/** What waits. */
interface Waiting {
  readonly id: number;
  /** Unix milliseconds. */
  readonly queued: number;
}

export interface DeliveryLoopOptions<Row extends Waiting, Outcome> {
  readonly clock: Clock;
  /** How many are under way at once. */
  readonly atOnce: number;
  /** Those whose time has come, the most urgent first. @param now Unix milliseconds */
  due(now: number, most: number): Row[];
  /** When the next one is due, Unix milliseconds; null where none waits. */
  next(): number | null;
  /** Brings one on its way. Never rejects. */
  deliver(row: Row): Promise<Outcome>;
  /** Writes down what came of it, so that it is due no more. Rejects where that cannot be written. */
  settle(row: Row, outcome: Outcome): Promise<void>;
  /** Told that it could not be written; it is tried again in a while. */
  unwritten(row: Row, error: unknown): void;
  /** One has ended: kicks this loop again, as far as anything is to go on. */
  ended(): void;
}

export class DeliveryLoop<Row extends Waiting, Outcome> {
  readonly #options: DeliveryLoopOptions<Row, Outcome>;
  readonly #underWay = new Set<number>();
  /** What became of those of which that is not written yet, by their numbers. */
  readonly #unwritten = new Map<number, { readonly queued: number; readonly outcome: Outcome }>();
  /** Until when nothing is handed on because nothing could be written, monotonic milliseconds. */
  #heldUntil = 0;
  #timer: Timer | null = null;
  closed = false;

  constructor(options: DeliveryLoopOptions<Row, Outcome>) {
    this.#options = options;
  }

  isUnderWay(id: number): boolean {
    return this.#underWay.has(id);
  }

  /** Sends what is due, and looks again when more is. */
  kick(): void {
    this.pause();
    if (this.closed) return;
    const { clock, atOnce, due, next } = this.#options;
    const held = this.#heldUntil - clock.monotonic();
    if (held > 0) {
      this.#timer = clock.after(held, () => this.kick());
      return;
    }
    for (const row of due(clock.now(), atOnce + this.#underWay.size))
      if (this.#underWay.size < atOnce && !this.#underWay.has(row.id)) void this.#deliver(row);
    // Whatever is under way looks again when it ends.
    if (this.#underWay.size > 0) return;
    const at = next();
    if (at === null) return;
    const wait = Math.min(Math.max(at - clock.now(), 1), limits.mailRetryMostMs.default);
    this.#timer = clock.after(wait, () => this.kick());
  }

  /** Looks no more until it is kicked. */
  pause(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  close(): void {
    this.closed = true;
    this.pause();
  }

  async #deliver(row: Row): Promise<void> {
    const { clock, deliver, settle, unwritten } = this.#options;
    this.#underWay.add(row.id);
    const kept = this.#unwritten.get(row.id);
    // Numbers come again.
    const outcome = kept?.queued === row.queued ? kept.outcome : await deliver(row);
    try {
      await settle(row, outcome);
      this.#unwritten.delete(row.id);
    } catch (error) {
      this.#unwritten.set(row.id, { queued: row.queued, outcome });
      this.#heldUntil = clock.monotonic() + limits.mailRetryMs.default;
      unwritten(row, error);
    }
    this.#underWay.delete(row.id);
    if (!this.closed) this.#options.ended();
  }
}

/** How long something waits that failed for the so-manieth time, in milliseconds. @param tries before this one */
export function retryWaitMs(tries: number): number {
  return Math.min(limits.mailRetryMs.default * 2 ** tries, limits.mailRetryMostMs.default);
}

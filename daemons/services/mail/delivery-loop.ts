/**
 * Hands on what waits in a table, some at once, and looks again when more is due: mail and pushes go by the same rules. What becomes of
 * each is for whoever delivers it to write down.
 */
import type { Clock, Timer } from '../../../kit/clock.ts';
import { limits } from '../limits.ts';

export interface DeliveryLoopOptions<Row extends { readonly id: number }> {
  readonly clock: Clock;
  /** How many are under way at once. */
  readonly atOnce: number;
  /** Those whose time has come, the most urgent first. @param now Unix milliseconds */
  due(now: number, most: number): Row[];
  /** When the next one is due, Unix milliseconds; null where none waits. */
  next(): number | null;
  /** Brings one on its way, and writes down what came of it. Never rejects. */
  deliver(row: Row): Promise<void>;
  /** One has ended: kicks this loop again, as far as anything is to go on. */
  ended(): void;
}

export class DeliveryLoop<Row extends { readonly id: number }> {
  readonly #options: DeliveryLoopOptions<Row>;
  readonly #underWay = new Set<number>();
  #timer: Timer | null = null;
  closed = false;

  constructor(options: DeliveryLoopOptions<Row>) {
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
    this.#underWay.add(row.id);
    await this.#options.deliver(row);
    this.#underWay.delete(row.id);
    if (!this.closed) this.#options.ended();
  }
}

/** How long something waits that failed for the so-manieth time, in milliseconds. @param tries before this one */
export function retryWaitMs(tries: number): number {
  return Math.min(limits.mailRetryMs.default * 2 ** tries, limits.mailRetryMostMs.default);
}

/**
 * Compares every channel with its group in Keycloak once in a while, spread out evenly: what a webhook did not tell, or what nobody
 * heard, is found out so. A channel whose comparison is under way or is tried again is left alone.
 */
import type { Clock, Timer } from '../../../kit/clock.ts';
import type { ChannelStore } from '../../identity/store/channel-store.ts';
import { limits } from '../limits.ts';

export interface BatchSyncOptions {
  readonly channels: ChannelStore;
  readonly clock: Clock;
  /** Begins to compare a channel, unless that is under way; never throws. */
  readonly compare: (channel: string) => void;
  /** Called before the first channel of each round. */
  readonly roundBegins: () => void;
}

export class BatchSync {
  readonly #options: BatchSyncOptions;
  #timer: Timer | null = null;
  /** Behind which channel it goes on, folded. */
  #after = '';
  #page: string[] = [];
  /** Rounds that were begun. */
  rounds = 0;
  /** When the next channel is compared, Unix milliseconds; null before it has started. */
  nextAt: number | null = null;
  #closed = false;

  constructor(options: BatchSyncOptions) {
    this.#options = options;
  }

  start(): void {
    this.#next();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #next(): void {
    if (this.#closed) return;
    const { channels, compare, roundBegins } = this.#options;
    if (this.#page.length === 0) {
      if (this.#after === '') {
        this.rounds++;
        roundBegins();
      }
      const { rows, next } = channels.page(this.#after);
      this.#page = rows.map(({ channel }) => channel);
      this.#after = next ?? '';
    }
    const channel = this.#page.shift();
    const round = limits.syncRoundMs.default;
    if (channel === undefined) {
      // There is none at all.
      this.#wait(round);
      return;
    }
    compare(channel);
    this.#wait(Math.max(limits.syncPauseMs.default, round / Math.max(1, channels.count)));
  }

  #wait(ms: number): void {
    const { clock } = this.#options;
    this.nextAt = Math.round(clock.now() + ms);
    this.#timer = clock.after(ms, () => this.#next());
  }
}

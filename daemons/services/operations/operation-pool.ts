/**
 * Work for users that waits for something: a bounded number at once, a few of each user, each with a deadline. What is over is over:
 * whoever finishes later changes nothing.
 */
import { Histogram } from '../../../contract/histogram.ts';
import type { Clock, Timer } from '../../../kit/clock.ts';
import { limits } from '../limits.ts';
import type { UserRef } from '../network/view-parts.ts';

/** What was counted of one kind of work. */
export interface OperationCounts {
  started: number;
  failed: number;
  inFlight: number;
  readonly times: Histogram;
}

/** Counts work of a kind that has begun; what it answers is called when it has ended, with true where it came to nothing. */
export type CountWork = (kind: string) => (failed?: boolean) => void;

/** One piece of work. */
export interface Operation {
  /** Whether it is done, or its time has passed. */
  readonly over: boolean;
  /** It is done. @param failed whether it came to nothing for want of something here */
  end(failed?: boolean): void;
}

export interface OperationPoolOptions {
  readonly clock: Clock;
  /** Told how long each took, in nanoseconds. */
  readonly onTime: (kind: string, ns: number) => void;
  /** The same of commands of users alone. */
  readonly onCommand?: (ns: number) => void;
  /** Told of a kind when it is begun for the first time. */
  readonly onKind?: (kind: string, counts: OperationCounts) => void;
}

/** The contexts of all work under way. */
export class OperationPool {
  readonly counts = new Map<string, OperationCounts>();
  /** Times that there was no context left. */
  refused = 0;
  readonly #options: OperationPoolOptions;
  /** By user: how many of theirs. */
  readonly #ofUser = new Map<string, number>();
  #inUse = 0;

  constructor(options: OperationPoolOptions) {
    this.#options = options;
  }

  get inUse(): number {
    return this.#inUse;
  }

  /** Counts work that has no user and no context, such as the question of a server or a call of Keycloak. */
  readonly count: CountWork = (kind) => {
    const counts = this.#countsOf(kind);
    counts.started++;
    counts.inFlight++;
    const begun = this.#options.clock.monotonic();
    let over = false;
    return (failed = false) => {
      if (over) return;
      over = true;
      counts.inFlight--;
      if (failed) counts.failed++;
      this.#timed(kind, counts, begun);
    };
  };

  /**
   * Begins work for a user.
   * @param onLate called when its time has passed; it is over then
   * @returns null where as much as may be is under way
   */
  begin(kind: string, user: UserRef, onLate: () => void): Operation | null {
    const key = `${user.numeric} ${user.sequence}`;
    const open = this.#ofUser.get(key) ?? 0;
    if (this.#inUse >= limits.contexts.default || open >= limits.contextsPerUser.default) {
      this.refused++;
      return null;
    }
    this.#inUse++;
    this.#ofUser.set(key, open + 1);
    const counts = this.#countsOf(kind);
    counts.started++;
    counts.inFlight++;
    const { clock, onCommand } = this.#options;
    const begun = clock.monotonic();
    let over = false;
    let timer: Timer | null = null;
    const end = (failed = false) => {
      if (over) return;
      over = true;
      timer?.cancel();
      this.#inUse--;
      const left = this.#ofUser.get(key)! - 1;
      if (left === 0) this.#ofUser.delete(key);
      else this.#ofUser.set(key, left);
      counts.inFlight--;
      if (failed) counts.failed++;
      onCommand?.(this.#timed(kind, counts, begun));
    };
    timer = clock.after(limits.contextMs.default, () => {
      end(true);
      onLate();
    });
    return {
      get over() {
        return over;
      },
      end,
    };
  }

  #timed(kind: string, counts: OperationCounts, begun: number): number {
    const ns = Math.round((this.#options.clock.monotonic() - begun) * 1e6);
    counts.times.record(ns);
    this.#options.onTime(kind, ns);
    return ns;
  }

  #countsOf(kind: string): OperationCounts {
    let counts = this.counts.get(kind);
    if (counts === undefined) {
      counts = { started: 0, failed: 0, inFlight: 0, times: new Histogram() };
      this.counts.set(kind, counts);
      this.#options.onKind?.(kind, counts);
    }
    return counts;
  }
}

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

/** A context: one piece of work of a user. There are many, so that it has no closures and no timer of its own. */
class Context implements Operation {
  over = false;
  before: Context | null = null;
  behind: Context | null = null;
  readonly kind: string;
  readonly counts: OperationCounts;
  readonly user: UserRef;
  readonly onLate: () => void;
  /** Monotonic. */
  readonly begun: number;
  readonly #onEnd: (context: Context, failed: boolean) => void;

  constructor(
    onEnd: (context: Context, failed: boolean) => void,
    kind: string,
    counts: OperationCounts,
    user: UserRef,
    onLate: () => void,
    begun: number,
  ) {
    this.#onEnd = onEnd;
    this.kind = kind;
    this.counts = counts;
    this.user = user;
    this.onLate = onLate;
    this.begun = begun;
  }

  end(failed = false): void {
    if (this.over) return;
    this.over = true;
    this.#onEnd(this, failed);
  }
}

/** The contexts of all work under way. */
export class OperationPool {
  readonly counts = new Map<string, OperationCounts>();
  /** Times that there was no context left. */
  refused = 0;
  readonly #options: OperationPoolOptions;
  /** By user: how many of theirs. */
  readonly #ofUser = new Map<UserRef, number>();
  #inUse = 0;
  /** All of them, in the order in which they began. */
  #oldest: Context | null = null;
  #newest: Context | null = null;
  #timer: Timer | null = null;

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
   * @param user the same object for the same user, whoever has their numeric later
   * @param onLate called when its time has passed; it is over then
   * @returns null where as much as may be is under way
   */
  begin(kind: string, user: UserRef, onLate: () => void): Operation | null {
    const open = this.#ofUser.get(user) ?? 0;
    if (this.#inUse >= limits.contexts.default || open >= limits.contextsPerUser.default) {
      this.refused++;
      return null;
    }
    this.#inUse++;
    this.#ofUser.set(user, open + 1);
    const counts = this.#countsOf(kind);
    counts.started++;
    counts.inFlight++;
    const context = new Context(this.#end, kind, counts, user, onLate, this.#options.clock.monotonic());
    context.before = this.#newest;
    if (this.#newest === null) this.#oldest = context;
    else this.#newest.behind = context;
    this.#newest = context;
    if (this.#timer === null) this.#wait(limits.contextMs.default);
    return context;
  }

  readonly #end = (context: Context, failed: boolean): void => {
    const { kind, counts, user, before, behind, begun } = context;
    if (before === null) this.#oldest = behind;
    else before.behind = behind;
    if (behind === null) this.#newest = before;
    else behind.before = before;
    context.before = null;
    context.behind = null;
    if (this.#oldest === null) {
      this.#timer?.cancel();
      this.#timer = null;
    }
    this.#inUse--;
    const left = this.#ofUser.get(user)! - 1;
    if (left === 0) this.#ofUser.delete(user);
    else this.#ofUser.set(user, left);
    counts.inFlight--;
    if (failed) counts.failed++;
    this.#options.onCommand?.(this.#timed(kind, counts, begun));
  };

  /** One timer for all of them: the one that began first is late first. */
  #wait(ms: number): void {
    const { clock } = this.#options;
    this.#timer = clock.after(ms, () => {
      this.#timer = null;
      const since = clock.monotonic() - limits.contextMs.default;
      for (let late = this.#oldest; late !== null && late.begun <= since; late = this.#oldest) {
        late.end(true);
        late.onLate();
      }
      if (this.#oldest !== null && this.#timer === null) this.#wait(this.#oldest.begun - since);
    });
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

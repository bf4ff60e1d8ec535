/**
 * Where the time of one login goes, for the timeline of whoever asked for it. It travels in the origin of the login, so that nothing
 * on the way has to know of it; where nobody asked, there is none.
 */
import { type LoginOrigin, type LoginStep, MOST_LOGIN_STEPS } from '../../contract/accounts.ts';
import type { Clock } from '../../kit/clock.ts';
import type { TaskTimes } from '../runtime/async/pool-task.ts';

/** The steps of one login. */
export class LoginTrace {
  readonly #clock: Clock;
  #from: number;
  #steps: LoginStep[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#from = clock.monotonic();
  }

  /** A question is taken up: steps count from here. */
  restart(): void {
    this.#from = this.#clock.monotonic();
    this.#steps = [];
  }

  /** Something begins; what is returned ends it. @param what in a few words, without names or secrets */
  begin(what: string): () => void {
    const from = this.#clock.monotonic();
    return () => {
      if (this.#steps.length >= MOST_LOGIN_STEPS) return;
      const tookMs = this.#clock.monotonic() - from;
      this.#steps.push({ what, afterMs: from - this.#from, tookMs });
    };
  }

  /** Something was over some time ago, and had taken so long. @param what in a few words, without names or secrets */
  add(what: string, tookMs: number, agoMs: number): void {
    if (this.#steps.length >= MOST_LOGIN_STEPS) return;
    this.#steps.push({ what, afterMs: this.#clock.monotonic() - agoMs - tookMs - this.#from, tookMs });
  }

  /** The steps since the question was taken up. */
  get steps(): readonly LoginStep[] {
    return this.#steps;
  }
}

/** Where somebody logs in from, with what their login is traced by. */
export interface TracedOrigin extends LoginOrigin {
  readonly trace: LoginTrace;
}

/** Told what a hash took, has the timeline of a login say how long that waited for a thread. */
export function tracedWait(origin: LoginOrigin): (times: TaskTimes) => void {
  return ({ waitMs, runMs, backMs }) => {
    if ('trace' in origin)
      (origin as TracedOrigin).trace.add('waiting for a thread', Math.max(0, waitMs), runMs + backMs);
  };
}

/** Does something that belongs to a login, as a step of its timeline where there is one. */
export async function traced<Result>(
  origin: LoginOrigin,
  what: string,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!('trace' in origin)) return await work();
  const end = (origin as TracedOrigin).trace.begin(what);
  try {
    return await work();
  } finally {
    end();
  }
}

/**
 * Decides for the model `auto` how many threads there are, and how deep the queues of new connections: looks at the load once a second, and
 * says of each decision why. What was decided stands for a while before the opposite is, so that nothing swings.
 */
import { FIXED_LIMITS } from '../limits.ts';

/** A second of load. */
export interface Load {
  /** Threads that own connections, and connections that they have. */
  readonly threads: number;
  readonly connections: number;
  /** Share of the second in which the busiest of them worked, and that of all together: 2 are two whole threads. */
  readonly busiest: number;
  readonly together: number;
  /** Threads that read ahead, those that do, and reads that wait for one. */
  readonly spliceThreads: number;
  readonly reading: number;
  readonly readsWaiting: number;
  /** One in a hundred requests waited longer than that for its thread, in milliseconds. */
  readonly queueWaitMs: number;
  /** Requests without an answer that new connections are offered. */
  readonly depth: number;
}

/** Between which numbers it decides. */
export interface TuningRange {
  readonly threads: number;
  readonly spliceThreads: number;
  readonly depth: number;
}

/** What is to be another number from here on. */
export interface Decision {
  readonly what: 'fdpass_threads' | 'splice_threads' | 'max_queue_depth';
  readonly to: number;
  readonly why: string;
}

/** How long something must have been so, in looks: for more, and for fewer. */
const SOON = 3;
const LATE = 60;
const BUSY = 0.7;
/** With one thread fewer, those that are left would be less busy than that. */
const EASY = 0.4;
const SLOW_MS = 10;
const QUICK_MS = 1;

export class PoolTuner {
  #busy = 0;
  #easy = 0;
  #readsWait = 0;
  #readsRest = 0;
  #slow = 0;
  #quick = 0;

  /** Looks at one second. */
  look(load: Load, range: TuningRange): readonly Decision[] {
    return [this.#threads(load, range), this.#splice(load, range), this.#depth(load, range)].filter(
      (decision) => decision !== null,
    );
  }

  #threads({ threads, connections, busiest, together }: Load, range: TuningRange): Decision | null {
    const what = 'fdpass_threads';
    if (threads > range.threads)
      return { what, to: range.threads, why: `more than the ${range.threads} that are allowed` };
    this.#busy = busiest > BUSY && connections > threads && threads < range.threads ? this.#busy + 1 : 0;
    this.#easy = threads > 1 && together < EASY * (threads - 1) ? this.#easy + 1 : 0;
    if (this.#busy >= SOON) {
      this.#busy = 0;
      return {
        what,
        to: threads + 1,
        why: `the busiest of ${threads} worked ${percent(busiest)} of the time for ${SOON} s, with ${connections} connections`,
      };
    }
    if (this.#easy < LATE) return null;
    this.#easy = 0;
    return {
      what,
      to: threads - 1,
      why: `${threads} together worked ${percent(together)} of the time of one for ${LATE} s`,
    };
  }

  #splice({ spliceThreads, reading, readsWaiting }: Load, range: TuningRange): Decision | null {
    const what = 'splice_threads';
    if (spliceThreads > range.spliceThreads)
      return { what, to: range.spliceThreads, why: `more than the ${range.spliceThreads} that are allowed` };
    this.#readsWait = readsWaiting > 0 && spliceThreads < range.spliceThreads ? this.#readsWait + 1 : 0;
    this.#readsRest = spliceThreads > 1 && reading + readsWaiting === 0 ? this.#readsRest + 1 : 0;
    if (this.#readsWait >= SOON) {
      this.#readsWait = 0;
      const to = Math.min(range.spliceThreads, spliceThreads * 2);
      return { what, to, why: `reads waited for ${SOON} s, ${readsWaiting} of them now` };
    }
    if (this.#readsRest < LATE) return null;
    this.#readsRest = 0;
    return { what, to: 1, why: `nothing was read ahead for ${LATE} s` };
  }

  #depth({ queueWaitMs, depth }: Load, range: TuningRange): Decision | null {
    const what = 'max_queue_depth';
    if (depth > range.depth)
      return { what, to: range.depth, why: `more than the ${range.depth} that are allowed` };
    const least = Math.min(FIXED_LIMITS.tuned_depth.default, range.depth);
    this.#slow = queueWaitMs > SLOW_MS && depth > least ? this.#slow + 1 : 0;
    this.#quick = queueWaitMs < QUICK_MS && depth < range.depth ? this.#quick + 1 : 0;
    if (this.#slow >= SOON) {
      this.#slow = 0;
      return {
        what,
        to: Math.max(least, depth >> 1),
        why: `one in a hundred requests waited ${queueWaitMs.toFixed(1)} ms for its thread for ${SOON} s`,
      };
    }
    if (this.#quick < LATE) return null;
    this.#quick = 0;
    return {
      what,
      to: Math.min(range.depth, depth * 2),
      why: `requests waited less than ${QUICK_MS} ms for ${LATE} s`,
    };
  }
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

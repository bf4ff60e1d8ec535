/**
 * What has not reached the recorder yet, bounded, each kind by its own limit. The audit trail is in the journal instead.
 */
import type { HistorySample, StateChange } from '../../../contract/history-batch.ts';
import type { MetricSpec } from '../../../contract/manifest.ts';
import type { ControlLimits } from '../limits.ts';

/** A sample with the list in whose order its values are. */
export type MeasuredSecond = Omit<HistorySample, 'catalog'> & { readonly metrics: readonly MetricSpec[] };

/** What leaves the buffer at once. */
export interface Taken {
  readonly samples: readonly MeasuredSecond[];
  readonly states: readonly StateChange[];
}

/** Samples and state changes on their way to the recorder. */
export class HistoryBuffer {
  readonly #limits: ControlLimits;
  #samples: MeasuredSecond[] = [];
  #states: StateChange[] = [];
  #dropped = 0;
  #submitted = 0;
  #highWater = 0;

  constructor(limits: ControlLimits) {
    this.#limits = limits;
  }

  /** Entries that wait. */
  get size(): number {
    return this.#samples.length + this.#states.length;
  }

  /** Entries lost to a limit so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Entries that were added so far. */
  get submitted(): number {
    return this.#submitted;
  }

  /** Most entries that have waited at once. */
  get highWater(): number {
    return this.#highWater;
  }

  addSample(sample: MeasuredSecond): void {
    this.#samples.push(sample);
    this.#added(this.#samples, this.#limits.historySamples);
  }

  addState(change: StateChange): void {
    this.#states.push(change);
    this.#added(this.#states, this.#limits.historyStates);
  }

  /** Takes the oldest entries out for one batch; what remains waits for the next. */
  take(): Taken {
    const { historyBatch } = this.#limits;
    return {
      samples: this.#samples.splice(0, historyBatch),
      states: this.#states.splice(0, historyBatch),
    };
  }

  /** Counts entries that were taken out and could not be kept. */
  countLost(entries: number): void {
    this.#dropped += entries;
  }

  /** Counts one that was put at the end of a list, and cuts off the oldest that are too many. */
  #added(list: unknown[], limit: number): void {
    this.#submitted++;
    const excess = list.length - limit;
    if (excess > 0) {
      list.splice(0, excess);
      this.#dropped += excess;
    }
    this.#highWater = Math.max(this.#highWater, this.size);
  }
}

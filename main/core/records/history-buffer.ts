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

  addSample(sample: MeasuredSecond): void {
    this.#samples.push(sample);
    this.#cut(this.#samples, this.#limits.historySamples);
  }

  addState(change: StateChange): void {
    this.#states.push(change);
    this.#cut(this.#states, this.#limits.historyStates);
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

  /** Cuts the oldest off. */
  #cut(list: unknown[], limit: number): void {
    const excess = list.length - limit;
    if (excess <= 0) return;
    list.splice(0, excess);
    this.#dropped += excess;
  }
}

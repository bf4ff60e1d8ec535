/** Registers a queue of which a process keeps count anyway. */
import type { QueueTally } from '../../../kit/queue-tally.ts';
import { instrumentCounts, type OpenInstrument } from './counted-instrument.ts';
import type { MetricRegistry } from './metric-registry.ts';

/** What is known of a queue; totals are since it was made. What is absent is not shown. */
export interface QueueCounts {
  /** Entries that wait. */
  readonly depth: number;
  /** Most that have waited at once. */
  readonly highWater: number;
  /** Entries that may wait; absent where only memory ends them. */
  readonly capacity?: number;
  /** Entries taken in. */
  readonly submitted: number;
  /** Entries thrown away to make room, or given up; absent where none ever is. */
  readonly dropped?: number;
  /** Entries refused because there was no room; absent where none ever is. */
  readonly rejected?: number;
}

/** What a tally has, and no more: it is an object that changes. */
export function countsOf({ depth, highWater, submitted }: QueueTally): QueueCounts {
  return { depth, highWater, submitted };
}

/**
 * Registers it under a name.
 * @param read called at once and just before every sample
 * @param when see {@link instrumentCounts}
 * @throws SignalboxError `conflict` where a queue of that name is open
 */
export function instrumentQueue(
  metrics: MetricRegistry,
  name: string,
  read: () => QueueCounts,
  when: 'sample' | 'second' = 'sample',
): OpenInstrument {
  const counts = () => {
    const { depth, highWater, capacity, submitted, dropped, rejected } = read();
    return {
      depth,
      high_water: highWater,
      ...(capacity === undefined ? {} : { capacity }),
      submitted,
      completed: submitted - depth - (dropped ?? 0),
      ...(dropped === undefined ? {} : { dropped }),
      ...(rejected === undefined ? {} : { rejected }),
    };
  };
  return instrumentCounts(metrics, 'queue', name, counts, when);
}

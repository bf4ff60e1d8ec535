/** Registers a queue of which a process keeps count anyway, so that operators see it; nothing is measured where it works. */
import type { MetricRegistry } from './metric-registry.ts';
import { type StandardInstrument, standardInstrument } from './standard-instrument.ts';

/** What is known of a queue; totals are since it was made. */
export interface QueueCounts {
  /** Entries that wait. */
  readonly depth: number;
  /** Most that have waited at once. */
  readonly highWater: number;
  /** Entries that may wait; absent where only memory ends them. */
  readonly capacity?: number;
  /** Entries taken in. */
  readonly submitted: number;
  /** Entries thrown away to make room, or given up; none where absent. */
  readonly dropped?: number;
  /** Entries refused because there was no room; none where absent. */
  readonly rejected?: number;
}

/**
 * Registers it under a name.
 * @param read called just before every sample
 * @throws SignalboxError `conflict` where a queue of that name is open
 */
export function queueInstrument(
  metrics: MetricRegistry,
  name: string,
  read: () => QueueCounts,
): Pick<StandardInstrument<'queue'>, 'close'> {
  return standardInstrument(metrics, 'queue', name, (handles) => {
    const { depth, highWater, capacity = 0, submitted, dropped = 0, rejected = 0 } = read();
    handles.depth.set(depth);
    handles.high_water.set(highWater);
    handles.capacity.set(capacity);
    handles.submitted.setTotal(submitted);
    handles.completed.setTotal(submitted - depth - dropped);
    handles.dropped.setTotal(dropped);
    handles.rejected.setTotal(rejected);
  });
}

/** Shows both ways of a channel as queues, `NAME in` and `NAME out`. */
import type { MetricRegistry } from '../telemetry/metric-registry.ts';
import { type StandardInstrument, standardInstrument } from '../telemetry/standard-instrument.ts';
import type { FifoStats } from './bounded-fifo.ts';
import type { DuplexChannel } from './duplex-channel.ts';

type QueueHandles = StandardInstrument<'queue'>['handles'];

/**
 * Registers them until the channel has ended. For channels that a process has few of: each takes two places in the catalog.
 * @throws SignalboxError `conflict` where a channel of that name is open
 */
export function instrumentChannel<Message>(
  metrics: MetricRegistry,
  name: string,
  channel: DuplexChannel<Message>,
): void {
  const ways = (['in', 'out'] as const).map((way) =>
    standardInstrument(metrics, 'queue', `${name} ${way}`, (handles) => copy(channel.stats()[way], handles)),
  );
  const [arrived, leaving] = ways.map(({ handles }) => handles.wait);
  channel.onWait(
    (ns) => arrived!.record(ns),
    (ns) => leaving!.record(ns),
  );
  void channel.closed.then(() => {
    for (const { close } of ways) close();
  });
}

function copy(stats: FifoStats, handles: QueueHandles): void {
  handles.depth.set(stats.size);
  handles.high_water.set(stats.highWater);
  handles.capacity.set(stats.capacity);
  handles.submitted.setTotal(stats.enqueued);
  handles.completed.setTotal(stats.dequeued);
  handles.dropped.setTotal(stats.dropped);
  handles.rejected.setTotal(stats.rejected);
}

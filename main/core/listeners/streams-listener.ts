/** What streams to windows hear of the processes behind them. */
import type { AnnouncementBus } from '../announcements.ts';
import type { StreamBroker } from '../stream-broker.ts';
import { processEnded } from './process-ended.ts';

/** Passes on what daemons send on relayed streams, and ends those whose process has ended. */
export function streamsListen(bus: AnnouncementBus, streams: StreamBroker): void {
  bus.subscribe('streamSaid', ({ id, message }) => streams.fromDaemon(id, message));
  bus.subscribe('daemonChanged', (change) => {
    if (processEnded(change)) streams.processEnded(change.snapshot.id);
  });
}

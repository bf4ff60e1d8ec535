/** The newest figures of every process. */
import type { Logger } from '../../../daemons/runtime/telemetry/logger.ts';
import type { AnnouncementBus } from '../announcements.ts';
import type { MetricsStore } from '../records/metrics-store.ts';
import { processEnded } from './process-ended.ts';

/** Keeps summaries that fit their catalog and says so; forgets those of a process that has ended. */
export function metricsListen(bus: AnnouncementBus, metrics: MetricsStore, logger: Logger): void {
  bus.subscribe('catalogCame', ({ source, catalog }) => metrics.describe(source, catalog));
  bus.subscribe('summaryCame', (second) => {
    if (metrics.update(second.source, second.summary)) {
      bus.publish('secondMeasured', second);
      return;
    }
    const text = 'A summary does not fit the catalog of its process.';
    logger.log('error', second.source, 'summary_size', text);
  });
  bus.subscribe('daemonChanged', (change) => {
    if (processEnded(change)) metrics.clear(change.snapshot.id);
  });
}

/** The newest figures of every process. */
import type { Logger } from '../../../daemons/runtime/telemetry/logger.ts';
import type { AnnouncementBus } from '../announcements.ts';
import type { MetricFollowers } from '../records/metric-followers.ts';
import type { MetricsStore } from '../records/metrics-store.ts';
import { processEnded } from './process-ended.ts';

/**
 * Keeps summaries that fit their catalog, and passes them on to whoever follows; forgets those of a process that has ended. Where the catalog is not known it asks
 * for it, once for each revision, and says so.
 */
export function metricsListen(
  bus: AnnouncementBus,
  metrics: MetricsStore,
  followers: MetricFollowers,
  logger: Logger,
): void {
  /** Source -> the revision that was asked for. */
  const asked = new Map<string, number>();
  bus.subscribe('catalogCame', ({ source, catalog }) => metrics.describe(source, catalog));
  bus.subscribe('summaryCame', (second) => {
    const { source, summary } = second;
    if (metrics.update(source, summary)) {
      asked.delete(source);
      const layout = metrics.layout(source);
      if (layout !== null) bus.publish('secondMeasured', { ...second, metrics: layout.catalog });
      return;
    }
    if (asked.get(source) === summary.revision) return;
    asked.set(source, summary.revision);
    const text = `A summary of ${source} does not fit its catalog; it was asked what it measures.`;
    logger.log('warn', source, 'summary_unknown', text);
    bus.publish('catalogMissing', { source });
  });
  bus.subscribe('secondMeasured', ({ source, summary }) => followers.send(source, summary));
  bus.subscribe('daemonChanged', (change) => {
    if (!processEnded(change)) return;
    metrics.clear(change.snapshot.id);
    asked.delete(change.snapshot.id);
  });
}

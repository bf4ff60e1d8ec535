/** What the engine shows of itself: sums over its threads, under the names that one thread would have. */
import { instrumentCounts } from '../../runtime/telemetry/counted-instrument.ts';
import type { MetricRegistry } from '../../runtime/telemetry/metric-registry.ts';
import { instrumentQueue } from '../../runtime/telemetry/queue-instrument.ts';
import type { CrewFigures } from './serving-crew.ts';
import type { WorkerFigures } from './worker-figures.ts';

/** What is shown of an engine. */
export interface ShownEngine {
  /** Of all threads. */
  figures(): WorkerFigures;
  /** Of the threads that own connections; `rejected` are connections that found no thread. */
  crew(): CrewFigures & { readonly max: number; readonly rejected: number };
  /** Has threads write to the metrics that there are now. */
  describe(): void;
}

/** Registers it all. */
export function instrumentServing(metrics: MetricRegistry, shown: ShownEngine): void {
  let now = shown.figures();
  let revision = metrics.catalog.revision;
  metrics.onSample(() => {
    now = shown.figures();
    if (revision === metrics.catalog.revision) return;
    revision = metrics.catalog.revision;
    shown.describe();
  });
  instrumentQueue(metrics, 'work of clients', () => ({
    depth: now.workDepth,
    highWater: now.workHighWater,
    submitted: now.workSubmitted,
  }));
  instrumentCounts(metrics, 'slab', 'copy buffers', () => ({
    active: now.slabActive,
    idle: now.slabIdle,
    max: now.slabMax,
    high_water: now.slabHighWater,
    submitted: now.slabTaken,
    completed: now.slabReturned,
    failed: now.slabFaults,
    rejected: now.slabRejected,
  }));
  instrumentCounts(metrics, 'cache', 'open objects', () => ({
    depth: now.cacheDepth,
    capacity: now.cacheCapacity,
    hits: now.hits,
    misses: now.misses,
    failed: now.failed,
    evicted: now.evicted,
    expired: now.expired,
  }));
  instrumentCounts(metrics, 'pool', 'fdpass', () => {
    const { active, idle, max, submitted, completed, rejected, lost } = shown.crew();
    return { active, idle, max, submitted, completed, rejected, lost };
  });
}

/** What the engine shows of itself: sums over its threads, under the names that one thread would have. */
import { HISTOGRAM_FIELDS, type HistogramField } from '../../../contract/metric-frame.ts';
import { instrumentCounts } from '../../runtime/telemetry/counted-instrument.ts';
import type { MetricRegistry } from '../../runtime/telemetry/metric-registry.ts';
import { instrumentQueue } from '../../runtime/telemetry/queue-instrument.ts';
import { CONTENT_MODES, MEASURED_MODES } from '../metrics.ts';
import type { RequestThreadFigures } from './request-threads.ts';
import type { CrewFigures } from './serving-crew.ts';
import type { WorkerFigures } from './worker-figures.ts';

const MS_PER_SECOND = 1_000;
const WAIT = 'queue_wait_seconds';
/** Where the figures of a histogram stand. */
const FIELD = Object.fromEntries(HISTOGRAM_FIELDS.map((field, index) => [field, index])) as Record<
  HistogramField,
  number
>;

/** What is shown of an engine. */
export interface ShownEngine {
  /** Of all threads. */
  figures(): WorkerFigures;
  /** Of the threads that own connections; `rejected` are connections that found no thread. */
  crew(): CrewFigures & { readonly max: number; readonly rejected: number };
  /** Of the threads of single requests. */
  requests(): RequestThreadFigures;
  /** Connections of the daemon's own thread. */
  ownConnections(): number;
  /** Requests of the connections that are open. */
  openRequests(): number;
  /** Called once a second. @param queueWaitMs what one in a hundred requests of late waited longer than */
  tune(queueWaitMs: number): void;
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
  instrumentCounts(metrics, 'pool', 'requests', () => ({ ...shown.requests() }));
  showRatios(metrics, shown);
}

/** Figures that are made of others: of all threads together, so they cannot be summed over them. */
function showRatios(metrics: MetricRegistry, shown: ShownEngine): void {
  const name = (suffix: string) => `signalbox_objects_${suffix}`;
  const workRatio = metrics.gauge(name('work_ratio'));
  const perConnection = metrics.gauge(name('requests_per_connection'));
  const meanBytes = metrics.gauge(name('mean_object_bytes'));
  const figure = (suffix: string, field = 0) =>
    metrics.values[metrics.layout.slot(name(suffix)) + field] ?? 0;
  const workSeconds = () =>
    MEASURED_MODES.reduce((sum, mode) => sum + figure(`${mode}_latency_seconds`, FIELD.sum), 0);
  let [worked, waited, waits] = [0, 0, 0];
  metrics.onSecond(() => {
    const now = [workSeconds(), figure(WAIT, FIELD.sum), figure(WAIT, FIELD.count)] as const;
    const all = now[0] - worked + now[1] - waited;
    if (all > 0) workRatio.set((now[0] - worked) / all);
    const isIdle = now[2] === waits;
    [worked, waited, waits] = now;
    const { connections } = shown.crew();
    const open = connections + shown.ownConnections();
    perConnection.set(open === 0 ? 0 : shown.openRequests() / open);
    const sumOf = (kind: string) =>
      CONTENT_MODES.reduce((sum, mode) => sum + figure(`${kind}_${mode}_total`), 0);
    const out = sumOf('requests') - sumOf('failed');
    const bytes = sumOf('bytes');
    meanBytes.set(out === 0 ? 0 : bytes / out);
    shown.tune(isIdle ? 0 : figure(WAIT, FIELD.p99) * MS_PER_SECOND);
  });
}

/**
 * What a serving thread counts for itself, in memory that the daemon's thread sums over all threads: its cache of open files, its
 * buffers, its queue of work. Written while the thread works, at most ten times a second.
 */
import type { ServingThread } from './serving-thread.ts';

/** What goes with a thread that ends, and what stays counted. */
const GAUGES = ['cacheDepth', 'cacheCapacity', 'slabActive', 'slabIdle', 'slabMax', 'workDepth'] as const;
const TOTALS = [
  ...(['hits', 'misses', 'failed', 'evicted', 'expired'] as const),
  ...(['slabHighWater', 'slabTaken', 'slabReturned', 'slabFaults', 'slabRejected'] as const),
  ...(['workHighWater', 'workSubmitted', 'storeWork', 'storeWorkStolen'] as const),
] as const;

const NAMES = [...GAUGES, ...TOTALS];

/** By name. */
export type WorkerFigures = Record<(typeof NAMES)[number], number>;

/** Memory for the figures of one thread. */
export const figuresMemory = (): SharedArrayBuffer =>
  new SharedArrayBuffer(NAMES.length * Float64Array.BYTES_PER_ELEMENT);

/** Figures of nothing. */
export const noFigures = (): WorkerFigures =>
  Object.fromEntries(NAMES.map((name) => [name, 0])) as WorkerFigures;

/** Figures of a thread as it is now. */
export function figuresOf({ reader, buffers, turns, aside }: ServingThread): WorkerFigures {
  const cache = reader.cache.stats();
  const slab = buffers.pool.stats();
  const work = turns.stats();
  return {
    cacheDepth: cache.depth,
    cacheCapacity: cache.capacity,
    hits: cache.hits,
    misses: cache.misses,
    failed: cache.failed,
    evicted: cache.evicted,
    expired: cache.expired,
    slabActive: slab.active,
    slabIdle: slab.idle,
    slabMax: slab.max,
    slabHighWater: slab.highWater,
    slabTaken: slab.taken,
    slabReturned: slab.returned,
    slabFaults: slab.faults,
    slabRejected: slab.rejected,
    workDepth: work.depth,
    workHighWater: work.highWater,
    workSubmitted: work.submitted,
    storeWork: aside?.counts.done ?? 0,
    storeWorkStolen: aside?.counts.stolen ?? 0,
  };
}

/** Writes the figures of a thread where the daemon's thread reads them. */
export function showFigures(thread: ServingThread, memory: Float64Array): void {
  const figures = figuresOf(thread);
  NAMES.forEach((name, i) => {
    memory[i] = figures[name];
  });
}

/** Adds what a thread shows. */
export function addFigures(sum: WorkerFigures, memory: Float64Array): void {
  NAMES.forEach((name, i) => {
    sum[name] += memory[i]!;
  });
}

/** Adds what stays counted of a thread that has ended. */
export function addTotals(sum: WorkerFigures, memory: Float64Array): void {
  NAMES.forEach((name, i) => {
    if (i >= GAUGES.length) sum[name] += memory[i]!;
  });
}

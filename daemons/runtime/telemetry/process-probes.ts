/**
 * Where the figures of a process are read, in the units in which Node tells them. Used by the ProcessSampler, whose tests
 * put figures of their own in their place.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { descriptorLimit } from '../host/descriptor-limit.ts';
import { residentBytes } from './memory-usage.ts';

/** What a process can be asked about itself. */
export interface ProcessProbes {
  /** Milliseconds of a clock that nobody sets. */
  nowMs(): number;
  /** CPU time of all threads since the process began, in microseconds. */
  cpuUsage(): NodeJS.CpuUsage;
  /**
   * CPU time of this thread, in microseconds. Electron's Node 20 cannot tell threads apart: there it is that of the process, and
   * work that other threads do meanwhile, such as hashing, counts as that of this one.
   */
  threadCpuUsage(): NodeJS.CpuUsage;
  /** Null when it cannot be read now. */
  residentBytes(): number | null;
  heap(): { readonly usedBytes: number; readonly limitBytes: number };
  /** Files and sockets that the process may open; `Infinity` where there is no limit. */
  descriptorLimit(): number;
  /** Tells how long each garbage collection stopped the thread, in milliseconds, until the returned function is called. */
  onCollection(listener: (pauseMs: number) => void): () => void;
}

/** This process. */
export const processProbes: ProcessProbes = {
  nowMs: () => performance.now(),
  cpuUsage: () => process.cpuUsage(),
  threadCpuUsage() {
    const all = process.cpuUsage();
    // Linux brings a thread's account up to date at every tick of the scheduler, of some milliseconds, and when the whole
    // process is asked for: without that, pieces of work that are shorter than a tick count as nothing, or as a whole one.
    return typeof process.threadCpuUsage === 'function' ? process.threadCpuUsage() : all;
  },
  residentBytes,
  heap() {
    const { used_heap_size: usedBytes, heap_size_limit: limitBytes } = getHeapStatistics();
    return { usedBytes, limitBytes };
  },
  descriptorLimit,
  onCollection(listener) {
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) listener(duration);
    });
    observer.observe({ entryTypes: ['gc'] });
    return () => observer.disconnect();
  },
};

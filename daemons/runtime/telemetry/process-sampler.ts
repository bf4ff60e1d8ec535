/**
 * Measures the process it runs in: CPU, memory, garbage collection and how late the event loop runs its timers. One
 * per process, owned by runDaemon or by main's control plane.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { MetricSummary } from '../../../contract/link/metric-summary.ts';
import { descriptorLimit } from '../host/descriptor-limit.ts';
import { residentBytes } from './memory-usage.ts';
import type { Counter, Gauge } from './metric-handles.ts';
import type { MetricRegistry } from './metric-registry.ts';
import type { RollingHistogram } from './rolling-histogram.ts';

/**
 * How often a timer asks how late it is, in milliseconds: often enough to see a 50 ms block while the process works,
 * seldom while it idles, where every wake-up would be most of what it does.
 */
const LOOP_PROBE_MS = { busy: 20, idle: 250 } as const;

/**
 * CPU share of one core in the last second above which the process counts as working: well above what an idle process
 * and its probes take together, or they would keep each other busy.
 */
const BUSY_CPU_RATIO = 0.05;

/**
 * CPU time of this thread. Electron's Node 20 cannot tell threads apart: there it is that of the process, and work that other
 * threads do meanwhile, such as hashing, counts as monitoring.
 */
const threadCpuUsage: (before?: NodeJS.CpuUsage) => NodeJS.CpuUsage =
  typeof process.threadCpuUsage === 'function'
    ? (before) => process.threadCpuUsage(before)
    : (before) => process.cpuUsage(before);

/** Fills in the metrics that every process has. */
export class ProcessSampler {
  readonly #registry: MetricRegistry;
  readonly #observer: PerformanceObserver;
  readonly #gauges: Readonly<Record<'cpu' | 'monitoring' | 'resident' | 'heap', Gauge>>;
  readonly #cpuSeconds: Counter;
  readonly #loopDelay: RollingHistogram;
  #probe: NodeJS.Timeout | null = null;
  #busy = true;
  #cpu = process.cpuUsage();
  #cpuAt = performance.now();
  #monitoringMs = 0;
  #monitoringMark = 0;

  constructor(id: string, registry: MetricRegistry) {
    this.#registry = registry;
    const name = (suffix: string) => `signalbox_${id}_${suffix}`;
    this.#gauges = {
      cpu: registry.gauge(name('cpu_ratio')),
      monitoring: registry.gauge(name('monitoring_cpu_ratio')),
      resident: registry.gauge(name('resident_memory_bytes')),
      heap: registry.gauge(name('heap_used_bytes')),
    };
    this.#cpuSeconds = registry.counter(name('cpu_seconds_total'));
    this.#loopDelay = registry.histogram(name('loop_delay_seconds'));
    registry.gauge(name('heap_limit_bytes')).set(getHeapStatistics().heap_size_limit);
    const descriptors = descriptorLimit();
    registry.gauge(name('descriptor_limit')).set(Number.isFinite(descriptors) ? descriptors : 0);
    const gc = registry.histogram(name('gc_pause_seconds'));
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) gc.record(entry.duration * 1e6);
    });
    this.#observer.observe({ entryTypes: ['gc'] });
    this.#probeLoop();
  }

  /** Asks how late the loop is, again and again. */
  #probeLoop(): void {
    const startedAt = performance.now();
    const waitMs = LOOP_PROBE_MS[this.#busy ? 'busy' : 'idle'];
    this.#probe = setTimeout(() => {
      this.#loopDelay.record(Math.max(0, (performance.now() - startedAt - waitMs) * 1e6));
      this.#probeLoop();
    }, waitMs).unref();
  }

  /**
   * Ends a second: reads what costs a system call, ends the intervals of the histograms and samples the rest. The
   * values are those of the registry, not a copy.
   */
  summarise(): MetricSummary {
    return this.measure(() => {
      this.#sampleProcess();
      const intervals = this.#registry.rotate();
      this.#registry.sample();
      const { revision } = this.#registry.catalog;
      return { time: Date.now(), revision, values: this.#registry.values, intervals };
    });
  }

  #sampleProcess(): void {
    const gauges = this.#gauges;
    const now = performance.now();
    const cpu = process.cpuUsage();
    const seconds = (now - this.#cpuAt) / 1000;
    if (seconds > 0) {
      const used = (cpu.user - this.#cpu.user + cpu.system - this.#cpu.system) / 1e6;
      gauges.cpu.set(used / seconds);
      this.#busy = used / seconds > BUSY_CPU_RATIO;
      gauges.monitoring.set((this.#monitoringMs - this.#monitoringMark) / 1000 / seconds);
    }
    this.#cpuSeconds.setTotal((cpu.user + cpu.system) / 1e6);
    const resident = residentBytes();
    if (resident !== null) gauges.resident.set(resident);
    gauges.heap.set(getHeapStatistics().used_heap_size);
    this.#cpu = cpu;
    this.#cpuAt = now;
    this.#monitoringMark = this.#monitoringMs;
  }

  /** Runs work that belongs to monitoring and books the CPU time of this thread meanwhile as such. */
  measure<Result>(work: () => Result): Result {
    const before = threadCpuUsage();
    try {
      return work();
    } finally {
      const { user, system } = threadCpuUsage(before);
      this.#monitoringMs += (user + system) / 1000;
    }
  }

  close(): void {
    if (this.#probe !== null) clearTimeout(this.#probe);
    this.#observer.disconnect();
  }
}

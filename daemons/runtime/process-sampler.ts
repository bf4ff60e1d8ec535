/**
 * Measures the process it runs in: CPU, memory, garbage collection and how late the event loop runs its timers. One
 * per process, owned by runDaemon or by main's control plane.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { MetricSummary } from '../contract/metric-frame.ts';
import type { MetricRegistry } from './metric-registry.ts';

/**
 * How often a timer asks how late it is, in milliseconds: often enough to see a 50 ms block while the process works,
 * seldom while it idles, where every wake-up would be most of what it does.
 */
const LOOP_PROBE_MS = { busy: 20, idle: 250 } as const;

/** CPU share of one core above which the process counts as working. */
const BUSY_CPU_RATIO = 0.02;

/** Fills in the metrics that every process has. */
export class ProcessSampler {
  readonly #registry: MetricRegistry;
  readonly #id: string;
  readonly #observer: PerformanceObserver;
  #probe: NodeJS.Timeout;
  #cpu = process.cpuUsage();
  #cpuAt = performance.now();
  #monitoringMs = 0;
  #monitoringMark = 0;

  constructor(id: string, registry: MetricRegistry) {
    this.#id = id;
    this.#registry = registry;
    const gc = registry.histogram(`signalbox_${id}_gc_pause_seconds`);
    this.#observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) gc.record(entry.duration * 1e6);
    });
    this.#observer.observe({ entryTypes: ['gc'] });
    const delay = registry.histogram(`signalbox_${id}_loop_delay_seconds`);
    let wait: number = LOOP_PROBE_MS.busy;
    let startedAt = performance.now();
    let cpu = process.cpuUsage();
    const probe = () => {
      const now = performance.now();
      delay.record(Math.max(0, (now - startedAt - wait) * 1e6));
      const used = process.cpuUsage(cpu);
      const ratio = (used.user + used.system) / 1000 / (now - startedAt);
      cpu = process.cpuUsage();
      startedAt = now;
      wait = ratio > BUSY_CPU_RATIO ? LOOP_PROBE_MS.busy : LOOP_PROBE_MS.idle;
      this.#probe = setTimeout(probe, wait);
      this.#probe.unref();
    };
    this.#probe = setTimeout(probe, wait);
    this.#probe.unref();
    registry.gauge(`signalbox_${id}_heap_limit_bytes`).set(getHeapStatistics().heap_size_limit);
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
      return { time: Date.now(), values: this.#registry.values, intervals };
    });
  }

  #sampleProcess(): void {
    const registry = this.#registry;
    const id = this.#id;
    const now = performance.now();
    const cpu = process.cpuUsage();
    const seconds = (now - this.#cpuAt) / 1000;
    if (seconds > 0) {
      const used = (cpu.user - this.#cpu.user + cpu.system - this.#cpu.system) / 1e6;
      registry.gauge(`signalbox_${id}_cpu_ratio`).set(used / seconds);
      registry
        .gauge(`signalbox_${id}_monitoring_cpu_ratio`)
        .set((this.#monitoringMs - this.#monitoringMark) / 1000 / seconds);
    }
    registry.counter(`signalbox_${id}_cpu_seconds_total`).setTotal((cpu.user + cpu.system) / 1e6);
    registry.gauge(`signalbox_${id}_resident_memory_bytes`).set(process.memoryUsage.rss());
    registry.gauge(`signalbox_${id}_heap_used_bytes`).set(getHeapStatistics().used_heap_size);
    this.#cpu = cpu;
    this.#cpuAt = now;
    this.#monitoringMark = this.#monitoringMs;
  }

  /** Runs work that belongs to monitoring and books the CPU time of this process meanwhile as such. */
  measure<Result>(work: () => Result): Result {
    const before = process.cpuUsage();
    try {
      return work();
    } finally {
      const { user, system } = process.cpuUsage(before);
      this.#monitoringMs += (user + system) / 1000;
    }
  }

  close(): void {
    clearTimeout(this.#probe);
    this.#observer.disconnect();
  }
}

/**
 * Measures the process it runs in: CPU, memory, garbage collection and how late the event loop runs its timers. One
 * per process, owned by runDaemon or by main's control plane.
 */
import type { MetricSummary } from '../../../contract/link/metric-summary.ts';
import type { Counter, Gauge } from './metric-handles.ts';
import type { MetricRegistry } from './metric-registry.ts';
import { type ProcessProbes, processProbes } from './process-probes.ts';
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

/** Fills in the metrics that every process has. */
export class ProcessSampler {
  readonly #registry: MetricRegistry;
  readonly #probes: ProcessProbes;
  readonly #stopWatchingCollections: () => void;
  readonly #gauges: Readonly<Record<'cpu' | 'monitoring' | 'resident' | 'heap', Gauge>>;
  readonly #cpuSeconds: Counter;
  /** Told how late a timer of the loop was, in milliseconds. */
  onLate: (lateMs: number) => void = () => {};
  readonly #loopDelay: RollingHistogram;
  #probe: NodeJS.Timeout | null = null;
  #busy = true;
  #cpu: NodeJS.CpuUsage;
  #cpuAt: number;
  #monitoringMs = 0;
  #monitoringMark = 0;

  /** @param probes for tests: where the figures are read, this process when left out. */
  constructor(id: string, registry: MetricRegistry, probes: ProcessProbes = processProbes) {
    this.#registry = registry;
    this.#probes = probes;
    this.#cpu = probes.cpuUsage();
    this.#cpuAt = probes.nowMs();
    const name = (suffix: string) => `signalbox_${id}_${suffix}`;
    this.#gauges = {
      cpu: registry.gauge(name('cpu_ratio')),
      monitoring: registry.gauge(name('monitoring_cpu_ratio')),
      resident: registry.gauge(name('resident_memory_bytes')),
      heap: registry.gauge(name('heap_used_bytes')),
    };
    this.#cpuSeconds = registry.counter(name('cpu_seconds_total'));
    this.#loopDelay = registry.histogram(name('loop_delay_seconds'));
    registry.gauge(name('heap_limit_bytes')).set(probes.heap().limitBytes);
    const descriptors = probes.descriptorLimit();
    registry.gauge(name('descriptor_limit')).set(Number.isFinite(descriptors) ? descriptors : 0);
    const gc = registry.histogram(name('gc_pause_seconds'));
    this.#stopWatchingCollections = probes.onCollection((pauseMs) => gc.record(pauseMs * 1e6));
    this.#probeLoop();
  }

  /** Asks how late the loop is, again and again. */
  #probeLoop(): void {
    const startedAt = this.#probes.nowMs();
    const waitMs = LOOP_PROBE_MS[this.#busy ? 'busy' : 'idle'];
    this.#probe = setTimeout(() => {
      const lateMs = Math.max(0, this.#probes.nowMs() - startedAt - waitMs);
      this.#loopDelay.record(lateMs * 1e6);
      this.onLate(lateMs);
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
    const probes = this.#probes;
    const now = probes.nowMs();
    const cpu = probes.cpuUsage();
    const seconds = (now - this.#cpuAt) / 1000;
    if (seconds > 0) {
      const used = (cpu.user - this.#cpu.user + cpu.system - this.#cpu.system) / 1e6;
      gauges.cpu.set(used / seconds);
      this.#busy = used / seconds > BUSY_CPU_RATIO;
      gauges.monitoring.set((this.#monitoringMs - this.#monitoringMark) / 1000 / seconds);
    }
    this.#cpuSeconds.setTotal((cpu.user + cpu.system) / 1e6);
    const resident = probes.residentBytes();
    if (resident !== null) gauges.resident.set(resident);
    gauges.heap.set(probes.heap().usedBytes);
    this.#cpu = cpu;
    this.#cpuAt = now;
    this.#monitoringMark = this.#monitoringMs;
  }

  /** Runs work that belongs to monitoring and books the CPU time of this thread meanwhile as such. */
  measure<Result>(work: () => Result): Result {
    const before = this.#probes.threadCpuUsage();
    try {
      return work();
    } finally {
      const { user, system } = this.#probes.threadCpuUsage();
      this.#monitoringMs += (user - before.user + system - before.system) / 1000;
    }
  }

  close(): void {
    if (this.#probe !== null) clearTimeout(this.#probe);
    this.#stopWatchingCollections();
  }
}

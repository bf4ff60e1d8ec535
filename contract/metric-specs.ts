/**
 * Writes metrics down in one line each, under the names that Prometheus wants, and lists those that every process has.
 * Used by manifests, and by main for its own metrics.
 */
import type { MetricSpec, MetricUnit } from './manifest.ts';
import { layoutOf } from './metric-frame.ts';

/** The ways to declare metrics of one process; see {@link metricSpecs}. */
export interface MetricSpecs {
  /** The full name of a metric: `signalbox_<id>_<suffix>`. */
  name(suffix: string): string;
  /** A figure that goes both ways. */
  gauge(suffix: string, help: string, unit?: MetricUnit): MetricSpec;
  /** A figure that only rises; `_total` is added to its name. */
  counter(suffix: string, help: string, unit?: MetricUnit): MetricSpec;
  /** Durations in seconds; `_seconds` is added to its name. */
  histogram(suffix: string, help: string): MetricSpec;
}

/** Declares metrics of the daemon `id`. The unit is `count` where none is given. */
export function metricSpecs(id: string): MetricSpecs {
  const name = (suffix: string) => `signalbox_${id}_${suffix}`;
  return {
    name,
    gauge: (suffix, help, unit = 'count') => ({ name: name(suffix), kind: 'gauge', unit, help }),
    counter: (suffix, help, unit = 'count') => ({
      name: name(`${suffix}_total`),
      kind: 'counter',
      unit,
      help,
    }),
    histogram: (suffix, help) => ({
      name: name(`${suffix}_seconds`),
      kind: 'histogram',
      unit: 'seconds',
      help,
    }),
  };
}

/** Metrics that every process has, main included; the daemon's own follow them in the catalog. */
export function processMetrics(id: string): readonly MetricSpec[] {
  const { gauge, counter, histogram } = metricSpecs(id);
  return [
    gauge('cpu_ratio', 'CPU used by the process, 1 is one core', 'ratio'),
    counter('cpu_seconds', 'CPU time used by the process', 'seconds'),
    gauge('resident_memory_bytes', 'Resident memory of the process', 'bytes'),
    gauge('heap_used_bytes', 'JavaScript heap in use', 'bytes'),
    gauge('heap_limit_bytes', 'JavaScript heap limit', 'bytes'),
    gauge('descriptor_limit', 'Files and sockets that the system lets the process open; 0: no limit'),
    histogram('loop_delay', 'How late the event loop runs a timer'),
    counter('loop_blocks', 'Times that the event loop stood still for more than 50 ms'),
    histogram('gc_pause', 'Garbage collection pauses'),
    gauge('monitoring_cpu_ratio', 'CPU spent on sampling and sending metrics, 1 is one core', 'ratio'),
    counter('monitoring_bytes', 'Metric and log bytes sent to windows and main', 'bytes'),
    gauge('monitoring_subscribers', 'Windows that receive frames now'),
    gauge('instruments', 'Queues, pools, caches and the like with metrics of their own now'),
    counter('instruments_refused', 'Instruments that got no metrics because a limit was reached'),
  ];
}

/** The full catalog of a process, in frame order. */
export function catalogOf(id: string, own: readonly MetricSpec[]): readonly MetricSpec[] {
  return [...processMetrics(id), ...own];
}

/** Where the figures of the process end in a frame and the daemon's own begin. */
export const OWN_METRICS_FROM = layoutOf(processMetrics('')).size;

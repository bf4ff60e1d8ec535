/**
 * Main measured like a daemon: its own metrics, log and stream hub, under the source id `main`. The control plane
 * makes one; windows see main's loop delay beside those of the daemons.
 */
import { MAIN_SOURCE } from '../../daemons/contract/control-api.ts';
import type { MetricSpec } from '../../daemons/contract/manifest.ts';
import type { MetricSummary } from '../../daemons/contract/metric-frame.ts';
import { Logger, type LogSink } from '../../daemons/runtime/logger.ts';
import { MetricRegistry } from '../../daemons/runtime/metric-registry.ts';
import { ProcessSampler } from '../../daemons/runtime/process-sampler.ts';
import { StreamHub } from '../../daemons/runtime/stream-hub.ts';

/** How often main sums itself up, in milliseconds; the same as every daemon. */
const SUMMARY_MS = 1_000;

/** Main's metrics beyond those of every process. */
export const MAIN_METRICS: readonly MetricSpec[] = [
  metric('requests_total', 'counter', 'count', 'Control requests answered'),
  metric('request_errors_total', 'counter', 'count', 'Control requests answered with an error'),
  {
    name: 'signalbox_main_request_seconds',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Time from a control request to its answer',
  },
  metric('clients', 'gauge', 'count', 'Windows, browsers and CLI clients that receive events'),
  metric('daemons_running', 'gauge', 'count', 'Daemons in state running'),
  metric('daemon_crashes_total', 'counter', 'count', 'Daemon processes that ended unasked'),
  metric('history_buffered', 'gauge', 'count', 'History entries that wait for the recorder'),
  metric('history_dropped_total', 'counter', 'count', 'History entries lost while the recorder was down'),
  metric('log_records_dropped_total', 'counter', 'count', 'Log records lost on their way to main'),
];

function metric(
  suffix: string,
  kind: MetricSpec['kind'],
  unit: MetricSpec['unit'],
  help: string,
): MetricSpec {
  return { name: `signalbox_main_${suffix}`, kind, unit, help };
}

export class MainTelemetry {
  readonly registry = new MetricRegistry(MAIN_SOURCE, MAIN_METRICS);
  readonly logger: Logger;
  readonly hub: StreamHub;
  readonly requests = this.registry.counter('signalbox_main_requests_total');
  readonly requestErrors = this.registry.counter('signalbox_main_request_errors_total');
  readonly requestSeconds = this.registry.histogram('signalbox_main_request_seconds');
  readonly crashes = this.registry.counter('signalbox_main_daemon_crashes_total');
  readonly #sampler = new ProcessSampler(MAIN_SOURCE, this.registry);
  readonly #timer: NodeJS.Timeout;

  /** Logs to `logFile` too; `onSummary` is called once a second with values that stay as they are. */
  constructor(logFile: LogSink, onSummary: (summary: MetricSummary) => void) {
    this.logger = new Logger(process.env.SIGNALBOX_LOG_LEVEL === 'debug' ? 'debug' : 'info');
    this.logger.addSink(logFile);
    this.hub = new StreamHub({
      source: MAIN_SOURCE,
      instance: 1,
      registry: this.registry,
      sampler: this.#sampler,
      logger: this.logger,
    });
    this.#timer = setInterval(() => onSummary(this.summarise()), SUMMARY_MS);
    this.#timer.unref();
  }

  /** Takes figures that are kept elsewhere over before every sample; `read` names them without their prefix. */
  observe(read: () => Readonly<Record<string, number>>): void {
    const { values, layout } = this.registry;
    this.registry.onSample(() => {
      for (const [name, value] of Object.entries(read()))
        values[layout.slot(`signalbox_main_${name}`)] = value;
    });
  }

  /** One second of main's metrics. */
  summarise(): MetricSummary {
    const summary = this.#sampler.summarise();
    return { ...summary, values: summary.values.slice() };
  }

  close(): void {
    clearInterval(this.#timer);
    this.hub.close();
    this.#sampler.close();
    this.logger.close();
  }
}

/**
 * Main measured like a daemon: its own metrics, log and stream hub, under the source id `main`. The control plane
 * makes one; windows see main's loop delay beside those of the daemons.
 */

import { MAIN_SOURCE } from '../../contract/control/host.ts';
import type { MetricSummary } from '../../contract/link/metric-summary.ts';
import type { LoopBlock } from '../../contract/loop-block.ts';
import type { MetricSpec } from '../../contract/manifest.ts';
import { metricSpecs } from '../../contract/metric-specs.ts';
import type { LogFileSink } from '../../daemons/runtime/telemetry/log-file.ts';
import { Logger } from '../../daemons/runtime/telemetry/logger.ts';
import { LoopWatch, loopWatchWanted } from '../../daemons/runtime/telemetry/loop-watch.ts';
import { MetricRegistry } from '../../daemons/runtime/telemetry/metric-registry.ts';
import { ProcessSampler } from '../../daemons/runtime/telemetry/process-sampler.ts';
import { instrumentQueue } from '../../daemons/runtime/telemetry/queue-instrument.ts';
import { StreamHub } from '../../daemons/runtime/telemetry/stream-hub.ts';

/** How often main sums itself up, in milliseconds; the same as every daemon. */
const SUMMARY_MS = 1_000;

const { name, gauge, counter, histogram } = metricSpecs(MAIN_SOURCE);

/** Main's metrics beyond those of every process. */
export const MAIN_METRICS: readonly MetricSpec[] = [
  counter('requests', 'Control requests answered'),
  counter('request_errors', 'Control requests answered with an error'),
  histogram('request', 'Time from a control request to its answer'),
  gauge('clients', 'Windows, browsers and CLI clients that receive events'),
  gauge('daemons_running', 'Daemons in state running'),
  counter('daemon_crashes', 'Daemon processes that ended unasked'),
  gauge('history_buffered', 'History entries that wait for the recorder while it is down'),
  counter('history_dropped', 'History entries lost while the recorder was down'),
  counter('log_records_dropped', 'Log records lost on their way to main'),
];

/** Main's own metrics, log and windows. */
export class MainTelemetry {
  readonly registry = new MetricRegistry(MAIN_SOURCE, MAIN_METRICS, (event, message) =>
    this.logger.log('warn', 'metrics', event, message),
  );
  readonly logger: Logger;
  readonly hub: StreamHub;
  readonly requests = this.registry.counter(name('requests_total'));
  readonly requestErrors = this.registry.counter(name('request_errors_total'));
  readonly requestSeconds = this.registry.histogram(name('request_seconds'));
  readonly crashes = this.registry.counter(name('daemon_crashes_total'));
  readonly #sampler = new ProcessSampler(MAIN_SOURCE, this.registry);
  readonly #timer: NodeJS.Timeout;
  #loopWatch: LoopWatch | null = null;

  /** Logs to `logFile` too; `onSummary` is called once a second with values that stay as they are. */
  constructor(logFile: LogFileSink, onSummary: (summary: MetricSummary) => void) {
    this.logger = new Logger(process.env.SIGNALBOX_LOG_LEVEL === 'debug' ? 'debug' : 'info');
    this.logger.addSink(logFile);
    instrumentQueue(this.registry, 'log file bytes', () => logFile.queue, 'second');
    this.hub = new StreamHub({
      source: MAIN_SOURCE,
      instance: 1,
      registry: this.registry,
      sampler: this.#sampler,
      logger: this.logger,
      tables: {},
    });
    this.#timer = setInterval(() => onSummary(this.summarise()), SUMMARY_MS);
    this.#timer.unref();
  }

  /** Takes figures that are kept elsewhere over before every sample; `read` names them without their prefix. */
  observe(read: () => Readonly<Record<string, number>>): void {
    const { registry } = this;
    const setters = new Map<string, (value: number) => void>();
    const setterOf = (suffix: string): ((value: number) => void) => {
      const full = name(suffix);
      if (registry.layout.spec(full)?.kind === 'counter') {
        const counter = registry.counter(full);
        return (total) => counter.setTotal(total);
      }
      const gauge = registry.gauge(full);
      return (value) => gauge.set(value);
    };
    registry.onSample(() => {
      for (const [suffix, value] of Object.entries(read())) {
        let set = setters.get(suffix);
        if (set === undefined) {
          set = setterOf(suffix);
          setters.set(suffix, set);
        }
        set(value);
      }
    });
  }

  /** Tells from here on what keeps main's loop, in the log and to `onBlock`; nothing where the operator does not want it. */
  watchLoop(onBlock: (block: LoopBlock) => void): void {
    if (!loopWatchWanted() || this.#loopWatch !== null) return;
    const blocks = this.registry.counter(name('loop_blocks_total'));
    const watch = new LoopWatch({ log: this.logger.child('loop'), blocks, onBlock });
    this.#loopWatch = watch;
    this.#sampler.onLate = (ms) => watch.timerLate(ms);
    watch.start();
  }

  /** One second of main's metrics. */
  summarise(): MetricSummary {
    const summary = this.#sampler.summarise();
    this.hub.secondEnded();
    return { ...summary, values: summary.values.slice() };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#loopWatch?.close();
    this.hub.close();
    this.#sampler.close();
    this.logger.close();
  }
}

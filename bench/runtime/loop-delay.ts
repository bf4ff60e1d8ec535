/** Measures how late the event loop of this process is, from one request to the next. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What was measured, in milliseconds. */
export interface LoopDelay {
  readonly p99: number;
  readonly max: number;
}

const histogram = monitorEventLoopDelay({ resolution: 1 });

export function startMeasuring(): void {
  histogram.reset();
  histogram.enable();
}

export function stopMeasuring(): LoopDelay {
  histogram.disable();
  return { p99: histogram.percentile(99) / 1e6, max: histogram.max / 1e6 };
}

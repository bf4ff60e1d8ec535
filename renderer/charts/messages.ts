/** What charts say. */
import { formatDateTime } from '../format/times.ts';

export const messages = {
  /** Text alternative of a chart: its title, and the newest value of each line. */
  chartLabel: (title: string, values: string) =>
    values === '' ? `Chart: ${title}` : `Chart: ${title}. ${values}`,
  /** How many values a second the percentiles of a chart stand for. */
  values: (rate: string) => `${rate} measured`,
  /** How long the steps of a chart are. */
  resolution: (step: string) => `${step} a point`,
  /** The time under the cursor. */
  at: (ms: number) => formatDateTime(ms),
  runtime: {
    loop: 'Event loop delay',
    cpu: 'CPU',
    memory: 'Memory',
    gc: 'Garbage collection pauses',
    watching: 'Monitoring data',
  },
};

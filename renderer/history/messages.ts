/** What the History page says. */
import { amountOf } from '../format/plural.ts';

export const messages = {
  title: 'History',
  source: 'Process',
  metrics: 'Metrics',
  chooseMetrics: (count: number) => `Metrics (${count})`,
  metricsHint: 'Each metric gets a chart of its own.',
  filterMetrics: 'Filter metrics',
  most: (limit: number) => `At most ${amountOf(limit, 'metric')} are shown at once.`,
  range: 'Range',
  ranges: { '5m': 'Live 5 min', '1h': '1 h', '24h': '24 h', '7d': '7 d', '30d': '30 d' } as Readonly<
    Record<string, string>
  >,
  absolute: 'Absolute range',
  from: 'From',
  to: 'To',
  apply: 'Apply',
  reset: 'Reset zoom',
  zoomHint: 'Drag over a chart to zoom in, double-click to go back.',
  loading: 'Reading history…',
  step: (text: string) => `One point every ${text}.`,
  nothing: 'Nothing was recorded in this range',
  nothingHint: 'The process did not run then, or the range is older than what is kept: 30 days.',
  noMetrics: 'No metric is chosen',
  noMetricsHint: 'Choose what to look at under Metrics.',
  pausedTitle: 'History cannot be read at present',
  failedTitle: 'History could not be read',
  retry: 'Try again',
  badRange: '“From” must be a time before “To”, such as 2026-11-20 14:03:22.',
};

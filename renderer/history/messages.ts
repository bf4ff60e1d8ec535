/** What charts of recorded figures say. */
import { amountOf } from '../format/plural.ts';

export const messages = {
  metrics: 'Metrics',
  chooseMetrics: (count: number) => (count === 0 ? 'Metrics' : `Metrics (${count})`),
  metricsHint: 'Each metric gets a chart of its own, in place of the usual ones.',
  allCharts: 'Show the usual charts',
  filterMetrics: 'Filter metrics',
  most: (limit: number) => `At most ${amountOf(limit, 'metric')} are shown at once.`,
  absolute: 'Absolute range',
  from: 'From',
  to: 'To',
  apply: 'Apply',
  around: 'Around',
  aroundForm: 'Around a moment',
  aroundHint: (clock: string, time: string) => `${clock} of the last 24 hours, or ${time}`,
  show: 'Show',
  badMoment: 'That is no time. Write it such as 14:03 or 2026-11-20 14:03:22.',
  loading: 'Reading history…',
  nothing: 'Nothing was recorded in this range',
  nothingHint: 'The process did not run then, or the range is older than what is kept: 30 days.',
  complete: (id: string) => `${id} was recorded without a gap.`,
  noGap: 'Recorded without a gap',
  gapCount: (count: number, total: string) => `${amountOf(count, 'gap')} in the record, ${total}`,
  gapsIn: (id: string, from: string, to: string) =>
    `The longest gap in what was recorded of ${id} is from ${from} to ${to}: it did not run then, or nothing was recorded.`,
  pausedTitle: 'History cannot be read at present',
  failedTitle: 'History could not be read',
  onlyLive: 'The charts show what this window has seen.',
  retry: 'Try again',
  badRange: '“From” must be a time before “To”, such as 14:03 or 2026-11-20 14:03:22.',
};

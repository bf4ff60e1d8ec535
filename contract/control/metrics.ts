/** The figures of now. */
import { z } from 'zod';
import type { Catalog } from '../link/catalog.ts';
import type { MetricReading } from '../metric-frame.ts';
import { source } from './arguments.ts';
import { defineRequest, resultType } from './request.ts';

export const metricsRequests = {
  'metrics.latest': defineRequest({
    summary: 'The newest figures of a daemon, or of `main`, by name; histograms as percentiles.',
    access: 'read',
    danger: null,
    audited: false,
    unrecorded: 'run',
    args: z.object({ source }),
    result: resultType<{
      readonly time: number;
      /** What is measured, and in which unit. */
      readonly catalog: Catalog;
      readonly metrics: Readonly<Record<string, MetricReading>>;
    }>(),
    errors: ['unknown_daemon', 'not_running'],
    example: { source: 'main' },
  }),
  /** Until it says `follow: false` or the connection closes. */
  'metrics.follow': defineRequest({
    summary:
      'Sends the figures of every process to this connection as events `metrics`, once a second each. Useful on a WebSocket only.',
    access: 'read',
    danger: null,
    audited: false,
    unrecorded: 'run',
    args: z.object({ follow: z.boolean().describe('False ends it') }),
    result: resultType<Record<string, never>>(),
    errors: [],
    example: { follow: true },
  }),
};

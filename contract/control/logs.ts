/** What processes have logged. */
import { z } from 'zod';
import { LOG_LEVELS, type SourcedLogRecord } from '../log-record.ts';
import { source } from './arguments.ts';
import { defineRequest, resultType } from './request.ts';

export const logsRequests = {
  'logs.query': defineRequest({
    summary: 'The newest log records, of one source or of all.',
    access: 'read',
    danger: null,
    audited: false,
    unrecorded: 'run',
    args: z.object({
      source: source.optional().describe('Id of a daemon, or `main`; all of them where it is left out'),
      minLevel: z.enum(LOG_LEVELS).optional().describe('Only records of this level and above'),
      limit: z.number().int().min(1).max(10_000).optional().describe('Most records'),
    }),
    result: resultType<{ readonly records: readonly SourcedLogRecord[] }>(),
    errors: ['unknown_daemon'],
    example: { source: 'main', minLevel: 'warn', limit: 20 },
  }),
  /** Until it says `follow: false` or the connection closes. */
  'logs.follow': defineRequest({
    summary: 'Sends the log records of a source to this connection as events. Useful on a WebSocket only.',
    access: 'read',
    danger: null,
    audited: false,
    unrecorded: 'run',
    args: z.object({ source, follow: z.boolean().describe('False ends it') }),
    result: resultType<Record<string, never>>(),
    errors: ['unknown_daemon'],
    example: { source: 'main', follow: true },
  }),
};

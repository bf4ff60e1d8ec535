/** Long work of daemons. How far it is comes as events; what goes on already is asked for. */
import { z } from 'zod';
import type { SourcedTask } from '../link/tasks.ts';
import { daemonId } from './arguments.ts';
import { defineRequest, resultType } from './request.ts';

export const taskRequests = {
  'task.list': defineRequest({
    summary:
      'The long work that goes on in daemons, such as copying the database. What follows comes as events `task`.',
    access: 'read',
    danger: null,
    audited: false,
    unrecorded: 'run',
    args: z.object({}),
    result: resultType<{ readonly tasks: readonly SourcedTask[] }>(),
    errors: [],
    example: {},
  }),
  'task.cancel': defineRequest({
    summary: 'Ends a task early; an event says when it has ended.',
    access: 'admin',
    danger: null,
    audited: true,
    sentence: 'end|ended task {id} of {source}',
    unrecorded: 'run',
    args: z.object({
      source: daemonId.describe('Id of the daemon that does it'),
      id: z.number().int().positive().describe('Of the task'),
    }),
    result: resultType<Record<string, never>>(),
    errors: ['not_found', 'refused'],
    example: { source: 'recorder', id: 1 },
  }),
};

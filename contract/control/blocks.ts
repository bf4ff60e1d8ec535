/** What kept the event loops of processes. What follows comes as events. */
import { z } from 'zod';
import type { SourcedLoopBlock } from '../loop-block.ts';
import { source } from './arguments.ts';
import { defineRequest, resultType } from './request.ts';

export const blockRequests = {
  'blocks.list': defineRequest({
    summary:
      'The newest blocks of event loops, oldest first: when one stood still for more than 50 ms, for how long, by which command or request, for whom and where in the program. What follows comes as events `block`.',
    access: 'read',
    danger: null,
    audited: false,
    unrecorded: 'run',
    args: z.object({
      source: source.optional().describe('Id of a daemon, or `main`; all of them where it is left out'),
    }),
    result: resultType<{ readonly blocks: readonly SourcedLoopBlock[] }>(),
    errors: ['unknown_daemon'],
    example: { source: 'main' },
  }),
};

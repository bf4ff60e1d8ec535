/**
 * Starting and stopping daemons. That is the work of an operator: whoever is on duty when a daemon hangs has to be able to
 * bring it back, nothing of its settings changes, and it can be undone.
 */
import { z } from 'zod';
import type { ErrorCode } from '../errors.ts';
import type { DaemonSnapshot } from '../states.ts';
import { confirmed, daemonId } from './arguments.ts';
import { defineRequest, resultType } from './request.ts';

const ENDING: readonly ErrorCode[] = ['unknown_daemon', 'busy', 'confirmation_required'];

export const lifecycleRequests = {
  'daemon.start': defineRequest({
    summary: 'Starts a daemon and what it depends on; answers when it runs, or why it does not.',
    access: 'operate',
    danger: null,
    audited: true,
    sentence: 'start|started {id}',
    unrecorded: 'run',
    args: z.object({ id: daemonId }),
    result: resultType<DaemonSnapshot>(),
    errors: [
      'unknown_daemon',
      'already_running',
      'busy',
      'init_failed',
      'address_in_use',
      'config_invalid',
      'config_unreadable',
      'crashed',
      'timeout',
      'cancelled',
    ],
    example: { id: 'relay' },
  }),
  'daemon.stop': defineRequest({
    summary: 'Drains a daemon and ends its process; answers when it is gone.',
    access: 'operate',
    danger: 'Disconnects whoever uses the daemon: needs `confirmed` where that is anybody.',
    audited: true,
    sentence: 'stop|stopped {id}',
    unrecorded: 'run',
    args: z.object({ id: daemonId, confirmed }),
    result: resultType<DaemonSnapshot>(),
    errors: ENDING,
    example: { id: 'relay', confirmed: true },
  }),
  'daemon.restart': defineRequest({
    summary: 'Stops and starts a daemon.',
    access: 'operate',
    danger: 'Disconnects whoever uses the daemon: needs `confirmed` where that is anybody.',
    audited: true,
    sentence: 'restart|restarted {id}',
    unrecorded: 'refuse',
    args: z.object({ id: daemonId, confirmed }),
    result: resultType<DaemonSnapshot>(),
    errors: [...ENDING, 'init_failed', 'address_in_use', 'config_invalid', 'crashed', 'timeout'],
    example: { id: 'ircd', confirmed: true },
  }),
  'daemon.stopImpact': defineRequest({
    summary: 'What stopping a daemon would do, in words; `text` is null where it would disturb nobody.',
    access: 'operate',
    danger: null,
    audited: false,
    unrecorded: 'run',
    args: z.object({ id: daemonId }),
    result: resultType<{ readonly text: string | null }>(),
    errors: ['unknown_daemon'],
    example: { id: 'ircd' },
  }),
};

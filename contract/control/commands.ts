/** The admin commands of daemons, which their manifests declare. What each needs stands there too. */
import { z } from 'zod';
import { confirmed, daemonId } from './arguments.ts';
import { defineRequest, resultType } from './request.ts';

/** Result of an admin command, with what it took. */
export interface CommandResult {
  readonly result: unknown;
  readonly durationMs: number;
}

const call = {
  daemon: daemonId,
  command: z.string().min(1).max(64).describe('Name of a command of that daemon'),
  args: z.record(z.string(), z.unknown()).describe('Arguments of the command'),
};

export const commandRequests = {
  'command.run': defineRequest({
    summary:
      'Runs an admin command. The reference of each daemon has its commands with their arguments, results and danger.',
    access: 'command',
    danger: 'That of the command: `disruptive` and `irreversible` ones need `confirmed`.',
    audited: true,
    unrecorded: 'command',
    args: z.object({
      ...call,
      confirmed,
      ticket: z
        .string()
        .max(64)
        .optional()
        .describe('Lets `command.cancel` name it; chosen by the caller, unique a connection'),
    }),
    result: resultType<CommandResult>(),
    errors: [
      'unknown_daemon',
      'unknown_command',
      'renamed_command',
      'confirmation_required',
      'not_running',
      'not_found',
      'conflict',
      'refused',
      'timeout',
      'cancelled',
      'crashed',
    ],
    example: { daemon: 'ircd', command: 'clients', args: {} },
  }),
  'command.cancel': defineRequest({
    summary:
      'Cancels a command of this connection by its ticket. Over HTTP every request is a connection of its own.',
    access: 'read',
    danger: null,
    audited: false,
    unrecorded: 'run',
    args: z.object({ ticket: z.string().max(64).describe('Of a command under way') }),
    result: resultType<{ readonly cancelled: boolean }>(),
    errors: [],
    example: { ticket: 'mine' },
  }),
  'command.impact': defineRequest({
    summary: 'What a command would do to users, in words; `text` is null where it would disturb nobody.',
    access: 'command',
    danger: null,
    audited: false,
    unrecorded: 'run',
    args: z.object(call),
    result: resultType<{ readonly text: string | null }>(),
    errors: [
      'unknown_daemon',
      'unknown_command',
      'renamed_command',
      'not_running',
      'not_found',
      'refused',
      'timeout',
    ],
    example: { daemon: 'ircd', command: 'broadcast', args: { text: 'Hello' } },
  }),
};

/**
 * The audit trail. Reading it is for operators, who hand work over to each other by it: it names people, addresses and
 * what was said of them.
 */
import { z } from 'zod';
import type { WorkTiming } from '../work-timing.ts';
import { time } from './arguments.ts';
import { defineRequest, resultType } from './request.ts';

/** One line of the audit trail. */
export interface AuditEntry {
  readonly id: number;
  readonly time: number;
  readonly actor: string;
  /** An `ActorOrigin`, or the id of the daemon on which an operator acted. */
  readonly from: string;
  /** Such as `daemon.start` or `command`. */
  readonly action: string;
  /** Daemon id, empty where none is meant. */
  readonly target: string;
  /** Command name, empty for lifecycle actions. */
  readonly command: string;
  /** Arguments with secrets masked. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly ok: boolean;
  /** Error code and message, or a short form of the result. */
  readonly outcome: string;
  readonly durationMs: number;
  /** Metrics that the command declares as effects: before and after. */
  readonly effects: readonly { readonly metric: string; readonly before: number; readonly after: number }[];
  /** Of a slow one: its time in queue and in work, and what was ahead of it. The log has it as `slow_command`. */
  readonly timing?: WorkTiming | undefined;
  /** Names the action wherever it appears again, such as with the effects that were measured later; older entries have none. */
  readonly key?: string;
}

export const auditRequests = {
  'audit.query': defineRequest({
    summary: 'The audit trail, newest first; `before` is the id of the last entry of the page before.',
    access: 'operate',
    danger: null,
    audited: false,
    unrecorded: 'run',
    args: z.object({
      before: z.number().int().positive().optional().describe('Only entries with a smaller id'),
      target: z.string().max(64).optional().describe('Only what was done to this daemon'),
      actor: z
        .string()
        .max(128)
        .optional()
        .describe(
          'Only what somebody did whose name holds this, upper and lower case alike for ASCII letters',
        ),
      ok: z.boolean().optional().describe('Only what went well, or only what failed'),
      since: time.optional().describe('Unix milliseconds: only entries of this time and later'),
      until: time.optional().describe('Unix milliseconds: only entries of before this time'),
      text: z.string().max(200).optional().describe('Only entries that hold this text'),
      reads: z
        .boolean()
        .optional()
        .describe('Whether commands that only read are among them; they are unless this is false'),
      limit: z.number().int().min(1).max(1_000).optional().describe('Most entries'),
    }),
    result: resultType<{ readonly entries: readonly AuditEntry[]; readonly more: boolean }>(),
    errors: ['history_paused', 'timeout'],
    example: { target: 'ircd', limit: 20 },
  }),
};

/**
 * What happened to daemons and what people did, for a strip above charts: starts, stops, crashes, what manifests have marked of
 * logs, reloads and actions of the audit trail, summed up over a time. Who may not read the audit trail is told of states alone.
 */
import { z } from 'zod';
import { isLoggedMarkKind, LOGGED_MARK_KINDS } from '../logged-mark.ts';
import { time } from './arguments.ts';
import { defineRequest, resultType } from './request.ts';

/** What a mark is of, the gravest first. `action` is what the audit trail has, reloads of the configuration apart. */
export const MARK_KINDS = [
  'crash',
  'failed',
  ...LOGGED_MARK_KINDS,
  'stop',
  'start',
  'reload',
  'action',
] as const;
/** One of {@link MARK_KINDS}. */
export type MarkKind = (typeof MARK_KINDS)[number];

/** The mark that a state leaves when it is entered; others are on the way to one of these. */
const STATE_MARKS: ReadonlyMap<string, MarkKind> = new Map([
  ['running', 'start'],
  ['stopped', 'stop'],
  ['crashed', 'crash'],
  ['failed', 'failed'],
]);

/** Of starts and stops of the system states tell already. */
const LIFECYCLE = /^daemon\.(start|stop|restart)$/;

/** What the audit trail says of an action that may leave a mark. */
export interface MarkedAction {
  readonly actor: string;
  /** Where it came from; `system` for what nobody asked for. */
  readonly origin: string;
  readonly action: string;
  /** Empty for an action that is no command of a daemon. */
  readonly command: string;
  readonly ok: boolean;
}

/** The mark of a state, or of what is kept among states; undefined where it leaves none. */
export function markOfState(state: string): MarkKind | undefined {
  return isLoggedMarkKind(state) ? state : STATE_MARKS.get(state);
}

/** The mark of an action with who did what, and that it failed where it did; null where a state tells of it. */
export function markOfAction(done: MarkedAction): Pick<HistoryMark, 'kind' | 'text'> | null {
  const { actor, origin, action, command, ok } = done;
  if (origin === 'system' && LIFECYCLE.test(action)) return null;
  return {
    kind: action === 'config.reload' ? 'reload' : 'action',
    text: `${actor}: ${command === '' ? action : command}${ok ? '' : ' (failed)'}`,
  };
}

/** Something that happened, or several things of one kind that happened close together. */
export interface HistoryMark {
  readonly kind: MarkKind;
  /** Of the first, Unix milliseconds. */
  readonly time: number;
  /** Of the last, Unix milliseconds. */
  readonly until: number;
  readonly count: number;
  /** The daemon that it is about; of several the last one, and empty where it is about none. */
  readonly daemon: string;
  /** Of the last: the cause of a crash, or who did what and whether it went well. Empty where there is nothing to say. */
  readonly text: string;
}

/** Answer to `marks.query`. */
export interface HistoryMarks {
  /** In order of time. */
  readonly marks: readonly HistoryMark[];
  /** Whether the audit trail is among them. */
  readonly actions: boolean;
}

/** Most stretches that a time is divided into, with one mark a kind in each. */
export const MARK_BUCKETS = 240;

/** Arguments of `marks.query`. */
export const marksArgs = z.object({
  daemon: z.string().max(64).optional().describe('Only what is about this daemon'),
  from: time.describe('Unix milliseconds'),
  to: time.describe('Unix milliseconds; that moment is part of it'),
  buckets: z
    .number()
    .int()
    .min(1)
    .max(MARK_BUCKETS)
    .optional()
    .describe(
      'Into how many stretches the time is divided; what is of one kind and in one stretch is one mark',
    ),
});

export const marksRequests = {
  'marks.query': defineRequest({
    summary:
      'What happened over a time, summed up: starts, stops, crashes, failures, what daemons have marked of their logs and, for who may read the audit trail, reloads and actions that change something. What follows comes as events `daemon`, `mark` and `audit`.',
    access: 'read',
    danger: null,
    audited: false,
    unrecorded: 'run',
    args: marksArgs,
    result: resultType<HistoryMarks>(),
    errors: ['history_paused', 'timeout'],
    example: { from: 1_700_000_000_000, to: 1_700_003_600_000 },
  }),
};

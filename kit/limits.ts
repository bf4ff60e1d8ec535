/** Limits of the parts that every process and the window share, in one table with their reasons. */
import type { Limit } from '../contract/limit.ts';

export const limits = {
  clockStepSeconds: {
    default: 60,
    unit: 'seconds',
    reason:
      'A clock that differs by more than this from the time that has passed was set; below it, it was adjusted.',
  },
  clockBelieveSeconds: {
    default: 600,
    unit: 'seconds',
    reason:
      'A clock that was set is believed after this: one that is wrong for seconds or minutes labels nothing.',
  },
} as const satisfies Record<string, Limit>;

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
  byteWindowBytes: {
    default: 1_048_576,
    unit: 'bytes',
    reason:
      'Bytes of a file under way to one end of a channel before that has taken them over: enough for a fast link, little for a process.',
  },
  byteChunkBytes: {
    default: 65_536,
    unit: 'bytes',
    reason: 'Longest piece of a file in one message, so that others have their turn in between.',
  },
} as const satisfies Record<string, Limit>;

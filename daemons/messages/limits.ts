/** Every limit of the keeper of messages in one table: what it is by default and why. How much is kept is a setting of the IRC server. */
import type { Limit } from '../../contract/limit.ts';

export const limits = {
  busyTimeoutMs: {
    default: 2_000,
    unit: 'milliseconds',
    reason: 'How long a write waits for another program that has the file locked.',
  },
  databaseCacheBytes: {
    default: 8_388_608,
    unit: 'bytes',
    reason:
      'Pages of the database in memory: those of the messages that came last, and of the indexes above all.',
  },
  logPages: {
    default: 1_000,
    unit: 'count',
    reason: 'Pages in the log of the database before they are put into the file itself: 4 MB.',
  },
  trimmedRows: {
    default: 500,
    unit: 'count',
    reason:
      'Messages that are deleted in one go, as they are too old or too many: a few milliseconds, and questions are answered in between.',
  },
  trimmedScopes: {
    default: 500,
    unit: 'count',
    reason: 'Channels with a time of their own that are looked at in one go: a few milliseconds.',
  },
  trimMs: {
    default: 10_000,
    unit: 'milliseconds',
    reason: 'Between two looks for what is too old, and for room that can be given back to the disk.',
  },
  vacuumedPages: {
    default: 256,
    unit: 'count',
    reason: 'Pages that are given back to the disk with each look: 1 MB, some milliseconds.',
  },
} as const satisfies Record<string, Limit>;

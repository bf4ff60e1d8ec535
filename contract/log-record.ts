/** What a log record is, from the daemon that writes it to the window that shows it. */
import { z } from 'zod';
import type { MessageOf } from './read-only.ts';

/** Log levels in rising order of severity. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
/** One of {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];

export const logRecordSchema = z.object({
  /** Rises by one within a process. */
  seq: z.number().int().nonnegative(),
  /** Unix time in milliseconds. */
  time: z.number(),
  level: z.enum(LOG_LEVELS),
  /** The part of the daemon that speaks, such as `listener`. */
  subsystem: z.string().max(64),
  /** Stable snake_case name of what happened, such as `client_killed`. */
  event: z.string().max(64),
  message: z.string().max(4096),
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
});

/** One structured log record, redacted where it was written. */
export type LogRecord = MessageOf<typeof logRecordSchema>;

/** A record with the process it came from. */
export interface SourcedLogRecord extends LogRecord {
  /** Daemon id, or `main`. */
  readonly source: string;
  /** Which process of that daemon: seq counts within it. */
  readonly instance: number;
}

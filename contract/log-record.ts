/** What a log record is, from the daemon that writes it to the window that shows it. */
import { z } from 'zod';

/** Log levels in rising order of severity. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
/** One of {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One structured log record, redacted where it was written. */
export interface LogRecord {
  /** Rises by one within a process. */
  readonly seq: number;
  /** Unix time in milliseconds. */
  readonly time: number;
  readonly level: LogLevel;
  /** The part of the daemon that speaks, such as `listener`. */
  readonly subsystem: string;
  /** Stable snake_case name of what happened, such as `client_killed`. */
  readonly event: string;
  readonly message: string;
  readonly fields?: Readonly<Record<string, string | number | boolean | null>> | undefined;
}

/** A record with the process it came from. */
export interface SourcedLogRecord extends LogRecord {
  /** Daemon id, or `main`. */
  readonly source: string;
  /** Which process of that daemon: seq counts within it. */
  readonly instance: number;
}

export const logRecordSchema: z.ZodType<LogRecord> = z.object({
  seq: z.number().int().nonnegative(),
  time: z.number(),
  level: z.enum(LOG_LEVELS),
  subsystem: z.string().max(64),
  event: z.string().max(64),
  message: z.string().max(4096),
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
});

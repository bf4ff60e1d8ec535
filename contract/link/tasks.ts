/** Long work of a daemon, as it tells of it: how far it is, and whether it may be ended before. */
import { z } from 'zod';
import type { MessageOf } from '../read-only.ts';

/** Unique in one process. */
const taskId = z.number().int().positive();

export const taskSchema = z.strictObject({
  id: taskId,
  /** What is done, such as `Copying the database`. */
  title: z.string().min(1).max(128),
  /** Which part of it, in a word or two. */
  phase: z.string().max(64),
  done: z.number().nonnegative(),
  /** Where `done` goes; null while that is not known. It may change. */
  total: z.number().nonnegative().nullable(),
  cancellable: z.boolean(),
  /** How it ended; null while it goes on. Nothing follows an end. */
  end: z.enum(['done', 'failed', 'cancelled']).nullable(),
});

/** Long work under way, or just ended. */
export type Task = MessageOf<typeof taskSchema>;

/** A task with the daemon that does it. */
export interface SourcedTask extends Task {
  readonly source: string;
}

export const taskReportSchema = z.strictObject({ type: z.literal('task'), task: taskSchema });

/** Somebody wants a task to end. One that has ended meanwhile is no mistake. */
export const taskCancelSchema = z.strictObject({ type: z.literal('task-cancel'), id: taskId });

/** Where the time of a slow action went, and what was before it. */
import { z } from 'zod';
import type { MessageOf } from './read-only.ts';

/** Most names of what was ahead; the others are left out. */
export const AHEAD_NAMES = 5;

export const aheadSchema = z
  .array(z.strictObject({ name: z.string().max(64), count: z.number().int().positive() }))
  .max(AHEAD_NAMES);

/** Commands, requests, queries and frames that were served or waited before something, by name. */
export type Ahead = MessageOf<typeof aheadSchema>;

export const workTimingSchema = z.strictObject({
  /** Milliseconds in which it waited for its turn: behind others, or on its way to a process that was busy. */
  queueMs: z.number().nonnegative(),
  /** Milliseconds from its turn on, with what it waited for itself, such as a disk. */
  workMs: z.number().nonnegative(),
  ahead: aheadSchema,
});

/** Time in queue, time in work, and what was ahead. */
export type WorkTiming = MessageOf<typeof workTimingSchema>;

/** A timing in words, for the log and for people: `1.2 s in queue behind history x 3, 30 ms in work`. */
export function timingText({ queueMs, workMs, ahead }: WorkTiming): string {
  const names = ahead.map(({ name, count }) => (count === 1 ? name : `${name} x ${count}`));
  const behind = names.length === 0 ? '' : ` behind ${names.join(', ')}`;
  return `${inWords(queueMs)} in queue${behind}, ${inWords(workMs)} in work`;
}

function inWords(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

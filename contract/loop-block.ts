/** What is told of an event loop that stood still: from the process that it happened in to whoever reads of it. */
import { z } from 'zod';
import type { MessageOf } from './read-only.ts';

export const loopBlockSchema = z.strictObject({
  /** When it began, Unix time in milliseconds. */
  time: z.number().nonnegative(),
  durationMs: z.number().nonnegative(),
  /** The command, frame, query or request that was worked on; empty where nothing said so. */
  work: z.string().max(64),
  /** For whom: the number of a connection, or the name of a caller; empty where it was for nobody. */
  connection: z.string().max(128),
  /** Where in the program, innermost first; empty where the block was over before it could be asked. */
  frames: z.array(z.string().max(200)).max(32),
  /**
   * Share of the time after the question in which the process used a core, from 0 up: near 0 it was kept from running, by the
   * machine or by a call that waits. Null where nothing was measured.
   */
  ranShare: z.number().nonnegative().nullable(),
  /** Blocks before it that were counted and not told, because they came too fast. */
  untold: z.number().int().nonnegative(),
});

/** One block of an event loop. */
export type LoopBlock = MessageOf<typeof loopBlockSchema>;

/** A block with the process that it happened in: a daemon, or `main`. */
export interface SourcedLoopBlock extends LoopBlock {
  readonly source: string;
}

export const loopBlockReportSchema = z.strictObject({
  type: z.literal('loop-block'),
  block: loopBlockSchema,
});

/** What a reload left to be said, out of main's answer to a daemon that asked for it. Called by REHASH and `rehash`. */
import { z } from 'zod';

const answer = z.object({ daemons: z.array(z.object({ warnings: z.array(z.string()) })) });

/** The warnings of all daemons; none where the answer has another shape, as that of a server that stands alone. */
export function reloadWarnings(result: unknown): readonly string[] {
  const parsed = answer.safeParse(result);
  return parsed.success ? parsed.data.daemons.flatMap(({ warnings }) => warnings) : [];
}

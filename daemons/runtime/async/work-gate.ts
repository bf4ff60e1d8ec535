/**
 * Keeps the order of a crowd. While a message to a channel or room is on its way over several turns, whatever else goes
 * to that crowd waits at its gate in the order in which it came, so that every receiver sees the same order. A gate
 * costs two fields, and one comparison where nobody waits.
 */
import type { WorkAccount } from './work-account.ts';

/** The gate of one crowd. Entered and left through `WorkTurns`, which resumes those who wait. */
export class WorkGate {
  /** Whose message is on its way, or whose turn it is next; null when the gate stands open. */
  holder: WorkAccount | null = null;
  readonly waiting: WorkAccount[] = [];
}

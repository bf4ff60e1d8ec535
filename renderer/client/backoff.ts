/** How long a client waits before it tries again, for the control connection and for streams. */

const FIRST_MS = 250;
const MOST_MS = 10_000;

/**
 * Delay in milliseconds before attempt `attempt` (0 is the first retry): doubles up to ten seconds, with jitter so
 * that many windows do not return in the same instant. `random` is in 0..1.
 */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.round(full * (0.5 + random * 0.5));
}

/**
 * Keeps V8's own threads behind the loop. They collect garbage and compile beside it, four of them on any machine; where they share its
 * core, the scheduler gives each of them turns of several milliseconds, and everybody who is served waits for all of them. Used when a
 * daemon process starts.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { limits } from '../limits.ts';

/** What Node calls those threads. In Electron 33 they have no name of their own and stay as they are. */
const NAME = 'V8Worker';
/** A niceness has no higher value. */
const NICEST = 19;

/**
 * Raises the niceness of V8's threads by `collectorNice`, on Linux, where a thread has one of its own. Where the system does not let
 * itself be asked (no `/proc`) nothing changes: that costs time, never correctness.
 * @returns how many threads there were
 */
export function stepBackCollectors(): number {
  if (process.platform !== 'linux') return 0;
  let found = 0;
  try {
    const nice = Math.min(NICEST, getPriority(0) + limits.collectorNice.default);
    for (const id of readdirSync('/proc/self/task')) {
      if (readFileSync(`/proc/self/task/${id}/comm`, 'latin1').trim() !== NAME) continue;
      setPriority(Number(id), nice);
      found++;
    }
  } catch {
    // A thread that has ended meanwhile, or a system that does not tell.
  }
  return found;
}

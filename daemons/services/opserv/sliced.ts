/** Work over many users in slices of the loop, so that whoever else waits is served in between. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../../kit/clock.ts';
import { loopTurn } from '../../runtime/async/loop-turn.ts';
import { limits } from '../limits.ts';

/** What is written and told at once where there is much of it: a millisecond or two of work, and one transaction. */
export const WRITTEN_AT_ONCE = 100;

/** Items between two looks at the clock. */
const LOOK_EVERY = 64;

/**
 * Visits items until there are none, or a visit answers false.
 * @param goesOn asked after each slice; nothing more is visited once it answers false
 * @returns whether all were visited that were to be
 */
export async function sliced<Item>(
  clock: Clock,
  items: Iterable<Item>,
  visit: (item: Item) => boolean,
  goesOn: () => boolean = () => true,
): Promise<boolean> {
  let until = clock.monotonic() + limits.turnMs.default;
  let seen = 0;
  for (const item of items) {
    if (!visit(item)) return true;
    if (++seen % LOOK_EVERY !== 0 || clock.monotonic() < until) continue;
    await nextTurn();
    loopTurn.enter();
    if (!goesOn()) return false;
    until = clock.monotonic() + limits.turnMs.default;
  }
  return true;
}

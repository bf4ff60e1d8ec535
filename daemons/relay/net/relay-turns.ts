/** How a relay shares its loop out. Used by relay-server.ts. */

import { countingWaits } from '../../runtime/async/counting-waits.ts';
import type { WorkAccount } from '../../runtime/async/work-account.ts';
import { WorkTurns, type WorkTurnsOptions } from '../../runtime/async/work-turns.ts';
import { limits } from '../../runtime/limits.ts';
import { FIXED_LIMITS } from '../limits.ts';
import type { TickFlusher } from './tick-flusher.ts';

/** How long turns and slices are, where a test wants other ones. */
export type TurnLengths = Pick<WorkTurnsOptions, 'turnMs' | 'sliceMs'>;

/** Work that yields where others may go first. */
export type Steps<Result> = Generator<null, Result, void>;

/**
 * The turns of a relay. What is ready to be written comes first in each, so that nobody waits for the work of others
 * with an answer that is there.
 * @param onError told of work that threw
 */
export function relayTurns(
  flusher: TickFlusher,
  onError: (error: unknown) => void,
  lengths: TurnLengths = {},
): WorkTurns {
  return new WorkTurns({
    turnMs: limits.workTurnMs.default - FIXED_LIMITS.flush_turn_ms.default,
    ...lengths,
    schedule: (work) => flusher.afterFlush(work),
    onError,
  });
}

/** Does work that walks through many, such as an operator's command, over as many turns as it takes. */
export function inTurns<Result>(
  turns: WorkTurns,
  account: WorkAccount,
  steps: Steps<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const counted = countingWaits(steps, turns.waitingWork());
    function* settled(): Generator<null, void, void> {
      try {
        resolve(yield* counted);
      } catch (error) {
        reject(error);
      }
    }
    turns.runSteps(account, settled());
  });
}

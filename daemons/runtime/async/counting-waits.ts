/**
 * Books on a command how long its steps wait for their turns, between two of them and before the first. Used where an
 * operator's command is done in turns with the work of clients.
 */
import { loopTurn } from './loop-turn.ts';

/**
 * The same steps; what is called right now is what they belong to.
 * @param ahead names of what waits already, read at once
 */
export function countingWaits<Yielded, Result>(
  steps: Generator<Yielded, Result, void>,
  ahead: Iterable<string>,
): Generator<Yielded, Result, void> {
  const { traced } = loopTurn;
  if (traced === null) return steps;
  const names = [...ahead];
  let stoppedAt = performance.now();
  const counted = function* (): Generator<Yielded, Result, void> {
    traced.waited(performance.now() - stoppedAt, names);
    for (;;) {
      const { done, value } = steps.next();
      if (done === true) return value;
      stoppedAt = performance.now();
      yield value;
      traced.waited(performance.now() - stoppedAt);
    }
  };
  return counted();
}

/** What a request waited for in a daemon, booked on the request of main that it was made for. Used by whoever asks daemons. */
import type { WorkTiming } from '../../contract/work-timing.ts';
import { loopTurn } from '../../daemons/runtime/async/loop-turn.ts';

/**
 * Called when a request is sent; the answer takes over what `daemon` says that it took. The rest of the time was spent on the
 * way, until the daemon came to it.
 */
export function tookThere(daemon: string): (timing: WorkTiming) => void {
  const { traced } = loopTurn;
  const sentAt = performance.now();
  return ({ workMs, ahead }) => {
    traced?.waited(performance.now() - sentAt - workMs);
    for (const { name, count } of ahead) traced?.behind(`${daemon} ${name}`, count);
  };
}

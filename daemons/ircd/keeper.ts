/** Who keeps channels beyond a crash, as actions see it. */
import type { WorkGate } from '../runtime/async/work-gate.ts';
import type { Channel } from './state/channel.ts';

/** Told of every channel that is other than before, in the turn in which it changes. */
export interface Keeper {
  /** Why the disk takes nothing now, so that a crash undoes what changes; null while it does. */
  readonly problem: string | null;
  /**
   * A channel is other than before, or will be when this turn is over; it may have ended.
   * @returns what is closed until that is on disk, to be waited for before anybody is told; null where nobody has to wait
   */
  changed(channel: Channel): WorkGate | null;
  /** A channel is called otherwise from now on, of which {@link changed} tells: there is none of that name any more. */
  ended(name: string): void;
}

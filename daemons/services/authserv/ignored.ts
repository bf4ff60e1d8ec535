/** Whom an owner wants to hear nothing of by way of bots. */
import { fold } from '../../irc/casemapping.ts';
import { compileMask } from '../../irc/mask.ts';

/** Whether one of some masks covers whoever somebody is: `nick!user@host`, or `*!*@address` of who is not on the network. */
export function ignores(masks: readonly string[], prefixes: readonly string[]): boolean {
  return masks.some((mask) => {
    const compiled = compileMask(mask);
    return prefixes.some((prefix) => compiled.matches(fold(prefix)));
  });
}

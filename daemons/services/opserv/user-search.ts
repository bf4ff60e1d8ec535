/** Users who meet criteria, looked through in slices; and what would become of them, counted before anything is done. */
import type { Clock } from '../../../kit/clock.ts';
import type { NetworkView } from '../network/network-view.ts';
import type { ViewUser } from '../network/view-parts.ts';
import { candidates, type Discriminator, meets, type UserFacts } from './discriminator.ts';
import { sliced } from './sliced.ts';

export interface SearchFacts extends Omit<UserFacts, 'view' | 'nowSeconds'> {
  readonly clock: Clock;
}

/**
 * Visits each user who meets it, until as many as its limit were met.
 * @param limit other than that of the discriminator: COUNT looks at all
 * @returns how many met it
 */
export async function search(
  facts: SearchFacts,
  view: NetworkView,
  discriminator: Discriminator,
  visit: (user: ViewUser) => void,
  { limit = discriminator.limit, goesOn = () => true }: { limit?: number; goesOn?: () => boolean } = {},
): Promise<number> {
  const { clock, levelOf, clonesOf } = facts;
  const about: UserFacts = { view, nowSeconds: Math.floor(clock.now() / 1_000), levelOf, clonesOf };
  let met = 0;
  await sliced(
    clock,
    candidates(discriminator, view),
    (user) => {
      // Bots are no users of the network.
      if (user.server === view.me || !meets(discriminator, user, about)) return true;
      met++;
      visit(user);
      return met < limit;
    },
    goesOn,
  );
  return met;
}

/** Who is covered by a `user@host` mask, or by `nick!user@host`. */
export async function covered(
  clock: Clock,
  view: NetworkView,
  covers: (user: ViewUser) => boolean,
  visit: (user: ViewUser) => void,
): Promise<void> {
  await sliced(clock, view.users.values(), (user) => {
    if (user.server !== view.me && covers(user)) visit(user);
    return true;
  });
}

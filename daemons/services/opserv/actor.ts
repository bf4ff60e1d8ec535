/** Who acts by OpServ, and whom they may act on: nobody of a lower level ever does something to somebody of a higher one. */
import type { ViewUser } from '../network/view-parts.ts';
import type { CloneWatch } from './clone-watch.ts';
import type { Trust } from './lists.ts';
import type { NetworkIndex } from './network-index.ts';

/** An operator, an administrator, or an alert that one of them has set. */
export interface Actor {
  /** Account, or who an administrator is: as it stands beside what they set. */
  readonly name: string;
  /** 0 to 1000; more than all for an administrator. */
  readonly level: number;
}

/** Why something is not done to somebody. */
export type Spared = 'service' | 'operator' | 'above' | 'trusted';

/** Whom else something may be done to. */
export interface Abuse {
  readonly opers: boolean;
  readonly trusted: boolean;
}

export const NO_ABUSE: Abuse = { opers: false, trusted: false };

export interface RankFacts {
  readonly levelOf: (user: ViewUser) => number;
  readonly clones: CloneWatch;
  readonly trusts: NetworkIndex<Trust>;
}

/** A bot, or another service that nobody kills. */
export function isService(user: ViewUser): boolean {
  return user.server.uplink === null || user.modes.includes('k');
}

/** Whether somebody's account is above an actor. */
export function isAbove({ levelOf }: RankFacts, { level }: Actor, user: ViewUser): boolean {
  return levelOf(user) > level;
}

/** Why an actor does nothing to somebody alone; null where they may. */
export function sparedUser(facts: RankFacts, actor: Actor, user: ViewUser, abuse: Abuse): Spared | null {
  if (isService(user)) return 'service';
  if (isAbove(facts, actor, user)) return 'above';
  return user.isOperator && !abuse.opers ? 'operator' : null;
}

/** The same where all are hit who come from the same address. */
export function sparedAddress(facts: RankFacts, actor: Actor, user: ViewUser, abuse: Abuse): Spared | null {
  const spared = sparedUser(facts, actor, user, abuse);
  if (spared !== null) return spared;
  for (const other of facts.clones.at(user)) {
    const why = sparedUser(facts, actor, other, abuse);
    if (why !== null) return why;
  }
  return !abuse.trusted && facts.trusts.of(user.addressGroups) !== null ? 'trusted' : null;
}

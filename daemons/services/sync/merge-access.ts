/**
 * Who has access to a channel, here and in Keycloak, against what both had when they were last the same: what either has changed since
 * then holds on both sides, and where both have, what Keycloak says. Whose the channel is, is said here.
 */

/** Levels from 1 to 500 by account, folded; the one at {@link OWNER_LEVEL} here owns the channel. */
export type Access = ReadonlyMap<string, number>;

/** A difference: the level that somebody shall have there; null for nothing. */
export interface AccessChange {
  readonly account: string;
  readonly level: number | null;
}

export interface MergedAccess {
  readonly merged: Access;
  /** What is to change in Keycloak. */
  readonly push: readonly AccessChange[];
  /** What is to change here. */
  readonly pull: readonly AccessChange[];
}

/** As X3 counts. */
export const OWNER_LEVEL = 500;

/** What the level of owners in Keycloak is here for whom the channel does not belong to. */
export const BELOW_OWNER = OWNER_LEVEL - 1;

/** Merges both. The level of owners is of one account here at most; in Keycloak it is but a high one. */
export function mergeAccess(base: Access, here: Access, there: Access): MergedAccess {
  const merged = new Map<string, number>();
  const push: AccessChange[] = [];
  const pull: AccessChange[] = [];
  for (const account of new Set([...here.keys(), ...there.keys()])) {
    const ours = here.get(account) ?? null;
    const theirs = there.get(account) ?? null;
    const before = base.get(account) ?? null;
    const level = settled(before, ours, theirs);
    if (level !== null) merged.set(account, level);
    // The level of owners stays there, unless the channel was theirs and is no more.
    const stays = level === BELOW_OWNER && theirs === OWNER_LEVEL && before !== OWNER_LEVEL;
    if (level !== theirs && !stays) push.push({ account, level });
    if (level !== ours) pull.push({ account, level });
  }
  return { merged, push, pull };
}

function settled(before: number | null, ours: number | null, theirs: number | null): number | null {
  if (ours === theirs || ours === OWNER_LEVEL) return ours;
  // Nobody becomes the owner elsewhere, nor was by that alone.
  const said = belowOwner(theirs);
  return said === belowOwner(before) ? ours : said;
}

function belowOwner(level: number | null): number | null {
  return level === null ? null : Math.min(level, BELOW_OWNER);
}

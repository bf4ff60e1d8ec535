/**
 * Who has access to a channel, here and in Keycloak, against what both had when they were last the same: what either has changed since
 * then holds on both sides, and where both have, what Keycloak says. Whose the channel is, is said here.
 */

/** What somebody has on a channel. */
export type Standing = 'founder' | 'op' | 'voice';

/** By account, folded. */
export type Access = ReadonlyMap<string, Standing>;

/** A difference: what somebody shall have there; null for nothing. */
export interface AccessChange {
  readonly account: string;
  readonly standing: Standing | null;
}

export interface MergedAccess {
  readonly merged: Access;
  /** What is to change in Keycloak. */
  readonly push: readonly AccessChange[];
  /** What is to change here. */
  readonly pull: readonly AccessChange[];
}

/** Merges both. `founder` is of one account here at most; in Keycloak it is but a high level. */
export function mergeAccess(base: Access, here: Access, there: Access): MergedAccess {
  const merged = new Map<string, Standing>();
  const push: AccessChange[] = [];
  const pull: AccessChange[] = [];
  for (const account of new Set([...here.keys(), ...there.keys()])) {
    const ours = here.get(account) ?? null;
    const theirs = there.get(account) ?? null;
    const before = base.get(account) ?? null;
    const standing = settled(before, ours, theirs);
    if (standing !== null) merged.set(account, standing);
    // A level above that of operators stays there, unless the channel was theirs and is no more.
    const above = standing === 'op' && theirs === 'founder' && before !== 'founder';
    if (standing !== theirs && !above) push.push({ account, standing });
    if (standing !== ours) pull.push({ account, standing });
  }
  return { merged, push, pull };
}

function settled(before: Standing | null, ours: Standing | null, theirs: Standing | null): Standing | null {
  if (ours === theirs || ours === 'founder') return ours;
  // Nobody becomes the founder elsewhere, nor was by that alone.
  const said = theirs === 'founder' ? 'op' : theirs;
  const was = before === 'founder' ? 'op' : before;
  return said === was ? ours : said;
}

/** As X3 counts. */
export const LEVELS: Readonly<Record<Standing, number>> = { founder: 500, op: 200, voice: 1 };

/** What a level of X3 is here. */
export function standingOf(level: number): Standing | null {
  if (level >= LEVELS.founder) return 'founder';
  if (level >= LEVELS.op) return 'op';
  return level >= LEVELS.voice ? 'voice' : null;
}

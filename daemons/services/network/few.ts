/**
 * A set of things of which there is mostly one: the channels of a user, the clients of an account. A set object for each of ten
 * thousands would be larger than what it holds. Used by the view of the network.
 */

/** None, the one, or all of them. */
export type Few<Thing extends object> = Thing | Set<Thing> | null;

/** With one more. What is given is not to be used any more. */
export function withOne<Thing extends object>(few: Few<Thing>, thing: Thing): Few<Thing> {
  if (few === null || few === thing) return thing;
  if (few instanceof Set) return few.add(thing);
  return new Set([few, thing]);
}

/** With one less. What is given is not to be used any more. */
export function withoutOne<Thing extends object>(few: Few<Thing>, thing: Thing): Few<Thing> {
  if (few === thing) return null;
  if (!(few instanceof Set)) return few;
  few.delete(thing);
  return few.size === 0 ? null : few;
}

/** The same as a set, which stands for it from here on. */
export function asSet<Thing extends object>(few: Few<Thing>): Set<Thing> | null {
  return few === null || few instanceof Set ? few : new Set([few]);
}

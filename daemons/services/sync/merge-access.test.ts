/** Whoever has access to a channel has it on both sides after they were compared, at the same level, and nobody by luck. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Access, type AccessChange, BELOW_OWNER, mergeAccess, OWNER_LEVEL } from './merge-access.ts';

const level = fc.constantFrom(1, 150, 200, 300, BELOW_OWNER);
const name = fc.constantFrom('ann', 'bob', 'cat', 'dan');
const access = fc.dictionary(name, level).map((entries) => new Map(Object.entries(entries)));
const there = fc
  .dictionary(name, fc.constantFrom(1, 150, 200, 300, OWNER_LEVEL))
  .map((entries) => new Map(Object.entries(entries)));

function applied(before: Access, changes: readonly AccessChange[]): Map<string, number> {
  const after = new Map(before);
  for (const { account, level: now } of changes) {
    if (now === null) after.delete(account);
    else after.set(account, now);
  }
  return after;
}

it('is the same on both sides, and comparing again changes nothing', () => {
  fc.assert(
    fc.property(access, access, there, name, (base, list, remote, owner) => {
      const here = new Map([...list, [owner, OWNER_LEVEL]]);
      const { merged, push, pull } = mergeAccess(base, here, remote);
      const [ours, theirs] = [applied(here, pull), applied(remote, push)];
      expect(ours).toEqual(merged);
      // The level of owners may stay there.
      for (const [account, has] of theirs)
        expect(merged.get(account)).toBe(has === OWNER_LEVEL && account !== owner ? BELOW_OWNER : has);
      expect(theirs.size).toBe(merged.size);
      expect(merged.get(owner)).toBe(OWNER_LEVEL);
      expect(mergeAccess(merged, ours, theirs)).toMatchObject({ push: [], pull: [] });
      for (const account of merged.keys()) expect(here.has(account) || remote.has(account)).toBe(true);
    }),
  );
});

it('takes what either has changed, and where both have what Keycloak says', () => {
  const of = (entries: Record<string, number>) => new Map(Object.entries(entries));
  const base = of({ a: 200, b: 200, c: 200, d: 1, e: 500, i: 300 });
  const here = of({ a: 1, b: 200, d: 200, e: 400, f: 210, i: 300, z: 500 });
  const remote = of({ a: 200, c: 200, d: 300, e: 500, g: 1, h: 500, i: 150 });
  expect(mergeAccess(base, here, remote)).toEqual({
    merged: of({ a: 1, d: 300, e: 400, f: 210, i: 150, z: 500, g: 1, h: BELOW_OWNER }),
    push: [
      { account: 'a', level: 1 },
      // It was theirs, and is no more.
      { account: 'e', level: 400 },
      { account: 'f', level: 210 },
      { account: 'z', level: 500 },
      { account: 'c', level: null },
    ],
    pull: [
      { account: 'b', level: null },
      { account: 'd', level: 300 },
      { account: 'i', level: 150 },
      { account: 'g', level: 1 },
      { account: 'h', level: BELOW_OWNER },
    ],
  });
});

/** Whoever has access to a channel has it on both sides after they were compared, and nobody by luck. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type Access,
  type AccessChange,
  LEVELS,
  mergeAccess,
  type Standing,
  standingOf,
} from './merge-access.ts';

const standing = fc.constantFrom<Standing>('op', 'voice');
const name = fc.constantFrom('ann', 'bob', 'cat', 'dan');
const access = fc.dictionary(name, standing).map((entries) => new Map(Object.entries(entries)));
const there = fc
  .dictionary(name, fc.constantFrom<Standing>('founder', 'op', 'voice'))
  .map((entries) => new Map(Object.entries(entries)));

function applied(before: Access, changes: readonly AccessChange[]): Map<string, Standing> {
  const after = new Map(before);
  for (const { account, standing: now } of changes) {
    if (now === null) after.delete(account);
    else after.set(account, now);
  }
  return after;
}

it('is the same on both sides, and comparing again changes nothing', () => {
  fc.assert(
    fc.property(access, access, there, name, (base, list, remote, founder) => {
      const here = new Map([...list, [founder, 'founder' as Standing]]);
      const { merged, push, pull } = mergeAccess(base, here, remote);
      const [ours, theirs] = [applied(here, pull), applied(remote, push)];
      expect(ours).toEqual(merged);
      // A level above that of operators may stay there.
      for (const [account, level] of theirs)
        expect(merged.get(account)).toBe(level === 'founder' && account !== founder ? 'op' : level);
      expect(theirs.size).toBe(merged.size);
      expect(merged.get(founder)).toBe('founder');
      expect(mergeAccess(merged, ours, theirs)).toMatchObject({ push: [], pull: [] });
      for (const account of merged.keys()) expect(here.has(account) || remote.has(account)).toBe(true);
    }),
  );
});

it('takes what either has changed, and where both have what Keycloak says', () => {
  const of = (entries: Record<string, Standing>) => new Map(Object.entries(entries));
  const base = of({ a: 'op', b: 'op', c: 'op', d: 'voice', e: 'founder' });
  const here = of({ a: 'voice', b: 'op', d: 'op', e: 'op', f: 'op', z: 'founder' });
  const remote = of({ a: 'op', c: 'op', d: 'op', e: 'founder', g: 'voice', h: 'founder' });
  expect(mergeAccess(base, here, remote)).toEqual({
    merged: of({ a: 'voice', d: 'op', e: 'op', f: 'op', z: 'founder', g: 'voice', h: 'op' }),
    push: [
      { account: 'a', standing: 'voice' },
      // It was theirs, and is no more.
      { account: 'e', standing: 'op' },
      { account: 'f', standing: 'op' },
      { account: 'z', standing: 'founder' },
      { account: 'c', standing: null },
    ],
    pull: [
      { account: 'b', standing: null },
      { account: 'g', standing: 'voice' },
      { account: 'h', standing: 'op' },
    ],
  });
});

it('knows the levels of X3', () => {
  expect([0, 1, 150, 199, 200, 400, 499, 500].map(standingOf)).toEqual([
    null,
    ...['voice', 'voice', 'voice', 'op', 'op', 'op', 'founder'],
  ]);
  for (const [name, level] of Object.entries(LEVELS)) expect(standingOf(level)).toBe(name);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { FollowingLimit } from './following-limit.ts';

/** A target that works on so many at once, `alone` ms for each, while what is more takes turns. */
interface Target {
  readonly processors: number;
  readonly alone: number;
  readonly kind?: string;
  /** When it is asked. */
  readonly at?: number;
}

/** Many ask it for a while; answers how many may be under way then. */
function crowd(limit: FollowingLimit, { processors, alone, kind = 'x', at = 0 }: Target): number {
  for (let round = 0; round < 100; round++) {
    const ms = alone * Math.max(1, limit.current / processors);
    for (let request = limit.current; request > 0; request--) limit.answered(kind, ms, true, at);
  }
  return limit.current;
}

describe('FollowingLimit', () => {
  it('gives a target one or two more than it can work on at once', () => {
    for (const processors of [1, 2, 3, 4, 5]) {
      const limit = new FollowingLimit(1, 8);
      limit.answered('x', 20, false, 0);
      const more = crowd(limit, { processors, alone: 20 }) - processors;
      expect([1, 2], `${processors} processors`).toContain(more);
    }
  });

  it('begins with the least, and grows by one for as many answers as may be under way', () => {
    const limit = new FollowingLimit(2, 4);
    const grown = Array.from({ length: 9 }, () => {
      limit.answered('x', 20, true, 0);
      return limit.current;
    });
    expect(grown).toEqual([2, 3, 3, 3, 4, 4, 4, 4, 4]);
  });

  it('learns how fast a target is from whoever is alone, and nothing of what it can take', () => {
    const limit = new FollowingLimit(2, 8);
    for (let request = 0; request < 100; request++) limit.answered('x', 20, false, 0);
    expect(limit.current).toBe(2);
    limit.answered('x', 20, true, 0);
    limit.answered('x', 20, true, 0);
    expect(limit.current).toBe(3);
  });

  it('shrinks to the least where the target gets slower', () => {
    const limit = new FollowingLimit(2, 8);
    expect(crowd(limit, { processors: 16, alone: 20 })).toBe(8);
    for (let request = 0; request < 200; request++) limit.answered('x', 20_000, true, 0);
    expect(limit.current).toBe(2);
  });

  it('compares each request with the fastest of its own kind', () => {
    const limit = new FollowingLimit(2, 8);
    limit.answered('a look', 1, false, 0);
    expect(crowd(limit, { processors: 16, alone: 40, kind: 'a login' })).toBe(8);
  });

  it('forgets in two periods how fast a target once was', () => {
    const limit = new FollowingLimit(2, 8);
    limit.answered('x', 1, false, 0);
    expect(crowd(limit, { processors: 16, alone: 40 })).toBe(2);
    const period = limits.paceMs.default;
    expect(crowd(limit, { processors: 16, alone: 40, at: period })).toBe(2);
    expect(crowd(limit, { processors: 16, alone: 40, at: 2 * period })).toBe(8);
  });

  it('follows nothing where the least is the most', () => {
    const limit = new FollowingLimit(8, 8);
    expect(crowd(limit, { processors: 1, alone: 20 })).toBe(8);
    expect(new FollowingLimit(9, 4).current).toBe(4);
  });

  it('stays between the two, whatever comes', () => {
    const answer = fc.record({
      kind: fc.constantFrom('a', 'b'),
      ms: fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constant(0)),
      crowded: fc.boolean(),
      wait: fc.integer({ min: 0, max: 1e6 }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.array(answer),
        (a, b, all) => {
          const limit = new FollowingLimit(a, b);
          let now = 0;
          for (const { kind, ms, crowded, wait } of all) {
            now += wait;
            limit.answered(kind, ms, crowded, now);
            expect(limit.current).toBeGreaterThanOrEqual(Math.min(a, b));
            expect(limit.current).toBeLessThanOrEqual(b);
          }
        },
      ),
    );
  });
});

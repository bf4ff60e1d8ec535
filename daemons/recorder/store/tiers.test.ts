import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chooseResolution,
  chunkKey,
  chunkOfKey,
  LAST_CATALOG,
  LATEST_SECOND,
  rowKey,
  secondOfKey,
  TIERS,
  tierKeep,
} from './tiers.ts';

const now = 1_790_000_000;
const keep = tierKeep(30);
const choose = (from: number, to: number, points: number) =>
  chooseResolution({ from, to, points }, now, keep);

describe('chooseResolution', () => {
  it('never gives more points than were asked for, aligned, and covers the range', () => {
    fc.assert(
      fc.property(fc.nat(now), fc.nat(now), fc.integer({ min: 10, max: 5_000 }), (a, b, points) => {
        const [from, to] = a < b ? [a, b] : [b, a];
        const { tier, stepSeconds, start, points: count } = choose(from, to, points);
        expect(count).toBeLessThanOrEqual(points);
        expect(start % stepSeconds).toBe(0);
        expect(stepSeconds % tier.stepSeconds).toBe(0);
        expect(start).toBeLessThanOrEqual(from);
        expect(start + count * stepSeconds).toBeGreaterThan(to);
      }),
    );
  });

  it('answers the ranges of the picker from the tier that holds them', () => {
    expect(choose(now - 300, now, 600)).toMatchObject({ tier: { name: '1s' }, stepSeconds: 1 });
    expect(choose(now - 3_600, now, 600)).toMatchObject({ tier: { name: '10s' }, stepSeconds: 10 });
    expect(choose(now - 3_600, now, 4_000)).toMatchObject({ tier: { name: '1s' }, stepSeconds: 1 });
    expect(choose(now - 86_400, now, 600)).toMatchObject({ tier: { name: '5m' }, stepSeconds: 300 });
    expect(choose(now - 7 * 86_400, now, 600)).toMatchObject({ tier: { name: '20m' }, stepSeconds: 1_200 });
    expect(choose(now - 30 * 86_400, now, 600)).toMatchObject({ tier: { name: '20m' }, stepSeconds: 7_200 });
    expect(choose(now - 10 * 86_400, now, 500)).toMatchObject({ tier: { name: '5m' }, stepSeconds: 1_800 });
  });

  it('does not ask a tier for what it has forgotten', () => {
    expect(choose(now - 7_200, now - 7_100, 600)).toMatchObject({ tier: { name: '10s' }, stepSeconds: 10 });
    expect(choose(now - 200_000, now - 199_900, 600)).toMatchObject({
      tier: { name: '1m' },
      stepSeconds: 60,
    });
  });
});

it('keeps catalog and second, and catalog, column and chunk apart in a key', () => {
  const ids = fc.integer({ min: 1, max: LAST_CATALOG });
  fc.assert(
    fc.property(ids, fc.nat(1_023), fc.nat(LATEST_SECOND), (catalog, column, second) => {
      expect(secondOfKey(rowKey(catalog, second))).toBe(second);
      for (const { chunkSeconds } of TIERS) {
        const chunk = Math.floor(second / chunkSeconds);
        const key = chunkKey(catalog, column, chunk);
        expect([chunkOfKey(key), key - chunk]).toEqual([chunk, chunkKey(catalog, column, 0)]);
        expect(Number.isSafeInteger(key)).toBe(true);
      }
    }),
  );
});

it('has steps and chunks that divide each other', () => {
  for (const [i, { stepSeconds, chunkSeconds }] of TIERS.entries()) {
    expect(stepSeconds % (TIERS[i - 1]?.stepSeconds ?? 1)).toBe(0);
    expect(chunkSeconds % stepSeconds).toBe(0);
    expect(chunkSeconds).toBeLessThanOrEqual(keep['1s']);
  }
});

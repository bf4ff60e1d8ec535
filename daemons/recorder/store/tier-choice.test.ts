/** Which points a chart gets: the step, the first one, how many, and from which rows. A table by hand, with its edges. */
import { describe, expect, it } from 'vitest';
import { alignDown, chooseResolution, LATEST_SECOND, TIERS, tierKeep } from './tiers.ts';

/** Whole days and minutes since 1970. */
const NOW = 20_000 * 86_400;
const DAY = 86_400;

const chosen = (from: number, to: number, points: number, days = 30) => {
  const {
    tier,
    stepSeconds,
    start,
    points: count,
  } = chooseResolution({ from, to, points }, NOW, tierKeep(days));
  return [tier.name, stepSeconds, start - NOW, count];
};

describe('a range', () => {
  it.each<[string, number, number, number, [string, number, number, number]]>([
    // Back from now in seconds, its end, how many points, and what comes of it.
    ['a second', 0, 0, 1, ['1s', 1, 0, 1]],
    ['ten seconds in ten points', 9, 0, 10, ['1s', 1, -9, 10]],
    ['one more', 10, 0, 10, ['1s', 2, -10, 6]],
    ['to the five', 19, 0, 5, ['1s', 5, -20, 5]],
    ['a minute in seven', 60, 0, 7, ['10s', 10, -60, 7]],
    ['in six', 60, 0, 6, ['10s', 20, -60, 4]],
    ['half a minute each', 89, 0, 4, ['10s', 30, -90, 4]],
    ['a minute each', 179, 0, 4, ['1m', 60, -180, 4]],
    ['two minutes', 359, 0, 4, ['1m', 120, -360, 4]],
    ['five minutes', 899, 0, 4, ['5m', 300, -900, 4]],
    ['ten', 1_799, 0, 4, ['5m', 600, -1_800, 4]],
    ['a quarter of an hour', 2_699, 0, 4, ['5m', 900, -2_700, 4]],
    ['twenty minutes', 3_599, 0, 4, ['20m', 1_200, -3_600, 4]],
    ['half an hour', 5_399, 0, 4, ['5m', 1_800, -5_400, 4]],
    ['an hour', 10_799, 0, 4, ['20m', 3_600, -10_800, 4]],
    ['two hours', 21_599, 0, 4, ['20m', 7_200, -21_600, 4]],
    ['three', 32_399, 0, 4, ['20m', 10_800, -32_400, 4]],
    ['four', 43_199, 0, 4, ['20m', 14_400, -43_200, 4]],
    ['six', 64_799, 0, 4, ['20m', 21_600, -64_800, 4]],
    ['twelve', 129_599, 0, 4, ['20m', 43_200, -129_600, 4]],
    ['a day', 3 * DAY - 1, 0, 4, ['20m', DAY, -3 * DAY, 4]],
    ['two days', 4 * DAY, 0, 4, ['20m', 2 * DAY, -4 * DAY, 3]],
    ['eleven days, whose points begin at whole ones since 1970', 100 * DAY, 0, 10, ['20m', 11 * DAY, 0, 10]],
  ])('%s is seen in these points', (_, back, end, points, expected) => {
    const [tier, step, start, count] = chosen(NOW - back, NOW - end, points);
    if (step !== 11 * DAY) {
      expect([tier, step, start, count]).toEqual(expected);
      return;
    }
    expect([tier, step, (NOW + Number(start)) % step, count]).toEqual(expected);
  });
});

describe('a time that is past', () => {
  it.each<[string, number, string, number]>([
    ['an hour and two minutes', 3_720, '1s', 1],
    ['a second more', 3_721, '10s', 10],
    ['a day and two minutes', DAY + 120, '10s', 10],
    ['a second more than that', DAY + 121, '1m', 60],
    ['thirty days', 30 * DAY, '1m', 60],
    ['what nobody remembers', 90 * DAY, '1m', 60],
  ])('of %s is answered from what remembers it', (_, back, tier, step) => {
    expect(chosen(NOW - back, NOW - back + 30, 600).slice(0, 2)).toEqual([tier, step]);
  });

  it('is kept as long as its tier is, and never longer than the configuration says', () => {
    expect(tierKeep(30)).toEqual({
      '1s': 3_600,
      '10s': DAY,
      '1m': 30 * DAY,
      '5m': 30 * DAY,
      '20m': 30 * DAY,
    });
    expect(tierKeep(1)['10s']).toBe(DAY);
    expect(tierKeep(0.5)).toMatchObject({ '1s': 3_600, '10s': 43_200, '1m': 43_200 });
  });
});

it('has these tiers, each in chunks of a row a metric', () => {
  expect(
    TIERS.map(({ name, stepSeconds, chunkSeconds, table }) => [name, stepSeconds, chunkSeconds, table]),
  ).toEqual([
    ['1s', 1, 60, 'samples_1s'],
    ['10s', 10, 600, 'samples_10s'],
    ['1m', 60, 3_600, 'samples_1m'],
    ['5m', 300, 3_600, 'samples_5m'],
    ['20m', 1_200, 3_600, 'samples_20m'],
  ]);
  expect([alignDown(119, 60), alignDown(120, 60), alignDown(-1, 60)]).toEqual([60, 120, -60]);
  expect(new Date(LATEST_SECOND * 1_000).getUTCFullYear()).toBe(2225);
});

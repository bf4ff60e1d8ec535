/** However the network was parted, and whatever its users did meanwhile: once it is whole, all servers know the same. */
import { describe, expect, it } from 'vitest';
import { simulate } from './simulation.ts';

const SEEDS = 50;

describe('five servers', () => {
  it.each([1, 51, 101, 151])(
    `agree after troubles and a split, by ${SEEDS} seeds from %i on`,
    async (first) => {
      for (let seed = first; seed < first + SEEDS; seed++) {
        const { failures } = await simulate(seed);
        expect(failures, `npm run bench -- links --seed ${seed}`).toEqual([]);
      }
    },
  );

  it('do the same for the same seed', async () => {
    const [one, again] = [await simulate(7, true), await simulate(7, true)];
    expect(one.log.length).toBeGreaterThan(100);
    expect(again).toEqual(one);
  });
});

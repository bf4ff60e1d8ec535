import { expect, it } from 'vitest';
import { gapsIn } from './gaps.ts';

const result = (...columns: (number | null)[][]) => ({
  stepSeconds: 10,
  times: columns[0]!.map((_, i) => 100 + i * 10),
  series: columns.map((values) => ({ metric: 'm', stat: 'value' as const, values })),
});

it('a gap is where no figure of the process was recorded', () => {
  expect(gapsIn(result([1, null, null, 4, null], [null, null, null, 4, 5]), 1_000)).toEqual([
    { from: 110, to: 130 },
  ]);
  expect(gapsIn(result([null, 1, null]), 1_000)).toEqual([
    { from: 100, to: 110 },
    { from: 120, to: 130 },
  ]);
  expect(gapsIn(result([1, 0]), 1_000)).toEqual([]);
});

it('what may still come is no gap', () => {
  expect(gapsIn(result([1, null, null]), 125)).toEqual([{ from: 110, to: 120 }]);
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { seriesId } from '../../contract/series-id.ts';
import { chosenMetrics, METRIC_LIMIT, metricsText } from './chosen-metrics.ts';

it('chosen metrics come back from the address, whatever the labels of instruments hold', () => {
  const name = fc.stringMatching(/^[a-z_]{1,12}$/);
  const labels = fc.option(fc.dictionary(name, fc.string({ maxLength: 12 }), { minKeys: 1, maxKeys: 3 }), {
    nil: undefined,
  });
  const id = fc
    .record({ name, labels })
    .map(({ name: metric, labels: of }) =>
      seriesId(of === undefined ? { name: metric } : { name: metric, labels: of }),
    );
  fc.assert(
    fc.property(fc.array(id, { maxLength: METRIC_LIMIT }), (ids) => {
      expect(chosenMetrics(metricsText(ids))).toEqual(ids);
    }),
    { numRuns: 100 },
  );
});

it('there are no more of them than are drawn, and none without a name', () => {
  expect(chosenMetrics(Array.from({ length: 40 }, (_, i) => `m${i}`).join())).toHaveLength(METRIC_LIMIT);
  expect(chosenMetrics(',a,,b,')).toEqual(['a', 'b']);
  expect(chosenMetrics('')).toEqual([]);
});

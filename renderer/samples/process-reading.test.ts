import { expect, it } from 'vitest';
import { layoutOf } from '../../contract/metric-frame.ts';
import { catalogOf } from '../../contract/metric-specs.ts';
import type { SourceModel } from '../model/source-model.ts';
import { processReading, reading, slotOf } from './process-reading.ts';
import { SampleColumns } from './sample-columns.ts';

const layout = layoutOf([
  ...catalogOf('d', []),
  { name: 'open', kind: 'gauge', unit: 'count', help: '' },
  { name: 'said', kind: 'counter', unit: 'count', help: '' },
  { name: 'wait', kind: 'histogram', unit: 'seconds', help: '' },
]);

function source(): SourceModel {
  const samples = new SampleColumns(layout);
  for (const round of [0, 1]) {
    const values = new Float64Array(layout.size);
    values[layout.slot('open')] = 42;
    values[layout.slot('said')] = round * 6;
    const wait = layout.slot('wait');
    values.set([3, 1, 0.1, 0.2, 0.3, 0.4, 0.5], wait);
    values[layout.slot('signalbox_d_cpu_ratio')] = 0.25;
    samples.push({ seq: round, time: (10 + round) * 1_000, skipped: 0, revision: 1, values });
  }
  return { id: 'd', samples } as unknown as SourceModel;
}

it('reads a figure as people do: a gauge, a rate a second, the percentile that few exceed', () => {
  expect(['open', 'said', 'wait'].map((name) => reading(source(), name))).toEqual([42, 6, 0.3]);
});

it('reads nothing of what is not there', () => {
  expect([reading(source(), 'none'), reading(source(), undefined), reading(undefined, 'open')]).toEqual([
    Number.NaN,
    Number.NaN,
    Number.NaN,
  ]);
  expect(processReading(undefined, 'cpu_ratio')).toBeNaN();
});

it('reads what every process measures by the end of its name', () => {
  expect(processReading(source(), 'cpu_ratio')).toBe(0.25);
});

it('finds the place of a figure in a frame', () => {
  const wait = layout.slot('wait');
  expect([
    slotOf(source(), 'wait'),
    slotOf(source(), 'wait', 'max'),
    slotOf(source(), 'wait', 'count'),
  ]).toEqual([wait + 4, wait + 6, wait]);
  expect([slotOf(source(), 'open', 'max'), slotOf(source(), 'none')]).toEqual([layout.slot('open'), -1]);
});

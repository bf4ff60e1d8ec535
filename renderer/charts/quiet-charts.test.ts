import { beforeEach, describe, expect, it } from 'vitest';
import { layoutOf } from '../../contract/metric-frame.ts';
import { catalogOf } from '../../contract/metric-specs.ts';
import { SampleColumns } from '../samples/sample-columns.ts';
import { liveChart } from './chart-series.ts';
import { QuietWatch } from './quiet-charts.ts';

const gauge = (name: string) => ({ name, kind: 'gauge', unit: 'count', help: '' }) as const;

let samples: SampleColumns;
let watch: QuietWatch;
let seq = 0;
beforeEach(() => {
  const layout = layoutOf(catalogOf('d', [gauge('signalbox_d_a'), gauge('signalbox_d_b')]));
  samples = new SampleColumns(layout);
  watch = new QuietWatch(
    samples,
    ['a', 'b'].map((name) => liveChart('d', layout, { title: name, metrics: [`signalbox_d_${name}`] })),
  );
});

/** A sample at a second. */
function say(second: number, a: number, b: number): void {
  const values = new Float64Array(samples.layout.size);
  values[samples.layout.slot('signalbox_d_a')] = a;
  values[samples.layout.slot('signalbox_d_b')] = b;
  samples.push({ seq: ++seq, time: second * 1_000, skipped: 0, revision: 1, values });
}
const quiet = () => watch.quiet(60).map(({ title }) => title);

describe('a chart of nothing but zero', () => {
  it('is none before anything was measured', () => {
    expect(quiet()).toEqual([]);
  });

  it('is quiet until the first value, and again once that has left the window', () => {
    say(100, 0, 1);
    expect(quiet()).toEqual(['a']);
    say(101, 2, 1);
    expect(quiet()).toEqual([]);
    say(161, 0, 0);
    expect(quiet()).toEqual([]);
    say(162, 0, 0);
    expect(quiet()).toEqual(['a', 'b']);
  });

  it('is no longer quiet once its past is filled in', () => {
    say(100, 0, 0);
    expect(quiet()).toEqual(['a', 'b']);
    samples.fill({
      times: Float64Array.of(90),
      columns: new Map([[samples.layout.slot('signalbox_d_b'), Float64Array.of(7)]]),
    });
    expect(quiet()).toEqual(['a']);
  });

  it('is reckoned anew by a clock that was set back', () => {
    say(1_000, 0, 1);
    expect(quiet()).toEqual(['a']);
    say(100, 1, 0);
    expect(quiet()).toEqual(['b']);
  });
});

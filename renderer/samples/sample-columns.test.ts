import { describe, expect, it } from 'vitest';
import { layoutOf, type MetricFrame } from '../../contract/metric-frame.ts';
import { SampleColumns } from './sample-columns.ts';

const layout = layoutOf([
  { name: 'gauge', kind: 'gauge', unit: 'count', help: '' },
  { name: 'counter', kind: 'counter', unit: 'count', help: '' },
  { name: 'latency', kind: 'histogram', unit: 'seconds', help: '' },
]);

/** A frame at `second` with a gauge, a counter, and a histogram's count; its p50 is 0.5. */
function frame(second: number, gauge: number, counter: number, count = 0, skipped = 0): MetricFrame {
  const values = new Float64Array([gauge, counter, count, 0, 0.5, 0, 0, 0, 0]);
  return { seq: 1, time: second * 1000, skipped, revision: 1, values };
}

describe('the samples of a source', () => {
  it('says that there is no value before the first frame', () => {
    const samples = new SampleColumns(layout, 8);
    expect(samples.length).toBe(0);
    expect(samples.shown(0)).toBeNaN();
    expect(samples.raw(0)).toBeNaN();
    expect(samples.shown(-1)).toBeNaN();
  });

  it('has no values in a slot that a layout with fewer series has not any more', () => {
    const samples = new SampleColumns(layout, 8);
    samples.push(frame(10, 5, 100, 20));
    samples.push(frame(11, 6, 160, 50));
    samples.relayout(layoutOf(layout.catalog.slice(0, 1)));
    expect([...samples.column(0)]).toEqual([5, 6]);
    for (const slot of [1, 4, -1]) expect([...samples.column(slot)]).toEqual([Number.NaN, Number.NaN]);
  });

  it('shows gauges and percentiles as they are, and counters as rates', () => {
    const samples = new SampleColumns(layout, 8);
    samples.push(frame(10, 5, 100, 20));
    samples.push(frame(11, 6, 160, 50));
    expect([...samples.times()]).toEqual([10, 11]);
    expect([...samples.column(0)]).toEqual([5, 6]);
    expect(samples.shown(1)).toBe(60);
    expect(samples.shown(2)).toBe(30);
    expect(samples.shown(4)).toBe(0.5);
    expect(samples.raw(1)).toBe(160);
  });

  it('has no percentiles of what was not measured yet', () => {
    const samples = new SampleColumns(layout, 8);
    samples.push(frame(10, 0, 0, 0));
    expect(samples.shown(4)).toBeNaN();
    samples.push(frame(11, 0, 0, 1));
    expect(samples.shown(4)).toBe(0.5);
    expect([...samples.column(4)]).toEqual([Number.NaN, 0.5]);
  });

  it('gives the first frame the rate of the second, so that a chart does not begin with a fall', () => {
    const samples = new SampleColumns(layout, 8);
    samples.push(frame(10, 0, 100));
    samples.push(frame(11, 0, 160));
    expect([...samples.column(1)]).toEqual([60, 60]);
  });

  it('smooths the first second of ten frames a second, and leaves it alone from then on', () => {
    const samples = new SampleColumns(layout, 100);
    const counts = [0, 90, 95, 100, 100, 100, 100, 100, 100, 100, 100, 290];
    for (const [i, count] of counts.entries()) samples.push(frame(10 + i / 10, 0, count));
    const rates = [...samples.column(1)].map((rate) => Math.round(rate));
    expect(rates).toEqual([...Array.from({ length: 11 }, () => 100), 200]);
  });

  it('takes rates over about a second at ten frames a second', () => {
    const samples = new SampleColumns(layout, 100);
    for (let i = 0; i <= 20; i++) samples.push(frame(10 + i / 10, 0, i % 2 === 0 ? i * 10 : i * 10 + 7));
    // From 10 (a second before, even) to 20: exactly 100 in a second; the odd frames' jitter does not show.
    expect(samples.shown(1)).toBeCloseTo(100, 6);
  });

  it('counts from zero where a counter was reset, and never shows a negative rate', () => {
    const samples = new SampleColumns(layout, 8);
    samples.push(frame(10, 0, 5_000));
    samples.push(frame(11, 0, 30));
    expect(samples.shown(1)).toBe(30);
  });

  it('takes no rate across a restart of the process', () => {
    const samples = new SampleColumns(layout, 8);
    samples.push(frame(10, 0, 100));
    samples.push(frame(11, 0, 200));
    samples.startOver();
    samples.push(frame(20, 0, 900));
    expect(samples.shown(1)).toBe(0);
    samples.push(frame(21, 0, 950));
    expect([...samples.column(1)]).toEqual([100, 100, 50, 50]);
  });

  it('keeps the newest samples in fixed memory', () => {
    const samples = new SampleColumns(layout, 8);
    const bytes = samples.bytes;
    for (let second = 1; second <= 1_000; second++) {
      samples.push(frame(second, second, second * 3));
      expect(samples.length).toBe(Math.min(second, 8));
      const times = samples.times();
      expect(times.at(-1)).toBe(second);
      expect(times[0]).toBe(Math.max(1, second - 7));
      expect([...samples.column(0)]).toEqual([...times]);
    }
    expect(samples.column(1).every((rate) => rate === 3)).toBe(true);
    expect(samples.bytes).toBe(bytes);
  });

  it('leaves out a frame of another catalog and one that is older than the last', () => {
    const samples = new SampleColumns(layout, 8);
    samples.push(frame(10, 1, 0));
    expect(samples.push({ ...frame(11, 2, 0), values: new Float64Array(3) })).toBe(false);
    expect(samples.push(frame(9.5, 3, 0))).toBe(false);
    expect([...samples.column(0)]).toEqual([1]);
  });

  it('begins anew where the clock of the host was set back', () => {
    const samples = new SampleColumns(layout, 8);
    samples.push(frame(1_000, 1, 0));
    expect(samples.push(frame(500, 2, 0))).toBe(true);
    expect([...samples.times()]).toEqual([500]);
  });

  it('tells how many frames the daemon left out', () => {
    const samples = new SampleColumns(layout, 8);
    samples.push(frame(10, 0, 0, 0, 7));
    expect(samples.skipped).toBe(7);
  });
});

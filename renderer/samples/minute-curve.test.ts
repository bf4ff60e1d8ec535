/** The curve of the last minute: where its lines go. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { layoutOf } from '../../contract/metric-frame.ts';
import { minuteCurve } from './minute-curve.ts';
import { SampleColumns } from './sample-columns.ts';

const layout = layoutOf([
  { name: 'other', kind: 'gauge', unit: 'count', help: '' },
  { name: 'open', kind: 'gauge', unit: 'count', help: '' },
]);

/** The curve of values at seconds. */
function curve(points: readonly (readonly [second: number, value: number])[]) {
  const samples = new SampleColumns(layout);
  for (const [second, value] of points)
    samples.push({
      seq: 1,
      time: second * 1_000,
      skipped: 0,
      revision: 1,
      values: Float64Array.of(-1, value),
    });
  return minuteCurve(samples, 1);
}

it('is nothing before the first sample', () => {
  expect(curve([])).toEqual({ line: '', area: '', dots: '' });
});

it('goes from the oldest sample of the minute to the newest at the right, as high as its room allows', () => {
  const points = [
    [38, 900],
    [40, 900],
    [41, 2],
    [43, 4],
    [45, 1],
    [47, 0],
    [100, 4],
  ] as const;
  // 4 is the top, 16 above the bottom at 19; a sample that stands alone is a dot.
  expect(curve(points)).toEqual({
    line: 'M1 11L3 3L5 15L7 19',
    area: 'M1 11L3 3L5 15L7 19V20H1Z',
    dots: 'M60 3h0',
  });
});

it('joins samples that are no further apart than two and a half seconds', () => {
  const points = [
    [10, 1],
    [12.5, 1],
    [15.25, 1],
  ] as const;
  const { line, dots } = curve(points);
  expect([line, dots]).toEqual(['M54.8 3L57.3 3', 'M60 3h0']);
});

it('lies at the bottom where all is zero, and nowhere where nothing was measured', () => {
  const at = (value: number) =>
    curve([
      [10, value],
      [11, value],
    ]);
  expect(at(0).line).toBe('M59 19L60 19');
  expect(at(Number.NaN)).toEqual({ line: '', area: '', dots: '' });
  expect(curve([[10, Number.NaN]]).dots).toBe('');
});

it('keeps of each second where it begins and ends, the least and the most', () => {
  const tenths = Array.from({ length: 30 }, (_, tenth) => [100 + tenth / 10, 50] as [number, number]);
  tenths[13]![1] = 100;
  tenths[17]![1] = 0;
  const { line } = curve(tenths);
  expect(line).toBe('M57.1 11L58 11L58.1 11L58.4 3L58.8 19L59 11L59.1 11L60 11');
});

it('has as many places as seconds need, however many samples there are, and each within the drawing', () => {
  const sample = fc.tuple(
    fc.integer({ min: 50, max: 2_000 }),
    fc.oneof(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.constant(Number.NaN)),
  );
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 400 }), (steps) => {
      let time = 1_000_000;
      const { line, dots } = curve(
        steps.map(([stepMs, value]) => {
          time += stepMs;
          return [time / 1_000, value] as const;
        }),
      );
      const places = `${line}${dots}`.match(/-?[\d.e-]+ -?[\d.e-]+/g) ?? [];
      expect(places.length).toBeLessThanOrEqual(4 * 61);
      for (const place of places) {
        const [x, y] = place.split(' ').map(Number);
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(60);
        expect(y).toBeGreaterThanOrEqual(3);
        expect(y).toBeLessThanOrEqual(19);
      }
    }),
  );
});

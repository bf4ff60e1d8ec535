import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeFrame, encodeFrameInto, FRAME_HEADER_BYTES, layoutOf, readMetrics } from './metric-frame.ts';
import { catalogOf } from './metric-specs.ts';

it('decodes every frame that it encodes', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.nat(),
      fc.float64Array(),
      fc.double({ noNaN: true }),
      fc.nat(),
      (seq, skipped, values, time, revision) => {
        const buffer = new ArrayBuffer(FRAME_HEADER_BYTES + values.length * 8);
        const used = encodeFrameInto(new DataView(buffer), { seq, skipped, time, revision, values });
        expect(used).toBe(buffer.byteLength);
        expect(decodeFrame(buffer)).toEqual({ seq, skipped, time, revision, values });
      },
    ),
  );
});

it('refuses bytes that cannot be a frame', () => {
  expect(decodeFrame(new ArrayBuffer(3))).toBeNull();
  expect(decodeFrame(new ArrayBuffer(FRAME_HEADER_BYTES + 5))).toBeNull();
});

it('reads counters, gauges and histograms by name', () => {
  const catalog = catalogOf('x', [
    { name: 'signalbox_x_things', kind: 'gauge', unit: 'count', help: 'Things' },
    { name: 'signalbox_x_wait_seconds', kind: 'histogram', unit: 'seconds', help: 'Wait' },
  ]);
  const layout = layoutOf(catalog);
  const values = new Float64Array(layout.size);
  values[layout.slot('signalbox_x_things')] = 42;
  values.set([7, 1, 0.1, 0.2, 0.3, 0.4, 0.5], layout.slot('signalbox_x_wait_seconds'));
  const readings = readMetrics(layout, values);
  expect(readings.signalbox_x_things).toBe(42);
  expect(readings.signalbox_x_wait_seconds).toEqual({
    count: 7,
    p50: 0.1,
    p95: 0.2,
    p99: 0.3,
    p999: 0.4,
    max: 0.5,
  });
  expect(layout.slot('signalbox_x_absent')).toBe(-1);
});

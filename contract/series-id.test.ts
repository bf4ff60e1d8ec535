import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { MetricSpec } from './manifest.ts';
import { HISTOGRAM_FIELDS, layoutOf, readMetrics } from './metric-frame.ts';
import { seriesId } from './series-id.ts';

const labels = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_]{0,5}$/), fc.string({ maxLength: 8 }), {
  minKeys: 1,
  maxKeys: 4,
});

it('is the same for the same labels in any order, and another for any others', () => {
  fc.assert(
    fc.property(labels, labels, (a, b) => {
      const backwards = Object.fromEntries(Object.entries(a).reverse());
      expect(seriesId({ name: 'x', labels: backwards })).toBe(seriesId({ name: 'x', labels: a }));
      const same = JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
      expect(seriesId({ name: 'x', labels: a }) === seriesId({ name: 'x', labels: b })).toBe(same);
    }),
  );
  expect(seriesId({ name: 'x' })).toBe('x');
});

it('finds the value of every series of a frame, whatever the catalog', () => {
  const spec = fc.record({ labels, kind: fc.constantFrom('counter', 'gauge', 'histogram') });
  fc.assert(
    fc.property(
      fc.uniqueArray(spec, { selector: (one) => seriesId({ name: 'x', labels: one.labels }) }),
      (specs) => {
        const catalog = specs.map((one): MetricSpec => ({ name: 'x', unit: 'count', help: '', ...one }));
        const layout = layoutOf(catalog);
        const values = Float64Array.from({ length: layout.size }, (_, i) => i);
        const readings = readMetrics(layout, values);
        let at = 0;
        for (const metric of catalog) {
          const id = seriesId(metric);
          expect(layout.slot(id)).toBe(at);
          expect(layout.spec(id)).toBe(metric);
          if (metric.kind === 'histogram') {
            expect(readings[id]).toMatchObject({ count: at, max: at + 6 });
            at += HISTOGRAM_FIELDS.length;
          } else expect(readings[id]).toBe(at++);
        }
        expect(layout.size).toBe(at);
      },
    ),
  );
});

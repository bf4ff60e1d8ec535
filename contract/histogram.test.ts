import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketMidNs, bucketOf, HISTOGRAM_BUCKETS, HISTOGRAM_MAX_NS, Histogram } from './histogram.ts';

const duration = fc.integer({ min: 0, max: HISTOGRAM_MAX_NS });

describe('Histogram', () => {
  it('keeps every value within 1.6 % of its bucket', () => {
    fc.assert(
      fc.property(duration, (ns) => {
        const bucket = bucketOf(ns);
        expect(bucket).toBeGreaterThanOrEqual(0);
        expect(bucket).toBeLessThan(HISTOGRAM_BUCKETS);
        expect(Math.abs(bucketMidNs(bucket) - ns)).toBeLessThanOrEqual(Math.max(0.5, ns * 0.016));
      }),
    );
  });

  it('orders buckets as it orders values', () => {
    fc.assert(
      fc.property(duration, duration, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(bucketOf(low)).toBeLessThanOrEqual(bucketOf(high));
      }),
    );
  });

  it('clamps what is out of range', () => {
    expect(bucketOf(-5)).toBe(0);
    expect(bucketOf(1e15)).toBe(HISTOGRAM_BUCKETS - 1);
  });

  it('gives the percentiles of all values together when intervals are merged', () => {
    fc.assert(
      fc.property(
        fc.array(duration, { minLength: 1 }),
        fc.array(duration, { minLength: 1 }),
        (left, right) => {
          const whole = new Histogram();
          const a = new Histogram();
          const b = new Histogram();
          for (const ns of left) {
            whole.record(ns);
            a.record(ns);
          }
          for (const ns of right) {
            whole.record(ns);
            b.record(ns);
          }
          a.add(b);
          expect(a.summary()).toEqual(whole.summary());
        },
      ),
    );
  });

  it('is what it was after an interval was added and taken away again', () => {
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1 }), fc.array(duration), (kept, passing) => {
        const sparse = (values: readonly number[]) => {
          const histogram = new Histogram();
          for (const ns of values) histogram.record(ns);
          return histogram.toSparse();
        };
        const alone = new Histogram();
        alone.addSparse(sparse(kept));
        const window = new Histogram();
        window.addSparse(sparse(passing));
        window.addSparse(sparse(kept));
        window.subtractSparse(sparse(passing));
        expect(window.summary()).toEqual(alone.summary());
        window.subtractSparse(sparse(kept));
        expect(window.summary()).toEqual({ count: 0, p50: 0, p95: 0, p99: 0, p999: 0, max: 0 });
      }),
    );
  });

  it('names the same quantiles one by one and in a summary', () => {
    fc.assert(
      fc.property(fc.array(duration), (values) => {
        const histogram = new Histogram();
        for (const ns of values) histogram.record(ns);
        expect(histogram.summary()).toMatchObject({
          p50: histogram.quantileNs(0.5) / 1e9,
          p95: histogram.quantileNs(0.95) / 1e9,
          p99: histogram.quantileNs(0.99) / 1e9,
          p999: histogram.quantileNs(0.999) / 1e9,
        });
      }),
    );
  });

  it('survives the sparse form without losing a count', () => {
    fc.assert(
      fc.property(fc.array(duration), (values) => {
        const original = new Histogram();
        for (const ns of values) original.record(ns);
        const copy = new Histogram();
        copy.addSparse(original.toSparse());
        expect(copy.counts).toEqual(original.counts);
        expect(copy.count).toBe(values.length);
      }),
    );
  });

  it('names the median and the maximum of a known set', () => {
    const histogram = new Histogram();
    for (let i = 1; i <= 100; i++) histogram.record(i);
    expect(histogram.quantileNs(0.5)).toBe(50);
    expect(histogram.quantileNs(0.99)).toBe(99);
    expect(histogram.maxNs).toBe(100);
    histogram.reset();
    expect(histogram.summary()).toEqual({ count: 0, p50: 0, p95: 0, p99: 0, p999: 0, max: 0 });
  });
});

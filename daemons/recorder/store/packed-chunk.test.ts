import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { MetricKind } from '../../../contract/manifest.ts';
import { Aggregate } from '../codec/aggregate.ts';
import { storable } from '../codec/byte-codec.ts';
import { type Catalog, layOutCatalog } from './catalogs.ts';
import { type ChunkRows, encodeChunk } from './chunk-rows.ts';
import { buffersOf, columnsOf, encodePacked, packChunk } from './packed-chunk.ts';

const kinds = fc.array(fc.constantFrom<MetricKind>('counter', 'gauge', 'histogram'), { maxLength: 9 });
const number = fc
  .oneof(fc.constant(0), fc.nat(), fc.integer(), fc.double({ noNaN: true, min: -1e9, max: 1e9 }))
  .map(storable);
const histogram = fc.option(
  fc
    .uniqueArray(fc.nat(900), { minLength: 1, maxLength: 5 })
    .map((buckets) =>
      Uint32Array.from(buckets.sort((a, b) => a - b).flatMap((bucket, i) => [bucket, i + 1])),
    ),
);

const chunk = kinds.chain((list) => {
  const metrics = list.map((kind, i) => ({ name: `m_${i}`, kind, unit: 'count' }) as const);
  const catalog = layOutCatalog(7, 'ircd', metrics);
  const { counters, gauges, histograms } = catalog.shape;
  const many = (size: number) => fc.array(number, { minLength: size, maxLength: size });
  const row = fc
    .record({
      samples: fc.integer({ min: 1, max: 600 }),
      spanMs: fc.nat(600_000),
      counters: many(counters),
      min: many(gauges),
      max: many(gauges),
      sum: many(gauges),
      histograms: fc.array(histogram, { minLength: histograms, maxLength: histograms }),
    })
    .map((said) => {
      const aggregate = new Aggregate(catalog.shape);
      aggregate.samples = said.samples;
      aggregate.spanMs = said.spanMs;
      for (const part of ['counters', 'min', 'max', 'sum'] as const) aggregate[part].set(said[part]);
      for (const [i, one] of said.histograms.entries()) aggregate.histograms[i] = one;
      return aggregate;
    });
  const rows = fc.uniqueArray(fc.tuple(fc.nat(59), row), {
    minLength: 1,
    maxLength: 12,
    selector: ([slot]) => slot,
  });
  return rows.map((pairs) => ({ catalog, rows: new Map(pairs) as ChunkRows }));
});

const encoded = (catalog: Catalog, rows: ChunkRows) =>
  [...encodeChunk(catalog.places.values(), rows)].map(({ column, data }) => [column, [...data]]);

it('is encoded on the other thread as it would be on this one', () => {
  fc.assert(
    fc.property(chunk, ({ catalog, rows }) => {
      const expected = encoded(catalog, rows);
      const packed = packChunk(catalog, rows);
      const there = structuredClone(packed, { transfer: buffersOf(packed) });
      const back = structuredClone(encodePacked(there));
      expect([...columnsOf(back)].map(({ column, data }) => [column, [...data]])).toEqual(expected);
      // The rows stay what they were: queries go on reading them.
      expect(encoded(catalog, rows)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

it('hands its numbers and histograms over without a copy', () => {
  const catalog = layOutCatalog(1, 'ircd', [
    { name: 'wait_seconds', kind: 'histogram', unit: 'seconds' },
    { name: 'level', kind: 'gauge', unit: 'count' },
  ]);
  const row = new Aggregate(catalog.shape);
  row.samples = 1;
  row.histograms[0] = Uint32Array.of(3, 1);
  const packed = packChunk(catalog, new Map([[0, row]]));
  structuredClone(packed, { transfer: buffersOf(packed) });
  expect([packed.numbers.length, packed.pairs.length, packed.lengths.length]).toEqual([0, 0, 0]);
  expect(row.histograms[0]).toEqual(Uint32Array.of(3, 1));
});

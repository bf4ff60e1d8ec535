/**
 * Metrics of four made-up daemons with sixty metrics each: counters that rise unevenly, gauges that wander, latency
 * histograms of different traffic. The same on every run. Used by bench/metrics/recorder.ts.
 */
import { Histogram, type SparseHistogram } from '../../contract/histogram.ts';
import { HISTOGRAM_FIELDS } from '../../contract/metric-frame.ts';
import { Aggregate } from '../../daemons/recorder/codec/aggregate.ts';
import { keptSparse } from '../../daemons/recorder/codec/kept-histogram.ts';
import type { AppendBatch } from '../../daemons/recorder/store/batch.ts';
import { layOutCatalog, type StoredMetric } from '../../daemons/recorder/store/catalogs.ts';

export const SOURCES = ['ircd', 'relay', 'objects', 'services'] as const;

const COUNTERS = 25;
const GAUGES = 25;
/** Values a second of each histogram: two on the hot path, some commands, some background work. */
const TRAFFIC = [2_000, 2_000, 50, 50, 50, 50, 20, 20, 5, 5];

export const METRICS: readonly StoredMetric[] = [
  ...Array.from(
    { length: COUNTERS },
    (_, i): StoredMetric => ({ name: `counter_${i}_total`, kind: 'counter', unit: 'count' }),
  ),
  ...Array.from(
    { length: GAUGES },
    (_, i): StoredMetric => ({ name: `gauge_${i}`, kind: 'gauge', unit: 'bytes' }),
  ),
  ...TRAFFIC.map(
    (_, i): StoredMetric => ({ name: `latency_${i}_seconds`, kind: 'histogram', unit: 'seconds' }),
  ),
];

const SHAPE = layOutCatalog(0, '', METRICS).shape;

let seed = 12_345;
/** 0 to 1; xorshift, so that every run has the same data. */
export function random(): number {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) / 2 ** 32;
}

function normal(): number {
  return Math.sqrt(-2 * Math.log(random() || 1e-9)) * Math.cos(2 * Math.PI * random());
}

/** Latencies around `centreNs`, log-normal with the long tail that servers have. */
function histogramOf(values: number, centreNs: number): SparseHistogram {
  const histogram = new Histogram();
  for (let i = 0; i < values; i++) histogram.record(Math.round(centreNs * Math.exp(0.6 * normal())));
  return histogram.toSparse();
}

/** Sixteen histograms of each kind over `seconds`, to pick from. */
function histogramPool(seconds: number): SparseHistogram[][] {
  // A bucket's count is what matters to size and speed; past 200,000 values a histogram looks alike.
  return TRAFFIC.map((rate, i) =>
    Array.from({ length: 16 }, () => histogramOf(Math.min(200_000, rate * seconds), 20_000 * (i + 1))),
  );
}

const pick = <Item>(list: readonly Item[]): Item => list[Math.floor(random() * list.length)]!;

/** Makes one sample a second of every source. */
export class SampleMaker {
  readonly #pool = histogramPool(1);
  readonly #totals = SOURCES.map(() => new Float64Array(COUNTERS));
  readonly #levels = SOURCES.map(() => Float64Array.from({ length: GAUGES }, () => random() * 1e6));

  samples(second: number): AppendBatch['samples'] {
    return SOURCES.map((source, s) => {
      const values = new Float64Array(COUNTERS + GAUGES + TRAFFIC.length * HISTOGRAM_FIELDS.length);
      const totals = this.#totals[s]!;
      const levels = this.#levels[s]!;
      // A third of the counters and gauges stand still, as they do in a real daemon.
      for (let i = 0; i < COUNTERS; i++)
        values[i] = totals[i]! += i % 3 === 0 ? 0 : Math.floor(random() * 50 * i);
      for (let i = 0; i < GAUGES; i++) {
        if (i % 3 !== 0) levels[i] = Math.max(0, Math.round(levels[i]! + normal() * 1_000));
        values[COUNTERS + i] = i % 5 === 1 ? levels[i]! / 1e7 : levels[i]!;
      }
      const intervals = TRAFFIC.map((_, i) => ({
        metric: `latency_${i}_seconds`,
        buckets: pick(this.#pool[i]!),
      }));
      return { source, instance: 1, time: second * 1_000 + 400, values, intervals };
    });
  }
}

/** Makes rows of a coarse tier, each worth `seconds` samples. */
export function aggregateMaker(seconds: number): () => Aggregate {
  const pool = histogramPool(seconds);
  return () => {
    const aggregate = new Aggregate(SHAPE);
    aggregate.samples = seconds;
    aggregate.spanMs = seconds * 1_000;
    for (let i = 0; i < COUNTERS; i++) {
      aggregate.counters[i] = i % 3 === 0 ? 0 : Math.floor((0.5 + random()) * 25 * i * seconds);
    }
    for (let i = 0; i < GAUGES; i++) {
      const scale = i % 5 === 1 ? 1e-7 : 1;
      const level = Math.round(random() * 1e6);
      const spread = i % 3 === 0 ? 0 : Math.round(random() * 1e4);
      aggregate.min[i] = Math.fround(level * scale);
      aggregate.max[i] = Math.fround((level + spread) * scale);
      aggregate.sum[i] =
        scale === 1 ? (level + Math.round(spread / 2)) * seconds : (level + spread / 2) * scale * seconds;
    }
    for (let i = 0; i < TRAFFIC.length; i++) aggregate.histograms[i] = keptSparse(pick(pool[i]!));
    return aggregate;
  };
}

/** What the load tools say of what they measured, and the arithmetic behind it. */
import { Histogram, type HistogramSummary } from '../../contract/histogram.ts';
import { readable } from '../shared/figures.ts';

/** One thing that was measured many times. */
export interface Measured {
  /** With its unit: `time to 001, ms`. */
  readonly name: string;
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** What a tool has to say. */
export interface LoadResult {
  readonly title: string;
  readonly measured: readonly Measured[];
  /** Single figures, by name with its unit. */
  readonly facts: Readonly<Record<string, number>>;
}

/** The value below which that share of the values lie (nearest rank); NaN of none. @param sorted rising */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Of values that are all there. */
export function measuredOf(name: string, values: readonly number[]): Measured {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => percentile(sorted, share);
  return { name, count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/** Of durations in seconds, in milliseconds. */
export function measuredMs(name: string, { count, p50, p95, p99, max }: HistogramSummary): Measured {
  const ms = (seconds: number) => (count === 0 ? Number.NaN : seconds * 1_000);
  return { name: `${name}, ms`, count, p50: ms(p50), p95: ms(p95), p99: ms(p99), max: ms(max) };
}

/** Durations by what took them. */
export class Durations {
  readonly #byName = new Map<string, Histogram>();

  /** @param names those that are told of even if there were none, in their order */
  constructor(names: readonly string[] = []) {
    for (const name of names) this.#byName.set(name, new Histogram());
  }

  record(name: string, ms: number): void {
    let histogram = this.#byName.get(name);
    if (histogram === undefined) {
      histogram = new Histogram();
      this.#byName.set(name, histogram);
    }
    histogram.record(Math.max(1, Math.round(ms * 1e6)));
  }

  measured(): Measured[] {
    return [...this.#byName].map(([name, histogram]) => measuredMs(name, histogram.summary()));
  }
}

/** The result as text for a terminal. */
export function printed({ title, measured, facts }: LoadResult): string {
  const width = Math.max(...measured.map(({ name }) => name.length), 10) + 2;
  const cells = (values: readonly string[]) => values.map((value) => value.padStart(12)).join('');
  const lines = measured.map(
    ({ name, count, p50, p95, p99, max }) =>
      name.padEnd(width) + cells([count, p50, p95, p99, max].map(readable)),
  );
  const known = Object.entries(facts).map(
    ([name, value]) => name.padEnd(width) + readable(value).padStart(12),
  );
  const head = ''.padEnd(width) + cells(['count', 'p50', 'p95', 'p99', 'max']);
  return [title, head, ...lines, ...known].join('\n');
}

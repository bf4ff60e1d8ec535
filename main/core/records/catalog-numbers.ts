/**
 * Numbers for the lists of metrics that samples refer to on their way to the recorder, and which of them it has. Used by the
 * history client.
 */
import type { HistorySample, NumberedCatalog, SourceCatalog } from '../../../contract/history-batch.ts';
import type { MetricSpec } from '../../../contract/manifest.ts';
import { seriesId } from '../../../contract/series-id.ts';
import type { MeasuredSecond } from './history-buffer.ts';

/** Numbers of one run of main; 0 is none of them. */
export class CatalogNumbers {
  readonly #numbers = new WeakMap<readonly MetricSpec[], number>();
  #next = 1;
  /** Source -> number of the list that the running recorder remembers. */
  readonly #remembered = new Map<string, number>();

  /** Refers each sample to its list, and gives the lists once each. */
  number(taken: readonly MeasuredSecond[]): { samples: HistorySample[]; catalogs: NumberedCatalog[] } {
    const catalogs = new Map<number, NumberedCatalog>();
    const samples = taken.map(({ metrics, ...sample }) => {
      const catalog = this.#numberOf(metrics);
      if (!catalogs.has(catalog)) catalogs.set(catalog, this.#describe({ source: sample.source, metrics }));
      return { ...sample, catalog };
    });
    return { samples, catalogs: [...catalogs.values()] };
  }

  /** Lists that the recorder must be sent: all where it was started anew. */
  unknown(catalogs: readonly NumberedCatalog[]): NumberedCatalog[] {
    return catalogs.filter(({ source, id }) => this.#remembered.get(source) !== id);
  }

  /** Lists of sources that have said nothing: history knows what they measure all the same. */
  declared(sources: readonly SourceCatalog[], said: readonly NumberedCatalog[]): NumberedCatalog[] {
    const speaking = new Set(said.map(({ source }) => source));
    return sources.filter(({ source }) => !speaking.has(source)).map((one) => this.#describe(one));
  }

  /** The recorder has stored these. */
  stored(samples: readonly HistorySample[]): void {
    for (const { source, catalog } of samples) this.#remembered.set(source, catalog);
  }

  /** The recorder was started anew: it remembers nothing. */
  forget(): void {
    this.#remembered.clear();
  }

  #numberOf(metrics: readonly MetricSpec[]): number {
    let number = this.#numbers.get(metrics);
    if (number === undefined) {
      number = this.#next++;
      this.#numbers.set(metrics, number);
    }
    return number;
  }

  #describe({ source, metrics }: SourceCatalog): NumberedCatalog {
    return {
      source,
      id: this.#numberOf(metrics),
      metrics: metrics.map((metric) => ({ name: seriesId(metric), kind: metric.kind, unit: metric.unit })),
    };
  }
}

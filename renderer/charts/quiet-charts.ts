/** Which live charts show nothing but zero: they are folded to a line, and open by themselves. Used by the Live page. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useScreen } from '../model/host-context.ts';
import type { SampleColumns } from '../samples/sample-columns.ts';
import type { LiveChartSpec } from './chart-series.ts';

/** Follows the samples of some charts; each sample is looked at once. */
export class QuietWatch {
  readonly #samples: SampleColumns;
  readonly #charts: readonly LiveChartSpec[];
  /** When each chart last had something to show, Unix seconds. */
  readonly #newsAt: number[];
  #seen = 0;
  #first = 0;

  constructor(samples: SampleColumns, charts: readonly LiveChartSpec[]) {
    this.#samples = samples;
    this.#charts = charts;
    this.#newsAt = charts.map(() => Number.NEGATIVE_INFINITY);
  }

  /** The charts without anything but zero in a window that ends now. Before the first sample there are none. */
  quiet(windowSeconds: number): readonly LiveChartSpec[] {
    const samples = this.#samples;
    if (samples.length === 0) return [];
    const times = samples.times();
    // A clock that was set back, and a past that was filled in, are looked at anew.
    if (samples.lastTime < this.#seen || times[0]! < this.#first) {
      this.#seen = 0;
      this.#newsAt.fill(Number.NEGATIVE_INFINITY);
    }
    this.#first = times[0]!;
    for (const [place, { series }] of this.#charts.entries()) {
      const columns = series.map(({ slot }) => samples.column(slot));
      for (let at = times.length - 1; at >= 0 && times[at]! > this.#seen; at--) {
        if (columns.every((column) => column[at] === 0 || Number.isNaN(column[at]))) continue;
        this.#newsAt[place] = times[at]!;
        break;
      }
    }
    this.#seen = samples.lastTime;
    const from = samples.lastTime - windowSeconds;
    return this.#charts.filter((_, place) => this.#newsAt[place]! < from);
  }
}

/** The titles of the charts that are quiet now. */
export function useQuietCharts(
  samples: SampleColumns,
  charts: readonly LiveChartSpec[],
  windowSeconds: number,
): ReadonlySet<string> {
  const { text } = useScreen();
  const watch = useMemo(() => new QuietWatch(samples, charts), [samples, charts]);
  const titlesNow = useCallback(
    () =>
      watch
        .quiet(windowSeconds)
        .map(({ title }) => title)
        .join('\n'),
    [watch, windowSeconds],
  );
  // Known at once: a chart that is folded right after it was made has cost what one that stays does.
  const [titles, setTitles] = useState(titlesNow);
  useEffect(() => text.add(titlesNow, setTitles), [text, titlesNow]);
  return useMemo(() => new Set(titles === '' ? [] : titles.split('\n')), [titles]);
}

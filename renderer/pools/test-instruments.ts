/** Figures of instruments, as a test tells them to a page. For tests only. */
import type { InstrumentKind } from '../../contract/manifest.ts';
import { seriesId } from '../../contract/series-id.ts';
import { standardSeries } from '../../contract/test-series.ts';

/** Values by series, for `measure` of a test's page: figures as `depth` and `wait/p99`. */
export function figuresOf(
  daemon: string,
  kind: InstrumentKind,
  name: string,
  values: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const series = standardSeries(daemon, kind, name);
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const [figure, field] = key.split('/');
      const start = `signalbox_${daemon}_${kind}_${figure}`;
      const spec = series.find(({ name: full }) => full.replace(/_total$|_seconds$/, '') === start);
      if (spec === undefined) throw new Error(`a ${kind} has no figure ${figure}`);
      return [field === undefined ? seriesId(spec) : `${seriesId(spec)}/${field}`, value];
    }),
  );
}

/** Instruments with the figures of their kinds, as the catalog of a process has them. For tests only. */
import { INSTRUMENT_FIGURES, type InstrumentFigure } from '../../contract/instrument-figures.ts';
import type { InstrumentKind, MetricSpec } from '../../contract/manifest.ts';
import { metricSpecs } from '../../contract/metric-specs.ts';
import { seriesId } from '../../contract/series-id.ts';

/** The series of an instrument that `standardInstrument` of the runtime makes. */
export function standardSeries(daemon: string, kind: InstrumentKind, name: string): readonly MetricSpec[] {
  const build = metricSpecs(daemon);
  const figures: Readonly<Record<string, InstrumentFigure>> = INSTRUMENT_FIGURES[kind];
  return Object.entries(figures).map(([figure, { kind: metric, help }]) => ({
    ...build[metric](`${kind}_${figure}`, help),
    labels: { [kind]: name },
    instrument: kind,
  }));
}

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

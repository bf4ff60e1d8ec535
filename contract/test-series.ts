/** Instruments with the figures of their kinds, as the catalog of a process has them. For tests only. */
import { figureSuffix, INSTRUMENT_FIGURES, type InstrumentFigure } from './instrument-figures.ts';
import type { InstrumentKind, MetricSpec } from './manifest.ts';
import { metricSpecs } from './metric-specs.ts';

/** The series of an instrument that `standardInstrument` of the runtime makes. */
export function standardSeries(daemon: string, kind: InstrumentKind, name: string): MetricSpec[] {
  const build = metricSpecs(daemon);
  const figures: Readonly<Record<string, InstrumentFigure>> = INSTRUMENT_FIGURES[kind];
  return Object.entries(figures).map(([figure, { kind: metric, help }]) => ({
    ...build[metric](figureSuffix(kind, figure), help),
    labels: { [kind]: name },
    instrument: kind,
  }));
}

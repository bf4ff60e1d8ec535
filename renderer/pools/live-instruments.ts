/**
 * Queues, pools, caches and so on as the window has them: which there are, in which order, and their figures of now. Asked by the
 * Pools and queues page and the pages of daemons.
 */
import { INSTRUMENT_FIGURES } from '../../contract/instrument-figures.ts';
import { type FigureName, type FoundInstrument, instrumentsIn } from '../../contract/instrument-rows.ts';
import { HISTOGRAM_FIELDS, type HistogramField } from '../../contract/metric-frame.ts';
import { type Trouble, troubleOf } from '../../kit/instrument-trouble.ts';
import type { SourceModel } from '../model/source-model.ts';

/** An instrument and the process that is streamed from. */
export interface LiveInstrument extends FoundInstrument {
  readonly source: SourceModel;
}

/** The instruments of a process as its newest frame has them. */
export function liveInstruments(source: SourceModel): readonly LiveInstrument[] {
  return instrumentsIn(source.id, source.samples.layout.catalog).map((one) => ({ ...one, source }));
}

/** Whether it measures what its kind measures everywhere, and nothing else. */
export function isStandard({ others }: FoundInstrument): boolean {
  return others === 0;
}

/** Names an instrument among those of all processes and hosts. */
export function keyOf({ source, key }: LiveInstrument): string {
  return `${source.key} ${key}`;
}

/** Where a figure stands in a frame; of a histogram the field that is asked for. -1 where it is not measured. */
export function slotOfFigure(
  { source, kind, series }: LiveInstrument,
  figure: FigureName,
  field: HistogramField = 'count',
): number {
  const id = series.get(figure);
  const at = id === undefined ? -1 : source.samples.layout.slot(id);
  return at >= 0 && isHistogram(kind, figure) ? at + HISTOGRAM_FIELDS.indexOf(field) : at;
}

/** The newest value as it arrived: a level, a total, or a field of a histogram. NaN for none. */
export function figureNow(one: LiveInstrument, figure: FigureName, field?: HistogramField): number {
  return one.source.samples.raw(slotOfFigure(one, figure, field));
}

/** How fast a total rises each second. NaN for none. */
export function figureRate(one: LiveInstrument, figure: FigureName): number {
  return one.source.samples.shown(slotOfFigure(one, figure));
}

/** How much trouble it is in now. */
export function troubleNow(one: LiveInstrument): Trouble {
  return troubleOf(one, {
    now: (figure) => figureNow(one, figure, 'p99'),
    rate: (figure) => figureRate(one, figure),
  });
}

function isHistogram(kind: FoundInstrument['kind'], figure: FigureName): boolean {
  const figures: Readonly<Partial<Record<string, { readonly kind: string }>>> = INSTRUMENT_FIGURES[kind];
  return figures[figure]?.kind === 'histogram';
}

/** Registers a queue, pool, cache and so on with the figures that its kind has everywhere (`contract/instrument-figures.ts`). */
import { type FiguresOf, INSTRUMENT_FIGURES } from '../../../contract/instrument-figures.ts';
import type { InstrumentKind } from '../../../contract/manifest.ts';
import { limits } from '../limits.ts';
import type { Instrument } from './instruments.ts';
import type { MetricRegistry } from './metric-registry.ts';

/** An instrument with the figures of its kind. */
export type StandardInstrument<Kind extends InstrumentKind> = Instrument<FiguresOf<Kind>>;

/**
 * Makes it, under the label that its kind is called by: `{queue="audit"}`.
 * @param name tells it from others of its kind in this process; cut to what a label may have
 * @param bringUpToDate called just before every sample, to copy what is counted anyway
 * @throws SignalboxError `conflict` where one of that kind and name is open
 */
export function standardInstrument<Kind extends InstrumentKind>(
  metrics: MetricRegistry,
  kind: Kind,
  name: string,
  bringUpToDate?: (handles: StandardInstrument<Kind>['handles']) => void,
): StandardInstrument<Kind> {
  const { handles, close } = metrics.instrument<FiguresOf<Kind>>(
    kind,
    { [kind]: name.slice(0, limits.instrumentLabelCharacters.default) },
    INSTRUMENT_FIGURES[kind] as FiguresOf<Kind>,
  );
  if (bringUpToDate === undefined) return { handles, close };
  const stop = metrics.onSample(() => bringUpToDate(handles));
  return {
    handles,
    close() {
      stop();
      close();
    },
  };
}

/** Registers a part of which a process keeps count anyway, so that operators see it; nothing is measured where it works. */
import {
  type FiguresOf,
  INSTRUMENT_FIGURES,
  type InstrumentFigure,
} from '../../../contract/instrument-figures.ts';
import type { InstrumentKind } from '../../../contract/manifest.ts';
import { limits } from '../limits.ts';
import type { MetricRegistry } from './metric-registry.ts';

/** The figures of a kind that are numbers, and not durations. */
type CountedFigure<Kind extends InstrumentKind> = {
  [Figure in keyof FiguresOf<Kind>]: FiguresOf<Kind>[Figure] extends { readonly kind: 'histogram' }
    ? never
    : Figure;
}[keyof FiguresOf<Kind>];

/** What is known of a part, by the names of `contract/instrument-figures.ts`. Totals are since it was made. */
export type Counts<Kind extends InstrumentKind> = Readonly<Partial<Record<CountedFigure<Kind>, number>>>;

/** What takes an instrument away again. */
export interface OpenInstrument {
  /** A second call does nothing. */
  close(): void;
}

/**
 * Registers it under a name, with the figures that `read` knows: what is not counted takes no place in catalogs and history.
 * @param read called at once and just before every sample; a figure that it does not have then reads 0
 * @param when `second` for what watching the process moves: it would be news, and bring a frame, with every frame
 * @throws SignalboxError `conflict` where one of that kind and name is open
 */
export function instrumentCounts<Kind extends InstrumentKind>(
  metrics: MetricRegistry,
  kind: Kind,
  name: string,
  read: () => Counts<Kind>,
  when: 'sample' | 'second' = 'sample',
): OpenInstrument {
  const figures: Readonly<Record<string, InstrumentFigure>> = INSTRUMENT_FIGURES[kind];
  const known = Object.keys(read());
  const label = name.slice(0, limits.instrumentLabelCharacters.default);
  const { handles, close } = metrics.instrument(
    kind,
    { [kind]: label },
    Object.fromEntries(known.map((figure) => [figure, figures[figure]!])),
  );
  const copy = () => {
    const counts: Readonly<Record<string, number | undefined>> = read();
    for (const figure of known) {
      const handle = handles[figure]!;
      const count = counts[figure] ?? 0;
      if ('setTotal' in handle) handle.setTotal(count);
      else if ('set' in handle) handle.set(count);
    }
  };
  const stop = when === 'sample' ? metrics.onSample(copy) : metrics.onSecond(copy);
  return {
    close() {
      stop();
      close();
    },
  };
}

/** What a registry shows of its instruments, as the page Pools and queues and `signalbox pools` read it. For tests only. */
import {
  type FigureName,
  furtherFigures,
  type InstrumentRow,
  instrumentRow,
  instrumentsIn,
} from '../../../../contract/instrument-rows.ts';
import { readMetrics } from '../../../../contract/metric-frame.ts';
import type { MetricRegistry } from '../metric-registry.ts';

/** A row, and the figures of the kind that rows have no key for. */
export type ShownInstrument = Omit<InstrumentRow, 'daemon' | 'kind' | 'name'> &
  Readonly<Partial<Record<FigureName, unknown>>>;

/** Ends a second and takes a sample; answers what it shows, by kind and name: `queue mail`. */
export function shownInstruments(metrics: MetricRegistry): Readonly<Record<string, ShownInstrument>> {
  metrics.rotate();
  metrics.sample();
  const { layout, values, source } = metrics;
  const readings = readMetrics(layout, values);
  const read = (id: string) => readings[id];
  return Object.fromEntries(
    instrumentsIn(source, layout.catalog).map((one) => {
      const { daemon, kind, name, ...row } = instrumentRow(one, read);
      return [`${kind} ${name}`, { ...row, ...Object.fromEntries(furtherFigures(one, read)) }];
    }),
  );
}

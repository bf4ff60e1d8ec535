/**
 * From what a process measures to rows of instruments: its queues, pools, caches and so on, by the figures that their kinds have
 * everywhere. `signalbox pools` and `top` and the Pools and queues page are made of these rows.
 */
import { figureSuffix, INSTRUMENT_FIGURES, type InstrumentFigure } from './instrument-figures.ts';
import { INSTRUMENT_KINDS, type InstrumentKind, type MetricSpec } from './manifest.ts';
import type { MetricReading } from './metric-frame.ts';
import { metricSpecs } from './metric-specs.ts';
import { labelText, seriesId } from './series-id.ts';

/** A figure of any kind, such as `depth` or `wait`. */
export type FigureName = {
  [Kind in InstrumentKind]: keyof (typeof INSTRUMENT_FIGURES)[Kind];
}[InstrumentKind];

/** An instrument that a process has, and which of its series are figures of its kind. */
export interface FoundInstrument {
  /** Id of the process. */
  readonly daemon: string;
  readonly kind: InstrumentKind;
  /** The value of its label; of several, those in the order of their names. */
  readonly name: string;
  /** Tells it from all others of the process. */
  readonly key: string;
  /** Ids of series by figure. */
  readonly series: ReadonlyMap<FigureName, string>;
  /** How many metrics it has beyond the figures of its kind. */
  readonly others: number;
}

/** Whether what it holds are bytes and not entries: its name says so, as `send queue bytes` does. */
export function holdsBytes({ name }: Pick<FoundInstrument, 'name'>): boolean {
  return /\bbytes\b/.test(name);
}

interface Growing extends FoundInstrument {
  readonly series: Map<FigureName, string>;
  others: number;
}

/** A histogram in a row: how many since the process began, and percentiles of the last ten seconds that had any, in seconds. */
export interface RowInterval {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
}

/**
 * One instrument as `signalbox pools --json` prints it. A figure that the kind has not, or the instrument does not measure, is
 * absent; so is a capacity that has no end. Of a cache, `submitted` are the questions (hits and misses) and `completed` the hits.
 */
export interface InstrumentRow {
  readonly daemon: string;
  readonly kind: InstrumentKind;
  readonly name: string;
  readonly depth?: number;
  readonly highWater?: number;
  readonly capacity?: number;
  readonly active?: number;
  readonly idle?: number;
  readonly max?: number;
  readonly submitted?: number;
  readonly completed?: number;
  readonly failed?: number;
  readonly cancelled?: number;
  readonly rejected?: number;
  readonly waitSeconds?: RowInterval;
  readonly runSeconds?: RowInterval;
}

/** The numbers of a row and the figures that they are, in the order in which they are printed. */
const NUMBERS = [
  ['depth', 'depth'],
  ['highWater', 'high_water'],
  ['capacity', 'capacity'],
  ['active', 'active'],
  ['idle', 'idle'],
  ['max', 'max'],
  ['submitted', 'submitted'],
  ['completed', 'completed'],
  ['failed', 'failed'],
  ['cancelled', 'cancelled'],
  ['rejected', 'rejected'],
] as const satisfies readonly (readonly [keyof InstrumentRow, FigureName])[];

const INTERVALS = [
  ['waitSeconds', 'wait'],
  ['runSeconds', 'run'],
] as const satisfies readonly (readonly [keyof InstrumentRow, FigureName])[];

const IN_ROWS: ReadonlySet<FigureName> = new Set([...NUMBERS, ...INTERVALS].map(([, figure]) => figure));

/** The instruments of a process, by kind in the order of the kinds, then by name. */
export function instrumentsIn(daemon: string, catalog: readonly MetricSpec[]): readonly FoundInstrument[] {
  const found = new Map<string, Growing>();
  for (const metric of catalog) {
    const { instrument: kind, labels } = metric;
    if (kind === undefined || labels === undefined) continue;
    const key = `${kind}${labelText(labels)}`;
    let one = found.get(key);
    if (one === undefined) {
      one = { daemon, kind, name: nameFrom(labels), key, series: new Map(), others: 0 };
      found.set(key, one);
    }
    const figure = figureOf(daemon, kind, metric);
    if (figure === null) one.others++;
    else one.series.set(figure, seriesId(metric));
  }
  return [...found.values()].sort(byKindAndName);
}

/** Orders instruments by kind and name, then by the process that has them. */
export function byKindAndName(a: FoundInstrument, b: FoundInstrument): number {
  return (
    INSTRUMENT_KINDS.indexOf(a.kind) - INSTRUMENT_KINDS.indexOf(b.kind) ||
    compared(a.name, b.name) ||
    compared(a.daemon, b.daemon) ||
    compared(a.key, b.key)
  );
}

function compared(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The row of an instrument, from the newest value of each series. */
export function instrumentRow(
  { daemon, kind, name, series }: FoundInstrument,
  read: (id: string) => MetricReading | undefined,
): InstrumentRow {
  const valueNow = (figure: FigureName) => {
    const id = series.get(figure);
    return id === undefined ? undefined : read(id);
  };
  const row: Record<string, number | RowInterval> = {};
  for (const [key, figure] of NUMBERS) {
    const value = valueNow(figure);
    // Where only memory ends it, there is no capacity to tell.
    if (typeof value === 'number' && (figure !== 'capacity' || value > 0)) row[key] = value;
  }
  const [hits, misses] = [valueNow('hits'), valueNow('misses')];
  if (typeof hits === 'number' && typeof misses === 'number') {
    row.submitted = hits + misses;
    row.completed = hits;
  }
  for (const [key, figure] of INTERVALS) {
    const value = valueNow(figure);
    if (typeof value === 'object') row[key] = { count: value.count, p50: value.p50, p99: value.p99 };
  }
  return { daemon, kind, name, ...row };
}

/** The figures of the kind that a row has no key for, such as `dropped` and `state`, in the order of the kind. */
export function furtherFigures(
  { kind, series }: FoundInstrument,
  read: (id: string) => MetricReading | undefined,
): ReadonlyMap<FigureName, number> {
  const further = new Map<FigureName, number>();
  for (const figure of Object.keys(INSTRUMENT_FIGURES[kind]) as FigureName[]) {
    const id = series.get(figure);
    const value = id === undefined || IN_ROWS.has(figure) ? undefined : read(id);
    if (typeof value === 'number') further.set(figure, value);
  }
  return further;
}

function nameFrom(labels: Readonly<Record<string, string>>): string {
  return Object.keys(labels)
    .sort()
    .map((label) => labels[label])
    .join(', ');
}

/** The figure that a metric is of its instrument; null for one that the kind has not, or that measures something else. */
function figureOf(daemon: string, kind: InstrumentKind, metric: MetricSpec): FigureName | null {
  const build = metricSpecs(daemon);
  const figures: Readonly<Record<string, InstrumentFigure>> = INSTRUMENT_FIGURES[kind];
  for (const [name, figure] of Object.entries(figures)) {
    if (figure.kind !== metric.kind) continue;
    if (build[figure.kind](figureSuffix(kind, name), '').name !== metric.name) continue;
    const unit = figure.kind === 'histogram' ? 'seconds' : (figure.unit ?? 'count');
    return unit === metric.unit ? (name as FigureName) : null;
  }
  return null;
}

/**
 * Instruments: queues, pools, caches, breakers and limiters that a daemon makes while it runs. Each brings metrics under
 * the names that its kind has in this daemon, and labels that tell it from the others. `MetricRegistry.instrument` makes
 * them.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import { figureSuffix } from '../../../contract/instrument-figures.ts';
import { INSTRUMENT_KINDS } from '../../../contract/link/catalog.ts';
import type { InstrumentKind, MetricKind, MetricSpec, MetricUnit } from '../../../contract/manifest.ts';
import { metricSpecs } from '../../../contract/metric-specs.ts';
import { limits } from '../limits.ts';
import type { Counter, Gauge } from './metric-handles.ts';
import type { RollingHistogram } from './rolling-histogram.ts';

/** One metric of an instrument. */
export interface InstrumentMetric {
  readonly kind: MetricKind;
  readonly help: string;
  /** `count` where absent; a histogram counts seconds. */
  readonly unit?: MetricUnit;
}

/** Metrics by the last part of their names: `hits` of a cache of ircd is `signalbox_ircd_cache_hits_total`. */
export type InstrumentMetrics = Readonly<Record<string, InstrumentMetric>>;

/** What writes a metric of a kind. */
type HandleOf<Kind extends MetricKind> = Kind extends 'counter'
  ? Counter
  : Kind extends 'gauge'
    ? Gauge
    : RollingHistogram;

/** One instrument with metrics. */
export interface Instrument<Metrics extends InstrumentMetrics> {
  readonly handles: { readonly [Name in keyof Metrics]: HandleOf<Metrics[Name]['kind']> };
  /** Takes it out of the catalog. What its handles are told from then on goes nowhere. A second call does nothing. */
  close(): void;
}

/** Names of metrics and labels; `quantile` and `le` have a meaning of their own in Prometheus. */
const NAME = /^[a-z][a-z0-9_]*$/;
const RESERVED_LABELS: ReadonlySet<string> = new Set(['quantile', 'le', 'daemon']);

/**
 * The specs of an instrument, by the names of its metrics.
 * @throws SignalboxError `bad_request` for names, labels or a number of them that cannot be
 */
export function instrumentSpecs(
  source: string,
  kind: InstrumentKind,
  labels: Readonly<Record<string, string>>,
  metrics: InstrumentMetrics,
): ReadonlyMap<string, MetricSpec> {
  const names = Object.keys(metrics);
  if (!INSTRUMENT_KINDS.includes(kind))
    throw refused(`"${kind}" is no kind of instrument; there are ${INSTRUMENT_KINDS.join(', ')}.`);
  const most = limits.instrumentMetrics.default;
  if (names.length === 0 || names.length > most)
    throw refused(`A ${kind} was given ${names.length} metrics; it has 1 to ${most}.`);
  checkLabels(kind, labels);
  const build = metricSpecs(source);
  return new Map(
    names.map((name) => {
      if (!NAME.test(name)) throw refused(`A metric of a ${kind} is called "${name}"; use a-z, 0-9 and _.`);
      const { kind: metric, help, unit } = metrics[name]!;
      const suffix = figureSuffix(kind, name);
      const spec =
        metric === 'histogram' ? build.histogram(suffix, help) : build[metric](suffix, help, unit ?? 'count');
      return [name, { ...spec, labels: { ...labels }, instrument: kind }];
    }),
  );
}

function checkLabels(kind: InstrumentKind, labels: Readonly<Record<string, string>>): void {
  const pairs = Object.entries(labels);
  const most = limits.instrumentLabels.default;
  const longest = limits.instrumentLabelCharacters.default;
  if (pairs.length === 0 || pairs.length > most)
    throw refused(`A ${kind} was given ${pairs.length} labels; it has 1 to ${most}.`);
  for (const [name, value] of pairs) {
    if (!NAME.test(name) || name.length > longest || RESERVED_LABELS.has(name))
      throw refused(`A label of a ${kind} cannot be called "${name.slice(0, longest)}".`);
    if (value === '' || value.length > longest)
      throw refused(`The label ${name} of a ${kind} has ${value.length} characters; it has 1 to ${longest}.`);
  }
}

function refused(message: string): SignalboxError {
  return new SignalboxError('bad_request', message);
}

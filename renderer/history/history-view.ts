/** What the History page looks at, as it stands in its address. */
import type { Route } from '../shell/route.ts';

/** Ranges that end now, in milliseconds. */
export const RANGES = {
  '5m': 5 * 60_000,
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 7 * 86_400_000,
  '30d': 30 * 86_400_000,
} as const;
export type RangeName = keyof typeof RANGES;

/** Most metrics that are asked for and drawn at once. */
export const METRIC_LIMIT = 12;

/** Either a range that ends now, or two points in time (Unix milliseconds). */
export type HistoryRange =
  | { readonly kind: 'recent'; readonly name: RangeName }
  | { readonly kind: 'absolute'; readonly from: number; readonly to: number };

export interface HistoryView {
  readonly source: string;
  readonly metrics: readonly string[];
  readonly range: HistoryRange;
}

/** The range of a name; the last hour where there is none of it. */
export function rangeName(name: string | undefined): RangeName {
  return (Object.keys(RANGES) as RangeName[]).find((one) => one === name) ?? '1h';
}

function rangeOf(query: Route['query']): HistoryRange {
  const from = Number(query.from);
  const to = Number(query.to);
  if (query.from !== undefined && query.to !== undefined && from >= 0 && to > from) {
    return { kind: 'absolute', from, to };
  }
  return { kind: 'recent', name: rangeName(query.range) };
}

/** Reads the view from the query of the address; what it lacks comes from the defaults. */
export function viewOf(
  query: Route['query'],
  defaults: { readonly source: string; readonly metrics: (source: string) => readonly string[] },
): HistoryView {
  const source = query.source ?? defaults.source;
  const metrics = query.metrics === undefined ? defaults.metrics(source) : query.metrics.split(',');
  return {
    source,
    metrics: metrics.filter((name) => name !== '').slice(0, METRIC_LIMIT),
    range: rangeOf(query),
  };
}

/** The query that leads to a view. */
export function queryOf(view: HistoryView): Readonly<Record<string, string>> {
  const { range } = view;
  return {
    source: view.source,
    // A comma alone stands for none: an empty value would mean the default.
    metrics: view.metrics.length === 0 ? ',' : view.metrics.join(','),
    ...(range.kind === 'recent'
      ? { range: range.name }
      : { from: String(Math.round(range.from)), to: String(Math.round(range.to)) }),
  };
}

/** The two ends of a range at a time, Unix milliseconds. */
export function endsOf(range: HistoryRange, now: number): { readonly from: number; readonly to: number } {
  if (range.kind === 'absolute') return range;
  return { from: now - RANGES[range.name], to: now };
}

/** How often a range that ends now is read again, in milliseconds; null for one that does not move. */
export function refreshOf(range: HistoryRange): number | null {
  if (range.kind === 'absolute') return null;
  return { '5m': 2_000, '1h': 10_000, '24h': 60_000, '7d': 300_000, '30d': 300_000 }[range.name];
}

/**
 * What all pages look at: one scope and one range of time, as they stand in the address (`scope`, and `range` or `from` and
 * `to`). An address that says nothing of them means everything and live; how they are kept from page to page is in route.ts.
 */
import { useMemo } from 'react';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import { useHostState } from '../model/host-context.ts';
import type { HostState } from '../model/host-state.ts';
import { messages } from './messages.ts';
import { hashOf, navigate, presentRoute, type Route, useRoute } from './route.ts';
import { ALL, TIME_KEYS, withoutTime } from './view-keys.ts';

/** Ranges that end now, in milliseconds. */
export const RANGES = {
  '5m': 5 * 60_000,
  '15m': 15 * 60_000,
  '1h': 3_600_000,
  '6h': 6 * 3_600_000,
  '24h': 86_400_000,
  '7d': 7 * 86_400_000,
  '30d': 30 * 86_400_000,
} as const;
export type RangeName = keyof typeof RANGES;

/** How much of the stream is shown live, in seconds. */
export const LIVE_SECONDS = 60;

/** The stream itself, a range that ends now, or two points in time (Unix milliseconds). */
export type ViewRange =
  | { readonly kind: 'live' }
  | { readonly kind: 'recent'; readonly name: RangeName }
  | { readonly kind: 'absolute'; readonly from: number; readonly to: number };

export const LIVE: ViewRange = { kind: 'live' };

/** The range that an address names; null where it names none that there is. */
function rangeNamed(name: string): ViewRange | null {
  if (name === 'live') return LIVE;
  const known = (Object.keys(RANGES) as RangeName[]).find((one) => one === name);
  return known === undefined ? null : { kind: 'recent', name: known };
}

/** The range of an address, and what is wrong with what it says; then the range is live. */
export function rangeIn(query: Route['query']): {
  readonly range: ViewRange;
  readonly mistake: string | null;
} {
  const { range, from, to } = query;
  if (from !== undefined || to !== undefined) {
    const ends = [from, to].map((text) => (text === undefined || !/^\d+$/.test(text) ? null : Number(text)));
    const [start, end] = ends;
    if (
      start !== null &&
      start !== undefined &&
      end !== null &&
      end !== undefined &&
      start < end &&
      end <= LAST
    )
      return { range: { kind: 'absolute', from: start, to: end }, mistake: null };
    return { range: LIVE, mistake: messages.badEnds(from ?? '', to ?? '') };
  }
  const named = range === undefined ? LIVE : rangeNamed(range);
  return named === null
    ? { range: LIVE, mistake: messages.badRange(range!, Object.keys(RANGES)) }
    : { range: named, mistake: null };
}

/** The last millisecond that a date can have. */
const LAST = 8.64e15;

/** What an address says of a range; live is said too, so that it takes the place of what was looked at before. */
export function rangeQuery(range: ViewRange): Readonly<Record<string, string>> {
  if (range.kind === 'live') return { range: 'live' };
  if (range.kind === 'recent') return { range: range.name };
  return { from: String(Math.round(range.from)), to: String(Math.round(range.to)) };
}

/** The two ends of a range at a time, Unix milliseconds. */
export function endsOf(range: ViewRange, now: number): { readonly from: number; readonly to: number } {
  if (range.kind === 'absolute') return range;
  return { from: now - (range.kind === 'live' ? LIVE_SECONDS * 1_000 : RANGES[range.name]), to: now };
}

/** The day of the calendar, local, before the one that `now` (Unix milliseconds) is in: not the 24 hours before now. */
export function yesterday(now: number): ViewRange {
  const day = new Date(now);
  const to = day.setHours(0, 0, 0, 0);
  return { kind: 'absolute', from: day.setDate(day.getDate() - 1), to };
}

/**
 * The process that an address is about: that of its page, else the one that it is narrowed to; null for all. `mistake` is what
 * is wrong with the one that it names; then it is about all.
 */
export function scopeIn(
  { path, query }: Pick<Route, 'path' | 'query'>,
  daemons: HostState['daemons'],
): { readonly scope: string | null; readonly mistake: string | null } {
  const [kind, id] = path;
  if (kind === 'daemon' && id !== undefined) return { scope: id, mistake: null };
  const { scope } = query;
  if (scope === undefined || scope === ALL) return { scope: null, mistake: null };
  if (scope === MAIN_SOURCE || Object.hasOwn(daemons, scope)) return { scope, mistake: null };
  return { scope: null, mistake: messages.badScope(scope) };
}

/** The range of time that the window looks at; the same object until it is another. */
export function useRange(): ViewRange {
  const { query } = useRoute();
  const key = TIME_KEYS.map((name) => query[name] ?? '').join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for what the address says of it
  return useMemo(() => rangeIn(query).range, [key]);
}

/** Id of the daemon, or of main, that the window looks at; null for everything of the host. */
export function useScope(): string | null {
  const route = useRoute();
  return useHostState((state) => scopeIn(route, state.daemons).scope);
}

/** Looks at another range on the same page, which leaves an entry to go back to. `back` is the range that a zoom came from. */
export function goToRange(range: ViewRange, back?: ViewRange): void {
  const { host, path, query } = presentRoute();
  const came = back === undefined || back.kind === 'absolute' ? {} : { back: rangeQuery(back).range! };
  navigate(hashOf({ id: host ?? '' }, path, { ...withoutTime(query), ...rangeQuery(range), ...came }));
}

/** Looks closer at a part of what is shown; {@link leaveZoom} leads back, however often one has looked closer. */
export function zoomTo(from: number, to: number): void {
  const { query } = presentRoute();
  const { range } = rangeIn(query);
  goToRange({ kind: 'absolute', from, to }, range.kind === 'absolute' ? backIn(query) : range);
}

/** Goes back to the range that was looked at before a zoom. */
export function leaveZoom(): void {
  goToRange(backIn(presentRoute().query));
}

/** What a zoom came from; live where the address came from elsewhere. */
export function backIn({ back }: Route['query']): ViewRange {
  return (back === undefined ? null : rangeNamed(back)) ?? LIVE;
}

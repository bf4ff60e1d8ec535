/** The figures of an instrument in words, for the cells of its row. Each is read again whenever figures are written. */
import { BREAKER_STATES, INSTRUMENT_FIGURES } from '../../contract/instrument-figures.ts';
import { type FigureName, holdsBytes } from '../../contract/instrument-rows.ts';
import type { InstrumentKind } from '../../contract/manifest.ts';
import {
  formatBytes,
  formatCount,
  formatRate,
  formatRatio,
  formatSeconds,
  NO_VALUE,
} from '../format/numbers.ts';
import { figureNow, figureRate, type LiveInstrument } from './live-instruments.ts';
import { figureWord, messages } from './messages.ts';

/** Which figures say how much of an instrument is used, and how much there is. */
export interface Level {
  readonly part: FigureName;
  readonly whole: FigureName;
  /** Being full is what it is for. */
  readonly mayBeFull: boolean;
}

const HELD: Level = { part: 'depth', whole: 'capacity', mayBeFull: false };
const KEPT: Level = { ...HELD, mayBeFull: true };
const USED: Level = { part: 'active', whole: 'max', mayBeFull: false };

/** The level that the bar of a kind shows; null for one that holds nothing. */
export const LEVELS: Readonly<Record<InstrumentKind, Level | null>> = {
  queue: HELD,
  pool: HELD,
  slab: USED,
  cache: KEPT,
  batcher: KEPT,
  breaker: null,
  limiter: HELD,
  correlation: HELD,
  connections: { ...USED, mayBeFull: true },
  operation: HELD,
};

/** How much it holds of what it is for: `12`, or `1.5 KiB`. */
function heldText(one: LiveInstrument, amount: number): string {
  return holdsBytes(one) ? formatBytes(amount) : formatCount(amount);
}

/** `3 of 100`; without a known end `3`. */
export function levelText(one: LiveInstrument, level: Level): string {
  const [part, whole] = [figureNow(one, level.part), figureNow(one, level.whole)];
  return whole > 0 ? messages.of(heldText(one, part), heldText(one, whole)) : heldText(one, part);
}

/** The most that it has held at once. */
export function mostText(one: LiveInstrument): string {
  return heldText(one, figureNow(one, 'high_water'));
}

/** `1.2 · 3.4 ms`, or `850 µs · 3.4 ms`, of the last seconds in which anything happened; empty where it is not measured. */
export function intervalText(one: LiveInstrument, figure: 'wait' | 'run'): string {
  if (!one.series.has(figure)) return '';
  const count = figureNow(one, figure, 'count');
  if (!(count > 0)) return NO_VALUE;
  const [p50, p99] = (['p50', 'p99'] as const).map((field) => formatSeconds(figureNow(one, figure, field)));
  const unit = /^\S+( \D+)$/.exec(p99!)?.[1];
  return `${unit !== undefined && p50!.endsWith(unit) ? p50!.slice(0, -unit.length) : p50} · ${p99}`;
}

/** `2 / 1 / 4`. */
export function threadsText(one: LiveInstrument): string {
  if (!one.series.has('max')) return '';
  return (['active', 'idle', 'max'] as const)
    .map((figure) => formatCount(figureNow(one, figure)))
    .join(' / ');
}

/** What was done each second; of a cache its answers. */
export function doneText(one: LiveInstrument): string {
  const figure = one.kind === 'cache' ? 'hits' : 'completed';
  return one.series.has(figure) ? formatRate(figureRate(one, figure)) : '';
}

/** What was refused or thrown away in all, and how fast where that goes on. */
export function refusedText(one: LiveInstrument): string {
  const measured = (['rejected', 'dropped'] as const).filter((figure) => one.series.has(figure));
  if (measured.length === 0) return '';
  const sum = (read: (figure: FigureName) => number) =>
    measured.reduce((total, figure) => total + read(figure), 0);
  const rate = sum((figure) => figureRate(one, figure));
  const total = formatCount(sum((figure) => figureNow(one, figure)));
  return rate > 0 ? `${total} · ${formatRate(rate)}` : total;
}

/** Figures that the other columns show. */
const ELSEWHERE: ReadonlySet<FigureName> = new Set([
  ...(['depth', 'high_water', 'capacity', 'active', 'idle', 'max', 'submitted', 'completed'] as const),
  ...(['rejected', 'dropped', 'hits', 'misses', 'state', 'wait', 'run'] as const),
]);

/** What there is to say of one without trouble: whether a breaker is closed, and the hit rate of a cache. */
export function calmText(one: LiveInstrument): string {
  if (one.kind === 'breaker')
    return BREAKER_STATES[figureNow(one, 'state')] === 'closed' ? messages.closed : '';
  const asked = figureNow(one, 'hits') + figureNow(one, 'misses');
  return asked > 0 ? messages.hitRate(formatRatio(figureNow(one, 'hits') / asked)) : '';
}

/** What is not 0 of all that no column shows. */
export function alsoText(one: LiveInstrument): string {
  const words: string[] = [];
  // Waiting for one of the connections, which are what the bar shows.
  const waiting = one.kind === 'connections' ? figureNow(one, 'depth') : 0;
  if (waiting > 0) words.push(messages.further(messages.waitingFor, formatCount(waiting)));
  for (const figure of Object.keys(INSTRUMENT_FIGURES[one.kind]) as FigureName[]) {
    const value = ELSEWHERE.has(figure) ? 0 : figureNow(one, figure);
    if (value > 0) words.push(messages.further(figureWord(figure), formatCount(value)));
  }
  return words.join(' · ');
}

/** The figure whose last minute is drawn beside an instrument. */
export function curveOf({ kind, series }: LiveInstrument): FigureName | null {
  const wanted = CURVES[kind];
  return wanted.find((figure) => series.has(figure)) ?? null;
}

const CURVES: Readonly<Record<InstrumentKind, readonly FigureName[]>> = {
  queue: ['depth', 'submitted'],
  pool: ['active', 'depth'],
  slab: ['active'],
  cache: ['hits', 'depth'],
  batcher: ['submitted', 'depth'],
  breaker: ['submitted', 'failed'],
  limiter: ['rejected', 'completed'],
  correlation: ['depth', 'submitted'],
  connections: ['active', 'depth'],
  operation: ['submitted', 'depth'],
};

/**
 * What a limit is. Each process keeps its limits in one table (`limits.ts` in its folder), from which code takes the
 * number, configuration schemas their default, and `docs/limits.md` its rows.
 */

/** What a limit is counted in. */
export type LimitUnit =
  | 'bytes'
  | 'bytes/second'
  | 'characters'
  | 'count'
  | 'days'
  | 'frames'
  | 'frames/second'
  | 'lines'
  | 'lines/second'
  | 'milliseconds'
  | 'minutes'
  | 'ratio'
  | 'seconds';

/** One limit. */
export interface Limit {
  readonly default: number;
  readonly unit: LimitUnit;
  /** A sentence for operators: what it bounds, and why this number. */
  readonly reason: string;
}

/** The numbers of a table: each name with its default, as a fresh object. */
export function limitDefaults<Name extends string>(
  table: Readonly<Record<Name, Limit>>,
): Record<Name, number> {
  const names = Object.keys(table) as Name[];
  return Object.fromEntries(names.map((name) => [name, table[name].default])) as Record<Name, number>;
}

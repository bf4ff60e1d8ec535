/**
 * Limits that operators change while a daemon runs, the same in every daemon: the rows of `limits`, the arguments of
 * `set-limits`, one for each limit of a table, and what setting them comes to.
 */
import { z } from 'zod';
import { SignalboxError } from '../../../contract/errors.ts';
import type { Limit } from '../../../contract/limit.ts';
import type { TableColumn } from '../../../contract/manifest.ts';

/** A limit with the range that it may be set to. */
export interface LiveLimit extends Limit {
  readonly min: number;
  readonly max: number;
}

/** The limits of a daemon by name. */
export type LiveLimits<Name extends string> = Readonly<Record<Name, LiveLimit>>;

/** The columns of `limits`. */
export const limitColumns: readonly TableColumn[] = [
  { key: 'limit', title: 'Limit', type: 'text' },
  { key: 'value', title: 'Value', type: 'number' },
  { key: 'default', title: 'Default', type: 'number' },
  { key: 'unit', title: 'Unit', type: 'text' },
  { key: 'reason', title: 'Reason', type: 'text' },
];

/** The arguments of `set-limits`. */
export function limitArguments<Name extends string>(
  table: LiveLimits<Name>,
): Record<Name, z.ZodOptional<z.ZodNumber>> {
  return Object.fromEntries(
    namesOf(table).map((name) => {
      const { min, max, reason } = table[name];
      return [name, z.number().int().min(min).max(max).describe(reason).optional()];
    }),
  ) as Record<Name, z.ZodOptional<z.ZodNumber>>;
}

/** The rows of `limits`. */
export function limitRows<Name extends string>(table: LiveLimits<Name>, current: (name: Name) => number) {
  return namesOf(table).map((name) => ({
    limit: name,
    value: current(name),
    default: table[name].default,
    unit: table[name].unit,
    reason: table[name].reason,
  }));
}

/** The numbers that `set-limits` names. Throws SignalboxError `bad_request` where it names none. */
export function namedLimits<Name extends string>(
  table: LiveLimits<Name>,
  args: Readonly<Partial<Record<Name, number | undefined>>>,
): Partial<Record<Name, number>> {
  const named: Partial<Record<Name, number>> = {};
  for (const name of namesOf(table)) if (args[name] !== undefined) named[name] = args[name];
  if (Object.keys(named).length === 0)
    throw new SignalboxError('bad_request', 'Name at least one limit and its new value.');
  return named;
}

/** What those that are named were before. */
export function formerLimits<Name extends string>(
  named: Partial<Record<Name, number>>,
  current: (name: Name) => number,
): Partial<Record<Name, number>> {
  const names = Object.keys(named) as Name[];
  return Object.fromEntries(names.map((name) => [name, current(name)])) as Partial<Record<Name, number>>;
}

function namesOf<Name extends string>(table: LiveLimits<Name>): Name[] {
  return Object.keys(table) as Name[];
}

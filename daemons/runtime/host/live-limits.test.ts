import { expect, it } from 'vitest';
import { z } from 'zod';
import { formerLimits, limitArguments, limitColumns, limitRows, namedLimits } from './live-limits.ts';

const TABLE = {
  things: { default: 5, min: 1, max: 9, unit: 'count', reason: 'So many things.' },
  wait_ms: { default: 100, min: 0, max: 1_000, unit: 'milliseconds', reason: 'So long a wait.' },
} as const;
const current = (name: keyof typeof TABLE) => (name === 'things' ? 7 : 100);

it('takes one argument a limit, within the range of the table', () => {
  const args = z.object(limitArguments(TABLE));
  expect(args.parse({})).toEqual({});
  expect(args.parse({ things: 9 })).toEqual({ things: 9 });
  for (const wrong of [{ things: 0 }, { things: 10 }, { things: 1.5 }, { wait_ms: -1 }, { wait_ms: 'long' }])
    expect(args.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
});

it('shows what is in force beside the default and the reason', () => {
  const rows = limitRows(TABLE, current);
  expect(rows[0]).toEqual({
    limit: 'things',
    value: 7,
    default: 5,
    unit: 'count',
    reason: 'So many things.',
  });
  expect(Object.keys(rows[1]!)).toEqual(limitColumns.map(({ key }) => key));
});

it('says of those that are named what they were, and refuses a call that names none', () => {
  const named = namedLimits(TABLE, { wait_ms: 0, things: undefined });
  expect(named).toEqual({ wait_ms: 0 });
  expect(formerLimits(named, current)).toEqual({ wait_ms: 100 });
  expect(() => namedLimits(TABLE, {})).toThrow('Name at least one limit and its new value.');
});

it('declares columns with titles, and describes each argument by its reason', () => {
  expect(limitColumns.map(({ key, title, type }) => `${key}: ${title} (${type})`)).toEqual([
    'limit: Limit (text)',
    'value: Value (number)',
    'default: Default (number)',
    'unit: Unit (text)',
    'reason: Reason (text)',
  ]);
  expect(limitRows(TABLE, current)[1]).toEqual({
    limit: 'wait_ms',
    value: 100,
    default: 100,
    unit: 'milliseconds',
    reason: 'So long a wait.',
  });
  const args = limitArguments(TABLE);
  expect(Object.keys(args)).toEqual(['things', 'wait_ms']);
  expect(z.object(args).safeParse({ things: 1, wait_ms: 1_000 }).success).toBe(true);
  expect(z.object(args).safeParse({ wait_ms: 1_001 }).success).toBe(false);
  expect(() => namedLimits(TABLE, {})).toThrow(expect.objectContaining({ code: 'bad_request' }));
});

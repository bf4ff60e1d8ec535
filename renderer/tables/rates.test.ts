import { expect, it } from 'vitest';
import { RateMeter, withRateColumns } from './rates.ts';

const columns = [
  { key: 'id', title: 'Id', type: 'number' },
  { key: 'in', title: 'In', type: 'bytes', rank: 2, counter: true },
  { key: 'queue', title: 'SendQ', type: 'bytes' },
  { key: 'out', title: 'Out', type: 'number', counter: true },
] as const;
type Rows = readonly (readonly (number | null)[])[];
const snapshot = (seconds: number, rows: Rows) => ({ time: seconds * 1_000, rows, total: rows.length });
const meter = () => new RateMeter(columns, 0);

it('has a column behind each total, of the same type and rank', () => {
  expect(withRateColumns(columns).map(({ key, title, type, rank }) => [key, title, type, rank])).toEqual([
    ['id', 'Id', 'number', undefined],
    ['in', 'In', 'bytes', 2],
    ['in/s', 'In/s', 'bytes', 2],
    ['queue', 'SendQ', 'bytes', undefined],
    ['out', 'Out', 'number', undefined],
    ['out/s', 'Out/s', 'number', undefined],
  ]);
  expect(withRateColumns(columns.slice(0, 1))).toEqual(columns.slice(0, 1));
});

it('says how fast a total rises from one snapshot to the next, by row', () => {
  const rates = meter();
  expect(rates.rows(snapshot(10, [[1, 100, 5, 7]]))).toEqual([[1, 100, null, 5, 7, null]]);
  const next = snapshot(12, [
    [2, 50, 5, 1],
    [1, 2_100, 5, 7],
  ]);
  const rows = rates.rows(next);
  expect(rows).toEqual([
    [2, 50, null, 5, 1, null],
    [1, 2_100, 1_000, 5, 7, 0],
  ]);
  // The same snapshot is the same list.
  expect(rates.rows(next)).toBe(rows);
});

it('measures over a second at least, and stays with what it said before that', () => {
  const rates = meter();
  rates.rows(snapshot(10, [[1, 0, 0, 0]]));
  expect(rates.rows(snapshot(10.2, [[1, 600, 0, 0]]))[0]?.[2]).toBeNull();
  expect(rates.rows(snapshot(11, [[1, 700, 0, 0]]))[0]?.[2]).toBe(700);
  expect(rates.rows(snapshot(11.5, [[1, 5_000, 0, 0]]))[0]?.[2]).toBe(700);
});

it('says nothing of a total that fell or is missing', () => {
  const rates = meter();
  rates.rows(snapshot(10, [[1, 100, 0, 7]]));
  expect(rates.rows(snapshot(11, [[1, 50, 0, null]]))).toEqual([[1, 50, null, 0, null, null]]);
});

it('leaves rows alone that have no totals, or nothing that tells them apart', () => {
  const plain = snapshot(10, [[1, 100, 0, 7]]);
  expect(new RateMeter(columns, -1).rows(plain)).toBe(plain.rows);
  expect(new RateMeter(columns.slice(0, 1), 0).rows(plain)).toBe(plain.rows);
});

// @vitest-environment happy-dom
/** The row that a page is about, while its table refreshes. */
import { expect, it } from 'vitest';
import type { TableCell } from '../../contract/stream.ts';
import { FollowedRow } from './followed-row.ts';

/** Rows of nick and id, the id identifying them; `time` 0 is before the first and after the end of the process. */
const after = (row: FollowedRow, rows: readonly (readonly TableCell[])[], time = 1, total = rows.length) =>
  row.after({ time, rows, total }, rows);

it('waits for rows, and is found by its name, in its own spelling first', () => {
  const row = new FollowedRow('Ann', 1);
  expect(after(row, [], 0)).toEqual({ phase: 'waiting' });
  const found = after(row, [
    ['ann', 1],
    ['Ann', 2],
  ]);
  expect(found).toEqual({ phase: 'there', row: ['Ann', 2] });
  expect(after(new FollowedRow('ANN', 1), [['ann', 1]])).toEqual({ phase: 'there', row: ['ann', 1] });
});

it('is unknown where no row is called so, and says whether some were cut off', () => {
  const row = new FollowedRow('zoe', 1);
  expect(after(row, [['ann', 1]])).toEqual({ phase: 'unknown', cut: false });
  expect(after(row, [['ann', 1]], 1, 2)).toEqual({ phase: 'unknown', cut: true });
  expect(after(row, [['zoe', 2]])).toEqual({ phase: 'there', row: ['zoe', 2] });
});

it('is followed when it is called otherwise, and not taken for who has its name then', () => {
  const row = new FollowedRow('ann', 1);
  after(row, [['ann', 1]]);
  const renamed = [
    ['ann', 2],
    ['anna', 1],
  ];
  expect(after(row, renamed)).toEqual({ phase: 'there', row: ['anna', 1] });
  expect(after(row, [['ann', 2]])).toEqual({ phase: 'gone', row: ['anna', 1], another: true });
  expect(after(row, [])).toEqual({ phase: 'gone', row: ['anna', 1], another: false });
});

it('does not come back with a process that numbers anew', () => {
  const row = new FollowedRow('ann', 1);
  after(row, [['ann', 1]]);
  expect(after(row, [], 0)).toEqual({ phase: 'gone', row: ['ann', 1], another: false });
  expect(after(row, [['bob', 1]])).toEqual({ phase: 'gone', row: ['ann', 1], another: false });
  expect(after(row, [['ann', 1]])).toEqual({ phase: 'gone', row: ['ann', 1], another: true });
});

it('comes back where its name is what identifies it', () => {
  const channel = new FollowedRow('#c', 0);
  after(channel, [['#c', 5]]);
  expect(after(channel, [], 0).phase).toBe('gone');
  expect(after(channel, [['#c', 1]])).toEqual({ phase: 'there', row: ['#c', 1] });
  const numbered = new FollowedRow('7', 0);
  after(numbered, [[7, 'a']]);
  after(numbered, [], 0);
  expect(after(numbered, [[7, 'b']])).toEqual({ phase: 'gone', row: [7, 'a'], another: true });
});

it('says the same of one snapshot however often it is asked', () => {
  const row = new FollowedRow('ann', 1);
  const snapshot = { time: 1, rows: [['ann', 1]], total: 1 };
  expect(row.after(snapshot, snapshot.rows)).toBe(row.after(snapshot, snapshot.rows));
});

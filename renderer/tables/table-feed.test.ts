import { expect, it, vi } from 'vitest';
import { TableFeed } from './table-feed.ts';

const rows = { time: 5, rows: [['ann']], total: 3 };

it('has nothing before the first rows, then the newest', () => {
  const feed = new TableFeed();
  expect(feed.snapshot()).toEqual({ time: 0, rows: [], total: 0 });
  feed.set(rows);
  expect(feed.snapshot()).toBe(rows);
});

it('tells of every change to those who listen, and of none where nothing has changed', () => {
  const feed = new TableFeed();
  const [one, other] = [vi.fn(), vi.fn()];
  const end = feed.subscribe(one);
  feed.subscribe(other);
  feed.clear();
  expect(one).not.toHaveBeenCalled();
  feed.set(rows);
  end();
  feed.clear();
  feed.clear();
  expect([one.mock.calls.length, other.mock.calls.length]).toEqual([1, 2]);
  expect(feed.snapshot().rows).toEqual([]);
});

it('has no rows where they may not be seen, and says why', () => {
  const feed = new TableFeed();
  feed.set(rows);
  feed.deny('For operators.');
  expect(feed.snapshot()).toEqual({ time: 0, rows: [], total: 0, denied: 'For operators.' });
});

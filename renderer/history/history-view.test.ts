import { describe, expect, it } from 'vitest';
import { endsOf, type HistoryView, METRIC_LIMIT, queryOf, refreshOf, viewOf } from './history-view.ts';

const defaults = { source: 'a', metrics: (source: string) => [`${source}_m`] };

describe('the view of the History page', () => {
  it('has defaults where the address says nothing', () => {
    expect(viewOf({}, defaults)).toEqual({
      source: 'a',
      metrics: ['a_m'],
      range: { kind: 'recent', name: '1h' },
    });
    expect(viewOf({ source: 'b' }, defaults).metrics).toEqual(['b_m']);
  });

  it.each<HistoryView>([
    { source: 'b', metrics: ['x', 'y'], range: { kind: 'recent', name: '7d' } },
    { source: 'b', metrics: [], range: { kind: 'absolute', from: 1000, to: 2000 } },
  ])('comes back from its address: %j', (view) => {
    expect(viewOf(queryOf(view), defaults)).toEqual(view);
  });

  it('takes no range that ends before it begins, and none that is unknown', () => {
    expect(viewOf({ from: '20', to: '10' }, defaults).range.kind).toBe('recent');
    expect(viewOf({ from: 'x', to: '10' }, defaults).range.kind).toBe('recent');
    expect(viewOf({ range: 'toString' }, defaults).range).toEqual({ kind: 'recent', name: '1h' });
  });

  it('asks for no more metrics than a query may hold', () => {
    const many = Array.from({ length: 40 }, (_, i) => `m${i}`).join(',');
    expect(viewOf({ metrics: many }, defaults).metrics).toHaveLength(METRIC_LIMIT);
  });

  it('moves with time only where the range ends now', () => {
    expect(endsOf({ kind: 'recent', name: '5m' }, 1_000_000)).toEqual({ from: 700_000, to: 1_000_000 });
    expect(refreshOf({ kind: 'recent', name: '5m' })).toBe(2_000);
    expect(refreshOf({ kind: 'absolute', from: 1, to: 2 })).toBe(null);
  });

  it.each([
    ['5m', 300, 2],
    ['1h', 3_600, 10],
    ['24h', 86_400, 60],
    ['7d', 604_800, 300],
    ['30d', 2_592_000, 300],
  ] as const)('of the last %s is %i seconds and read again every %i', (name, length, refresh) => {
    const range = { kind: 'recent', name } as const;
    expect(endsOf(range, 3e12)).toEqual({ from: 3e12 - length * 1_000, to: 3e12 });
    expect(refreshOf(range)).toBe(refresh * 1_000);
    expect(viewOf({ range: name }, defaults).range).toEqual(range);
  });

  it('keeps its two points in time whatever the time, in whole milliseconds', () => {
    const range = { kind: 'absolute', from: 1_000.4, to: 2_000.6 } as const;
    expect(endsOf(range, 5)).toEqual(range);
    expect(queryOf({ source: 'a', metrics: ['m'], range })).toEqual({
      source: 'a',
      metrics: 'm',
      from: '1000',
      to: '2001',
    });
  });

  it('needs both points in time, from the first of all on', () => {
    const rangeOf = (query: Record<string, string>) => viewOf(query, defaults).range;
    expect(rangeOf({ from: '0', to: '1' })).toEqual({ kind: 'absolute', from: 0, to: 1 });
    for (const query of [
      { from: '1' },
      { to: '1' },
      { from: '-1', to: '1' },
      { from: '1', to: '1' },
      { from: '', to: 'x' },
    ])
      expect(rangeOf(query as Record<string, string>).kind).toBe('recent');
  });

  it('has no metric without a name', () => {
    expect(viewOf({ metrics: ',a,,b,' }, defaults).metrics).toEqual(['a', 'b']);
    expect(METRIC_LIMIT).toBe(12);
  });
});

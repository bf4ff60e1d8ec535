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
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { daemon } from '../model/test-host.ts';
import { parseRoute } from './route.ts';
import { backIn, endsOf, RANGES, rangeIn, rangeQuery, scopeIn, type ViewRange, yesterday } from './view.ts';
import { withView } from './view-keys.ts';

const recent = fc.constantFrom(...(Object.keys(RANGES) as (keyof typeof RANGES)[]));
const ranges: fc.Arbitrary<ViewRange> = fc.oneof(
  fc.constant({ kind: 'live' } as const),
  recent.map((name) => ({ kind: 'recent', name }) as const),
  fc
    .tuple(fc.nat({ max: 4e12 }), fc.integer({ min: 1, max: 1e12 }))
    .map(([from, length]) => ({ kind: 'absolute', from, to: from + length }) as const),
);

describe('the range of time of an address', () => {
  it('is live where it says nothing, and comes back from what is written of it', () => {
    expect(rangeIn({})).toEqual({ range: { kind: 'live' }, mistake: null });
    fc.assert(
      fc.property(ranges, (range) => {
        expect(rangeIn(rangeQuery(range))).toEqual({ range, mistake: null });
        expect(rangeIn(withView(rangeQuery(range), { range: '7d' }))).toEqual({ range, mistake: null });
        expect(rangeIn(withView({ at: '5' }, rangeQuery(range)))).toEqual({ range, mistake: null });
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['range=banana', '“banana” is no range of time'],
    ['range=toString', '“toString” is no range of time'],
    ['range=', '“” is no range of time'],
    ['from=5', '“5” to “” is no range'],
    ['to=5', '“” to “5” is no range'],
    ['from=x&to=5', '“x” to “5” is no range'],
    ['from=5&to=5', '“5” to “5” is no range'],
    ['from=6&to=5', '“6” to “5” is no range'],
    ['from=-6&to=5', '“-6” to “5” is no range'],
    ['from=1&to=1e99', 'to “1e99” is no range'],
    ['from=1&to=8640000000000001', 'is no range'],
  ])('that is a mistake says so, and shows what is live: %s', (query, words) => {
    const { range, mistake } = rangeIn(parseRoute(`#/h/a?${query}`).query);
    expect(range).toEqual({ kind: 'live' });
    expect(mistake).toContain(words);
    expect(mistake).toContain('shows what is live');
  });

  it('ends now, or where it says', () => {
    expect(endsOf({ kind: 'live' }, 100_000)).toEqual({ from: 40_000, to: 100_000 });
    expect(endsOf({ kind: 'recent', name: '5m' }, 1_000_000)).toEqual({ from: 700_000, to: 1_000_000 });
    expect(endsOf({ kind: 'recent', name: '30d' }, 3e12)).toEqual({ from: 3e12 - 2_592_000_000, to: 3e12 });
    expect(endsOf({ kind: 'absolute', from: 1, to: 2 }, 3e12)).toMatchObject({ from: 1, to: 2 });
  });

  it('is yesterday from midnight to midnight, also where a day has 23 hours', () => {
    const day = (month: number, date: number, hours = 0) => new Date(2026, month, date, hours).getTime();
    const whole = { kind: 'absolute', from: day(10, 19), to: day(10, 20) };
    expect(yesterday(day(10, 20, 14))).toEqual(whole);
    expect(yesterday(day(10, 20))).toEqual(whole);
    expect(yesterday(day(2, 30, 1))).toEqual({ kind: 'absolute', from: day(2, 29), to: day(2, 30) });
    expect(yesterday(day(0, 1, 1))).toEqual({ kind: 'absolute', from: day(-1, 31), to: day(0, 1) });
  });

  it('goes back from a zoom to what was shown before, and to what is live where that is not known', () => {
    expect(backIn({ back: '7d' })).toEqual({ kind: 'recent', name: '7d' });
    for (const query of [{}, { back: 'toString' }, { back: 'live' }])
      expect(backIn(query)).toEqual({ kind: 'live' });
  });
});

describe('the scope of an address', () => {
  const daemons = { d: daemon(), recorder: daemon({ id: 'recorder' }) };
  const scope = (hash: string) => scopeIn(parseRoute(hash), daemons);
  it('is the daemon of the page, else the one that it is narrowed to, else everything', () => {
    expect(scope('#/h/a/daemon/d/logs?scope=recorder').scope).toBe('d');
    expect(scope('#/h/a/audit?scope=d').scope).toBe('d');
    expect(scope('#/h/a/audit?scope=main').scope).toBe('main');
    for (const hash of ['#/h/a', '#/h/a?scope=all', '#/h/a/daemon'])
      expect(scope(hash)).toEqual({ scope: null, mistake: null });
  });
  it('that does not exist says so, and everything is shown', () => {
    for (const name of ['nosuch', 'toString']) {
      const { scope: id, mistake } = scope(`#/h/a/audit?scope=${name}`);
      expect([id, mistake]).toEqual([null, expect.stringContaining(`no daemon called “${name}”`)]);
    }
  });
});

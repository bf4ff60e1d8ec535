/** Which instruments stand on top of the Pools and queues page and of `signalbox top`. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FigureName, FoundInstrument } from '../contract/instrument-rows.ts';
import { INSTRUMENT_KINDS, type InstrumentKind } from '../contract/manifest.ts';
import { TROUBLE_HOLD_MS, TROUBLES, type Trouble, TroubleOrder, troubleOf } from './instrument-trouble.ts';

type Figures = Readonly<Partial<Record<FigureName, number>>>;

const classOf = (kind: InstrumentKind, now: Figures, rate: Figures = {}): Trouble =>
  troubleOf(
    { kind },
    { now: (figure) => now[figure] ?? Number.NaN, rate: (figure) => rate[figure] ?? Number.NaN },
  );

const instrument = (name: string, kind: InstrumentKind = 'queue', daemon = 'd'): FoundInstrument => ({
  daemon,
  kind,
  name,
  key: `${kind}{${name}}`,
  series: new Map(),
  others: 0,
});

describe('trouble', () => {
  it('is none where nothing is known', () => {
    for (const kind of INSTRUMENT_KINDS) expect(classOf(kind, {})).toBe('none');
  });

  it('of a breaker is that it refuses calls', () => {
    expect([0, 1, 2, 3].map((state) => classOf('breaker', { state }))).toEqual([
      'none',
      'refusing',
      'open',
      'none',
    ]);
    expect(classOf('breaker', { state: 0 }, { rejected: 1 })).toBe('none');
  });

  it.each(['queue', 'pool', 'correlation', 'limiter'] as const)('of a %s is how full it is', (kind) => {
    const at = (depth: number) => classOf(kind, { depth, capacity: 100 });
    expect([at(0), at(79), at(80), at(99), at(100), at(101)]).toEqual([
      'none',
      'none',
      'filling',
      'filling',
      'full',
      'full',
    ]);
    expect(classOf(kind, { depth: 5, capacity: 0 })).toBe('none');
  });

  it('of a slab is how many of its buffers are handed out', () => {
    expect([7, 8, 10].map((active) => classOf('slab', { active, max: 10 }))).toEqual([
      'none',
      'filling',
      'full',
    ]);
  });

  it('of a pool of connections is that somebody waits while all are in use', () => {
    const all = { active: 8, max: 8 };
    expect([
      classOf('connections', { ...all, depth: 0 }),
      classOf('connections', { ...all, depth: 1 }),
    ]).toEqual(['none', 'full']);
  });

  it('is not that a cache or a batch is full: that is what they are for', () => {
    expect(classOf('cache', { depth: 10, capacity: 10 })).toBe('none');
    expect(classOf('batcher', { depth: 10, capacity: 10 })).toBe('none');
  });

  it('is that something is refused or thrown away now, be there room or not', () => {
    expect(classOf('queue', { depth: 0, capacity: 10 }, { rejected: 0.5 })).toBe('refusing');
    expect(classOf('queue', { depth: 9, capacity: 10 }, { dropped: 3 })).toBe('refusing');
    expect(classOf('queue', { depth: 0, capacity: 10 }, { rejected: 0, dropped: 0 })).toBe('none');
    expect(classOf('queue', { depth: 10, capacity: 10 }, { rejected: 1 })).toBe('full');
  });

  it('is that things wait for long, while any do', () => {
    const pool = { capacity: 100, depth: 1 };
    expect(classOf('pool', { ...pool, wait: 0.1 })).toBe('waiting');
    expect(classOf('pool', { ...pool, wait: 0.099 })).toBe('none');
    expect(classOf('pool', { ...pool, depth: 0, wait: 5 })).toBe('none');
    expect(classOf('pool', { ...pool, depth: 0, wait: 5 }, { wait: 2 })).toBe('waiting');
  });
});

describe('the order', () => {
  const judged = (classes: Readonly<Record<string, Trouble>>) => (item: FoundInstrument) =>
    classes[item.name] ?? 'none';
  const namesOf = (order: ReturnType<TroubleOrder['arrange']>) =>
    order.map(({ item, trouble }) => `${item.name} ${trouble}`);

  it('has what needs a person first, then kinds, names and processes', () => {
    const items = [
      instrument('b'),
      instrument('a', 'pool'),
      instrument('a', 'queue', 'z'),
      instrument('a'),
      instrument('f'),
      instrument('o', 'breaker'),
    ];
    const order = new TroubleOrder().arrange(items, judged({ f: 'full', o: 'open', b: 'waiting' }), 0);
    expect(order.map(({ item }) => `${item.daemon} ${item.kind} ${item.name}`)).toEqual([
      'd breaker o',
      'd queue f',
      'd queue b',
      'd queue a',
      'z queue a',
      'd pool a',
    ]);
  });

  it('lets a row rise at once, and sink when it has been better for a while', () => {
    const order = new TroubleOrder();
    const items = [instrument('a'), instrument('b')];
    const at = (ms: number, b: Trouble) => namesOf(order.arrange(items, judged({ b }), ms));
    expect(at(0, 'none')).toEqual(['a none', 'b none']);
    expect(at(1_000, 'full')).toEqual(['b full', 'a none']);
    expect(at(2_000, 'none')).toEqual(['b full', 'a none']);
    expect(at(3_000, 'filling')).toEqual(['b full', 'a none']);
    expect(at(1_000 + TROUBLE_HOLD_MS - 1, 'none')).toEqual(['b full', 'a none']);
    expect(at(1_000 + TROUBLE_HOLD_MS, 'none')).toEqual(['a none', 'b none']);
  });

  it('goes on after the clock was set back', () => {
    const order = new TroubleOrder();
    order.arrange([instrument('a')], judged({ a: 'full' }), 1e6);
    expect(namesOf(order.arrange([instrument('a')], judged({}), 0))).toEqual(['a none']);
  });

  it('forgets what is gone', () => {
    const order = new TroubleOrder();
    order.arrange([instrument('a')], judged({ a: 'full' }), 0);
    order.arrange([], judged({}), 1);
    expect(namesOf(order.arrange([instrument('a')], judged({}), 2))).toEqual(['a none']);
  });

  it('has every row once, the same for the same classes, and none above one that is worse', () => {
    const rows = fc.uniqueArray(
      fc.record({
        name: fc.string({ maxLength: 4 }),
        kind: fc.constantFrom(...INSTRUMENT_KINDS),
        daemon: fc.constantFrom('a', 'b'),
        trouble: fc.constantFrom(...TROUBLES),
      }),
      { selector: ({ name, kind, daemon }) => `${daemon} ${kind} ${name}` },
    );
    fc.assert(
      fc.property(rows, (made) => {
        const items = made.map((one) => ({ ...instrument(one.name, one.kind, one.daemon), ...one }));
        const judge = (item: (typeof items)[number]) => item.trouble;
        const order = new TroubleOrder().arrange(items, judge, 0);
        expect(new Set(order.map(({ item }) => item))).toEqual(new Set(items));
        expect(new TroubleOrder().arrange([...items].reverse(), judge, 0)).toEqual(order);
        const ranks = order.map(({ trouble }) => TROUBLES.indexOf(trouble));
        expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
      }),
    );
  });
});

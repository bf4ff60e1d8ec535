/** Which client makes room. */
import { afterEach, expect, test, vi } from 'vitest';
import { type ClientActivity, dispensable, newActivity } from './client-places.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Chooses among clients by name, 10 seconds after the clock began; a client that has just come has a second. */
function choose(clients: Record<string, Partial<ClientActivity>>): string | null {
  vi.spyOn(performance, 'now').mockReturnValue(10_000);
  const all = Object.entries(clients).map(([name, more]): [string, ClientActivity] => [
    name,
    { asked: true, outstanding: 0, at: 5_000, ...more },
  ]);
  return dispensable(new Map(all), 1_000);
}

test('a client that connects has asked nothing and waits for nothing', () => {
  vi.spyOn(performance, 'now').mockReturnValue(7);
  expect(newActivity()).toEqual({ asked: false, outstanding: 0, at: 7 });
});

test.each<[string, Record<string, Partial<ClientActivity>>, string | null]>([
  ['there is nobody', {}, null],
  ['everybody waits for an answer', { a: { outstanding: 1 }, b: { outstanding: 2 } }, null],
  ['one waits for an answer', { a: { outstanding: 1, at: 0 }, b: { at: 9_000 } }, 'b'],
  ['all have asked: the one that is idle longest', { a: { at: 3 }, b: { at: 1 }, c: { at: 2 } }, 'b'],
  ['two are as idle: the one that came first', { a: { at: 1 }, b: { at: 1 } }, 'a'],
  ['one has never asked', { a: { at: 1 }, b: { asked: false, at: 9_000 } }, 'b'],
  ['one has never asked and came first', { b: { asked: false, at: 9_000 }, a: { at: 1 } }, 'b'],
  ['one is about to ask', { a: { at: 9_999 }, b: { asked: false, at: 9_001 } }, 'a'],
  ['one is about to ask and came first', { b: { asked: false, at: 9_001 }, a: { at: 9_999 } }, 'a'],
  ['there is only one that is about to ask', { b: { asked: false, at: 9_001 } }, 'b'],
  ['the time to ask is just over', { a: { at: 1 }, b: { asked: false, at: 9_000 } }, 'b'],
])('%s', (_, clients, expected) => {
  expect(choose(clients)).toBe(expected);
});

// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, test, vi } from 'vitest';
import { parseChoices, useColumnChoice } from './column-choice.ts';

beforeEach(() => localStorage.clear());
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const kept = () => JSON.parse(localStorage.getItem('signalbox.columns') ?? 'null') as unknown;
const keep = (choices: object) => localStorage.setItem('signalbox.columns', JSON.stringify(choices));
const use = (table: string, former?: string) => renderHook(() => useColumnChoice(table, former)).result;

test('a choice of columns that was kept is read back, and anything else is none', () => {
  expect(parseChoices('{"ircd connections":["nick","out"]}')).toEqual({
    'ircd connections': ['nick', 'out'],
  });
  expect(parseChoices('{"a":["x"],"b":7,"c":["y",1],"d":[],"e":{"f":["z"]}}')).toEqual({ a: ['x'], d: [] });
  for (const text of [null, '', 'null', '7', '"a"', 'true', '{"a":1}', '{"a":[1]}', '{'])
    expect(parseChoices(text)).toEqual({});
});

it('is none until there is one, then is kept beside those of other tables', () => {
  keep({ other: ['x'] });
  const choice = use('people');
  expect(choice.current[0]).toBeNull();
  act(() => choice.current[1](['nick']));
  expect([choice.current[0], kept()]).toEqual([['nick'], { other: ['x'], people: ['nick'] }]);
  act(() => choice.current[1](null));
  expect([choice.current[0], kept()]).toEqual([null, { other: ['x'] }]);
});

it('is the newest where there is one under the former name too', () => {
  keep({ users: ['old'], people: ['new'] });
  expect(use('people', 'users').current[0]).toEqual(['new']);
  expect(use('crowd', 'users').current[0]).toEqual(['old']);
  expect(use('crowd').current[0]).toBeNull();
});

it('lasts as long as the table where nothing may be kept', () => {
  const forbidden = () => {
    throw new Error('no storage');
  };
  vi.stubGlobal('localStorage', { getItem: forbidden, setItem: forbidden, clear: () => {} });
  const choice = use('people');
  expect(choice.current[0]).toBeNull();
  act(() => choice.current[1](['nick']));
  expect(choice.current[0]).toEqual(['nick']);
});

// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { TableColumn } from '../../contract/manifest.ts';
import type { TableCell } from '../../contract/stream.ts';
import { useColumnChoice } from './column-choice.ts';
import { useShownColumns } from './use-shown-columns.ts';

const COLUMNS: readonly TableColumn[] = [
  { key: 'nick', title: 'Nick', type: 'text' },
  { key: 'class', title: 'Class', type: 'text', rank: 3 },
  { key: 'host', title: 'Host', type: 'text', rank: 2 },
];
const rows = (...all: readonly (readonly TableCell[])[]) => all;
const SAME = rows(['ann', 'lab', 'a'], ['ben', 'lab', 'b']);

beforeEach(() => localStorage.clear());
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

function show(change: Partial<Parameters<typeof useShownColumns>[0]> = {}) {
  const input = {
    memory: 'd people',
    columns: COLUMNS,
    rows: SAME,
    widths: [100, 100, 100],
    available: 1_000,
    ...change,
  };
  return renderHook((given: typeof input) => useShownColumns(given), { initialProps: input });
}

it('leaves out a column that says the same on every row, and says it once', () => {
  const { result } = show();
  expect(result.current.shown).toEqual([0, 2]);
  expect(result.current.note).toContain('lab');
});

it('keeps a column that has said two things, also when it says one again', () => {
  const { result, rerender } = show();
  const input = { memory: 'd people', columns: COLUMNS, widths: [100, 100, 100], available: 1_000 };
  rerender({ ...input, rows: rows(['ann', 'lab', 'a'], ['ben', 'home', 'b']) });
  expect(result.current.shown).toEqual([0, 1, 2]);
  rerender({ ...input, rows: SAME });
  expect([result.current.shown, result.current.note]).toEqual([[0, 1, 2], '']);
});

it('drops the least important columns where there is no room, the first never', () => {
  const varied = rows(['ann', 'lab', 'a'], ['ben', 'home', 'b']);
  expect(show({ rows: varied, available: 250 }).result.current.shown).toEqual([0, 2]);
  expect(show({ rows: varied, available: 10 }).result.current.shown).toEqual([0]);
  expect(show({ rows: varied, available: null }).result.current.shown).toEqual([0, 1, 2]);
});

it('shows what the reader chose whatever the width, and remembers it', () => {
  const { result } = show({ available: 10 });
  act(() => result.current.choose(['class']));
  expect(result.current).toMatchObject({ shown: [0, 1], note: '', chosen: true });
  expect(show().result.current).toMatchObject({ shown: [0, 1], chosen: true });
  expect(show({ memory: 'd rooms' }).result.current.chosen).toBe(false);
  act(() => result.current.choose(null));
  expect(result.current.chosen).toBe(false);
  expect(show().result.current.chosen).toBe(false);
});

it('finds a choice that was made under former names', () => {
  localStorage.setItem('signalbox.columns', JSON.stringify({ 'd users': ['machine'] }));
  const { result } = show({ formerMemory: 'd users', renamed: { machine: 'host' } });
  expect(result.current).toMatchObject({ shown: [0, 2], chosen: true });
});

it('keeps a choice for as long as the table stands where the browser stores nothing', () => {
  vi.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
    throw new Error('forbidden');
  });
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new Error('forbidden');
  });
  const { result } = renderHook(() => useColumnChoice('d people'));
  expect(result.current[0]).toBeNull();
  act(() => result.current[1](['host']));
  expect(result.current[0]).toEqual(['host']);
});

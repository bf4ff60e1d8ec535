// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { keptNumber, keptText, keptWidths, useTableMemory } from './table-memory.ts';

afterEach(() => {
  cleanup();
  localStorage.clear();
});
const memory = (table: string) => renderHook(() => useTableMemory('test.groups', table, keptText)).result;

it('keeps what was set for a table, beside that of others, until it is taken back', () => {
  const one = memory('one');
  act(() => one.current[1]('class'));
  const other = memory('other');
  act(() => other.current[1]('tls'));
  expect([memory('one').current[0], memory('other').current[0], memory('third').current[0]]).toEqual([
    'class',
    'tls',
    null,
  ]);
  act(() => one.current[1](null));
  expect([one.current[0], localStorage.getItem('test.groups')]).toEqual([null, '{"other":"tls"}']);
});

it.each(['', 'nonsense', '[1]', 'null', '{"one":5}'])('takes %s for nothing', (text) => {
  localStorage.setItem('test.groups', text);
  expect(memory('one').current[0]).toBeNull();
});

it('takes only what widths and numbers can be', () => {
  expect(keptWidths({ nick: 120, in: -1, out: 'x', idle: null })).toEqual({ nick: 120 });
  expect([keptWidths(5), keptWidths(null), keptNumber(5), keptNumber('5'), keptNumber(null)]).toEqual([
    null,
    null,
    5,
    null,
    null,
  ]);
});

/** Several mistakes as one error. */
import { expect, test } from 'vitest';
import type { WireError } from '../../../contract/errors.ts';
import { furtherMistakes, joinMistakes, withAllMistakes } from './mistakes.ts';

const at = (line: number | null, message = `line ${line}`): WireError => ({
  code: 'config_invalid',
  message,
  detail: { line, key: `k${line}` },
});

test('none is none, and one is itself', () => {
  expect(joinMistakes([])).toBeNull();
  expect(joinMistakes([at(3)])).toEqual(at(3));
});

test('they come in the order of their lines, those without one last', () => {
  const joined = joinMistakes([at(null, 'nowhere'), at(9), at(2)]);
  expect(joined).toEqual({
    code: 'config_invalid',
    message: 'line 2 (and 2 more mistakes)',
    detail: { line: 2, key: 'k2', mistakes: ['line 2', 'line 9', 'nowhere'] },
  });
  expect(joinMistakes([at(2), at(1)])?.message).toBe('line 1 (and one more mistake)');
});

test('of very many twenty are listed, and how many are left', () => {
  const many = (count: number) =>
    joinMistakes(Array.from({ length: count }, (_, n) => at(n + 1)))?.detail?.mistakes;
  expect(many(20)).toHaveLength(20);
  expect(many(20)).toMatchObject({ 19: 'line 20' });
  expect(many(21)).toHaveLength(21);
  expect(many(21)).toMatchObject({ 20: 'and one more mistake' });
  expect(many(23)).toMatchObject({ 20: 'and 3 more mistakes' });
});

test('whoever has room shows each further one in a line of its own', () => {
  const joined = joinMistakes([at(1), at(2), at(3)])!;
  expect(furtherMistakes(joined)).toEqual(['line 2', 'line 3']);
  expect(withAllMistakes(joined)).toBe('line 1 (and 2 more mistakes)\n  line 2\n  line 3');
  expect(furtherMistakes(at(1))).toEqual([]);
  expect(withAllMistakes(at(1))).toBe('line 1');
  expect(furtherMistakes({ code: 'internal', message: '' })).toEqual([]);
});

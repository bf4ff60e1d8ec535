import { expect, test } from 'vitest';
import { inWords } from './admin-scene.ts';

const READ_ONLY = { audited: false } as const;

test.each([
  ['nothing', { ok: true, result: { result: undefined } }, 'ok'],
  ['null', { ok: true, result: { result: null } }, 'ok'],
  ['nothing, unwritten', { ok: true, result: { result: undefined }, ...READ_ONLY }, 'ok (not audited)'],
  ['an object', { ok: true, result: { result: { clients: 2 } } }, 'ok {"clients":2}'],
  [
    'a table',
    { ok: true, result: { result: { rows: [{ nick: 'ann' }, { nick: 'bob' }] } } },
    'ok, 2 rows: ann, bob',
  ],
] as const)('an answer with %s is told in words', (_what, answer, words) => {
  expect(inWords(answer)).toBe(words);
});

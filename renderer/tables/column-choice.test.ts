import { expect, test } from 'vitest';
import { parseChoices } from './column-choice.ts';

test('a choice of columns that was kept is read back, and anything else is none', () => {
  expect(parseChoices('{"ircd connections":["nick","out"]}')).toEqual({
    'ircd connections': ['nick', 'out'],
  });
  for (const text of [null, '', 'null', '7', '{"a":1}', '{"a":[1]}', '{'])
    expect(parseChoices(text)).toEqual({});
});

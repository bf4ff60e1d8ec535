import { expect, it } from 'vitest';
import { replyParameter } from './reply-parameter.ts';

it('shows what can stand in the middle of a reply, and a star for everything else', () => {
  expect(['nick', '#channel', 'a:b'].map(replyParameter)).toEqual(['nick', '#channel', 'a:b']);
  expect(['', 'two words', ':colon', ' '].map(replyParameter)).toEqual(['*', '*', '*', '*']);
});

import { expect, test } from 'vitest';
import { refusal } from './refusal.ts';

const name = 'irc.example.net:6667';

test.each([
  ['lxy00000: connect EMFILE 127.0.0.1:6667', 'limit_reached', 'ulimit -n'],
  ['no result in 185 s', 'timeout', 'Ask for less load'],
  ['lxy00001 was lost: closed by the server', 'refused', '--concurrency'],
])('"%s" is %s', (why, code, mend) => {
  const error = refusal(new Error(why), { name });
  expect(error.code).toBe(code);
  expect(error.message).toContain(why);
  expect(error.message).toContain(mend);
});

import { expect, test } from 'vitest';
import { refusal } from './refusal.ts';

const name = 'irc.example.net:6667';

test.each([
  ['lxy00000: connect EMFILE 127.0.0.1:6667', 'limit_reached', 'ulimit -n'],
  ['no result in 185 s', 'timeout', 'Ask for less load'],
  ['lxy00001 was lost: closed by the server', 'refused', '--concurrency'],
  ['lxy00001: it takes no WebSocket; the server said: HTTP/1.1 403 Forbidden', 'refused', '--origin'],
])('"%s" is %s', (why, code, mend) => {
  const error = refusal(new Error(why), { name });
  expect(error.code).toBe(code);
  expect(error.message).toContain(why);
  expect(error.message).toContain(mend);
});

test('a password that a server repeats is not told', () => {
  const why = new Error('lxy00001: ERROR :no such password: s3cret (s3cret)');
  const { message } = refusal(why, { name, password: 's3cret' });
  expect(message).not.toContain('s3cret');
  expect(message).toContain('no such password: (the password) ((the password))');
});

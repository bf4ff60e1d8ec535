import { expect, test } from 'vitest';
import { UsageError } from '../terminal/terminal.ts';
import { parseSessionsRequest, showSessions } from './sessions-command.ts';

test('"sessions" lists, "sessions end ID" ends one, and anything else is said to be wrong', () => {
  expect(parseSessionsRequest([])).toBeNull();
  expect(parseSessionsRequest(['end', '3fa94c21'])).toBe('3fa94c21');
  for (const words of [['stop'], ['end'], ['end', 'a', 'b']])
    expect(() => parseSessionsRequest(words)).toThrow(UsageError);
});

test('a session is shown with who it is, where from and what it holds', () => {
  const text = showSessions([
    {
      ...{
        id: '3fa94c21',
        name: 'Anna\u001b[2J',
        from: 'browser',
        role: 'admin',
        address: '192.0.2.7',
        where: null,
      },
      ...{ since: 1_700_000_000_000, expiresAt: null, connections: 1, streams: 3, current: true },
    },
  ]);
  expect(text).toMatch(/3fa94c21 \(this one\) .*browser .*admin .*192\.0\.2\.7 .*1 +3/);
  expect(text).not.toContain('\u001b[2J');
});

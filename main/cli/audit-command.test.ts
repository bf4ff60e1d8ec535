import { expect, test } from 'vitest';
import type { AuditEntry } from '../../contract/control/audit.ts';
import { UsageError } from '../terminal/terminal.ts';
import { parseAuditRequest, showAudit } from './audit-command.ts';

const entry: AuditEntry = {
  id: 7,
  time: Date.UTC(2026, 10, 20, 14),
  actor: 'anna',
  from: 'cli',
  action: 'command',
  target: 'ircd',
  command: 'clients',
  args: {},
  ok: true,
  outcome: '3 rows',
  durationMs: 2_500,
  effects: [],
};

test('an entry has a line, and a slow one says below where its time went and what was ahead of it', () => {
  const timing = { queueMs: 2_300, workMs: 200, ahead: [{ name: 'LIST', count: 3 }] };
  const [, line, slow, ...more] = showAudit([{ ...entry, timing }]).split('\n');
  expect(line).toMatch(/^ *7 +\S+ \S+ +anna +ircd clients +2\.5 s +3 rows$/);
  expect(slow).toBe('7: 2.3 s in queue behind LIST x 3, 200 ms in work');
  expect(more).toEqual([]);
  expect(showAudit([{ ...entry, command: '', action: 'daemon.stop' }])).toContain('ircd daemon.stop');
  expect(showAudit([{ ...entry, actor: 'evil\u001b[2J' }])).not.toContain('\u001b[2J');
});

test('what is asked for is checked before anybody is asked', () => {
  expect(parseAuditRequest([])).toEqual({ limit: 50 });
  expect(parseAuditRequest(['ircd', '--limit', '1000'])).toEqual({ target: 'ircd', limit: 1_000 });
  for (const words of [
    ['a', 'b'],
    ['--limit', '0'],
    ['--limit', '1001'],
    ['--limit', 'x'],
  ])
    expect(() => parseAuditRequest(words)).toThrow(UsageError);
});

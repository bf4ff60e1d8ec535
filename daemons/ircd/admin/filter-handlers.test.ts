/** The admin commands about spam filters, from what they refuse to what they would have met. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MemoryServer } from '../memory-server.ts';
import { filterHandlers } from './filter-handlers.ts';

let irc: MemoryServer;
let filters: ReturnType<typeof filterHandlers>;

const call = {
  signal: new AbortController().signal,
  actor: { name: 'tester', from: 'cli', role: 'admin' },
} as const;
const asked = { pattern: '*free money*', targets: 'channel', limit: 10 };
const given = {
  pattern: '*free money*',
  targets: 'channel',
  action: 'block',
  minutes: 0,
  reason: 'spam',
} as const;

function open(recentMinutes: number): void {
  irc = new MemoryServer();
  const spam = { recent_minutes: recentMinutes, recent_private: true };
  irc.server.configure({ ...irc.server.config, spam }, null);
  filters = filterHandlers(irc.server);
  const ann = irc.join('ann');
  ann.send('JOIN #x', 'PRIVMSG #x :take free money now', 'PRIVMSG #x :free Money!', 'PRIVMSG #x :hello');
}
beforeEach(() => open(60));
afterEach(() => irc.close());

it('says what a pattern would have met, how much of it at most, and is charged for looking', () => {
  const spend = vi.spyOn(irc.server.host.work, 'spend');
  const { rows } = filters['test-filter'].run(asked, call) as { rows: Record<string, unknown>[] };
  expect(rows).toMatchObject([
    { nick: 'ann', target: 'channel', text: expect.stringMatching(/^free money!$/i) },
    { nick: 'ann', target: 'channel', text: 'take free money now' },
  ]);
  expect(Object.keys(rows[0]!)).toEqual(['saidAt', 'nick', 'target', 'place', 'text']);
  expect(spend.mock.calls.some(([ns]) => ns > 0)).toBe(true);
  expect((filters['test-filter'].run({ ...asked, limit: 1 }, call) as { rows: unknown[] }).rows).toHaveLength(
    1,
  );
  expect(
    (filters['test-filter'].run({ ...asked, targets: 'private' }, call) as { rows: unknown[] }).rows,
  ).toEqual([]);
});

it('says before a filter is set what it would have met', () => {
  const spend = vi.spyOn(irc.server.host.work, 'spend');
  expect(filters['add-filter'].impact?.(given)).toBe('would have met 2 of 3 texts in the last 60 minutes');
  expect(spend.mock.calls.some(([ns]) => ns > 0)).toBe(true);
});

it('says nothing of it, and refuses to test, where nothing is kept', async () => {
  await irc.close();
  open(0);
  expect(filters['add-filter'].impact?.(given)).toBeNull();
  expect(() => filters['test-filter'].check?.(asked)).toThrow('Nothing that is said is kept for it');
});

it('refuses targets that there are not, and patterns that meet everything', () => {
  for (const check of [filters['test-filter'].check, filters['add-filter'].check])
    expect(() => check?.({ ...given, ...asked, targets: 'nobody' })).toThrow();
  expect(() => filters['add-filter'].check?.({ ...given, pattern: '*' })).toThrow();
  expect(() => filters['add-filter'].check?.(given)).not.toThrow();
});

it('sets a filter in the name of whoever says so, lists it with what it has met, and removes it', async () => {
  const args = { ...given, targets: 'channel,private', action: 'kline', minutes: 30 } as const;
  expect(await filters['add-filter'].run(args, call)).toEqual({
    pattern: '*free money*',
    targets: 'private,channel',
    action: 'kline',
    minutes: 30,
    saved: true,
  });
  await filters['add-filter'].run({ ...given, pattern: '*cheap pills*', minutes: 30 }, call);
  irc.join('bob').send('JOIN #x', 'PRIVMSG #x :cheap pills');
  const { rows } = filters.filters.run({}, call) as { rows: Record<string, unknown>[] };
  expect(rows).toEqual([
    {
      pattern: '*free money*',
      targets: 'private,channel',
      action: 'kline',
      minutes: 30,
      met: 0,
      lastMetAt: null,
      reason: 'spam',
      by: 'tester',
      createdAt: expect.any(Number),
    },
    {
      pattern: '*cheap pills*',
      targets: 'channel',
      action: 'block',
      // How long somebody is kept out says nothing where nobody is.
      minutes: null,
      met: 1,
      lastMetAt: expect.any(Number),
      reason: 'spam',
      by: 'tester',
      createdAt: expect.any(Number),
    },
  ]);
  irc.host.saved = { saved: false, warning: { code: 'not_saved', message: 'no room' } };
  expect(await filters['remove-filter'].run({ pattern: '*free money*' }, call)).toEqual({
    pattern: '*free money*',
    ...irc.host.saved,
  });
  await expect(filters['remove-filter'].run({ pattern: '*free money*' }, call)).rejects.toMatchObject({
    code: 'not_found',
    message: 'There is no spam filter “*free money*”; list them with filters.',
  });
  expect((filters.filters.run({}, call) as { rows: unknown[] }).rows).toHaveLength(1);
  await expect(filters['add-filter'].run({ ...given, pattern: '*' }, call)).rejects.toMatchObject({
    code: 'refused',
  });
});

/** What operators are told of what was said on a channel, and what they read of it, where the settings let them. */
import { afterEach, expect, it } from 'vitest';
import type { CommandCall } from '../../runtime/host/daemon-definition.ts';
import { ircdConfigSchema } from '../config.ts';
import { MemoryServer } from '../memory-server.ts';
import { historyHandlers, historyRow } from './history-handlers.ts';

let irc: MemoryServer;
afterEach(() => irc.close());

function begin(history: object): void {
  irc = new MemoryServer(ircdConfigSchema.parse({ server_name: 'irc.test', history }));
}

const READ = { keep_minutes: 60, new_channels: true, operators_read: true };
const asked = { channel: '#c', limit: 100 };
const command = () => historyHandlers(irc.server)['read-history'];
const read = async (args: object = {}) =>
  ((await command().run({ ...asked, ...args }, {} as CommandCall)) as { rows: Record<string, unknown>[] })
    .rows;
const facts = (name = '#c') => historyRow(irc.server, irc.server.state.findChannel(name)!);

it('reads what was said with who said it, by which account, what it was and when', async () => {
  begin(READ);
  const bob = irc.join('bob');
  bob.send('JOIN #c');
  const ann = irc.join('ann', 'batch message-tags draft/multiline');
  ann.user!.account = 'Ann';
  ann.send('JOIN #c', 'PRIVMSG #c :one', 'NOTICE #c :: two : :');
  ann.user!.account = null;
  ann.send(
    'BATCH +1 draft/multiline #c',
    '@batch=1 PRIVMSG #c :three',
    '@batch=1 PRIVMSG #c :four',
    'BATCH -1',
  );
  bob.send('TOPIC #c :news');
  ann.send('PART #c :good bye');
  const rows = await read();
  expect(rows.map(({ saidBy, account, said, text }) => [saidBy, account, said, text])).toEqual([
    ['irc.test', null, 'MODE', '#c +H *'],
    ['ann!~ann@192.0.2.1', 'Ann', 'JOIN', '#c'],
    ['ann!~ann@192.0.2.1', 'Ann', 'PRIVMSG', 'one'],
    ['ann!~ann@192.0.2.1', 'Ann', 'NOTICE', ': two : :'],
    ['ann!~ann@192.0.2.1', null, 'PRIVMSG', 'three\nfour'],
    ['bob!~bob@192.0.2.1', null, 'TOPIC', '#c :news'],
    ['ann!~ann@192.0.2.1', null, 'PART', '#c :good bye'],
  ]);
  for (const { saidAt, id } of rows) expect([typeof saidAt, typeof id]).toEqual(['number', 'string']);
});

it('reads the latest, no more than asked, and only what was said before a time', async () => {
  begin(READ);
  irc.join('ann').send('JOIN #c', 'PRIVMSG #c :one', 'PRIVMSG #c :two', 'PRIVMSG #c :three');
  const texts = async (args: object) => (await read(args)).map(({ text }) => text);
  expect(await texts({ limit: 2 })).toEqual(['two', 'three']);
  expect(await texts({ limit: 1 })).toEqual(['three']);
  const entries = irc.server.state.findChannel('#c')!.history!.buffer.entries;
  for (const [at, entry] of entries.entries()) Object.assign(entry, { timeMs: 1_000 * at });
  const before = new Date(1_000 * (entries.length - 1)).toISOString();
  expect(await texts({ before, limit: 1 })).toEqual(['two']);
  expect(await texts({ before: '2000-01-01T00:00:00.000Z' })).toHaveLength(entries.length);
  expect(await texts({ before: '1970-01-01T00:00:00.000Z' })).toEqual([]);
});

it('refuses what is not kept, not for operators, nowhere and no time, before and when it is to be read', async () => {
  const refused = async (code: string, message: string, args: object = {}) => {
    const error = expect.objectContaining({ code, message: expect.stringContaining(message) });
    expect(() => command().check?.({ ...asked, ...args })).toThrow(error);
    await expect((async () => await read(args))()).rejects.toThrow(error);
  };
  begin({});
  irc.join('ann').send('JOIN #c');
  await refused('refused', 'Nothing that is said on #c is kept: keep_minutes under [ircd.history] is 0.');
  await irc.close();
  begin({ ...READ, new_channels: false });
  const ann = irc.join('ann');
  ann.send('JOIN #c');
  await refused('refused', 'Nothing that is said on #c is kept: the channel has no mode H.');
  await refused('not_found', 'There is no channel #none.', { channel: '#none' });
  ann.send('MODE #c +H');
  expect(() => command().check?.({ ...asked, before: '2026-11-30T12:00:00Z' })).not.toThrow();
  await refused('refused', 'yesterday is no time in UTC, such as 2026-11-30T12:00:00.000Z.', {
    before: 'yesterday',
  });
  await irc.close();
  begin({ ...READ, operators_read: false });
  irc.join('ann').send('JOIN #c');
  await refused('refused', 'What is said on #c is for those who are on it, from when they came.');
});

it('tells of a channel what is kept, for how long, where and for whom, or why nothing is', async () => {
  begin({});
  irc.join('ann').send('JOIN #c');
  const nothing = {
    minutes: null,
    mostMessages: null,
    where: '',
    readers: '',
    messages: 0,
    oldestAt: null,
    channel: '#c',
  };
  expect(facts()).toEqual({ kept: 'no: keep_minutes under [ircd.history] is 0', ...nothing });
  await irc.close();
  begin({ ...READ, readers: 'members' });
  const ann = irc.join('ann');
  ann.send('JOIN #c', 'PRIVMSG #c :one');
  expect(facts()).toEqual({
    kept: 'yes',
    minutes: 60,
    mostMessages: null,
    where: 'in memory',
    readers: 'everybody who is on it, also what was said before they came, and operators of the server',
    messages: 2,
    oldestAt: irc.server.state.findChannel('#c')!.history!.buffer.entries[0]!.timeMs,
    channel: '#c',
  });
  ann.send('MODE #c -H');
  expect(facts()).toEqual({ kept: 'no: the channel has no mode H', ...nothing });
});

/** History on disk: what is read after a restart and by whom, what deletes it, and what becomes of it while the disk fails. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CommandCall } from '../../runtime/host/daemon-definition.ts';
import { MessageModel } from '../../runtime/test-fixtures/message-model.ts';
import { MemoryAuthority } from '../accounts/memory-authority.ts';
import { kickUnseen } from '../actions/kick.ts';
import { historyHandlers, historyRow } from '../admin/history-handlers.ts';
import { ircdConfigSchema } from '../config.ts';
import { ArrayKeeper } from '../history/keeper-fixture.ts';
import { channelOf, recordOf } from '../journal/channel-record.ts';
import { limits } from '../limits.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';

const CAPS = 'batch message-tags draft/chathistory draft/message-redaction';
const config = (history: object) => ircdConfigSchema.parse({ server_name: 'irc.test', history });
const KEPT = config({ keep_minutes: 60, new_channels: true, direct_messages: true });

let model: MessageModel;
let keeper: ArrayKeeper;
let irc: MemoryServer;

function begin(kept = KEPT): void {
  const made = new ArrayKeeper(model);
  keeper = made;
  irc = new MemoryServer(kept, null, undefined, undefined, () => made);
}

beforeEach(() => {
  model = new MessageModel();
  begin();
});
afterEach(() => irc.close());

const disk = () => irc.server.history!.disk!;
const written = () => disk().written();
const ready = () => disk().whenKnown(10_000);
const logIn = (client: MemoryClient, account: string) => void Object.assign(client.user!, { account });
/** Somebody with the account of their nick, unless another is named; none with an empty name. */
const join = (nick: string, account = nick) => {
  const client = irc.join(nick, CAPS);
  if (account !== '') logIn(client, account);
  client.send('JOIN #c');
  client.received();
  return client;
};

/** As after a crash: nobody is there, and channels are as the journal has them. */
async function restart(kept = KEPT): Promise<void> {
  await written();
  const channels = [...irc.server.state.channels.values()].map(recordOf);
  disk().freeze();
  irc.close();
  begin(kept);
  for (const record of channels) irc.server.state.restore(channelOf(record, Date.now() + 60_000));
  await ready();
}

/** Texts that are played back; what else comes as it is, without tags. */
async function read(client: MemoryClient, asked: string): Promise<string[]> {
  client.received();
  const lines = [...client.send(`CHATHISTORY ${asked}`)];
  const isDone = () => lines.some((line) => / BATCH -| FAIL /.test(line));
  await expect
    .poll(() => {
      lines.push(...client.received());
      return isDone();
    })
    .toBe(true);
  return lines
    .filter((line) => !/ BATCH [+-]/.test(line))
    .map((line) => / PRIVMSG \S+ :(.*)$/.exec(line)?.[1] ?? line.replace(/^@\S+ /, ''));
}
const texts = (scope: string) =>
  (model.scopes.get(scope)?.messages ?? [])
    .filter(({ event }) => !event)
    .map(({ data }) => JSON.parse(data)[0]);

it('is read after a restart by the accounts that were there, from where they came, and by nobody else', async () => {
  const ann = join('ann');
  ann.send('PRIVMSG #c :one');
  const bob = join('bob');
  const cat = join('cat');
  const dan = join('dan', '');
  ann.send('PRIVMSG #c :two');
  cat.send('PART #c');
  bob.drop();
  ann.send('PRIVMSG #c :three');
  dan.send('PRIVMSG #c :four');
  await restart();
  expect(await read(join('ann'), 'LATEST #c * 3')).toEqual(['two', 'three', 'four']);
  const back = join('b', 'BOB');
  expect(await read(back, 'LATEST #c * 100')).toEqual(['two', 'three', 'four']);
  back.send('PART #c', 'JOIN #c');
  for (const client of [back, join('cat'), join('dan', ''), join('eve')])
    expect(await read(client, 'AFTER #c timestamp=2000-01-01T00:00:00.000Z 100')).not.toContain('four');
  await restart();
  expect(await read(join('cat'), 'LATEST #c * 1')).toEqual([]);
});

it('is found by id and time across what is in memory and what is on disk', async () => {
  const ann = join('ann');
  ann.send('PRIVMSG #c :one', 'PRIVMSG #c :two');
  await restart();
  const back = join('ann');
  back.send('PRIVMSG #c :three', 'PRIVMSG #c :four');
  const ids = model.scopes
    .get('c#c')!
    .messages.filter(({ event }) => !event)
    .map(({ id }) => id);
  expect(await read(back, `AFTER #c msgid=${ids[0]} 2`)).toEqual(['two', 'three']);
  expect(await read(back, `AROUND #c msgid=${ids[1]} 3`)).toEqual(['one', 'two', 'three']);
  expect(await read(back, 'LATEST #c * 3')).toEqual(['two', 'three', 'four']);
  expect(await read(back, 'LATEST #c msgid=none 3')).toEqual([
    expect.stringContaining('FAIL CHATHISTORY MESSAGE_ERROR LATEST #c msgid=none :'),
  ]);
  const asked = keeper.asked.filter((name) => name === 'read').length;
  expect(await read(back, 'LATEST #c * 2')).toEqual(['three', 'four']);
  expect(keeper.asked.filter((name) => name === 'read')).toHaveLength(asked);
});

it('has private messages, and tells with whom there are some', async () => {
  const [ann, bob] = [join('ann'), join('bob')];
  ann.send('PRIVMSG bob :hello');
  bob.send('PRIVMSG ann :well');
  ann.send('PRIVMSG #c :all');
  await restart();
  const back = join('ann');
  expect(await read(back, 'LATEST bob * 10')).toEqual(['hello', 'well']);
  expect(await read(join('eve'), 'LATEST bob * 10')).toEqual([]);
  const range = 'timestamp=2000-01-01T00:00:00.000Z timestamp=2100-01-01T00:00:00.000Z';
  const targets = (await read(back, `TARGETS ${range} 10`)).map((line) => / TARGETS (\S+) /.exec(line)![1]);
  expect(targets.sort()).toEqual(['#c', 'bob']);
});

it('goes along with a channel that is renamed, also where that was said before the restart', async () => {
  join('ann').send('PRIVMSG #c :before', 'RENAME #c #d', 'PRIVMSG #d :after');
  await restart();
  const back = irc.join('ann', CAPS);
  logIn(back, 'ann');
  back.send('JOIN #d');
  back.received();
  back.send('CHATHISTORY LATEST #d * 10');
  const lines: string[] = [];
  await expect
    .poll(() => lines.push(...back.received()) > 0 && lines.some((line) => / BATCH -/.test(line)))
    .toBe(true);
  expect(
    lines.filter((line) => / PRIVMSG /.test(line)).map((line) => line.replace(/^.* PRIVMSG /, '')),
  ).toEqual(['#d :before', '#d :after']);
  expect([...model.scopes.keys()].filter((key) => key.startsWith('c'))).toEqual(['c#d']);
});

it('is deleted by -H, with the channel, with the account, and by the settings', async () => {
  const ann = join('ann');
  const bob = join('bob');
  ann.send('PRIVMSG #c :one', 'PRIVMSG bob :psst');
  await written();
  expect(texts('c#c')).toHaveLength(1);
  ann.send('MODE #c -H');
  await written();
  expect(model.scopes.has('c#c')).toBe(false);
  await expect.poll(() => bob.received().join()).toContain(' MODE #c -H');
  ann.send('MODE #c +H', 'PRIVMSG #c :two');
  await written();
  expect(texts('c#c')).toHaveLength(1);
  bob.send('PART #c');
  ann.send('PART #c');
  await written();
  expect(model.scopes.has('c#c')).toBe(false);
  expect([...model.scopes.keys()].sort()).toEqual(['aann', 'abob']);
  irc.server.history!.forgetAccount('ANN');
  await written();
  expect([...model.scopes.keys()]).toEqual(['abob']);
  irc.server.configure(config({ keep_minutes: 60, new_channels: true }), null);
  await written();
  expect([...model.scopes.keys()]).toEqual([]);
  ann.send('JOIN #c', 'PRIVMSG #c :three');
  await written();
  expect(texts('c#c')).toHaveLength(1);
  irc.server.configure(config({ keep_minutes: 60, on_disk: false }), null);
  await expect.poll(() => keeper.closed).toBe(true);
  expect(model.scopes.size).toBe(0);
  // What is in memory stays.
  expect(await read(ann, 'LATEST #c * 1')).toEqual(['three']);
  irc.server.configure(KEPT, null);
  await ready();
  await written();
  expect(model.scopes.get('c#c')!.readers.has('ann')).toBe(true);
  irc.server.configure(config({ keep_minutes: 0 }), null);
  await expect.poll(() => model.scopes.size).toBe(0);
});

it('is deleted of channels that are not there after a restart, or keep nothing', async () => {
  join('ann').send('PRIVMSG #c :one', 'JOIN #gone', 'PRIVMSG #gone :x', 'JOIN #quiet', 'PRIVMSG #quiet :y');
  await written();
  const channels = [...irc.server.state.channels.values()]
    .map(recordOf)
    .filter(({ name }) => name !== '#gone');
  irc.close();
  begin();
  for (const record of channels) {
    const H = record.name === '#quiet' ? undefined : record.H;
    irc.server.state.restore(channelOf({ ...record, H }, Date.now() + 60_000));
  }
  await ready();
  await written();
  expect([...model.scopes.keys()].filter((key) => key.startsWith('c'))).toEqual(['c#c']);
});

it('tells that a message was taken back when the disk has it no longer', async () => {
  const [ann, bob] = [join('ann'), join('bob')];
  ann.send('PRIVMSG #c :wrong');
  await written();
  const id = /msgid=([^;\s]+)/.exec(bob.received().at(-1)!)![1]!;
  let release = () => {};
  keeper.held = new Promise((resolve) => {
    release = resolve;
  });
  ann.send(`REDACT #c ${id}`, 'PRIVMSG #c :behind it');
  expect(bob.received()).toEqual([]);
  release();
  const heard: string[] = [];
  await expect.poll(() => heard.push(...bob.received())).toBe(2);
  expect(heard[0]).toContain(` REDACT #c ${id}`);
  expect(keeper.isClean).toBe(true);
  expect(texts('c#c').filter((text) => text.includes('wrong'))).toEqual([]);
});

it('has nothing of a private message that was taken back, also where its receiver has logged out since', async () => {
  const [ann, bob] = [join('ann'), join('bob')];
  ann.send('PRIVMSG bob :wrong', 'PRIVMSG bob :right');
  await written();
  const [id] = bob.received().map((line) => /msgid=([^;\s]+)/.exec(line)![1]!);
  Object.assign(bob.user!, { account: null });
  ann.send(`REDACT bob ${id}`);
  await expect.poll(() => bob.received().join()).toContain(` REDACT bob ${id}`);
  expect([texts('aann'), texts('abob')].map((said) => said.map((text) => text.split(':').at(-1)))).toEqual([
    ['right'],
    ['right'],
  ]);
  logIn(bob, 'bob');
  expect(await read(bob, 'LATEST ann * 5')).toEqual(['right']);
});

it('pauses where the disk is full: messages pass, operators are told once, and it goes on by itself', async () => {
  const oper = join('oper');
  irc.promote(oper, []);
  const [ann, bob] = [join('ann'), join('bob')];
  ann.send('PRIVMSG #c :kept');
  await written();
  keeper.refuses = 'write';
  bob.received();
  ann.send('PRIVMSG #c :meanwhile');
  await expect(written()).rejects.toThrow('the disk is full');
  expect(oper.received().filter((line) => line.includes('history is paused'))).toHaveLength(1);
  expect(irc.host.logs.filter(({ event }) => event === 'messages_not_saved')).toHaveLength(1);
  bob.received();
  // Nobody waits for a disk that takes nothing where it cannot have the message.
  ann.send('PRIVMSG #c :later');
  const id = /msgid=([^;\s]+)/.exec(bob.received().at(-1)!)![1]!;
  ann.send(`REDACT #c ${id}`);
  expect(bob.received().at(-1)).toContain(` REDACT #c ${id}`);
  expect(await read(ann, 'LATEST #c * 2')).toEqual(['kept', 'meanwhile']);
  keeper.refuses = null;
  await expect.poll(() => irc.host.logs.filter(({ event }) => event === 'messages_saved')).toHaveLength(1);
  await written();
  expect(texts('c#c').map((text) => text.replace(/^.*:/, ''))).toEqual(['kept', 'meanwhile']);
});

it('answers from memory while the keeper is away, says where that is not enough, and writes what was said then', async () => {
  join('ann').send('PRIVMSG #c :old');
  await restart();
  const ann = join('ann');
  keeper.setPresent(false);
  expect(await read(ann, 'BEFORE #c timestamp=2000-01-01T00:00:00.000Z 5')).toEqual([
    expect.stringContaining(' FAIL CHATHISTORY MESSAGE_ERROR BEFORE #c :'),
  ]);
  ann.send('PRIVMSG #c :new');
  expect((await read(ann, 'LATEST #c * 5')).at(-1)).toBe('new');
  keeper.setPresent(true);
  await expect.poll(() => texts('c#c').length).toBe(2);
  expect(await read(ann, 'LATEST #c * 9')).toEqual(['old', 'new']);
});

it('leaves out what was taken back, and who left is refused, while the disk is read', async () => {
  const ann = join('ann');
  ann.send('PRIVMSG #c :one', 'PRIVMSG #c :two');
  await restart();
  const [back, bob] = [join('ann'), join('bob')];
  const [one] = model.scopes.get('c#c')!.messages.filter(({ data }) => data.includes('one'));
  await written();
  let release = () => {};
  const hold = () => {
    keeper.held = new Promise((resolve) => {
      release = resolve;
    });
  };
  hold();
  back.received();
  back.send('CHATHISTORY LATEST #c * 10');
  irc.server.history!.redacted(irc.server.state.findChannel('#c')!, one!.id);
  release();
  const lines: string[] = [];
  await expect
    .poll(() => lines.push(...back.received()) > 0 && lines.some((line) => / BATCH -/.test(line)))
    .toBe(true);
  expect(lines.filter((line) => line.includes('PRIVMSG')).map((line) => line.replace(/^.*:/, ''))).toEqual([
    'two',
  ]);
  await written();
  hold();
  back.send('CHATHISTORY LATEST #c * 10');
  const channel = irc.server.state.findChannel('#c')!;
  irc.server.state.part(back.user!.memberships.get(channel)!);
  release();
  await expect
    .poll(() => back.received())
    .toEqual([expect.stringContaining(' FAIL CHATHISTORY INVALID_TARGET ')]);
  bob.drop();
});

it('tells who was kicked and has come again while the disk is read nothing of what was said before', async () => {
  join('ann').send('PRIVMSG #c :one', 'PRIVMSG #c :two');
  await restart();
  const [back] = [join('ann'), join('bob')];
  await written();
  let release = () => {};
  keeper.held = new Promise((resolve) => {
    release = resolve;
  });
  back.received();
  back.send('CHATHISTORY LATEST #c * 10');
  const { state } = irc.server;
  kickUnseen(irc.server, state.me, back.user!.memberships.get(state.findChannel('#c')!)!, 'out');
  state.join(back.user!, '#c', 0);
  release();
  const lines: string[] = [];
  await expect
    .poll(() => lines.push(...back.received()) > 0 && lines.some((line) => / BATCH -/.test(line)))
    .toBe(true);
  expect(lines.filter((line) => line.includes('PRIVMSG'))).toEqual([]);
});

it('is told the keeper for how long, and is all there after a reload that changes nothing of it', async () => {
  const asked = vi.spyOn(keeper, 'ask');
  const [ann] = [join('ann'), join('bob')];
  ann.send('PRIVMSG bob :psst', 'PRIVMSG #c :all');
  await written();
  const amount = (minutes: number) => [
    'open',
    {
      keepMs: minutes * 60_000,
      scopeMessages: limits.historyDiskMessages.default,
      totalBytes: limits.historyDiskBytes.default,
    },
  ];
  irc.server.configure(KEPT, null);
  irc.server.configure(config({ keep_minutes: 90, new_channels: true, direct_messages: true }), null);
  expect(asked.mock.calls.filter(([name]) => name === 'open')).toEqual([amount(60), amount(90)]);
  await written();
  expect(await read(ann, 'LATEST bob * 10')).toEqual(['psst']);
  expect([texts('aann'), texts('abob'), texts('c#c')].map(({ length }) => length)).toEqual([1, 1, 1]);
});

it('counts nothing that was forgotten', async () => {
  const ann = join('ann');
  ann.send('PRIVMSG #c :one', 'JOIN #d', 'PRIVMSG #d :two', 'PRIVMSG ann :note');
  const { totals } = irc.server.history!;
  const before = totals.messages;
  ann.send('MODE #c -H', 'PART #d');
  await written();
  expect(before).toBeGreaterThan(3);
  await expect.poll(() => totals.messages).toBe(1);
  irc.server.history!.forgetAccount('ann');
  expect([totals.messages, totals.bytes]).toEqual([0, 0]);
});

it('does not hand a channel that was left before its readers were known to who left', async () => {
  join('ann').send('PRIVMSG #c :one');
  const record = recordOf(irc.server.state.findChannel('#c')!);
  await written();
  irc.close();
  begin();
  irc.server.state.restore(channelOf(record, Date.now() + 60_000));
  const bob = join('bob');
  const ann = join('ann');
  ann.send('PART #c');
  bob.send('PRIVMSG #c :secret');
  await ready();
  expect(await read(join('a', 'ann'), 'LATEST #c * 5')).toEqual([]);
});

it('is deleted of accounts that were dropped while nobody could tell, as soon as they can be asked for', async () => {
  const [ann, bob] = [join('ann'), join('bob')];
  ann.send('PRIVMSG bob :psst', 'PRIVMSG #c :all');
  await written();
  const authority = new MemoryAuthority({ ann: 'secret' });
  authority.add('cat', 'secret');
  model.change({ do: 'reader', scope: 'c#c', account: 'cat', since: 0 });
  bob.drop();
  await expect.poll(() => irc.server.state.findUser('bob')).toBe(undefined);
  irc.server.accounts.use(authority);
  const scopes = () => [...model.scopes.keys()].sort().join();
  await irc.server.accounts.reviewHistory();
  await written();
  expect(scopes()).toBe('aann,c#c');
  expect([...model.scopes.get('c#c')!.readers.keys()].sort()).toEqual(['ann', 'cat']);
  authority.accounts.delete('ann');
  authority.present = false;
  await irc.server.accounts.reviewHistory();
  await written();
  expect(scopes()).toBe('aann,c#c');
  authority.present = true;
  await expect.poll(scopes).toBe('c#c');
});

it('is all for everybody on the channel where the settings say so, and that is told who joins', async () => {
  const settings = { keep_minutes: 60, new_channels: true, readers: 'members', operators_read: true };
  irc.server.configure(config(settings), null);
  join('ann').send('PRIVMSG #c :before');
  await restart(config(settings));
  const eve = irc.join('eve', CAPS);
  expect(eve.send('JOIN #c').join('\n')).toContain(
    'kept for 60 minutes, for everybody who is on it, also what was said before they came, and operators of the server; its operators end that with MODE #c -H',
  );
  expect(await read(eve, 'LATEST #c * 5')).toEqual(['before']);
  const range = 'timestamp=2000-01-01T00:00:00.000Z timestamp=2100-01-01T00:00:00.000Z';
  expect(await read(eve, `TARGETS ${range} 5`)).toEqual([expect.stringContaining(' TARGETS #c ')]);
  eve.send('PART #c');
  expect(await read(eve, 'LATEST #c * 5')).toEqual([
    expect.stringContaining(' FAIL CHATHISTORY INVALID_TARGET '),
  ]);
});

it('is read by operators of the host where the settings let them, from memory and disk, and else refused', async () => {
  const settings = { keep_minutes: 60, new_channels: true, operators_read: true };
  irc.server.configure(config(settings), null);
  const ann = join('ann');
  ann.send('PRIVMSG #c :one', 'TOPIC #c :news');
  await restart(config(settings));
  join('ann').send('NOTICE #c :two');
  const { 'read-history': command } = historyHandlers(irc.server);
  const call = {} as CommandCall;
  const asked = { channel: '#c', limit: 100, before: undefined };
  const { rows } = (await command.run(asked, call)) as { rows: Record<string, unknown>[] };
  const shown = rows.map(({ saidBy, said, text }) =>
    `${saidBy} ${said} ${text}`.replaceAll('!~ann@192.0.2.1', ''),
  );
  expect(shown.filter((row) => !row.includes(' JOIN '))).toEqual([
    'irc.test MODE #c +H *',
    'ann PRIVMSG one',
    'ann TOPIC #c :news',
    'ann NOTICE two',
  ]);
  const channel = irc.server.state.findChannel('#c')!;
  expect(historyRow(irc.server, channel)).toMatchObject({
    kept: 'yes',
    minutes: 60,
    where: 'on disk',
    channel: '#c',
  });
  keeper.setPresent(false);
  expect(historyRow(irc.server, channel).where).toBe(
    'in memory, and paused on disk: the keeper of the messages is away',
  );
  await expect(command.run({ ...asked, before: '2000-01-01T00:00:00Z' }, call)).rejects.toMatchObject({
    code: 'unavailable',
  });
});

it('keeps within its queue, and deletes everything rather than miss what is to be deleted', async () => {
  await ready();
  keeper.setPresent(false);
  const ann = join('ann');
  for (let n = 0; n < limits.historyWaiting.default; n++)
    irc.server.history!.said(irc.server.state.findChannel('#c')!, message());
  expect(disk().lost).toBe(1);
  ann.send('PRIVMSG #c :more');
  expect(disk().lost).toBe(2);
  for (let n = 0; n < limits.historyQueueChanges.default; n++)
    irc.server.history!.change({ do: 'forget', scope: 'c#c', id: `m${n}` });
  expect(disk().counts.depth).toBeLessThan(limits.historyQueueChanges.default);
  model.change({ do: 'reader', scope: 'c#x', account: 'ann', since: 0 });
  keeper.setPresent(true);
  await expect.poll(() => model.scopes.has('c#x')).toBe(false);
});

function message() {
  const said = ann();
  return { verb: 'PRIVMSG' as const, message: said };
}

function ann() {
  const body = ':ann!~ann@192.0.2.1 PRIVMSG #c :x';
  const tags = { account: null, msgid: '', clientTags: '', bot: false };
  return { body, tags, messageTags: { msgid: '', time: new Date().toISOString() } } as never;
}

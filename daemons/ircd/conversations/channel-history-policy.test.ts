/** How much of a channel is kept and for whom, by its operators' choice: `MODE #c +H 50:7d:members`. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MessageModel } from '../../runtime/test-fixtures/message-model.ts';
import { historyRow } from '../admin/history-handlers.ts';
import { modeChanges } from '../admin/mode-words.ts';
import { ircdConfigSchema } from '../config.ts';
import { ArrayKeeper } from '../history/keeper-fixture.ts';
import { channelOf, recordOf } from '../journal/channel-record.ts';
import { limits } from '../limits.ts';
import { LinkedServer, linkLines, settle, Wire } from '../links/memory-links.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';

const CAPS = 'batch message-tags draft/chathistory';
const config = (history: object = {}) =>
  ircdConfigSchema.parse({ server_name: 'irc.test', history: { keep_minutes: 1_440, ...history } });

let model: MessageModel;
let irc: MemoryServer;

function begin(settings = config()): void {
  irc = new MemoryServer(settings, null, undefined, undefined, () => new ArrayKeeper(model));
}

beforeEach(() => {
  model = new MessageModel();
  begin();
});
afterEach(() => irc.close());

const disk = () => irc.server.history!.disk!;
const channel = () => irc.server.state.findChannel('#c')!;
const join = (nick: string) => {
  const client = irc.join(nick, CAPS);
  Object.assign(client.user!, { account: nick });
  client.send('JOIN #c');
  return client;
};
const texts = async (client: MemoryClient, asked = 'LATEST #c * 100') => {
  client.received();
  const lines = [...client.send(`CHATHISTORY ${asked}`)];
  await expect
    .poll(() => {
      lines.push(...client.received());
      return lines.some((line) => / BATCH -| FAIL /.test(line));
    })
    .toBe(true);
  return lines.flatMap((line) => / PRIVMSG \S+ :(.*)$/.exec(line)?.[1] ?? []);
};
const say = (client: MemoryClient, ...said: string[]) => {
  for (const text of said) client.send(`PRIVMSG #c :${text}`);
};

/** As after a crash: nobody is there, and channels are as the journal has them. */
async function restart(settings = config()): Promise<void> {
  await disk().written();
  const records = [...irc.server.state.channels.values()].map(recordOf);
  disk().freeze();
  irc.close();
  begin(settings);
  for (const record of records) irc.server.state.restore(channelOf(record, Date.now() + 60_000));
  expect(await disk().whenKnown(10_000)).toBe(true);
}

it('is set, shown in one spelling, told who joins, and left to the server by +H alone', async () => {
  const ann = join('ann');
  expect(ann.send('MODE #c +H 50:90m:members').at(-1)).toContain(' MODE #c +H 50:90m:members');
  expect(ann.send('MODE #c').at(0)).toContain(' 324 ann #c +ntH 50:90m:members');
  const bob = irc.join('bob');
  expect(bob.send('JOIN #c').join('\n')).toContain(
    'What is said on #c is kept for 90 minutes, 50 messages at most, for everybody who is on it, also what was said before they came; its operators end that with MODE #c -H',
  );
  expect(historyRow(irc.server, channel())).toMatchObject({ kept: 'yes', minutes: 90, mostMessages: 50 });
  ann.received();
  expect(ann.send('MODE #c +H 50:1h30m:members')).toEqual([]);
  expect(ann.send('MODE #c +H').at(-1)).toContain(' MODE #c +H *');
  expect(irc.join('cat').send('JOIN #c').join('\n')).toContain(
    'kept for 1440 minutes, for those who are on it, from when they came;',
  );
  ann.send('MODE #c -H');
  await expect.poll(() => ann.received().join()).toContain(' MODE #c -H');
  expect(historyRow(irc.server, channel())).toMatchObject({ minutes: null, mostMessages: null });
});

it.each([
  ['50:1440', 'messages:time, such as 50:7d'],
  ['nobody', 'messages:time, such as 50:7d'],
  ['50:25h', 'This server keeps what is said for 1d'],
])('refuses +H %s', (given, why) => {
  const ann = join('ann');
  expect(ann.send(`MODE #c +H ${given}`).at(-1)).toContain(` 696 ann #c H ${given} :`);
  expect(ann.send(`MODE #c +H ${given}`).at(-1)).toContain(why);
  expect(() => modeChanges(irc.server, channel(), `+H ${given}`)).toThrow(
    expect.objectContaining({ code: 'refused', message: expect.stringContaining(why) }),
  );
  expect(channel().text('H')).toBe(null);
});

it('refuses more messages than there is room for, in memory or on disk', () => {
  const ann = join('ann');
  ann.send('MODE #c +H 1001:1d');
  expect(channel().text('H')).toBe('1001:1d');
  irc.server.configure(config({ on_disk: false }), null);
  const room = limits.historyMessages.default;
  expect(ann.send(`MODE #c +H ${room + 1}:2h`).at(-1)).toContain(
    ` :This server keeps ${room} messages of a channel`,
  );
  expect(ann.send(`MODE #c +H ${room}:2h`).at(-1)).toContain(` MODE #c +H ${room}:2h`);
});

it('is for operators of the channel alone, not for halfops', () => {
  const ann = join('ann');
  const bob = join('bob');
  bob.received();
  expect(bob.send('MODE #c +H 50:1h').at(-1)).toContain(' 482 bob #c ');
  ann.send('MODE #c +h bob');
  bob.received();
  expect(bob.send('MODE #c +H 50:1h').at(-1)).toContain(' 482 bob #c ');
});

it('keeps that many messages and what happened since, in memory and for the disk, and for that time', async () => {
  const ann = join('ann');
  ann.send('MODE #c +H');
  say(ann, 'one', 'two', 'three');
  ann.send('TOPIC #c :news');
  say(ann, 'four');
  ann.send('MODE #c +H 2:1h');
  expect(await texts(ann)).toEqual(['three', 'four']);
  say(ann, 'five');
  expect(await texts(ann)).toEqual(['four', 'five']);
  expect(await texts(ann, 'BEFORE #c timestamp=2100-01-01T00:00:00.000Z 100')).toEqual(['four', 'five']);
  await disk().written();
  expect(model.scopes.get('c#c')!.amount).toEqual({ messages: 2, keepMs: 3_600_000 });
  irc.server.history!.expire(Date.now() + 3_600_001);
  expect(channel().history!.buffer.size).toBe(0);
  irc.server.history!.expire(Date.now() + 3_600_001);
  ann.send('MODE #c +H');
  await disk().written();
  expect(model.scopes.get('c#c')!.amount).toEqual({ messages: null, keepMs: null });
});

it('shows nothing from the disk that is older than the channel keeps, before it is trimmed there', async () => {
  const ann = join('ann');
  ann.send('MODE #c +H');
  say(ann, 'old');
  await restart();
  const back = join('ann');
  for (const message of model.scopes.get('c#c')!.messages)
    Object.assign(message, { kept: Date.now() - 7_200_000 });
  expect(await texts(back)).toEqual(['old']);
  channel().setText('H', '*:1h');
  expect(await texts(back)).toEqual([]);
});

it('survives a restart: what is kept, how much of it, and from where on everybody may read', async () => {
  const ann = join('ann');
  ann.send('MODE #c +H');
  say(ann, 'before');
  ann.send('MODE #c +H 10:1h:members');
  say(ann, 'after');
  expect(await texts(join('bob'))).toEqual(['after']);
  await restart();
  expect(channel().text('H')).toBe('10:1h:members');
  expect(await texts(join('cat'))).toEqual(['after']);
  expect(await texts(join('ann'))).toEqual(['before', 'after']);
  await disk().written();
  expect(model.scopes.get('c#c')!.amount).toEqual({ messages: 10, keepMs: 3_600_000 });
});

it('opens nothing that was said before, and closes what it opened', async () => {
  const ann = join('ann');
  ann.send('MODE #c +H');
  say(ann, 'one');
  ann.send('MODE #c +H *:*:members');
  say(ann, 'two');
  const bob = join('bob');
  expect(await texts(bob)).toEqual(['two']);
  ann.send('MODE #c +H *:*:present');
  say(ann, 'three');
  expect(await texts(bob)).toEqual(['three']);
  ann.send('MODE #c +H *:*:members');
  expect(await texts(join('cat'))).toEqual([]);
  expect(await texts(bob)).toEqual(['three']);
  await restart();
  expect(await texts(join('dan'))).toEqual([]);
});

it('closes a channel of a server on which everybody reads all', async () => {
  irc.server.configure(config({ readers: 'members' }), null);
  const ann = join('ann');
  ann.send('MODE #c +H');
  say(ann, 'one');
  expect(await texts(join('bob'))).toEqual(['one']);
  ann.send('MODE #c +H *:*:present');
  expect(await texts(join('cat'))).toEqual([]);
});

it('goes by less where the server keeps less later, and says so', () => {
  const ann = join('ann');
  ann.send('MODE #c +H 50:12h');
  irc.server.configure(config({ keep_minutes: 60 }), null);
  expect(irc.join('bob').send('JOIN #c').join('\n')).toContain('kept for 60 minutes, 50 messages at most');
});

it('is kept in a record that had a flag', () => {
  join('ann').send('MODE #c +H');
  const { H: _, ...record } = recordOf(channel());
  expect(channelOf({ ...record, modes: `${record.modes}H` }, 0).text('H')).toBe('*');
  expect(channelOf({ ...record }, 0).text('H')).toBe(null);
});

it('is told to servers of our own kind, each of which keeps so what its own users hear', () => {
  const here = new LinkedServer('here.test', 1);
  const there = new LinkedServer('there.test', 2);
  for (const { irc: linked } of [here, there])
    linked.server.configure({ ...linked.server.config, history: config().history }, null);
  const one = here.irc.join('one');
  one.send('JOIN #c', 'MODE #c +H 50:2h:members');
  const two = there.irc.join('two');
  const wire = new Wire(here, there);
  settle(wire);
  two.send('JOIN #c');
  settle(wire);
  const seen = () => [here, there].map(({ state }) => state.findChannel('#c')!.text('H'));
  expect(seen()).toEqual(['50:2h:members', '50:2h:members']);
  one.send('PRIVMSG #c :one', 'MODE #c +H 1:2h', 'PRIVMSG #c :two', 'PRIVMSG #c :three');
  settle(wire);
  expect(seen()).toEqual(['1:2h', '1:2h']);
  for (const { state } of [here, there])
    expect(state.findChannel('#c')!.history!.buffer.entries.map(({ said }) => said.body)).toEqual([
      expect.stringContaining(' PRIVMSG #c :three'),
    ]);
  one.send('MODE #c -H');
  settle(wire);
  expect(seen()).toEqual([null, null]);
  expect(there.state.findChannel('#c')!.history).toBe(null);
  // Of the same age, where both chose while they were apart: the own choice holds on both.
  wire.cut();
  one.send('MODE #c +H');
  there.state.findChannel('#c')!.setText('H', '9:1h');
  settle(new Wire(here, there));
  expect(seen()).toEqual(['9:1h', '9:1h']);
  here.close();
  there.close();
});

it('is no choice of another server of our kind that is none', () => {
  const here = new LinkedServer('here.test', 1);
  here.irc.join('one').send('JOIN #c', 'MODE #c -n');
  const peer = linkLines(here, { name: 'there.test', numeric: 'AC', kind: 'signalbox' });
  peer.link!.take('AC M #c +H 50:1440');
  expect(here.state.findChannel('#c')!.text('H')).toBe(null);
  peer.link!.take('AC M #c +H 50:1d');
  expect(here.state.findChannel('#c')!.text('H')).toBe('50:1d');
  here.close();
});

it('is told to the disk anew where all on it was dropped, as too much had changed', async () => {
  const ann = join('ann');
  ann.send('MODE #c +H 9:1h');
  await disk().written();
  for (let n = 0; n <= limits.historyQueueChanges.default; n++)
    disk().change({ do: 'forget', scope: 'c#c', id: `i${n}` });
  await disk().written();
  expect(model.scopes.get('c#c')!.amount).toEqual({ messages: 9, keepMs: 3_600_000 });
});

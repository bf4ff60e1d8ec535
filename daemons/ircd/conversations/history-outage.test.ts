/** History on disk while its keeper is away: what was to be deleted is when it is back, and nobody gets what is another channel's. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MessageModel } from '../../runtime/test-fixtures/message-model.ts';
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

function begin(present = true): void {
  const made = new ArrayKeeper(model);
  made.present = present;
  keeper = made;
  irc = new MemoryServer(KEPT, null, undefined, undefined, () => made);
}

beforeEach(() => {
  model = new MessageModel();
  begin();
});
afterEach(() => irc.close());

const disk = () => irc.server.history!.disk!;
const join = (nick: string, channel = '#c') => {
  const client = irc.join(nick, CAPS);
  Object.assign(client.user!, { account: nick });
  client.send(`JOIN ${channel}`);
  client.received();
  return client;
};
const readers = (scope: string) => [...(model.scopes.get(scope)?.readers.keys() ?? [])];

/** What ann may read is on disk, and the server starts again without its keeper. */
async function restart(restored: boolean): Promise<void> {
  join('ann').send('PRIVMSG #c :before');
  await disk().written();
  const record = recordOf(irc.server.state.findChannel('#c')!);
  disk().freeze();
  irc.close();
  begin(false);
  if (restored) irc.server.state.restore(channelOf(record, Date.now() + 60_000));
}

async function comeBack(): Promise<void> {
  keeper.setPresent(true);
  expect(await disk().whenKnown(10_000)).toBe(true);
  await disk().written();
}

it('hands a channel that was made before the readers of one of its name were known to none of them', async () => {
  await restart(false);
  const bob = join('bob');
  bob.send('PRIVMSG #c :secret');
  await comeBack();
  expect(readers('c#c')).toEqual(['bob']);
  expect(join('ann').send('CHATHISTORY LATEST #c * 10').join()).not.toContain('PRIVMSG');
});

it('takes along what is on disk of a channel that is renamed before its readers are known', async () => {
  await restart(true);
  const bob = join('bob');
  bob.user!.memberships.values().next().value!.status = 0xff;
  bob.send('RENAME #c #d');
  const cat = join('cat', '#c');
  cat.send('PRIVMSG #c :secret');
  await comeBack();
  expect(readers('c#d').sort()).toEqual(['ann', 'bob']);
  expect(model.scopes.get('c#d')!.messages.some(({ data }) => data.includes('before'))).toBe(true);
  expect(readers('c#c')).toEqual(['cat']);
});

it('is deleted where it was switched off meanwhile, and on again', async () => {
  // Of a channel that is made before, the mode is announced when the disk has nothing of that name, whenever that is.
  expect(await disk().whenKnown(10_000)).toBe(true);
  const ann = join('ann');
  ann.send('PRIVMSG #c :before');
  await disk().written();
  keeper.setPresent(false);
  irc.server.configure(config({ keep_minutes: 0 }), null);
  await expect.poll(() => keeper.closed).toBe(true);
  irc.server.configure(KEPT, null);
  ann.send('PRIVMSG #c :after');
  await comeBack();
  expect(model.scopes.get('c#c')!.messages.map(({ data }) => JSON.parse(data)[0])).toEqual([
    expect.stringContaining('after'),
  ]);
  // It is not deleted again.
  irc.server.configure(config({ keep_minutes: 0 }), null);
  await expect.poll(() => model.scopes.size).toBe(0);
  model.change({ do: 'reader', scope: 'azoe', account: 'zoe', since: 0 });
  irc.server.configure(KEPT, null);
  await comeBack();
  expect([...model.scopes.keys()]).toContain('azoe');
});

it('is all there after a day in which people come and go', async () => {
  expect(await disk().whenKnown(10_000)).toBe(true);
  model.change({ do: 'reader', scope: 'c#x', account: 'ann', since: 0 });
  keeper.setPresent(false);
  const { history } = irc.server;
  const bob = { scope: 'c#x', account: 'bob' };
  for (let n = 0; n <= limits.historyQueueChanges.default; n++)
    history!.change(n % 2 === 0 ? { do: 'reader', ...bob, since: n } : { do: 'no reader', ...bob });
  expect(disk().counts.depth).toBeLessThan(9);
  keeper.setPresent(true);
  await expect.poll(() => readers('c#x').sort()).toEqual(['ann', 'bob']);
});

const idOf = (line: string | undefined) => /msgid=([^;\s]+)/.exec(line ?? '')![1]!;
const said = (scope: string) =>
  model.scopes
    .get(scope)!
    .messages.filter(({ event }) => !event)
    .map(({ data }) => JSON.parse(data)[0].replace(/^.*:/, ''));

it('takes nothing back that cannot be deleted from the disk, whether that is known before or not, and says so', async () => {
  const [ann, bob] = [join('ann'), join('bob')];
  ann.send('PRIVMSG #c :wrong', 'PRIVMSG bob :psst');
  const [id, direct] = bob.received().map(idOf);
  await disk().written();
  const refused = (target: string, msgid: string | undefined) =>
    ` FAIL REDACT NOT_DELETED ${target} ${msgid} :Not deleted: what is kept on disk cannot be changed now. Try again in a while`;
  keeper.refuses = 'write';
  // It is found out while it is waited for.
  ann.received();
  ann.send(`REDACT #c ${id}`);
  const heard: string[] = [];
  await expect.poll(() => heard.push(...ann.received())).toBe(1);
  expect(heard.join()).toContain(refused('#c', id));
  // Now it is known.
  expect(ann.send(`REDACT #c ${id}`).join()).toContain(refused('#c', id));
  expect(ann.send(`REDACT bob ${direct}`).join()).toContain(refused('bob', direct));
  keeper.setPresent(false);
  expect(ann.send(`REDACT bob ${direct}`).join()).toContain(refused('bob', direct));
  expect(bob.received()).toEqual([]);
  expect(
    irc.server.state.findChannel('#c')!.history!.buffer.entries.some(({ said }) => said.msgid === id),
  ).toBe(true);
  expect(said('abob')).toEqual(['psst']);
  keeper.refuses = null;
  keeper.setPresent(true);
  await expect.poll(() => disk().problem).toBe(null);
  ann.send(`REDACT #c ${id}`, `REDACT bob ${direct}`);
  const told: string[] = [];
  await expect.poll(() => told.push(...bob.received())).toBe(2);
  expect([told[0], told[1]]).toEqual([
    expect.stringContaining(` REDACT #c ${id}`),
    expect.stringContaining(` REDACT bob ${direct}`),
  ]);
  expect([said('c#c'), said('aann'), said('abob')]).toEqual([[], [], []]);
});

it('announces -H when the disk has nothing of it any more, and takes no +H before that', async () => {
  const [ann, bob] = [join('ann'), join('bob')];
  ann.send('PRIVMSG #c :secret');
  await disk().written();
  bob.received();
  let release = () => {};
  keeper.held = new Promise((resolve) => {
    release = resolve;
  });
  ann.send('MODE #c -H', 'MODE #c +H', 'PRIVMSG #c :new');
  expect(bob.received()).toEqual([]);
  release();
  const heard: string[] = [];
  await expect.poll(() => heard.push(...bob.received())).toBe(3);
  expect(heard.map((line) => line.replace(/^.*192.0.2.1 /, ''))).toEqual([
    'MODE #c -H',
    'MODE #c +H *',
    'PRIVMSG #c :new',
  ]);
  await disk().written();
  expect(said('c#c')).toEqual(['new']);
  // Where it cannot be deleted, it does not begin again.
  keeper.setPresent(false);
  ann.received();
  expect(ann.send('MODE #c -H+H').join()).toContain(
    ' FAIL MODE HISTORY_NOT_DELETED #c :What was kept before is not deleted from the disk yet. Try again in a while',
  );
  expect(bob.received().join()).toContain(' MODE #c -H');
  keeper.setPresent(true);
  await expect.poll(() => model.scopes.has('c#c')).toBe(false);
  ann.send('MODE #c +H');
  await expect.poll(() => bob.received().join()).toContain(' MODE #c +H');
});

it('announces who makes a channel when the disk has nothing of the one before of its name', async () => {
  const ann = join('ann');
  expect(await disk().whenKnown(10_000)).toBe(true);
  ann.send('PRIVMSG #c :secret');
  await disk().written();
  ann.send('PART #c');
  ann.received();
  expect(ann.send('JOIN #c')).toEqual([]);
  await expect.poll(() => ann.received().join()).toContain(' JOIN #c');
  expect(model.scopes.get('c#c')?.messages.some(({ data }) => data.includes('secret')) ?? false).toBe(false);
});

it('is behind what is on disk also where the clock was set back and the keeper came late', async () => {
  join('ann').send('PRIVMSG #c :before');
  await disk().written();
  // As it was said by a clock that was eleven days ahead.
  const own = model.scopes.get('c#c')!;
  own.messages = own.messages.map((one) => ({ ...one, order: one.order + 1e12 }));
  const last = own.messages.at(-1)!.order;
  const record = recordOf(irc.server.state.findChannel('#c')!);
  disk().freeze();
  irc.close();
  begin(false);
  irc.server.state.restore(channelOf(record, Date.now() + 60_000));
  const [bob, cat, eve] = [join('bob'), join('cat'), join('eve')];
  bob.send('PRIVMSG #c :new');
  cat.drop();
  await expect.poll(() => irc.server.state.findUser('cat')).toBe(undefined);
  // Of what waits some is in memory no longer.
  irc.server.state.findChannel('#c')!.history!.buffer.clear();
  bob.send('PRIVMSG #c :newer');
  await comeBack();
  expect(said('c#c')).toEqual(['before', 'new', 'newer']);
  for (const reader of ['bob', 'cat']) expect(own.readers.get(reader)).toBeGreaterThanOrEqual(last);
  const read = async (client: MemoryClient) => {
    client.received();
    const lines = [...client.send('CHATHISTORY LATEST #c * 10')];
    await expect.poll(() => lines.push(...client.received()) > 0 && lines.join()).toContain(' BATCH -');
    return lines.filter((line) => line.includes(' PRIVMSG ')).map((line) => line.replace(/^.*:/, ''));
  };
  expect(await read(join('ann'))).toEqual(['before', 'new', 'newer']);
  // Who is here since, and who was.
  for (const one of [bob, eve, join('cat')]) expect(await read(one)).toEqual(['new', 'newer']);
  expect(await read(join('dan'))).toEqual([]);
});

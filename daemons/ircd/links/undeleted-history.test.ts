/** What another server says of a channel while what was kept of it cannot be deleted from our own disk. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MessageModel } from '../../runtime/test-fixtures/message-model.ts';
import { ircdConfigSchema } from '../config.ts';
import { ArrayKeeper } from '../history/keeper-fixture.ts';
import { channelOf, type KeptChannel, recordOf } from '../journal/channel-record.ts';
import type { MemoryClient } from '../memory-server.ts';
import { blockFor, LinkedServer, MemoryEnd, STILL_CLOCK } from './memory-links.ts';

/** Whoever is on a channel reads all that is kept of it. */
const { history } = ircdConfigSchema.parse({
  server_name: 'here.test',
  history: { keep_minutes: 1_440, readers: 'members' },
});

let model: MessageModel;
let keeper: ArrayKeeper;
let here: LinkedServer;
let one: MemoryEnd;
let seconds: number;
/** What the journal of channels has; of one that was changed what is so at the end of the turn. */
let records: Map<string, KeptChannel>;

function begin(): void {
  const made = new ArrayKeeper(model);
  keeper = made;
  here = new LinkedServer('here.test', 1, STILL_CLOCK, { history }, () => made);
  const { server } = here.irc;
  server.keeper = {
    problem: null,
    changed(channel) {
      setImmediate(() => records.set(channel.key, recordOf(channel)));
      return null;
    },
    ended: (name) => void records.delete(name),
  };
}

/** As after a crash: nobody is there, and channels are as the journal has them. */
async function crash(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  disk().freeze();
  const found = [...records.values()];
  here.close();
  begin();
  for (const record of found) here.state.restore(channelOf(record, Date.now() + 60_000));
  expect(await disk().whenKnown(10_000)).toBe(true);
}

beforeEach(async () => {
  model = new MessageModel();
  records = new Map();
  begin();
  expect(await disk().whenKnown(10_000)).toBe(true);
});
afterEach(() => here.close());

const disk = () => here.irc.server.history!.disk!;
const channel = () => here.state.findChannel('#c')!;
const join = (nick: string) => {
  const client = here.irc.join(nick, 'batch message-tags draft/chathistory');
  Object.assign(client.user!, { account: nick });
  client.send('JOIN #c');
  return client;
};
const answerOf = async (client: MemoryClient, question: string) => {
  client.received();
  const lines = [...client.send(question)];
  await expect
    .poll(() => {
      lines.push(...client.received());
      return lines.some((line) => / BATCH -| FAIL /.test(line));
    })
    .toBe(true);
  return lines;
};
const texts = async (client: MemoryClient) =>
  (await answerOf(client, 'CHATHISTORY LATEST #c * 100')).flatMap(
    (line) => / PRIVMSG \S+ :(.*)$/.exec(line)?.[1] ?? [],
  );
/** Where a client has history, as far as it is told. */
const targets = async (client: MemoryClient) => {
  const [from, to] = [2_000, 2_100].map((year) => `timestamp=${year}-01-01T00:00:00.000Z`);
  const lines = await answerOf(client, `CHATHISTORY TARGETS ${from} ${to} 10`);
  return lines.flatMap((line) => / CHATHISTORY TARGETS (\S+)/.exec(line)?.[1] ?? []);
};
const kept = () =>
  (model.scopes.get('c#c')?.messages ?? []).flatMap(
    ({ data }) => / PRIVMSG \S+ :(\w+)/.exec(data)?.[1] ?? [],
  );

/** A channel with history, on which a user of another server has said something. */
async function linkedChannel(): Promise<MemoryClient> {
  const ann = join('ann');
  seconds = Math.floor(channel().createdMs / 1_000);
  one = new MemoryEnd();
  here.blocks = [blockFor('one.test')];
  one.link = here.network.open(one, null);
  for (const line of [
    'PASS :linkpw',
    `SERVER one.test 1 1 ${seconds} J10 AC]]] +h6Bt :x`,
    `AC N bob 1 ${seconds} ~u 192.0.2.9 DAAAIJ ACAAA :x`,
    `AC B #c ${seconds} +ntH * ACAAA:o`,
    'AC EB',
    'ACAAA P #c :old',
  ])
    one.link.take(line);
  await disk().written();
  expect([kept(), await texts(ann)]).toEqual([['old'], ['old']]);
  return ann;
}

/** Takes the mode away and sets it again, while nothing is deleted from the disk. */
async function setAnew(ann: MemoryClient): Promise<void> {
  keeper.refuses = 'write';
  for (const change of ['-H', '+H *']) {
    one.link!.take(`ACAAA M #c ${change} ${seconds}`);
    await expect.poll(() => ann.received().join()).toContain(` MODE #c ${change}`);
  }
  expect([one.link!.state, disk().problem, channel().text('H')]).toEqual(['linked', 'the disk is full', '*']);
}

it('nobody reads what was said before -H while it waits to be deleted, and then it is', async () => {
  const ann = await linkedChannel();
  // Of what is on disk alone it asks there.
  channel().history!.buffer.clear();
  expect(await targets(ann)).toEqual(['#c']);
  await setAnew(ann);
  expect([kept(), await targets(ann), await texts(ann)]).toEqual([['old'], [], []]);
  one.link!.take('ACAAA P #c :new');
  expect(await texts(ann)).toEqual(['new']);
  expect(await texts(join('cat'))).toEqual(['new']);
  keeper.refuses = null;
  await expect.poll(() => kept()).toEqual(['new']);
  await expect.poll(() => records.get('#c')).not.toHaveProperty('anew', true);
  expect(await texts(ann)).toEqual(['new']);
});

it('a crash meanwhile does not bring it back with the channel, and takes nothing that is said afterwards', async () => {
  await setAnew(await linkedChannel());
  await crash();
  expect(channel().text('H')).toBe('*');
  expect(await texts(join('ann'))).toEqual([]);
  await expect.poll(() => kept()).toEqual([]);
  join('bob').send('PRIVMSG #c :later');
  await disk().written();
  await crash();
  expect(await texts(join('ann'))).toEqual(['later']);
});

/** Somebody is spoken to, kicked, and a topic is set, from outside of IRC. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryServer } from '../memory-server.ts';
import { presenceHandlers } from './presence-handlers.ts';

let irc: MemoryServer;
let admin: ReturnType<typeof presenceHandlers>;

const call = {
  signal: new AbortController().signal,
  actor: { name: 'tester', from: 'cli', role: 'admin' },
} as const;

beforeEach(() => {
  irc = new MemoryServer();
  admin = presenceHandlers(irc.server);
});
afterEach(() => irc.close());

it('sends a notice to one client, whatever is in it', () => {
  const [ann, bob] = [irc.join('ann'), irc.join('bob')];
  expect(admin.message.run({ client: 'ANN', text: 'look here' }, call)).toEqual({ client: 'ann' });
  expect(ann.received()).toEqual([':irc.test NOTICE ann :look here']);
  expect(bob.received()).toEqual([]);
});

it('sets a topic whatever the modes of the channel are, and takes it away', async () => {
  const ann = irc.join('ann');
  ann.send('JOIN #c', 'MODE #c +t');
  ann.received();
  expect(await admin['set-topic'].run({ channel: '#C', text: 'tea at four' }, call)).toEqual({
    channel: '#c',
    topic: 'tea at four',
  });
  expect(ann.received()).toEqual([':irc.test TOPIC #c :tea at four']);
  expect(irc.server.state.findChannel('#c')?.topicBy).toBe('irc.test');
  await admin['set-topic'].run({ channel: '#c', text: '' }, call);
  expect(ann.received()).toEqual([':irc.test TOPIC #c :']);
  expect(irc.server.state.findChannel('#c')?.topic).toBe('');
});

it('cuts a topic to what ISUPPORT announces', async () => {
  const ann = irc.join('ann');
  ann.send('JOIN #c');
  const answer = await admin['set-topic'].run({ channel: '#c', text: 'ü'.repeat(390) }, call);
  expect(Buffer.byteLength((answer as { topic: string }).topic)).toBeLessThanOrEqual(390);
});

it('kicks an operator too, after saying whom and from where', async () => {
  const [ann, bob] = [irc.join('ann'), irc.join('bob')];
  for (const client of [ann, bob]) client.send('JOIN #c');
  ann.received();
  const args = { channel: '#c', client: 'ann', reason: 'enough' };
  expect(admin.kick.impact?.(args)).toBe('removes ann (~ann@192.0.2.1) from #c');
  bob.received();
  expect(await admin.kick.run(args, call)).toEqual({ channel: '#c', client: 'ann' });
  expect(ann.received()).toEqual([':irc.test KICK #c ann :enough']);
  expect(bob.received()).toEqual([':irc.test KICK #c ann :enough']);
  expect(irc.server.state.findChannel('#c')?.members).toHaveLength(1);
});

it('refuses what there is not, before anybody is asked and when it has gone meanwhile', async () => {
  const [ann, bob] = [irc.join('ann'), irc.join('bob')];
  ann.send('JOIN #c');
  const topic = { channel: '#none', text: 'x' };
  const kick = { channel: '#c', client: 'bob', reason: 'r' };
  expect(() => admin['set-topic'].check?.(topic)).toThrow('There is no channel #none.');
  await expect(admin['set-topic'].run(topic, call)).rejects.toThrow('There is no channel #none.');
  expect(() => admin.kick.check?.({ ...kick, channel: '#none' })).toThrow('There is no channel #none.');
  expect(() => admin.kick.check?.({ ...kick, client: 'cy' })).toThrow('Nobody here is called cy.');
  expect(() => admin.kick.check?.(kick)).toThrow('bob is not on #c.');
  expect(admin.kick.impact?.(kick)).toBeNull();
  expect(admin.kick.impact?.({ ...kick, channel: '#none' })).toBeNull();
  await expect(admin.kick.run(kick, call)).rejects.toThrow('bob is not on #c.');
  expect(() => admin.message.check?.({ client: 'cy', text: 'x' })).toThrow('Nobody here is called cy.');
  expect(() => admin.message.run({ client: 'cy', text: 'x' }, call)).toThrow('Nobody here is called cy.');
  expect(bob.closedWith).toBeNull();
});

it('changes modes and what members are, in one announcement, and says what the channel has then', async () => {
  const [ann, bob] = [irc.join('ann'), irc.join('bob')];
  for (const client of [ann, bob]) client.send('JOIN #c');
  for (const client of [ann, bob]) client.received();
  const args = { channel: '#C', modes: '+ml-n+v-o 5 bob ann' };
  expect(admin['set-modes'].impact?.(args)).toBe('changes #c, which has +nt; -H forgets what was said there');
  expect(await admin['set-modes'].run(args, call)).toEqual({ channel: '#c', modes: '+mtl 5' });
  expect(ann.received()).toEqual([':irc.test MODE #c +ml-n+v-o 5 bob ann']);
  expect(await admin['set-modes'].run({ channel: '#c', modes: 's-l' }, call)).toEqual({
    channel: '#c',
    modes: '+mst',
  });
  expect(admin['set-modes'].impact?.({ ...args, channel: '#none' })).toBeNull();
});

it('ends a channel that was kept by its mode alone', async () => {
  const ann = irc.join('ann');
  ann.send('JOIN #c');
  await admin['set-modes'].run({ channel: '#c', modes: '+P' }, call);
  ann.send('PART #c');
  expect(irc.server.state.channels.size).toBe(1);
  await admin['set-modes'].run({ channel: '#c', modes: '-P' }, call);
  expect(irc.server.state.channels.size).toBe(0);
});

it.each([
  ['+k', 'k needs a key, which stands in a field of its own (key).'],
  ['+k key', 'k needs a key'],
  ['+h ann', 'h is no mode that channels have here.'],
  ['+b', 'b needs a parameter'],
  ['+b :x', 'b takes a mask, such as'],
  ['+e *!*@10.0.0.0/64', 'e takes a mask'],
  [`+I ${'x'.repeat(390)}`, 'A mask has at most'],
  ['+f often', 'f takes what is too much in how many seconds'],
  ['+L tea', 'L takes the name of another channel that there is.'],
  ['+L #none', 'L takes the name'],
  ['+L #c', 'L takes the name'],
  ['+H', 'Nothing of what is said is kept here'],
  ['+o', 'o needs a parameter'],
  ['+o cy', 'cy is not on #c.'],
  ['+l 0', 'l is a number of members from 1 to 1000000.'],
  ['+l 1000001', 'l is a number'],
  ['+l few', 'l is a number'],
  ['+', 'There is no letter of a mode'],
  ['+m 5', 'No letter takes the parameter 5.'],
])('changes nothing by %s', async (modes, problem) => {
  const ann = irc.join('ann');
  ann.send('JOIN #c');
  ann.received();
  const args = { channel: '#c', modes: `+i${modes}` };
  const whole = modes === '+' ? { ...args, modes } : args;
  expect(() => admin['set-modes'].check?.(whole)).toThrow(problem);
  await expect(admin['set-modes'].run(whole, call)).rejects.toThrow(problem);
  expect(ann.received()).toEqual([]);
});

it('sets and takes off a key, lists, a flood and a forward', async () => {
  const ann = irc.join('ann');
  ann.send('JOIN #c', 'JOIN #other');
  ann.received();
  const run = (modes: string, key?: string) =>
    admin['set-modes'].run({ channel: '#c', modes, ...(key === undefined ? {} : { key }) }, call);
  expect(
    await run('+kbeIfL-n *!*@spam.example ~a:ann *!*@10.0.0.0/8 [20m]:10 #OTHER', 'sesame'),
  ).toMatchObject({
    modes: expect.stringContaining('sesame'),
  });
  const channel = irc.server.state.findChannel('#c')!;
  expect([channel.joinKey, channel.forward, channel.flood?.text]).toEqual(['sesame', '#other', '[20m]:10']);
  const texts = (list: typeof channel.bans) => list.entries.map(({ mask }) => mask.text);
  expect([channel.bans, channel.exceptions, channel.inviteExceptions].map(texts)).toEqual([
    ['*!*@spam.example'],
    ['~a:ann'],
    ['*!*@10.0.0.0/8'],
  ]);
  expect(channel.bans.entries[0]?.by).toBe('irc.test');
  await run('-kbeIfL *!*@spam.example ~a:ann *!*@10.0.0.0/8');
  expect([channel.joinKey, channel.forward, channel.flood]).toEqual([null, null, null]);
  expect([channel.bans, channel.exceptions, channel.inviteExceptions].map(({ size }) => size)).toEqual([
    0, 0, 0,
  ]);
});

it('refuses a key that is none, and one that nothing sets', () => {
  irc.join('ann').send('JOIN #c');
  const check = (modes: string, key: string) => () =>
    admin['set-modes'].check?.({ channel: '#c', modes, key });
  expect(check('+k', 'a,b')).toThrow('The key is none: expected up to 23 characters');
  expect(check('+m', 'sesame')).toThrow('There is a key, but no +k that sets it.');
  expect(check('-k', 'sesame')).toThrow('There is a key, but no +k');
  expect(check('+k', 'sesame')).not.toThrow();
});

it('sets no more masks than a channel may have, but takes them off', () => {
  const ann = irc.join('ann');
  ann.send('JOIN #c');
  irc.server.tuning.set('mask_list_entries', 2);
  const check = (modes: string) => () => admin['set-modes'].check?.({ channel: '#c', modes });
  expect(check('+bb one two')).not.toThrow();
  expect(check('+bbe one two three')).toThrow('#c has as many masks as may be: 0.');
  ann.send('MODE #c +bb one two');
  expect(check('+b three')).toThrow('#c has as many masks as may be: 2. Take some off before.');
  expect(check('+b one')).not.toThrow();
  expect(check('-b one')).not.toThrow();
});

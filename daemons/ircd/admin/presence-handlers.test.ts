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

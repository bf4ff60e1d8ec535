import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SignalboxError } from '../../../contract/errors.ts';
import { MemoryServer, waitFor } from '../memory-server.ts';
import { hashPassword } from '../passwords.ts';

let irc: MemoryServer;

beforeEach(async () => {
  const password_hash = await hashPassword('sesame');
  const block = { password_hash, flags: ['kill' as const], title: 'is the boss', notices: 'bdfgklos' };
  irc = new MemoryServer({
    oper: [
      { ...block, name: 'boss', hosts: ['*@192.0.2.*'] },
      { ...block, name: 'far', hosts: ['*@198.51.100.*'] },
      { ...block, name: 'few', hosts: ['*@*'], notices: 'kc' },
      { ...block, name: 'none', hosts: ['*@*'], notices: '' },
      { ...block, name: 'near', hosts: ['*@192.0.2.0/24'] },
    ],
  });
});
afterEach(() => irc.close());

it('opers a client up, and commands that follow take effect after it', async () => {
  const client = irc.join('a');
  const victim = irc.join('v');
  client.send('OPER boss sesame', 'KILL v :bye', 'PING done');
  const lines = await waitFor(client, (line) => line.includes('PONG'));
  expect(lines[0]).toBe(':a!~a@192.0.2.1 MODE a :+osw');
  expect(lines[1]).toContain(' 381 a ');
  expect(victim.closedWith).toBe('Killed (a (bye))');
  expect(
    irc
      .join('b')
      .send('WHOIS a')
      .some((line) => line.includes(' 313 b a :is the boss')),
  ).toBe(true);
});

it('chooses the notices of the block, which may be none, for who becomes operator and who asks for them anew', async () => {
  const few = irc.join('a');
  few.send('OPER few sesame');
  await waitFor(few, (line) => line.includes(' 381 a '));
  expect(few.send('MODE a').at(-1)).toContain(' 008 a +ck :');
  few.send('MODE a +s -k+b');
  expect(few.send('MODE a +s').at(-1)).toContain(' 008 a +ck :');
  const none = irc.join('b');
  none.send('OPER none sesame');
  await waitFor(none, (line) => line.includes(' 381 b '));
  expect(none.send('MODE b')).toEqual([expect.stringContaining(' 221 b +ow')]);
  expect(none.send('MODE b +s').at(-1)).toContain(' 008 b +bdfgklos :');
});

it('takes a network for the host of an operator block', async () => {
  const client = irc.join('a');
  client.send('OPER near sesame');
  await waitFor(client, (line) => line.includes(' 381 a '));
  const stranger = irc.join('b', '', '192.0.3.1');
  stranger.send('OPER near sesame');
  await waitFor(stranger, (line) => line.includes(' 491 b '));
});

it('refuses a wrong password, an unknown name and a wrong host, and makes each cost', async () => {
  for (const [attempt, numeric] of [
    ['boss guess', '464'],
    ['nobody sesame', '464'],
    ['far sesame', '491'],
  ]) {
    const client = irc.join('a');
    client.send(`OPER ${attempt}`);
    const lines = await waitFor(client, (line) => line.includes(` ${numeric} a `));
    expect(lines.length).toBeGreaterThan(0);
    expect(client.penalty).toBeGreaterThanOrEqual(20);
    client.drop();
  }
  expect(irc.server.counters.operFailures).toBe(3);
  expect(irc.host.audits.map((entry) => entry.ok)).toEqual([false, false, false]);
  expect(JSON.stringify([irc.host.audits, irc.host.logs])).not.toContain('guess');
});

it('drops a client that keeps guessing', async () => {
  const client = irc.join('a');
  client.send('OPER boss 1', 'OPER boss 2', 'OPER boss 3', 'OPER boss 4', 'OPER boss sesame');
  await waitFor(client, (line) => line.startsWith('ERROR'));
  expect(client.closedWith).toBe('Too many failed OPER attempts');
});

it.each([
  ['is gone', []],
  ['has another password', ['$argon2id$another']],
])('makes nobody an operator whose block %s when the password has been checked', async (_what, hashes) => {
  const [block] = irc.server.config.oper;
  const client = irc.join('a');
  client.send('OPER boss sesame');
  const oper = hashes.map((password_hash) => ({ ...block!, password_hash }));
  irc.server.configure({ ...irc.server.config, oper }, null);
  expect(await waitFor(client, (line) => line.includes(' a '))).toEqual([
    ':irc.test 491 a :No O-lines for your host',
  ]);
  expect([client.user?.isOper, irc.server.counters.handlerErrors]).toEqual([false, 0]);
  expect(irc.host.audits.at(-1)).toMatchObject({
    ok: false,
    outcome: 'refused: the operator block was changed',
  });
});

it('keeps what an operator may do to the flags of the block', async () => {
  const client = irc.join('a');
  client.send('OPER boss sesame');
  await waitFor(client, (line) => line.includes(' 381 '));
  expect(client.send('KLINE x@y :z')[0]).toContain(' 723 a kline ');
  expect(client.send('MODE a -o')).toEqual([':a!~a@192.0.2.1 MODE a :-os']);
  expect(client.send('MODE a +o')).toEqual([expect.stringContaining(' 481 a ')]);
  expect(client.send('KILL a')[0]).toContain(' 481 a ');
});

it('says that a password could not be checked when its thread ended, which is not the fault of the hash', async () => {
  const lost = new SignalboxError('crashed', 'its thread ended');
  vi.spyOn(irc.server.passwords, 'check').mockRejectedValueOnce(lost);
  const client = irc.join('a');
  client.send('OPER boss sesame');
  await waitFor(client, (line) => line.includes(' 400 a OPER '));
  expect(irc.host.logs.at(-1)).toMatchObject({ event: 'password_unchecked' });
  expect(client.user?.isOper).toBe(false);
});

it('says that a damaged hash is the fault of the configuration', async () => {
  const [block] = irc.server.config.oper;
  if (block === undefined) throw new Error('no operator block');
  irc.server.configure(
    { ...irc.server.config, oper: [{ ...block, password_hash: '$argon2id$broken' }] },
    null,
  );
  const client = irc.join('a');
  client.send('OPER boss sesame');
  await waitFor(client, (line) => line.includes(' 400 a OPER '));
  expect(irc.host.logs.at(-1)?.event).toBe('oper_hash_damaged');
});

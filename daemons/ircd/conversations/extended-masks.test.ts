/** Masks of channels that name more than nick, user name and host (ISUPPORT EXTBAN). Accounts: conversations/accounts.test.ts. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';

let irc: MemoryServer;
let op: MemoryClient;
let bob: MemoryClient;
beforeEach(() => {
  irc = new MemoryServer();
  op = irc.join('op');
  bob = irc.join('bob');
  op.send('JOIN #c');
  for (const client of [op, bob]) client.received();
});
afterEach(() => irc.close());

const code = (line: string | undefined) => line?.split(' ')[1];
const mayEnter = (client: MemoryClient) => {
  const answer = code(client.send('JOIN #c')[0]);
  if (answer === 'JOIN') client.send('PART #c');
  client.received();
  return answer === 'JOIN';
};
const maySpeak = (client: MemoryClient) => {
  client.received();
  return code(client.send('PRIVMSG #c :hi')[0]) !== '404';
};

it('mutes whom ~m: names, who may enter and read, until a status or an exception lets them speak', () => {
  for (const [mask, kept] of [
    ['bob', 'bob!*@*'],
    ['*@192.0.2.0/24', '*!*@192.0.2.0/24'],
    ['~r:real?bob', '~r:real?bob'],
  ]) {
    expect(op.send(`MODE #c +b ~m:${mask}`).at(-1)).toBe(`:op!~op@192.0.2.1 MODE #c +b ~m:${kept}`);
    expect(mayEnter(bob)).toBe(true);
    bob.send('JOIN #c');
    expect(maySpeak(bob)).toBe(false);
    op.send('MODE #c +v bob');
    expect(maySpeak(bob)).toBe(true);
    op.send('MODE #c -v+e bob bob');
    expect(maySpeak(bob)).toBe(true);
    op.send(`MODE #c -e+e bob ~m:${mask}`);
    expect(maySpeak(bob)).toBe(true);
    op.send(`MODE #c -e ~m:${mask}`);
    expect(maySpeak(bob)).toBe(false);
    op.send(`MODE #c -b ~m:${mask}`);
    expect(maySpeak(bob)).toBe(true);
    bob.send('PART #c');
  }
});

it('lets nobody in whom only an exception of a mute names', () => {
  op.send('MODE #c +be bob ~m:bob');
  expect(mayEnter(bob)).toBe(false);
  op.send('MODE #c -b+iI bob ~m:bob');
  expect(mayEnter(bob)).toBe(false);
});

it('knows real names by ~r:, as they are now', () => {
  op.send('MODE #c +b ~r:*spam*');
  expect(mayEnter(bob)).toBe(true);
  bob.send('JOIN #c');
  expect(maySpeak(bob)).toBe(true);
  bob.send('SETNAME :Buy SPAM here');
  expect(maySpeak(bob)).toBe(false);
  bob.send('PART #c');
  expect(mayEnter(bob)).toBe(false);
  bob.send('SETNAME :Bob');
  expect(mayEnter(bob)).toBe(true);
});

it('knows by ~c: who is on another channel, as long as they are', () => {
  op.send('MODE #c +b ~c:#BAD*');
  for (const channel of ['#c', '#badgers']) bob.send(`JOIN ${channel}`);
  expect(maySpeak(bob)).toBe(false);
  bob.send('PART #badgers');
  expect(maySpeak(bob)).toBe(true);
  bob.send('JOIN #bad');
  expect(maySpeak(bob)).toBe(false);
  bob.send('PART #c');
  expect(mayEnter(bob)).toBe(false);
  bob.send('PART #bad');
  expect(mayEnter(bob)).toBe(true);
});

it('knows certificates by ~z:, however their fingerprint is spelled', () => {
  Object.assign(bob, { tls: { version: 'TLSv1.3', cipher: 'X', fingerprint: 'c0ffee' } });
  expect(op.send('MODE #c +iI ~z:C0:FF:EE')).toEqual([':op!~op@192.0.2.1 MODE #c +iI ~z:c0ffee']);
  expect(mayEnter(bob)).toBe(true);
  expect(mayEnter(irc.join('cat'))).toBe(false);
  op.send('MODE #c -i+b ~z:c0*');
  expect(mayEnter(bob)).toBe(false);
  expect(mayEnter(irc.join('dog'))).toBe(true);
});

it('refuses masks that name nothing', () => {
  for (const mask of ['~a:', '~c:x', '~m:', '~m:~m:x', '~r:', '~z:no', '~m:*@10.0.0.0/40'])
    expect(code(op.send(`MODE #c +b ${mask}`)[0]), mask).toBe('696');
  expect(irc.server.state.findChannel('#c')!.bans.size).toBe(0);
});

it('tells clients what there is', () => {
  expect(irc.server.isupport.join(' ')).toContain(' EXTBAN=~,cmrz ');
});

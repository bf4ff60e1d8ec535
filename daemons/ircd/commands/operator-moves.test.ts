/** What operators do to users and channels past their rules, where it takes several turns or meets other servers. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { STATUS } from '../../irc/modes.ts';
import { introduce, linkServer, recordLinks } from '../memory-network.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';

let irc: MemoryServer;
let eve: MemoryClient;
let bob: MemoryClient;
beforeEach(() => {
  irc = new MemoryServer();
  eve = irc.join('eve');
  bob = irc.join('bob');
  irc.promote(eve, ['override', 'chghost', 'auspex', 'set', 'gline']);
});
afterEach(() => irc.close());

const settled = () => new Promise((resolve) => setImmediate(resolve));
const code = (line: string) => line.split(' ')[1];

it('tells links that modes are forced, so that no server takes them back', async () => {
  const events: unknown[] = [];
  bob.send('JOIN #c');
  eve.send('JOIN #c');
  irc.server.links = { tell: (event) => void events.push(event.kind === 'channel modes' && event.forced) };
  eve.send('SAMODE #c +m', 'OPME #c');
  await settled();
  expect(events).toEqual([true, true]);
  expect(eve.user!.memberships.get(irc.server.state.findChannel('#c')!)!.status).toBe(STATUS.op);
});

it('has several of them done in the order in which they came', async () => {
  const told = recordLinks(irc.server);
  eve.send('SAJOIN bob #c', 'SAMODE #c +im', 'SANICK bob rob', 'SAPART rob #c :out', 'CHGHOST rob new.host');
  await settled();
  expect(told.map((line) => line.replace(/ by eve/, ''))).toEqual([
    'join bob #c created',
    'channel modes #c +i +m',
    'nick rob was bob',
    'part rob #c :out',
    'host rob',
  ]);
  expect(bob.user!.prefix).toBe('rob!~bob@new.host');
});

it('tells of somebody with another host those who share a channel and asked to be told', async () => {
  const ann = irc.join('ann', 'chghost');
  for (const client of [ann, bob]) client.send('JOIN #c');
  ann.received();
  bob.received();
  eve.send('CHGHOST bob new.host');
  await settled();
  expect(ann.received()).toEqual([':bob!~bob@192.0.2.1 CHGHOST ~bob new.host']);
  expect(bob.received()).toEqual([':irc.test 396 bob new.host :is now your displayed host']);
  // Bans are compared with the real host all the same.
  ann.send('MODE #c +b *!*@192.0.2.1');
  expect(irc.server.state.findChannel('#c')!.isBanned(bob.user!)).toBe(true);
});

it('refuses hosts that could not stand in a line or in a mask', () => {
  for (const host of ['::x', ':a b', 'a!b', 'a@b', 'a*', '', '-x', 'h'.repeat(64)])
    expect(eve.send(`CHGHOST bob ${host}`).map(code), host).toEqual([host === '' ? '461' : 'FAIL']);
  expect(bob.user!.host).toBe('192.0.2.1');
});

it('counts by TESTMASK users here and on the network, by nick, host, address and real name', () => {
  const there = linkServer(irc.server.state, 'there.test');
  introduce(irc.server.state, there, 'far', { username: 'f', host: 'far.example' });
  for (const [mask, counts] of [
    ['*', '2 3'],
    ['bob', '1 1'],
    ['*@192.0.2.0/24', '2 2'],
    ['*@203.0.113.9', '0 1'],
    ['*!*@* *far*', '0 1'],
    ['b?b!~bob@*', '1 1'],
    ['nobody!*@*', '0 0'],
  ])
    expect(eve.send(`TESTMASK ${mask}`)[0], mask).toContain(` 727 eve ${counts} `);
});

it('shows by TESTLINE every ban that somebody meets, however they are named', () => {
  eve.send('ZLINE 5 198.51.100.0/24 :spam');
  const { bans } = irc.server;
  const given = { reason: 'no', by: 'x', setMs: Date.now(), expiresMs: null };
  bans.add({ ...given, kind: 'kline', mask: 'bad@*.example' });
  bans.add({ ...given, kind: 'kline', mask: '*@203.0.113.0/24' });
  bans.add({ ...given, kind: 'dline', mask: '203.0.113.7' });
  eve.received();
  const hits = (who: string) =>
    eve.send(`TESTLINE ${who}`).map((line) => line.split(' ').slice(1, 6).join(' '));
  expect(hits('198.51.100.9')).toEqual(['725 eve G 5 *@198.51.100.0/24']);
  expect(hits('nick!bad@host.example')).toEqual(['725 eve K 0 bad@*.example']);
  expect(hits('x@203.0.113.7')).toEqual(['725 eve K 0 *@203.0.113.0/24', '725 eve D 0 203.0.113.7']);
  expect(hits('bob')).toEqual(['726 eve bob :No matches']);
  expect(hits('nobody')).toEqual(['401 eve nobody :No such']);
  irc.server.networkBans.set({
    ...irc.server.networkBans.get('gline', '*@198.51.100.0/24')!,
    mask: '~bob@*',
  });
  expect(hits('bob')).toEqual(['725 eve G 5 ~bob@*']);
});

it('changes a limit by SET for everybody, and tells them nothing else', () => {
  eve.send('SET modes_per_command 2');
  expect(irc.server.tuning.get('modes_per_command')).toBe(2);
  expect(irc.server.isupport.join(' ')).toContain('MODES=2');
  for (const value of ['0', '-1', '1.5', '100001', 'x', ''])
    expect(eve.send(`SET modes_per_command :${value}`).map(code), value).toEqual(['696']);
  expect(eve.send('SET nothing 1').map(code)).toEqual(['FAIL']);
  expect(irc.server.tuning.get('modes_per_command')).toBe(2);
});

it('cycles with the key that a channel has, and tells why where one may not come back', () => {
  bob.send('JOIN #c');
  const ann = irc.join('ann');
  ann.send('JOIN #c');
  bob.send('MODE #c +k secret');
  ann.received();
  bob.received();
  expect(ann.send('CYCLE #c').map(code)).toEqual(['PART', 'JOIN', '353', '366']);
  expect(ann.send('CYCLE #c,#c,#c,#c,#c').at(-1)).toBe(
    ':irc.test 407 ann CYCLE :Too many targets, at most 4',
  );
  bob.send('MODE #c +b ann');
  ann.received();
  expect(ann.send('CYCLE #c').map(code)).toEqual(['PART', '474']);
});

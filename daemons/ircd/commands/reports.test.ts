/** STATS, WHOWAS, LIST and WHO to the last figure. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { OPER_FLAGS } from '../config.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import type { User } from '../state/user.ts';

let irc: MemoryServer;
let alice: MemoryClient;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
  irc = new MemoryServer();
  alice = irc.join('alice');
  irc.promote(alice, OPER_FLAGS);
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

const wait = (ms: number) => vi.setSystemTime(Date.now() + ms);
const ask = (line: string, client = alice) =>
  client.send(line).map((text) => text.replace(/^:irc\.test /, '').replace(` ${client.user?.nick} `, ' '));

it.each([
  [0, '0 days 0:00:00'],
  [59, '0 days 0:00:59'],
  [60, '0 days 0:01:00'],
  [3_599, '0 days 0:59:59'],
  [3_600, '0 days 1:00:00'],
  [86_399, '0 days 23:59:59'],
  [86_400, '1 days 0:00:00'],
  [90_061.9, '1 days 1:01:01'],
])('STATS u after %d seconds says %s', (seconds, text) => {
  wait(seconds * 1000);
  expect(ask('STATS u')).toEqual([`242 :Server Up ${text}`, '219 u :End of STATS report']);
});

it('STATS l tells of each connection what waits, what it sent and got in KiB, and for how many seconds it is open', () => {
  const bare = irc.connect('198.51.100.1');
  Object.assign(alice, { bytesOut: 2047, bytesIn: 5120, sendQueueBytes: 7 });
  wait(90_999);
  Object.assign(bare, { bytesOut: 1024, bytesIn: 1023 });
  expect(ask('STATS l')).toEqual([
    '211 alice[~alice@192.0.2.1] 7 0 1 0 5 90',
    '211 *[*@198.51.100.1] 0 0 1 0 0 90',
    '219 l :End of STATS report',
  ]);
});

it('STATS m, o, p, P and the reports of the network path say what they say', () => {
  ask('PING x');
  const hosts = ['*@a.example', '*@b.example'];
  const block = { name: 'boss', password_hash: 'x', hosts, flags: [], title: 'x', notices: '' };
  irc.server.configure(
    { ...irc.server.config, oper: [block, { ...block, name: 'test', hosts: ['*@*'] }] },
    null,
  );
  Object.assign(alice.client!, { oper: { name: 'test', flags: new Set(OPER_FLAGS), title: 'x' } });
  irc.host.listeners = () => [
    { host: '::1', port: 6697, tls: true },
    { host: '127.0.0.1', port: 6667, tls: false },
  ];
  wait(12_900);
  const report = (letter: string) => ask(`STATS ${letter}`).slice(0, -1);
  expect(report('m')).toContain('212 PING 1 6 0');
  expect(report('o')).toEqual(['243 O *@a.example * boss', '243 O *@b.example * boss', '243 O *@* * test']);
  expect(report('p')).toEqual(['217 P 6697 ..1 :TLS', '217 P 6667 127.0.0.1 :plain']);
  expect(report('P')).toEqual(['249 :alice (~alice@192.0.2.1) idle 12 s']);
  expect([report('t'), report('C'), report('B'), report('T')]).toEqual([
    ['249 :traffic report'],
    ['249 :caches report'],
    ['249 :batching report'],
    ['249 :throttle report'],
  ]);
  expect(report('z').map((line) => line.replaceAll(/\d{5,}/g, 'N'))).toEqual([
    '249 :resident N bytes',
    '249 :heap used N of N bytes',
    '249 :array buffers N bytes',
  ]);
});

it('STATS of a letter that is none, or of a word, ends with what can be shown of it', () => {
  expect(ask('STATS X')).toEqual(['219 X :End of STATS report']);
  expect(ask('STATS :')).toEqual(['219 * :End of STATS report']);
  expect(ask('STATS : u')).toEqual(['219 * :End of STATS report']);
  expect(ask('STATS ::')).toEqual(['219 * :End of STATS report']);
  expect(ask('STATS uptime')).toEqual(['242 :Server Up 0 days 0:00:00', '219 u :End of STATS report']);
  irc.server.state.setUserMode(alice.user as User, 2, false);
  alice.client!.oper = null;
  for (const letter of 'mopPtzkdCBT')
    expect(ask(`STATS ${letter}`)[0], letter).toBe("481 :Permission denied - You're not an IRC operator");
});

it('WHOWAS gives as many as asked for, or all where that makes no sense, and no more than WHO would', () => {
  for (let i = 0; i < 4; i++) irc.join('bob').drop();
  const found = (count: string) => ask(`WHOWAS bob ${count}`).filter((line) => line.startsWith('314')).length;
  expect(['', '1', '3', '0', '-1', '1.5', 'x'].map(found)).toEqual([4, 1, 3, 4, 4, 4, 4]);
  irc.server.tuning.set('who_replies', 2);
  expect(['', '1', '3'].map(found)).toEqual([2, 1, 2]);
  expect(ask('WHOWAS')).toEqual(['431 :No nickname given']);
});

it('LIST compares users and minutes strictly, and knows nothing of a topic that was never set', () => {
  const others = [irc.join('b'), irc.join('c')];
  alice.send('JOIN #one,#two,#three');
  others[0]?.send('JOIN #two,#three');
  others[1]?.send('JOIN #three');
  wait(120_000);
  alice.send('TOPIC #two :news', 'JOIN #new');
  wait(60_000);
  const listed = (filter: string) =>
    ask(`LIST ${filter}`)
      .filter((line) => line.startsWith('322'))
      .map((line) => line.split(' ')[1]);
  expect(listed('>1')).toEqual(['#two', '#three']);
  expect(listed('>2')).toEqual(['#three']);
  expect(listed('<2')).toEqual(['#one', '#new']);
  expect(listed('<3,>1')).toEqual(['#two']);
  // The first three are three minutes old, the last one.
  expect(listed('C<3')).toEqual(['#new']);
  expect(listed('C<4')).toEqual(['#one', '#two', '#three', '#new']);
  expect(listed('C>2')).toEqual(['#one', '#two', '#three']);
  expect(listed('C>3')).toEqual([]);
  expect(listed('T<2')).toEqual(['#two']);
  expect(listed('T<1')).toEqual([]);
  expect(listed('T>0')).toEqual(['#two']);
  expect(listed('T>1')).toEqual([]);
  // What is no number is a mask, and no channel is called so.
  for (const odd of ['<', '>', 'C<', '<x', '=1', 'X>1']) expect(listed(odd), odd).toEqual([]);
  expect(listed('!#t*')).toEqual(['#one', '#new']);
  expect(listed('#t*,!*ree')).toEqual(['#two']);
  expect(listed('#one,#none,>5')).toEqual(['#one']);
  expect(listed(',')).toEqual(['#one', '#two', '#three', '#new']);
});

it('WHO of a mask answers as many as its limit, and operators only where that is asked for', () => {
  for (const nick of ['b1', 'b2', 'b3']) irc.join(nick);
  const found = (line: string) => ask(line).filter((text) => text.startsWith('352')).length;
  expect([found('WHO b*'), found('WHO *'), found('WHO 0'), found('WHO b* o'), found('WHO * o')]).toEqual([
    3, 4, 4, 0, 1,
  ]);
  irc.server.tuning.set('who_replies', 2);
  expect([found('WHO b*'), found('WHO *'), found('WHO * o')]).toEqual([2, 2, 1]);
  expect(ask('WHO b* %n')).toEqual(['354 b1', '354 b2', '315 b* :End of WHO list']);
  // By username, host and real name, too.
  irc.server.tuning.set('who_replies', 9);
  expect([found('WHO ~b?'), found('WHO 192.0.2.*'), found('WHO real*b2'), found('WHO REAL*B2')]).toEqual([
    3, 4, 1, 1,
  ]);
});

it('WHOX gives each field as it is, and a token of one to three digits', () => {
  const bob = irc.join('bob', '', '198.51.100.7');
  bob.send('JOIN #x');
  alice.send('JOIN #x');
  wait(7_900);
  for (const client of [alice, bob]) client.received();
  expect(ask('WHO #x %tcuihsnfdlaor,123')).toEqual([
    '354 123 #x ~bob 198.51.100.7 198.51.100.7 irc.test bob H@ 0 7 0 999 :Real bob',
    '354 123 #x ~alice 192.0.2.1 192.0.2.1 irc.test alice H* 0 7 0 n/a :Real alice',
    '315 #x :End of WHO list',
  ]);
  const token = (text: string) => ask(`WHO bob %tn,${text}`)[0];
  expect(['0', '9', '999', '1234', '', '1a', 'a1', ':', '/'].map(token)).toEqual([
    '354 0 bob',
    '354 9 bob',
    '354 999 bob',
    ...Array.from({ length: 6 }, () => '354 0 bob'),
  ]);
  expect(ask('WHO bob %')).toEqual(['315 bob :End of WHO list']);
  expect(ask('WHO bob %z')).toEqual(['315 bob :End of WHO list']);
  expect(ask('WHO bob o%n')).toEqual(['315 bob :End of WHO list']);
  expect(ask('WHO alice o%no')).toEqual(['354 alice n/a', '315 alice :End of WHO list']);
  // Strangers see no address but their own.
  expect(ask('WHO alice %i', bob)).toEqual(['354 255.255.255.255', '315 alice :End of WHO list']);
  expect(ask('WHO bob %i', bob)).toEqual(['354 198.51.100.7', '315 bob :End of WHO list']);
  Object.assign(bob.user as User, { account: 'bobby' });
  expect(ask('WHO bob %a')[0]).toBe('354 bobby');
});

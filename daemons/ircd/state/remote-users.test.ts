import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { STATUS, UMODE } from '../../irc/modes.ts';
import { OPER_FLAGS } from '../config.ts';
import { introduce, linkServer } from '../memory-network.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import type { Server } from './server.ts';

let irc: MemoryServer;
let ann: MemoryClient;
let far: Server;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
  irc = new MemoryServer();
  ann = irc.join('ann');
  ann.send('JOIN #x');
  ann.received();
  far = linkServer(irc.server.state, 'far.test');
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

const ask = (line: string) => ann.send(line).map((text) => text.replace(/^:irc\.test /, ''));

it('a user of another server is on the channel for NAMES, WHO, LIST and the limit of members', () => {
  const { state } = irc.server;
  const bob = introduce(state, far, 'Bob');
  state.join(bob, '#x', 0, STATUS.op);
  expect(ask('NAMES #x')[0]).toBe('353 ann = #x :@ann @Bob');
  expect(ask('WHO #x')).toContain('352 ann #x bob far.example far.test Bob H@ :1 Far Bob');
  expect(ask('WHO B* %nsdil')).toContain('354 ann 255.255.255.255 far.test Bob 1 0');
  expect(ask('LIST')).toContain('322 ann #x 2 :');
  ann.send('MODE #x +l 2');
  const cid = irc.join('cid');
  expect(cid.send('JOIN #x')).toEqual([':irc.test 471 cid #x :Cannot join channel (+l)']);
});

it('WHOIS tells of a user of another server where they are, and nothing of a connection that is not here', () => {
  const { state } = irc.server;
  const bob = introduce(state, far, 'Bob');
  state.setUserMode(bob, UMODE.oper, true);
  expect(ask('WHOIS bob')).toEqual([
    '311 ann Bob bob far.example * :Far Bob',
    '312 ann Bob far.test :far.test of the tests',
    '313 ann Bob :is an IRC operator',
    '318 ann Bob :End of /WHOIS list',
  ]);
  irc.promote(ann, OPER_FLAGS);
  ann.received();
  expect(ask('WHOIS bob')).toContain('378 ann Bob :is connecting from bob@far.example 203.0.113.9');
});

it('LUSERS counts users of the network and of this server apart, and MAP and LINKS show where they are', () => {
  const { state } = irc.server;
  const leaf = linkServer(state, 'leaf.test', far);
  const bob = introduce(state, far, 'Bob');
  state.setUserMode(bob, UMODE.invisible, true);
  const cid = introduce(state, leaf, 'Cid');
  irc.connect();
  expect(ask('LUSERS')).toEqual([
    '251 ann :There are 2 users and 1 invisible on 3 servers',
    '253 ann 1 :unknown connection(s)',
    '254 ann 1 :channels formed',
    '255 ann :I have 1 clients and 1 servers',
    '265 ann 1 1 :Current local users 1, max 1',
    '266 ann 3 3 :Current global users 3, max 3',
  ]);
  expect(ask('MAP').slice(0, -1)).toEqual([
    '015 ann :irc.test [1 users]',
    '015 ann :`-far.test [1 users]',
    '015 ann :  `-leaf.test [1 users]',
  ]);
  expect(ask('LINKS *.test')).toEqual([
    '364 ann irc.test irc.test :0 Signalbox IRC server',
    '364 ann far.test irc.test :1 far.test of the tests',
    '364 ann leaf.test far.test :2 leaf.test of the tests',
    '365 ann *.test :End of /LINKS list',
  ]);
  state.removeUser(cid, Date.now());
  state.removeServer(leaf);
  expect(ask('LUSERS').at(-1)).toBe('266 ann 2 3 :Current global users 2, max 3');
  expect(state.findServer('LEAF.test')).toBeUndefined();
  expect(state.findServer('FAR.test')).toBe(far);
});

it('once gone they are found by no name, and WHOWAS tells where they were', () => {
  const { state } = irc.server;
  const bob = introduce(state, far, 'Bob', { numeric: 'ACAAA' });
  state.setUserMode(bob, UMODE.oper, true);
  state.setUserMode(bob, UMODE.invisible, true);
  state.join(bob, '#x', 0);
  state.join(bob, '#far', 0);
  expect([state.findUser('bob'), state.findNumeric('ACAAA')]).toEqual([bob, bob]);
  state.setNick(bob, 'Rob', 5_999);
  expect([state.findUser('bob'), state.findUser('rob'), bob.nickSeconds]).toEqual([undefined, bob, 5]);
  state.removeUser(bob, Date.now());
  state.removeUser(bob, Date.now());
  expect([state.findUser('rob'), state.findNumeric('ACAAA'), state.findChannel('#far')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect([state.users.size, far.userCount, state.opers.size, state.invisibleCount]).toEqual([1, 0, 0, 0]);
  expect(state.findChannel('#x')?.members).toHaveLength(1);
  expect(ask('WHOWAS rob')[1]).toMatch(/^312 ann Rob far\.test :/);
});

it('a nick or a numeric that is taken is not given twice, and nothing is changed', () => {
  const { state } = irc.server;
  introduce(state, far, 'Bob', { numeric: 'ACAAA' });
  irc.connect().send('NICK new');
  expect(() => introduce(state, far, 'bob')).toThrow('the nick bob is taken');
  expect(() => introduce(state, far, 'ANN')).toThrow('the nick ANN is taken');
  expect(() => introduce(state, far, 'new')).toThrow('the nick new is taken');
  expect(() => introduce(state, far, 'Cid', { numeric: 'ACAAA' })).toThrow('the numeric ACAAA is taken');
  expect([state.users.size, far.userCount, state.findUser('cid')]).toEqual([2, 1, undefined]);
});

it('what they were introduced with is read once, when somebody asks for it', () => {
  const { state } = irc.server;
  const asked: string[] = [];
  const read = (line: string) => {
    asked.push(line);
    return { username: 'b', host: 'b.example', realname: 'Bob', p10Address: 'DLAHEJ' };
  };
  const bob = introduce(state, far, 'Bob', { line: 'AC N Bob', read, modes: UMODE.invisible });
  state.join(bob, '#far', 0);
  expect([state.findUser('bob'), bob.account, bob.modeLetters(), asked]).toEqual([bob, null, '+i', []]);
  expect([bob.prefix, bob.address, bob.realHost, bob.realname]).toEqual([
    'Bob!b@b.example',
    '203.0.113.9',
    'b.example',
    'Bob',
  ]);
  state.setHost(bob, 'hidden');
  expect([bob.prefix, bob.realHost, bob.p10Address]).toEqual(['Bob!b@hidden', 'b.example', 'DLAHEJ']);
  expect(asked).toEqual(['AC N Bob']);
  const cid = introduce(state, far, 'Cid', { line: 'AC N Cid', read, hiddenHost: 'cid.hidden' });
  expect([cid.prefix, cid.realHost]).toEqual(['Cid!b@cid.hidden', 'b.example']);
  const dan = introduce(state, far, 'Dan', { line: 'AC N Dan', read });
  dan.realname = 'Else';
  expect([dan.realname, dan.username, asked]).toEqual(['Else', 'b', ['AC N Bob', 'AC N Cid', 'AC N Dan']]);
});

it('a nick of another server is in use here', () => {
  introduce(irc.server.state, far, 'Bob');
  expect(ask('NICK BOB')).toEqual(['433 ann BOB :Nickname is already in use']);
});

it('since when a nick is held is told anew when it changes, but not when its case alone does', () => {
  const { state } = irc.server;
  const user = ann.user!;
  vi.setSystemTime(Date.now() + 5_000);
  ann.send('NICK Ann');
  expect(user.nickSeconds).toBe(Date.UTC(2026, 0, 1) / 1000);
  ann.send('NICK eve');
  expect(user.nickSeconds).toBe(Date.UTC(2026, 0, 1) / 1000 + 5);
  expect([state.findUser('ann'), state.findUser('eve')]).toEqual([undefined, user]);
});

it('a crowd of another server makes a message to those who are here no dearer', () => {
  const { host, server } = irc;
  const cid = irc.join('cid');
  cid.send('JOIN #x');
  const spend = vi.spyOn(host.work, 'spend');
  const priceOf = (line: string) => {
    spend.mockClear();
    ann.send(line);
    return spend.mock.calls.reduce((sum, [ns]) => sum + ns, 0);
  };
  const lines = ['PRIVMSG #x :hi', 'PRIVMSG @#x :hi', 'TOPIC #x :hi', 'AWAY :out', 'NICK eve', 'KNOCK #x'];
  const before = lines.map(priceOf);
  ann.send('NICK ann', 'AWAY', 'TOPIC #x :');
  for (let i = 0; i < 1_000; i++) server.state.join(introduce(server.state, far, `f${i}`), '#x', 0);
  cid.received();
  expect(lines.map(priceOf)).toEqual(before);
  expect(cid.received().filter((line) => line.endsWith('PRIVMSG #x :hi'))).toHaveLength(1);
  expect(server.state.findChannel('#x')?.locals).toHaveLength(2);
  spend.mockRestore();
});

it('what is said to a user of another server is no error, and is delivered to nobody here', () => {
  introduce(irc.server.state, far, 'Bob').away = 'out';
  expect(ask('PRIVMSG bob :hi')).toEqual(['301 ann Bob :out']);
  expect(ask('NOTICE bob :hi')).toEqual([]);
  expect(ask('INVITE bob #x')).toEqual(['341 ann Bob #x', '301 ann Bob :out']);
});

it('whoever leaves gives their place to another, here and in the whole', () => {
  const { state } = irc.server;
  const cid = irc.join('cid');
  cid.send('JOIN #x');
  const bob = introduce(state, far, 'Bob');
  const dan = introduce(state, far, 'Dan');
  for (const user of [bob, dan]) state.join(user, '#x', 0);
  const channel = state.findChannel('#x')!;
  const check = (nicks: readonly string[], locals: readonly string[]) => {
    expect(channel.members.map(({ user: { nick } }) => nick).sort()).toEqual(nicks);
    expect(channel.locals.map(({ user: { nick } }) => nick).sort()).toEqual(locals);
    expect(channel.members.every((member, i) => member.index === i)).toBe(true);
    expect(channel.locals.every((member, i) => member.localIndex === i)).toBe(true);
  };
  check(['Bob', 'Dan', 'ann', 'cid'], ['ann', 'cid']);
  state.part(ann.user!.memberships.get(channel)!);
  check(['Bob', 'Dan', 'cid'], ['cid']);
  state.part(bob.memberships.get(channel)!);
  check(['Dan', 'cid'], ['cid']);
  state.part(cid.user!.memberships.get(channel)!);
  check(['Dan'], []);
  state.part(dan.memberships.get(channel)!);
  expect(state.findChannel('#x')).toBeUndefined();
});

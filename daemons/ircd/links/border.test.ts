/** What goes through this server from one link to another: to each what it can hold, and otherwise as it came. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { OPER_FLAGS } from '../config.ts';
import type { MemoryClient } from '../memory-server.ts';
import type { Link } from './link.ts';
import { blockFor, LinkedServer, MemoryEnd } from './memory-links.ts';

const NOW = Date.UTC(2026, 0, 1);
const S = NOW / 1000;

let irc: LinkedServer;
let ann: MemoryClient;
let ends: Record<string, MemoryEnd>;
let links: Record<string, Link>;

/** One peer of each kind; all have told what they know. */
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  irc = new LinkedServer('here.test', 1);
  ann = irc.irc.join('ann');
  [ends, links] = [{}, {}];
  irc.blocks = ['own', 'ircu', 'nef'].map((name) =>
    blockFor(`${name}.test`, { kind: name === 'nef' ? 'nefarious' : 'auto' }),
  );
  for (const [name, numeric, flags] of [
    ['own', 'AC', 'h6Bt'],
    ['ircu', 'AD', 'h6'],
    ['nef', 'AE', 'h6o'],
  ] as const) {
    ends[name] = new MemoryEnd();
    links[name] = irc.network.open(ends[name], null);
    links[name].take('PASS :linkpw');
    links[name].take(`SERVER ${name}.test 1 ${S} ${S} J10 ${numeric}]]] +${flags} :of the tests`);
    links[name].take(`${numeric} N ${name} 1 ${S} a-long-name-${name} 192.0.2.9 DAAAIJ ${numeric}AAA :Real`);
  }
  for (const end of Object.values(ends)) end.take();
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

/** What the others are sent when one says something. */
function after(name: string, ...lines: string[]): Record<string, string[]> {
  for (const line of lines) links[name]!.take(line);
  return Object.fromEntries(Object.entries(ends).map(([other, end]) => [other, end.take()]));
}

it('a channel of a burst has no modes and lists that a peer does not know', () => {
  const line = `AC B #c ${S} +Cntl 5 ACAAA:o :%b!*@* ~ e!*@* = i!*@*`;
  expect(after('own', line)).toEqual({
    own: [],
    ircu: [`AC B #c ${S} +Cntl 5 ACAAA:o :%b!*@*`],
    nef: [`AC B #c ${S} +Cntl 5 ACAAA:o :%b!*@* ~ e!*@*`],
  });
  expect(after('own', `ACAAA M #c +eIb x!*@* y!*@* z!*@* ${S}`)).toEqual({
    own: [],
    ircu: [`ACAAA M #c +b z!*@* ${S}`],
    nef: [`ACAAA M #c +eb x!*@* z!*@* ${S}`],
  });
});

it('names, topics, absences and accounts are as long as a peer holds them', () => {
  const long = 'x'.repeat(300);
  after('own', `AC B #c ${S} ACAAA:o`);
  const told = after(
    'own',
    `AC N someone 1 ${S} user-name-of-17ch 192.0.2.8 +r an-account-of-18c DAAAII ACAAB :${long.slice(0, 150)}`,
    `ACAAA T #c ${S} ${S + 1} :${long}`,
    `ACAAA A :${long}`,
  );
  expect(told.ircu).toEqual([
    `AC N someone 2 ${S} user-name- 192.0.2.8 +r an-account-o DAAAII ACAAB :${long.slice(0, 50)}`,
    `ACAAA T #c ${S} ${S + 1} :${long.slice(0, 160)}`,
    `ACAAA A :${long.slice(0, 160)}`,
  ]);
  expect(told.nef!.map((line) => line.split(':').at(-1)!.length)).toEqual([50, 250, 250]);
});

it('text that is no UTF-8 is shown as UTF-8 here and passed on byte for byte', () => {
  ann.send('JOIN #c');
  after('ircu', `ADAAA J #c ${S}`, `AEAAA J #c ${S}`);
  after('nef', `AEAAA J #c ${S}`);
  ann.received();
  const told = after('ircu', 'ADAAA P #c :gr\xfc\xdfe', 'ADAAA P AEAAA :\xe9');
  expect(told.nef).toEqual(['ADAAA P #c :gr\xfc\xdfe', 'ADAAA P AEAAA :\xe9']);
  expect(ann.received()).toEqual([':ircu!a-long-name-ircu@192.0.2.9 PRIVMSG #c :grüße']);
});

it('tags and what only our own kind says go to nobody else', () => {
  const told = after(
    'own',
    '@msgid=1-a-2;time=2026-01-01T00:00:00.000Z;+x=y ACAAA P ADAAA :hi',
    '@msgid=1-a-3;+x=y ACAAA BT AEAAA',
    'ACAAA BN :Another',
    'AC BH ACAAA hidden.test',
  );
  expect(told).toEqual({ own: [], ircu: ['ACAAA P ADAAA :hi'], nef: [] });
  // Nor is it believed of anybody else.
  after('ircu', 'ADAAA BN :Another', 'AD BH ADAAA hidden.test');
  expect(irc.state.findNumeric('ADAAA')).toMatchObject({ realname: 'Real', host: '192.0.2.9' });
});

it('logins and marks of Nefarious go where they are meant for', () => {
  expect(
    after('nef', 'AE SASL AC AE!15.12 S :PLAIN', 'AE SASL * AE!15.12 C :AGE=', 'AE SASL AB AE!1.1 D A'),
  ).toEqual({
    own: ['AE SASL AC AE!15.12 S :PLAIN', 'AE SASL * AE!15.12 C :AGE='],
    ircu: [],
    nef: [],
  });
  expect(after('own', 'AC SASL AE AE!15.12 L carol 1795854642').nef).toEqual([
    'AC SASL AE AE!15.12 L carol 1795854642',
  ]);
  expect(after('nef', 'AE MK nef SSLCLIFP :abcdef', 'AE MK nef')).toEqual({
    own: ['AE MK nef SSLCLIFP :abcdef'],
    ircu: [],
    nef: [],
  });
});

it('accounts are stamped as each kind has them', () => {
  const told = after('nef', 'AE AC ADAAA R alice 1795854235', 'AE AC ADAAA M alicia', 'AE AC ADAAA U');
  expect(told).toEqual({
    own: ['AE AC ADAAA R alice 1795854235', 'AE AC ADAAA M alicia', 'AE AC ADAAA U'],
    ircu: ['AE AC ADAAA alice 1795854235'],
    nef: [],
  });
});

it('two who have one nick are told apart by as much of the name as the peer was told', () => {
  const { user } = ann;
  user!.username = 'a-name-of-16char';
  user!.nickSeconds = NOW / 1000 - 9;
  after('ircu', `AD N ann 1 ${S} a-name-of- 192.0.2.1 DAAAIB ADAAB :Ghost`);
  expect(ann.closedWith).toMatch(/nick collision from same user@host/);
});

it('who hides on ircu is seen as the account there and here, whenever both are known', () => {
  const shown = () => ann.send('USERHOST ircu dan').join();
  const told = after('ircu', `AD N dan 1 ${S} dan 192.0.2.10 +ixr danny:5 DAAAIK ADAAB :Dan`);
  expect(told.nef).toEqual([`AD N dan 2 ${S} dan 192.0.2.10 +ixr danny:5 DAAAIK ADAAB :Dan`]);
  expect(told.own).toEqual(told.nef);
  expect(shown()).toContain('dan=+dan@danny.users.undernet.org');
  after('ircu', 'ADAAA M ircu :+x');
  expect(shown()).toContain('ircu=+a-long-name-ircu@192.0.2.9');
  expect(after('nef', 'AE AC ADAAA R alice').own).toEqual([
    'AE AC ADAAA R alice',
    'AD BH ADAAA alice.users.undernet.org',
  ]);
  expect(shown()).toContain('ircu=+a-long-name-ircu@alice.users.undernet.org');
});

/** A peer that links now, and what it is told. */
function later(name: string, kind: 'nefarious' | 'auto', flags: string): string[] {
  const end = new MemoryEnd();
  irc.blocks = [...irc.blocks, blockFor(name, { kind })];
  const link = irc.network.open(end, null);
  link.take('PASS :linkpw');
  link.take(`SERVER ${name} 1 ${S} ${S} J10 ${kind === 'auto' ? 'AF' : 'AG'}]]] +${flags} :of the tests`);
  return end.take();
}

it('all that Nefarious says of a user goes to Nefarious and to our own kind, also to those who link later', () => {
  const told = after(
    'nef',
    `AE N fay 1 ${S} fay 192.0.2.11 +iwdxzrhfCc fay:7 fay@set.test fake.test cl.oak c.l.o DAAAIL AEAAB :Fay`,
    'AE FA AEAAB other.test',
    'AE MK fay SSLCLIFP :abcdef',
    'AE MK fay GEOIP DE EU :Germany',
    'AE MK fay MARK :one',
    'AE MK fay MARK :two',
    'AE SW AEAAB :is nice',
    'AE PRIVS AEAAB KILL GLINE',
    'AE SNO 1 :fay is an operator',
    'AEAAB M fay +D-d',
    'AEAAB M fay :+h fay@new.test',
  );
  const live = [
    'AE FA AEAAB other.test',
    'AE MK fay SSLCLIFP :abcdef',
    'AE MK fay GEOIP DE EU :Germany',
    'AE MK fay MARK :one',
    'AE MK fay MARK :two',
    'AE SW AEAAB :is nice',
    'AE PRIVS AEAAB KILL GLINE',
    'AE SNO 1 :fay is an operator',
    'AEAAB M fay :+D-d',
    'AEAAB M fay +h fay@new.test',
    'AE BH AEAAB new.test',
  ];
  const introduced = `AE N fay 2 ${S} fay 192.0.2.11 +iwxzdrhfCc fay:7 fay@set.test fake.test cl.oak c.l.o DAAAIL AEAAB :Fay`;
  expect([...told.own!].sort()).toEqual([introduced, ...live].sort());
  expect(told.ircu).toEqual([
    `AE N fay 2 ${S} fay 192.0.2.11 +iwxdr fay:7 DAAAIL AEAAB :Fay`,
    'AEAAB M fay :-d',
  ]);
  const burst = later('later.test', 'nefarious', 'h6');
  expect(burst.filter((line) => / fay | AEAAB /.test(line))).toEqual([
    `AE N fay 2 ${S} fay 192.0.2.11 +iwxzDrhfCc fay:7 fay@new.test other.test cl.oak c.l.o DAAAIL AEAAB :Fay`,
    'AE MK fay SSLCLIFP :abcdef',
    'AE MK fay GEOIP DE EU :Germany',
    'AE MK fay MARK :one',
    'AE MK fay MARK :two',
    'AE SW AEAAB :is nice',
  ]);
  expect(later('last.test', 'auto', 'h6').filter((line) => / fay /.test(line))).toEqual([
    `AE N fay 2 ${S} fay 192.0.2.11 +iwxr fay:7 DAAAIL AEAAB :Fay`,
  ]);
});

it('who hides on Nefarious is seen with the host that was set, else with the fake one, the account or the cloak', () => {
  const shown = () => /fay=\+\S+/.exec(ann.send('USERHOST fay').join())?.[0];
  after('nef', `AE N fay 1 ${S} fay 192.0.2.11 +ixC cl.oak DAAAIL AEAAB :Fay`);
  expect(shown()).toBe('fay=+fay@cl.oak');
  after('own', 'AC AC AEAAB R fay 9');
  expect(shown()).toBe('fay=+fay@fay.users.undernet.org');
  after('own', 'AC FA AEAAB fa:ke.test', 'AC FA AEAAB :no host', 'AC FA AEAAZ fake.test');
  expect(shown()).toBe('fay=+fay@fa:ke.test');
  after('own', 'AC FA AEAAB fake.test');
  after('nef', 'AEAAB M fay +h fay@set.test');
  expect(shown()).toBe('fay=+fay@set.test');
  after('nef', 'AEAAB M fay :-h');
  expect(shown()).toBe('fay=+fay@fake.test');
  after('nef', 'AEAAB M fay :-x');
  expect(shown()).toBe('fay=+fay@192.0.2.11');
});

it('a host that services give somebody here is seen at once, and logins under way go to whom they are for', () => {
  const told = after(
    'nef',
    'AE FA ABAAA vhost.test',
    'AE AC AC C .5.77 ann :secret',
    'AE AC AB A .5.77',
    'AE AC AC R x',
  );
  expect(told).toEqual({
    own: ['AE FA ABAAA vhost.test', 'AB BH ABAAA vhost.test', 'AE AC AC C .5.77 ann :secret'],
    ircu: [],
    nef: [],
  });
  expect(ann.send('USERHOST ann').join()).toContain('ann=+~ann@vhost.test');
});

it('a shun goes to who knows shuns, now and in later bursts, and not back where it is known', () => {
  ann.received();
  const line = `AE SU * +~ann@* 600 ${S} ${S + 600} :noise`;
  expect(after('nef', line)).toEqual({ own: [line], ircu: [], nef: [] });
  expect(ann.send('JOIN #c')).toEqual([]);
  expect(later('later.test', 'nefarious', 'h6')).toContain(line.replace('AE', 'AB'));
  expect(later('last.test', 'auto', 'h6').join()).not.toContain(' SU ');
  after('own', `AC SHUN AB +~other@* 600 ${S} ${S + 600} :here alone`);
  expect(irc.irc.server.networkBans.inForce().map(({ mask }) => mask)).toEqual(['~ann@*']);
  after('own', `AC SU * -~ann@* 600 ${S + 5} ${S + 600} :over`);
  expect(ann.send('JOIN #c').length).toBeGreaterThan(0);
});

it('SHUN says which servers have none', () => {
  irc.irc.promote(ann, OPER_FLAGS);
  ann.received();
  const rows = [
    { name: 'ircu.test', kind: 'ircu', state: 'linked' },
    { name: 'own.test', kind: 'signalbox', state: 'linked' },
    { name: 'off.test', kind: 'ircu', state: 'waiting' },
  ];
  Object.assign(irc.irc.server, { linkControl: { rows: () => rows } });
  const [said] = ann.send('SHUN 10 ~bob@* :noise');
  expect(said).toContain('noise (there are no shuns on ircu.test, nor behind it)');
  expect(ann.send('GLINE 10 ~bob@* :noise')[0]).not.toContain('ircu.test');
});

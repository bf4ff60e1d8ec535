import { afterEach, beforeEach, expect, it } from 'vitest';
import { introduce } from '../actions/introduce.ts';
import { changeNick } from '../actions/nick.ts';
import { quit } from '../actions/quit.ts';
import { limits } from '../limits.ts';
import { linkServer, remoteUser } from '../memory-network.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import { SMALL_CROWD } from '../work-steps.ts';

let irc: MemoryServer;
let ann: MemoryClient;
beforeEach(() => {
  irc = new MemoryServer();
  ann = irc.join('ann');
});
afterEach(() => irc.close());

const online = (who: string) => `:irc.test 730 * :${who}`;
const offline = (who: string) => `:irc.test 731 * :${who}`;

it('tells who is there and who is not when a nick is added, and each time it comes or goes', () => {
  const bob = irc.join('bob');
  expect(ann.send('MONITOR + bob,cat,bob')).toEqual([
    ':irc.test 730 ann :bob!~bob@192.0.2.1',
    ':irc.test 731 ann :cat',
  ]);
  bob.send('QUIT :bye');
  expect(ann.received()).toEqual([offline('bob')]);
  const cat = irc.connect();
  cat.send('NICK cat');
  expect(ann.received()).toEqual([]);
  cat.send('USER cat 0 * :Cat');
  expect(ann.received()).toEqual([online('cat!~cat@192.0.2.1')]);
  cat.drop();
  expect(ann.received()).toEqual([offline('cat')]);
});

it('tells of a nick that is changed that the old one goes and the new one comes, but not of another spelling', () => {
  const bob = irc.join('bob');
  ann.send('MONITOR + bob,rob');
  ann.received();
  bob.send('NICK rob');
  expect(ann.received()).toEqual([offline('bob'), online('rob!~bob@192.0.2.1')]);
  bob.send('NICK ROB');
  expect(ann.received()).toEqual([]);
});

it('tells of users of other servers, and of one who takes the nick of somebody who is about to go that it is there', () => {
  const { server } = irc;
  ann.send('MONITOR + far,near');
  ann.received();
  const there = linkServer(server.state, 'there.test');
  const far = introduce(server, remoteUser(there, 'far', { username: 'f', host: 'far.example' }));
  expect(ann.received()).toEqual([online('far!f@far.example')]);
  for (const _ of changeNick(server, far, 'near', 5_000, []));
  expect(ann.received()).toEqual([offline('far'), online('near!f@far.example')]);
  quit(server, far, 'gone');
  expect(ann.received()).toEqual([offline('near')]);
});

it('forgets a nick that is removed, all of them when the list is cleared, and the list of who leaves', () => {
  ann.send('MONITOR + bob,cat,dan');
  expect(ann.send('MONITOR - BOB,nobody')).toEqual([]);
  irc.join('bob');
  expect(ann.received()).toEqual([]);
  expect(ann.send('MONITOR L')).toEqual([
    ':irc.test 732 ann :cat,dan',
    ':irc.test 733 ann :End of MONITOR list',
  ]);
  expect(ann.send('MONITOR c')).toEqual([]);
  expect(ann.send('MONITOR L')).toEqual([':irc.test 733 ann :End of MONITOR list']);
  ann.send('MONITOR + cat');
  ann.drop();
  expect(irc.server.state.monitors.of('cat').size).toBe(0);
});

it('shows all of a long list, in lines that fit', () => {
  const nicks = Array.from({ length: 60 }, (_, i) => `${'n'.repeat(26)}${i}`);
  for (let i = 0; i < nicks.length; i += 10) ann.send(`MONITOR + ${nicks.slice(i, i + 10).join(',')}`);
  ann.received();
  const listed = ann.send('MONITOR L');
  for (const line of listed) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(510);
  expect(listed.slice(0, -1).flatMap((line) => line.split(' :')[1]!.split(','))).toEqual(nicks);
});

it('says which nicks a full list does not take, and takes no more than all clients together may have', () => {
  const most = limits.monitorEntries.default;
  for (let i = 0; i < most; i++) ann.send(`MONITOR + n${i}`);
  ann.received();
  expect(ann.send('MONITOR + n0')).toEqual([':irc.test 731 ann :n0']);
  expect(ann.send('MONITOR + one,two')).toEqual([`:irc.test 734 ann ${most} one,two :Monitor list is full.`]);
  expect(irc.server.isupport.join(' ')).toContain(`MONITOR=${most}`);
  const total = limits.monitorEntriesTotal;
  const before = total.default;
  Object.assign(total, { default: most });
  try {
    const bob = irc.join('bob');
    expect(bob.send('MONITOR + one')).toEqual([`:irc.test 734 bob ${most} one :Monitor list is full.`]);
    ann.send('MONITOR - n0');
    expect(bob.send('MONITOR + one')).toEqual([':irc.test 731 bob :one']);
  } finally {
    Object.assign(total, { default: before });
  }
});

it('tells a crowd, each of them once and in order', async () => {
  const crowd: MemoryClient[] = [];
  for (let i = 0; i < SMALL_CROWD + 5; i++) {
    crowd.push(irc.join(`c${i}`));
    // So many are welcomed in one turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const one of crowd) one.send('MONITOR + bob');
  for (const one of crowd) one.received();
  irc.join('bob').send('NICK rob');
  for (const one of crowd) expect(one.received()).toEqual([online('bob!~bob@192.0.2.1'), offline('bob')]);
});

it('is never part of the answer to a label', () => {
  const cat = irc.join('cat', 'batch labeled-response');
  cat.send('MONITOR + cat,tom');
  cat.received();
  expect(cat.send('@label=a NICK tom')).toEqual([
    offline('cat'),
    online('tom!~cat@192.0.2.1'),
    '@label=a :cat!~cat@192.0.2.1 NICK tom',
  ]);
});

it('tells those with extended-monitor what those who share a channel are told, once (IRCv3 extended-monitor)', () => {
  const caps = 'away-notify chghost setname';
  const more = irc.join('more', `${caps} extended-monitor`);
  const both = irc.join('both', `${caps} extended-monitor`);
  const less = irc.join('less', caps);
  const some = irc.join('some', 'extended-monitor setname');
  const bob = irc.join('bob');
  for (const client of [bob, both]) client.send('JOIN #c');
  for (const client of [more, both, less, some]) client.send('MONITOR + bob');
  for (const client of [more, both, less, some]) client.received();
  bob.send('AWAY :lunch', 'SETNAME :Robert');
  const told = [':bob!~bob@192.0.2.1 AWAY :lunch', ':bob!~bob@192.0.2.1 SETNAME :Robert'];
  expect(more.received()).toEqual(told);
  expect(both.received()).toEqual(told);
  expect(less.received()).toEqual([]);
  expect(some.received()).toEqual([told[1]]);
});

/** What two servers do at the same time and hear of each other afterwards. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CMODE } from '../../irc/modes.ts';
import type { MemoryClient } from '../memory-server.ts';
import { LinkedServer, settle, Wire } from './memory-links.ts';

const NOW = Date.UTC(2026, 0, 1);

let here: LinkedServer;
let there: LinkedServer;
let ann: MemoryClient;
let bob: MemoryClient;
let wire: Wire;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  here = new LinkedServer('here.test', 1);
  there = new LinkedServer('there.test', 2);
  ann = here.irc.join('ann');
  bob = there.irc.join('bob', '', '198.51.100.7');
});
afterEach(() => {
  here.close();
  there.close();
  vi.useRealTimers();
});

function link(): void {
  wire = new Wire(here, there);
  settle(wire);
}

/** What each of them has of the channel #c; null for nothing. */
function both<T>(what: (server: LinkedServer) => T): [T, T] {
  return [what(here), what(there)];
}

const channelOf = (server: LinkedServer) => server.state.findChannel('#c');
const membersOf = (server: LinkedServer) =>
  channelOf(server)
    ?.members.map((member) => member.prefix(true) + member.user.nick)
    .sort();

describe('a channel', () => {
  it('that both make is that of the older one, whose maker alone is operator', () => {
    link();
    bob.send('JOIN #c', 'MODE #c +s');
    vi.setSystemTime(NOW + 5_000);
    ann.send('JOIN #c', 'MODE #c +m');
    settle(wire);
    expect(both(membersOf)).toEqual([
      ['@bob', 'ann'],
      ['@bob', 'ann'],
    ]);
    expect(both((server) => [channelOf(server)!.createdMs, channelOf(server)!.modes])).toEqual([
      [NOW, channelOf(here)!.modes],
      [NOW, channelOf(here)!.modes],
    ]);
    ann.received();
    expect(ann.send('MODE #c')[0]).toBe(':here.test 324 ann #c +nst');
  });

  it('keeps its modes where somebody enters it before it is known that the last one has left', () => {
    link();
    ann.send('JOIN #c', 'MODE #c +sl 9', 'MODE #c +b *!*@x.test', 'TOPIC #c :hello');
    settle(wire);
    ann.send('PART #c');
    bob.send('JOIN #c');
    settle(wire);
    expect(both(membersOf)).toEqual([['bob'], ['bob']]);
    expect(ann.send('MODE #c', 'MODE #c b', 'JOIN #c').filter((line) => /324|367|332/.test(line))).toEqual([
      ':here.test 324 ann #c +nstl 9',
      ':here.test 332 ann #c :hello',
    ]);
    expect(both((server) => channelOf(server)!.bans.size)).toEqual([1, 1]);
    expect(both((server) => channelOf(server)!.limit)).toEqual([9, 9]);
  });

  it('made anew after the last one has left is another one, a second later', () => {
    link();
    ann.send('JOIN #c', 'MODE #c +s', 'PART #c', 'JOIN #c');
    settle(wire);
    expect(both((server) => channelOf(server)!.createdMs)).toEqual([NOW + 1_000, NOW + 1_000]);
    expect(bob.send('MODE #c')[0]).toBe(':there.test 324 bob #c +nt');
  });

  it('with a key sends those out who came in on the back of a split', () => {
    ann.send('JOIN #c', 'MODE #c +k secret');
    vi.setSystemTime(NOW + 5_000);
    bob.send('JOIN #c');
    bob.received();
    link();
    expect(both(membersOf)).toEqual([['@ann'], ['@ann']]);
    expect(bob.received().at(-1)).toBe(':there.test KICK #c bob :Net Rider');
    expect(wire.log).toContain('< AC K #c ACAAA :Net Rider');
  });

  it('never agrees on two limits that cross, before it is split and healed: P10 does not say which came last', () => {
    link();
    bob.send('JOIN #c');
    settle(wire);
    ann.send('JOIN #c');
    settle(wire);
    bob.send('MODE #c +o ann');
    settle(wire);
    ann.send('MODE #c +l 5');
    bob.send('MODE #c +l 7');
    settle(wire);
    expect(both((server) => channelOf(server)!.limit)).toEqual([7, 5]);
    wire.cut();
    link();
    expect(both((server) => channelOf(server)!.limit)).toEqual([5, 5]);
  });

  it('nor on a mode that one takes away while the other makes the channel in the same second, before that', () => {
    link();
    const topicLocked = () => both((server) => channelOf(server)!.has(CMODE.topicLocked));
    ann.send('JOIN #c', 'MODE #c -t');
    bob.send('JOIN #c');
    settle(wire);
    expect(topicLocked()).toEqual([true, false]);
    wire.cut();
    link();
    expect(topicLocked()).toEqual([true, true]);
  });

  it('that gives way keeps the operators that the older one makes while that is told', () => {
    bob.send('JOIN #c');
    vi.setSystemTime(NOW + 5_000);
    ann.send('JOIN #c');
    wire = new Wire(here, there);
    while (!membersOf(there)?.includes('ann')) wire.step();
    bob.send('MODE #c +o ann');
    settle(wire);
    expect(wire.log).toContain(`> AB B #c ${NOW / 1000} ABAAA`);
    expect(both(membersOf)).toEqual([
      ['@ann', '@bob'],
      ['@ann', '@bob'],
    ]);
  });
});

it('two servers that call each other at once are linked by the call of the one whose name sorts first', () => {
  const call = new Wire(here, there);
  const back = new Wire(there, here);
  settle(call, back);
  expect([call.linkA.state, call.linkB.state]).toEqual(['linked', 'linked']);
  expect([back.linkA.state, back.linkB.state]).toEqual(['failed', 'failed']);
  expect(back.linkB.reason).toBe('both have called each other, and the call of here.test holds');
  expect(both((server) => server.network.links.length)).toEqual([1, 1]);
});

describe('a kill', () => {
  it('holds where whoever did it is gone before it arrives', () => {
    link();
    const cid = here.irc.join('cid');
    settle(wire);
    here.irc.promote(cid, ['kill']);
    there.irc.promote(bob, ['kill']);
    cid.send('KILL bob :no');
    bob.send('KILL cid :no');
    settle(wire);
    expect(both((server) => [...server.state.users].map(({ nick }) => nick))).toEqual([['ann'], ['ann']]);
    expect([cid.closedWith, bob.closedWith].every((why) => why !== null)).toBe(true);
  });

  it('is told back by the server of whoever was killed', () => {
    link();
    here.irc.promote(ann, ['kill']);
    ann.send('KILL bob :no');
    settle(wire);
    expect(wire.log.slice(-2)).toEqual([
      '> ABAAA D ACAAA :here.test!ann (no)',
      '< AC D ACAAA :there.test (Ghost)',
    ]);
  });

  it('is told back also where they had left before it came: who killed them may have heard of them once more', () => {
    link();
    here.irc.promote(ann, ['kill']);
    bob.send('QUIT :bye');
    ann.send('KILL bob :no');
    settle(wire);
    expect(wire.log.slice(-3)).toEqual([
      '> ABAAA D ACAAA :here.test!ann (no)',
      '< ACAAA Q :Quit: bye',
      '< AC D ACAAA :there.test (Ghost)',
    ]);
  });
});

it('what an operator set on a channel that ended meanwhile holds for who enters it again', () => {
  link();
  ann.send('JOIN #c');
  settle(wire);
  bob.send('JOIN #c');
  settle(wire);
  there.irc.promote(bob, ['override']);
  // Here nobody is on it any more when it is heard that it is kept.
  bob.send('PART #c', 'SAMODE #c +P', 'JOIN #c');
  ann.send('PART #c');
  settle(wire);
  expect(both((server) => channelOf(server)?.has(CMODE.permanent))).toEqual([true, true]);
});

it('what somebody did on a channel holds, also where they were killed before that was heard', () => {
  link();
  ann.send('JOIN #c');
  settle(wire);
  bob.send('JOIN #c');
  settle(wire);
  ann.send('MODE #c +s', 'KICK #c bob :out');
  there.irc.promote(bob, ['kill']);
  bob.send('KILL ann :no');
  settle(wire);
  expect(both(membersOf)).toEqual([undefined, undefined]);
});

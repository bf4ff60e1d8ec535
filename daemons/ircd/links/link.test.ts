/** Two servers that are linked, as those on both see it. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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

/** What somebody reads after something was done and carried over. */
function heardAfter(deed: () => void, reader: MemoryClient): string[] {
  reader.received();
  deed();
  settle(wire);
  return reader.received();
}

const names = (server: LinkedServer) => [...server.state.users].map(({ nick }) => nick).sort();

describe('a link', () => {
  it('says whether members of channels may be halfops, as it is set when it is made', () => {
    here.irc.server.configure({ ...here.irc.server.config, channel_status: ['halfop'] }, null);
    there.irc.server.configure({ ...there.irc.server.config, channel_status: ['owner', 'protected'] }, null);
    link();
    expect(wire.log.filter((line) => line.includes('SERVER')).map((line) => line.split(' ')[8])).toEqual([
      '+h6BtrH',
      '+h6Btr',
    ]);
    expect([here, there].map(({ state }) => state.servers.size)).toEqual([2, 2]);
  });

  it('introduces both, tells all that each knows, and says when it is done', () => {
    bob.send('JOIN #c');
    link();
    expect(wire.log).toEqual([
      '> PASS :linkpw',
      '> SERVER here.test 1 1767225600 1767225600 J10 AB]]] +h6Btr :Signalbox IRC server',
      '< PASS :linkpw',
      '< SERVER there.test 1 1767225600 1767225600 J10 AC]]] +h6Btr :Signalbox IRC server',
      '> AB N ann 1 1767225600 ~ann 192.0.2.1 DAAAIB ABAAA :Real ann',
      '< AC N bob 1 1767225600 ~bob 198.51.100.7 DGM2QH ACAAA :Real bob',
      '> AB EB',
      '< AC B #c 1767225600 +nt ACAAA:o',
      '< AC EB',
      '> AB EA',
      '< AC EA',
      '> AB G !1700000000.000000 there.test 1700000000.000000',
      '< AC G !1700000000.000000 here.test 1700000000.000000',
      '> AB Z AB !1700000000.000000 1700000000.000000 0 1767225600.000000',
      '< AC Z AC !1700000000.000000 1700000000.000000 0 1767225600.000000',
    ]);
    expect([wire.linkA.state, wire.linkB.state]).toEqual(['linked', 'linked']);
    expect([names(here), names(there)]).toEqual([
      ['ann', 'bob'],
      ['ann', 'bob'],
    ]);
    expect(ann.send('WHOIS bob').find((line) => line.includes(' 312 '))).toBe(
      ':here.test 312 ann bob there.test :Signalbox IRC server',
    );
  });

  it('carries what users of one say and do to those of the other', () => {
    link();
    expect(heardAfter(() => ann.send('PRIVMSG bob :hi'), bob)).toEqual([
      ':ann!~ann@192.0.2.1 PRIVMSG bob :hi',
    ]);
    bob.send('JOIN #c');
    settle(wire);
    expect(heardAfter(() => ann.send('JOIN #c'), bob)).toEqual([':ann!~ann@192.0.2.1 JOIN #c']);
    expect(ann.send('NAMES #c')[0]).toBe(':here.test 353 ann = #c :@bob ann');
    expect(heardAfter(() => bob.send('MODE #c +ovk ann ann key', 'TOPIC #c :grüß'), ann)).toEqual([
      ':bob!~bob@198.51.100.7 MODE #c +ovk ann ann key',
      ':bob!~bob@198.51.100.7 TOPIC #c :grüß',
    ]);
    expect(heardAfter(() => ann.send('PRIVMSG #c :all', 'NICK anna', 'AWAY :gone'), bob)).toEqual([
      ':ann!~ann@192.0.2.1 PRIVMSG #c :all',
      ':ann!~ann@192.0.2.1 NICK anna',
    ]);
    expect(bob.send('WHOIS anna').find((line) => line.includes(' 301 '))).toBe(
      ':there.test 301 bob anna :gone',
    );
    expect(heardAfter(() => ann.send('KICK #c bob :out'), bob)).toEqual([
      ':anna!~ann@192.0.2.1 KICK #c bob :out',
    ]);
    expect(heardAfter(() => bob.send('JOIN #c key', 'PART #c :bye', 'QUIT :end'), ann)).toEqual([
      ':bob!~bob@198.51.100.7 JOIN #c',
      ':bob!~bob@198.51.100.7 PART #c :bye',
    ]);
    expect(names(here)).toEqual(['anna']);
  });

  it('takes everybody behind it off the network when it is cut', () => {
    bob.send('JOIN #c');
    ann.send('JOIN #d');
    link();
    ann.send('JOIN #c');
    settle(wire);
    ann.received();
    wire.cut();
    expect(ann.received()).toEqual([':bob!~bob@198.51.100.7 QUIT :here.test there.test']);
    expect([names(here), names(there), [...here.state.servers.keys()]]).toEqual([
      ['ann'],
      ['bob'],
      ['here.test'],
    ]);
    expect(wire.linkA.state).toBe('split');
  });

  it('can be made again, and heals what was parted', () => {
    ann.send('JOIN #c');
    link();
    bob.send('JOIN #c');
    settle(wire);
    wire.cut();
    settle(wire);
    expect(heardAfter(link, ann).at(-1)).toBe(':bob!~bob@198.51.100.7 JOIN #c');
    expect(here.state.findChannel('#c')!.members).toHaveLength(2);
    expect(there.state.findChannel('#c')!.members).toHaveLength(2);
  });
});

describe('a channel that both have', () => {
  it('is as the older one has it', () => {
    ann.send('JOIN #c', 'MODE #c +b *!*@old.test', 'MODE #c +l 9');
    vi.setSystemTime(NOW + 60_000);
    bob.send('JOIN #c', 'MODE #c +b *!*@new.test', 'MODE #c +m');
    bob.received();
    link();
    for (const server of [here, there]) {
      const channel = server.state.findChannel('#c')!;
      const members = channel.members.map(({ user, isOp }) => `${isOp ? '@' : ''}${user.nick}`).sort();
      expect(members).toEqual(['@ann', 'bob']);
      expect(channel.bans.entries.map(({ mask }) => mask.text)).toEqual(['*!*@old.test']);
      expect([channel.limit, channel.createdMs]).toEqual([9, NOW]);
    }
    expect(bob.received().filter((line) => line.includes(' MODE '))).toEqual([
      ':here.test MODE #c -mntbo *!*@new.test bob',
      ':here.test MODE #c +o ann',
      ':here.test MODE #c +ntlb 9 *!*@old.test',
    ]);
  });

  it('of equal age is what both have together: the lower limit, the key that sorts first', () => {
    ann.send('JOIN #c', 'MODE #c +kl b 7', 'MODE #c +b *!*@a.test');
    bob.send('JOIN #c', 'MODE #c +kl a 9', 'MODE #c +b *!*@b.test');
    link();
    for (const server of [here, there]) {
      const channel = server.state.findChannel('#c')!;
      expect([channel.joinKey, channel.limit]).toEqual(['a', 7]);
      expect(channel.members.every(({ isOp }) => isOp)).toBe(true);
      expect(channel.bans.entries.map(({ mask }) => mask.text).sort()).toEqual(['*!*@a.test', '*!*@b.test']);
    }
  });
});

describe('two who have one nick', () => {
  const left = () => [names(here), names(there)];

  it('from different places: the newer one goes', () => {
    vi.setSystemTime(NOW + 60_000);
    there.irc.join('ann', '', '198.51.100.9');
    link();
    expect(left()).toEqual([
      ['ann', 'bob'],
      ['ann', 'bob'],
    ]);
    expect(there.state.findUser('ann')!.server.name).toBe('here.test');
    expect(ann.closedWith).toBeNull();
  });

  it('from the same place: the older one is a ghost and goes', () => {
    vi.setSystemTime(NOW + 60_000);
    there.irc.join('ann');
    link();
    expect(ann.closedWith).toMatch(/nick collision from same user@host/);
    expect(here.state.findUser('ann')!.server.name).toBe('there.test');
  });

  it('of equal age: both go', () => {
    there.irc.join('ann', '', '198.51.100.9');
    link();
    expect(left()).toEqual([['bob'], ['bob']]);
  });
});

describe('a link is refused', () => {
  const why = () => wire.linkB.reason;

  it.each([
    [
      'with a wrong password',
      () => (there.blocks = [{ ...there.blocks[0]!, password: 'other' }]),
      'password is wrong',
    ],
    ['by a name that nobody knows', () => (there.blocks = []), 'no [[ircd.link]] names here.test'],
  ])('%s', (_what, change, reason) => {
    wire = new Wire(here, there);
    change();
    settle(wire);
    expect(why()).toContain(reason);
    expect(wire.linkA.reason).toContain(reason);
    expect([names(here), names(there)]).toEqual([['ann'], ['bob']]);
  });

  it('with a numeric that is taken', () => {
    const twin = new LinkedServer('twin.test', 2);
    wire = new Wire(twin, there);
    settle(wire);
    expect(why()).toBe('the numeric AC is that of there.test');
    twin.close();
  });

  it('for a second time while it stands', () => {
    link();
    const second = new Wire(here, there);
    settle(second, wire);
    expect(second.linkB.reason).toContain('is linked already');
    expect(wire.linkA.state).toBe('linked');
  });
});

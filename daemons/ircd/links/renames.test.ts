/** RENAME between servers of our own kind: one decides, and whatever crosses with it comes to the same end everywhere. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../limits.ts';
import type { MemoryClient } from '../memory-server.ts';
import { LinkNames } from './link-names.ts';
import { LinkedServer, linkLines, type MemoryEnd, settle, Wire } from './memory-links.ts';
import { disagreements } from './simulation/snapshot.ts';

const NOW = Date.UTC(2026, 0, 1);
const CAP = 'draft/channel-rename';

let a: LinkedServer;
let b: LinkedServer;
let c: LinkedServer;
let wires: Wire[];
let ann: MemoryClient;
let bob: MemoryClient;
let cid: MemoryClient;

/** Three in a row: a decides, and c is behind b. Everybody is on #c, of which ann is operator. */
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  [a, b, c] = [new LinkedServer('a.test', 1), new LinkedServer('b.test', 2), new LinkedServer('c.test', 3)];
  ann = a.irc.join('ann', CAP);
  bob = b.irc.join('bob', CAP, '198.51.100.7');
  cid = c.irc.join('cid', '', '198.51.100.8');
  wires = [new Wire(a, b), new Wire(b, c)];
  run();
  for (const client of [ann, bob, cid]) {
    client.send('JOIN #c');
    run();
  }
  for (const client of [ann, bob, cid]) client.received();
});
afterEach(() => {
  for (const server of [a, b, c]) server.close();
  vi.useRealTimers();
});

const run = () => settle(...wires);
const all = () => [a, b, c];
const find = (name: string, server = a) => server.state.findChannel(name);
const on = (name: string, server = a) =>
  find(name, server)
    ?.members.map((member) => member.prefix(true) + member.user.nick)
    .sort();

/** All of them know the same, and nothing failed. */
function agree(): void {
  run();
  const views = all().map(({ irc: { server }, state }) => ({
    name: server.name,
    state,
    bans: server.networkBans,
  }));
  expect(disagreements(views)).toEqual([]);
  for (const { irc, network } of all()) {
    expect(irc.server.counters.handlerErrors).toBe(0);
    for (const { names } of network.links)
      expect(['#c', '#d', '#e'].some((one) => names.confuses(one))).toBe(false);
  }
}

describe('a channel that is renamed', () => {
  it('is so on all servers, as its members there ask to hear it, and stays as old as it is', () => {
    ann.send('MODE #c +lb 9 x!*@*', 'TOPIC #c :News', 'INVITE bob #c', 'RENAME #c #d :better');
    agree();
    expect(bob.received().at(-1)).toBe(':ann!~ann@192.0.2.1 RENAME #c #d :better');
    expect(cid.received().slice(-6)).toEqual([
      ':cid!~cid@198.51.100.8 PART #c :better',
      ':cid!~cid@198.51.100.8 JOIN #d',
      ':c.test 332 cid #d :News',
      ':c.test 333 cid #d ann!~ann@192.0.2.1 1767225600',
      ':c.test 353 cid = #d :@ann bob cid',
      ':c.test 366 cid #d :End of /NAMES list',
    ]);
    for (const server of all()) {
      expect(on('#d', server)).toEqual(['@ann', 'bob', 'cid']);
      expect(find('#d', server)).toMatchObject({ createdMs: NOW, limit: 9, name: '#d' });
      expect(find('#c', server)).toBeUndefined();
    }
    expect(wires[0]!.log.slice(-2)).toEqual(['> AB BR ABAAA #c #d :better', '< AC BK']);
    bob.send('JOIN #c');
    run();
    expect(find('#c')?.createdMs).toBe(NOW + 1_000);
  });

  it('in case alone is so everywhere', () => {
    ann.send('RENAME #c #C');
    agree();
    expect(all().map((server) => find('#c', server)?.name)).toEqual(['#C', '#C', '#C']);
    expect(cid.received()).toEqual([]);
    expect(bob.received()).toEqual([':ann!~ann@192.0.2.1 RENAME #c #C :']);
  });

  it('is renamed by the server that decides for whoever is elsewhere', () => {
    ann.send('MODE #c +o cid');
    run();
    cid.received();
    cid.send('RENAME #c #d :so');
    expect(find('#c', c)).toBeDefined();
    agree();
    expect(wires[1]!.log.slice(-3)).toEqual(['< ADAAA BQ #c #d :so', '> AC BR ADAAA #c #d :so', '< AD BK']);
    expect(ann.received().at(-1)).toBe(':cid!~cid@198.51.100.8 RENAME #c #d :so');
    expect(cid.received()[0]).toBe(':cid!~cid@198.51.100.8 PART #c :so');
    expect(on('#d', b)).toEqual(['@ann', '@cid', 'bob']);
  });

  it('has what was said on other servers, which may be taken back under its new name', () => {
    const caps = 'message-tags echo-message draft/message-redaction';
    const eve = c.irc.join('eve', caps, '198.51.100.9');
    const fay = a.irc.join('fay', `${caps} ${CAP}`);
    for (const client of [eve, fay]) client.send('JOIN #c');
    run();
    for (const client of [eve, fay]) client.received();
    const id = /msgid=([^; ]+)/.exec(eve.send('PRIVMSG #c :hi')[0]!)![1]!;
    run();
    ann.send('RENAME #c #d', `CAP REQ :${caps}`, `REDACT #d ${id}`);
    run();
    expect(fay.received().at(-1)).toBe(`:ann!~ann@192.0.2.1 REDACT #d ${id}`);
    agree();
  });

  it('is told by a server where whoever wanted it is gone', () => {
    ann.send('MODE #c +o cid');
    run();
    ann.received();
    cid.send('RENAME #c #d');
    cid.send('QUIT :bye');
    agree();
    expect(on('#d')).toEqual(['@ann', 'bob']);
  });
});

describe('what crosses with a new name is of the channel all the same', () => {
  const crossings: readonly (readonly [string, string])[] = [
    ['a part', 'PART #c :bye'],
    ['a message', 'PRIVMSG #c :hi'],
    ['leaving all', 'JOIN 0'],
    ['a quit', 'QUIT :bye'],
    ['coming again', 'CYCLE #c'],
  ];
  it.each(crossings)('%s', (_what, line) => {
    cid.send(line);
    ann.send('RENAME #c #d');
    agree();
    expect(find('#c')).toBeUndefined();
    if (line.startsWith('PRIVMSG')) {
      expect(ann.received()).toContain(':cid!~cid@198.51.100.8 PRIVMSG #d :hi');
      expect(bob.received().join()).toMatch(/PRIVMSG #[cd] :hi/);
    }
    expect(on('#d')).toEqual(
      line.startsWith('P') && !line.startsWith('PART')
        ? ['@ann', 'bob', 'cid']
        : line.startsWith('CYCLE')
          ? ['@ann', 'bob', 'cid']
          : ['@ann', 'bob'],
    );
  });

  it('modes, a topic, a kick and an invitation of an operator elsewhere', () => {
    const eve = c.irc.join('eve', '', '198.51.100.9');
    ann.send('MODE #c +o cid');
    run();
    cid.send(
      'MODE #c +m',
      'MODE #c +b x!*@*',
      'MODE #c +v bob',
      'TOPIC #c :late',
      'KICK #c bob :out',
      'INVITE eve #c',
    );
    ann.send('RENAME #c #d');
    agree();
    expect(find('#d')).toMatchObject({ topic: 'late' });
    expect(find('#d')?.bans.size).toBe(1);
    expect(on('#d')).toEqual(['@ann', '@cid']);
    expect(eve.send('JOIN #d')).toContain(':eve!~eve@198.51.100.9 JOIN #d');
  });

  it('somebody who enters, and a channel that is made and ends', () => {
    const eve = c.irc.join('eve', '', '198.51.100.9');
    run();
    eve.send('JOIN #c');
    ann.send('RENAME #c #d');
    agree();
    expect(on('#d')).toEqual(['@ann', 'bob', 'cid', 'eve']);
  });

  it('a channel of the new name that is made elsewhere, which gives way', () => {
    const eve = c.irc.join('eve', '', '198.51.100.9');
    run();
    eve.send('JOIN #d', 'MODE #d +m', 'PRIVMSG #d :hi', 'TOPIC #d :mine');
    cid.send('JOIN #d');
    eve.received();
    ann.send('RENAME #c #d');
    agree();
    expect(on('#d')).toEqual(['@ann', 'bob', 'cid']);
    expect(find('#d')?.topic).toBe('');
    expect(eve.received()).toContain(':c.test KICK #d eve :Another channel is called #d now');
    // Who knows of the new name does the same by himself.
    expect(wires.flatMap(({ log }) => log).filter((line) => / K #d /.test(line))).toEqual([]);
    eve.send('JOIN #d');
    agree();
    expect(on('#d', a)).toContain('eve');
  });

  it('another new name, of which the one holds that came first to the server that decides', () => {
    ann.send('MODE #c +o cid');
    run();
    cid.received();
    cid.send('RENAME #c #e');
    ann.send('RENAME #c #d');
    agree();
    expect(on('#d', c)).toEqual(['@ann', '@cid', 'bob']);
    expect(cid.received()).toContain(
      ':c.test FAIL RENAME CANNOT_RENAME #c #e :It was renamed at the same time; try again',
    );
  });

  it('two new names, one behind the other', () => {
    const eve = c.irc.join('eve', '', '198.51.100.9');
    run();
    eve.send('JOIN #c', 'PRIVMSG #c :hi');
    ann.send('MODE #c +k key', 'RENAME #c #d');
    vi.setSystemTime(NOW + 100_000);
    ann.send('RENAME #d #e');
    agree();
    expect(on('#e')).toEqual(['@ann', 'bob', 'cid', 'eve']);
  });

  it('a split: what the other half had keeps the name', () => {
    wires[1]!.cut();
    ann.send('RENAME #c #d');
    run();
    wires = [wires[0]!, new Wire(b, c)];
    agree();
    expect([on('#d'), on('#c')]).toEqual([['@ann', 'bob'], ['cid']]);
  });
});

describe('the server that decides refuses', () => {
  it('what is taken by then, or has ended', () => {
    ann.send('MODE #c +o cid');
    run();
    cid.received();
    ann.send('JOIN #d');
    cid.send('RENAME #c #d');
    run();
    expect(cid.received()).toContain(
      ':c.test FAIL RENAME CHANNEL_NAME_IN_USE #c #d :The channel name is already taken',
    );
    cid.send('RENAME #c #e');
    wires[0]!.linkA.take('ADAAA BQ #none #e :so');
    run();
    expect(cid.received()).toContain(':c.test FAIL RENAME CANNOT_RENAME #none #e :It had ended before');
  });

  it('while a server is linked that knows channels by their names, or has not told all yet', () => {
    const refused = () => ann.send('RENAME #c #d').at(-1);
    const end: MemoryEnd = linkLines(c, { name: 'ircu.test', numeric: 'AF' });
    run();
    expect(refused()).toBe(
      ':a.test FAIL RENAME CANNOT_RENAME #c #d :ircu.test knows channels by their names, and cannot rename them',
    );
    end.link!.leave('over');
    run();
    a.state.serverByNumeric('AC')!.bursting = true;
    expect(refused()).toBe(
      ':a.test FAIL RENAME CANNOT_RENAME #c #d :b.test is being linked; try again in a moment',
    );
    a.state.serverByNumeric('AC')!.bursting = false;
    expect(refused()).toBe(':ann!~ann@192.0.2.1 RENAME #c #d :');
  });
});

describe('a server', () => {
  it('of another make that is linked in the moment hears that all leave one channel and are on another, and its users are sent out', () => {
    ann.send('RENAME #c #d');
    const end = linkLines(c, {
      name: 'ircu.test',
      numeric: 'AF',
      burst: ['AF N fay 1 1 ~fay fay.test B]AAAB AFAAA :Fay', 'AF B #c 1767225600 AFAAA'],
    });
    end.take();
    run();
    const told = end.take().filter((line) => /#[cd]/.test(line));
    expect(told).toEqual([
      'AD K #c AFAAA :Renamed to #d',
      'ABAAA L #c',
      'ACAAA L #c',
      'ADAAA L #c',
      'AD B #d 1767225600 +nt ABAAA,ACAAA,ADAAA:o'.replace(
        'ABAAA,ACAAA,ADAAA:o',
        told.at(-1)!.split(' ').at(-1)!,
      ),
    ]);
    agree();
    expect(on('#d')).toEqual(['@ann', 'bob', 'cid']);
  });

  it('that renames what is renamed here in the same moment is let go, and one that renames what is no channel', () => {
    const own = linkLines(a, { name: 'own.test', numeric: 'AF', flags: 'h6Btr' });
    ann.send('RENAME #c #d');
    own.link!.take('AF BR AF #c #e :so');
    expect(own.link!.reason).toBe('channels were renamed on both sides at once (#c)');
    expect(find('#d')).toBeDefined();
    const other = linkLines(a, { name: 'other.test', numeric: 'AG', flags: 'h6Btr' });
    other.link!.take('AG BR AG #d e :so');
    expect(other.link!.reason).toBe('it renames what is no channel');
  });

  it('that never answers is let go', () => {
    const own = linkLines(a, { name: 'own.test', numeric: 'AF', flags: 'h6Btr' });
    const { names } = own.link!;
    for (let i = 0; i < limits.linkRenames.default - 1; i++) names.told('#x', '#y');
    vi.setSystemTime(NOW + 100_000);
    ann.send('RENAME #c #d');
    expect(own.link!.reason).toBeNull();
    vi.setSystemTime(NOW + 200_000);
    ann.send('RENAME #d #c');
    expect(own.link!.reason).toBe('it does not answer where channels are renamed');
  });

  it('of another make hears that those are kicked whose channel gives way', () => {
    const eve = c.irc.join('eve', '', '198.51.100.9');
    run();
    ann.send('RENAME #c #d');
    eve.send('JOIN #d');
    const end = linkLines(c, { name: 'ircu.test', numeric: 'AF' });
    end.take();
    run();
    expect(end.take()).toContain('AD K #d ADAAB :Another channel is called #d now');
    agree();
  });

  it('that renames what is not here is answered and passed on, and who has the new name gives way', () => {
    const own = linkLines(a, { name: 'own.test', numeric: 'AF', flags: 'h6Btr' });
    run();
    const eve = a.irc.join('eve');
    eve.send('JOIN #d');
    run();
    for (const client of [eve, bob, cid]) client.received();
    own.take();
    own.link!.take('AF BR AF #none #d :so');
    run();
    expect(own.take()).toEqual(['AB BK']);
    expect(wires.map(({ log }) => log.slice(-2))).toEqual([
      ['> AB BR AF #none #d :so', '< AC BK'],
      ['> AC BR AF #none #d :so', '< AD BK'],
    ]);
    expect(eve.received()).toEqual([':a.test KICK #d eve :Another channel is called #d now']);
    expect(all().map((server) => find('#d', server))).toEqual([undefined, undefined, undefined]);
    expect(a.irc.server.counters.handlerErrors).toBe(0);
  });

  it('that wants what is no channel, or in the name of nobody, is not listened to', () => {
    const own = linkLines(a, {
      name: 'own.test',
      numeric: 'AF',
      flags: 'h6Btr',
      burst: ['AF N fay 1 1 ~fay fay.test B]AAAB AFAAA :Fay'],
    });
    run();
    own.take();
    for (const line of ['AFAAA BQ c #e :so', 'AFAAA BQ #c e :so', 'AF BQ #c #e :so', 'AFAAA BQ #c #,e :so'])
      own.link!.take(line);
    run();
    expect([own.take(), on('#c'), find('#e')]).toEqual([[], ['@ann', 'bob', 'cid'], undefined]);
    expect(a.irc.server.counters.handlerErrors).toBe(0);
    own.link!.take('AFAAA BQ #none #e :so');
    expect(own.take()).toEqual(['AB BF AFAAA #none #e CANNOT_RENAME :It had ended before']);
  });

  it('says to whom it was refused what was, by a code that there is, of channels', () => {
    const own = linkLines(a, { name: 'own.test', numeric: 'AF', flags: 'h6Btr' });
    const said = (line: string, client = ann) => {
      own.link!.take(line);
      run();
      return client.received();
    };
    ann.received();
    for (const line of [
      'AF BF ABAAA c #e CANNOT_RENAME :no',
      'AF BF ABAAA #c e CANNOT_RENAME :no',
      'AF BF ABAAA #c #e MADE_UP :no',
      'AF BF ABZZZ #c #e CANNOT_RENAME :no',
    ])
      expect(said(line)).toEqual([]);
    expect(said('AF BF ABAAA #c #e CANNOT_RENAME :no')).toEqual([
      ':a.test FAIL RENAME CANNOT_RENAME #c #e :no',
    ]);
    cid.received();
    expect(said('AF BF ADAAA #c #e CHANNEL_NAME_IN_USE :taken', cid)).toEqual([
      ':c.test FAIL RENAME CHANNEL_NAME_IN_USE #c #e :taken',
    ]);
    expect([own.link!.reason, a.irc.server.counters.handlerErrors]).toEqual([null, 0]);
  });

  it('leaves it to the one that decides also for operators of the network, whose deed says so', async () => {
    const eve = c.irc.join('eve', '', '198.51.100.9');
    c.irc.promote(eve, ['override']);
    run();
    eve.send('RENAME #c #d :abuse');
    await new Promise((resolve) => setImmediate(resolve));
    run();
    expect(on('#d')).toEqual(['@ann', 'bob', 'cid']);
    expect(c.irc.host.audits).toMatchObject([
      { command: 'RENAME', ok: true, outcome: 'left to a.test, which decides' },
    ]);
  });

  it('without the flag says nothing of it', () => {
    const own = linkLines(a, { name: 'own.test', numeric: 'AF', flags: 'h6Bt' });
    own.link!.take('AF BR AF #c #e :so');
    expect(find('#c')).toBeDefined();
  });
});

it('names of a link are those of before until the peer has heard of the new ones', () => {
  const names = new LinkNames();
  names.told('#a', '#b');
  names.told('#B', '#c');
  expect(['#A', '#b', '#c', '#x'].map((name) => names.now(name))).toEqual(['#c', '', '', '#x']);
  expect(['#a', '#b', '#c', '#x'].map((name) => names.confuses(name))).toEqual([true, true, true, false]);
  names.heard();
  expect(['#a', '#b', '#c'].map((name) => names.now(name))).toEqual(['#a', '#c', '']);
  names.heard();
  names.heard();
  expect(names.now('#b')).toBe('#b');
  names.told('#b', '#B');
  expect(names.now('#b')).toBe('#B');
});

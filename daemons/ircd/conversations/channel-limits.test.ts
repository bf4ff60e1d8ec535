/** What a channel allows beside who may enter and speak: f (flood), L (where those go who may not enter), P (stays), Q (no kicks). */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CMODE } from '../../irc/modes.ts';
import { OPER_FLAGS } from '../config.ts';
import { channelOf, channelRecordSchema, recordOf } from '../journal/channel-record.ts';
import { RestoredChannels } from '../journal/restored-channels.ts';
import { LinkedServer, linkLines, settle, Wire } from '../links/memory-links.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import { ChannelFlood } from '../state/channel-flood.ts';

let irc: MemoryServer;
let op: MemoryClient;
let bob: MemoryClient;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
  irc = new MemoryServer();
  op = irc.join('op');
  bob = irc.join('bob');
  for (const client of [op, bob]) client.send('JOIN #c');
  hush();
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

const channel = (name = '#c') => irc.server.state.findChannel(name);
function hush(): void {
  for (const client of [op, bob]) client.received();
}
function mode(modes: string): void {
  op.send(`MODE #c ${modes}`);
  hush();
}
const on = (client: MemoryClient) => [...client.user!.memberships.keys()].map(({ name }) => name);

describe('a channel with f', () => {
  const TOO_MUCH = ':irc.test 404 bob #c :Cannot send to channel (+f), too much was said at once';

  it.each([
    ['[5j]:10', '[5j]:10'],
    ['[20m#m0,5j#i,8t#k]:15', '[5j,20m,8t]:15'],
    ['[7c#C5,3j#r10,2t#b]:999', '[7c#C5,3j#r10,2t#b]:999'],
  ])('takes %s for %s', (typed, shown) => {
    expect(op.send(`MODE #c +f ${typed}`)).toEqual([`:op!~op@192.0.2.1 MODE #c +f ${shown}`]);
    expect(op.send('MODE #c')[0]).toBe(`:irc.test 324 op #c +fnt ${shown}`.replace('+fnt', '+ntf'));
    expect(op.send(`MODE #c +f ${shown}`)).toEqual([]);
    expect(op.send('MODE #c -f')).toEqual([':op!~op@192.0.2.1 MODE #c -f']);
  });

  it.each([
    'x',
    '[]:5',
    '[5j]',
    '[5j]:0',
    '[0j]:5',
    '[5x]:5',
    '[5j,6j]:5',
    '[5j#m]:5',
    '[5t#b5]:5',
    '[5j#i100]:5',
  ])('refuses %s in words', (typed) => {
    expect(op.send(`MODE #c +f ${typed}`)).toEqual([
      `:irc.test 696 op #c f ${typed} :Expected limits such as [5j#i10,20m,8t#b]:15`,
    ]);
    expect([channel()!.flood, channel()!.has(CMODE.flood)]).toEqual([null, false]);
  });

  it('needs a parameter, and an operator', () => {
    expect(op.send('MODE #c +f')).toEqual([':irc.test 461 op MODE :Not enough parameters']);
    bob.user!.memberships.get(channel()!)!.status = 2;
    expect(bob.send('MODE #c +f [5j]:10')).toEqual([":irc.test 482 bob #c :You're not channel operator"]);
    mode('+f [5j]:10');
    expect(bob.send('MODE #c -f')).toEqual([":irc.test 482 bob #c :You're not channel operator"]);
  });

  it('kicks who says too much, bans them with b, and with d passes nothing on; operators may', () => {
    for (const [action, heard, still] of [
      ['', [':irc.test KICK #c bob :Flooding'], false],
      ['#b', [':irc.test MODE #c +b *!*@192.0.2.1', ':irc.test KICK #c bob :Flooding'], false],
      ['#d', [], true],
    ] as const) {
      mode(`+f [2t${action}]:10`);
      for (let said = 0; said < 2; said++) {
        bob.send('PRIVMSG #c :x');
        op.send('PRIVMSG #c :x', 'NOTICE #c :x');
      }
      hush();
      const answer = bob.send('PRIVMSG #c :third');
      expect([answer[0], op.received(), on(bob).length === 1]).toEqual([TOO_MUCH, heard, still]);
      mode('-bf *!*@192.0.2.1');
      bob.send('JOIN #c');
      hush();
    }
  });

  it('bans nobody more where the lists of masks are full, and kicks them all the same', () => {
    mode('+f [1t#b]:10');
    irc.server.tuning.set('mask_list_entries', 10);
    for (let at = 0; at < 10; at++) mode(`+b *!*@${at}.example`);
    bob.send('PRIVMSG #c :x', 'PRIVMSG #c :y');
    expect([on(bob), channel()!.bans.size]).toEqual([[], 10]);
  });

  it('counts a message of several lines once, and whoever is not on it with the others', () => {
    mode('+f-n [1m]:10');
    const cat = irc.join('cat', 'batch draft/multiline');
    const say = () =>
      cat.send(
        'BATCH +1 draft/multiline #c',
        '@batch=1 PRIVMSG #c :one',
        '@batch=1 PRIVMSG #c :two',
        'BATCH -1',
      );
    expect(say()).toEqual([]);
    expect(op.received()).toHaveLength(2);
    expect(say().filter((line) => line.includes(' 404 '))).toEqual([TOO_MUCH.replace('bob', 'cat')]);
    expect(op.received()).toEqual([':irc.test MODE #c +m']);
    mode('+f-m [1t]:10');
    // They are on no channel that they could be kicked from.
    for (let said = 0; said < 3; said++) cat.send('PRIVMSG #c :x');
    expect(op.received()).toHaveLength(3);
  });

  it('counts again when the time is over', () => {
    mode('+f [1t]:10');
    for (let round = 0; round < 3; round++) {
      bob.send('PRIVMSG #c :x');
      expect(op.received()).toHaveLength(1);
      vi.setSystemTime(Date.now() + 10_000);
    }
    bob.send('NOTICE #c :x', 'NOTICE #c :y');
    expect(on(bob)).toEqual([]);
  });

  it('is moderated when all say too much, for as long as it says, and takes no CTCP when those are too many', () => {
    mode('+f [2m#m1]:10');
    const cat = irc.join('cat');
    cat.send('JOIN #c');
    for (const client of [bob, cat]) client.send('PRIVMSG #c :x');
    hush();
    expect(bob.send('PRIVMSG #c :third')).toEqual([TOO_MUCH, ':irc.test MODE #c +m']);
    expect(cat.send('PRIVMSG #c :fourth').at(-1)).toBe(':irc.test 404 cat #c :Cannot send to channel');
    vi.advanceTimersByTime(60_000 - 1);
    expect(channel()!.has(CMODE.moderated)).toBe(true);
    vi.advanceTimersByTime(1);
    expect(channel()!.has(CMODE.moderated)).toBe(false);
    expect(op.received().at(-1)).toBe(':irc.test MODE #c -m');
    mode('+f [1c]:10');
    bob.send('PRIVMSG #c :\x01VERSION\x01');
    expect(bob.send('PRIVMSG #c :\x01VERSION\x01').at(-1)).toBe(':irc.test MODE #c +C');
  });

  it('lets nobody in without an invitation when too many come, and forgets that when f is taken away', () => {
    mode('+f [2j#i1]:10');
    for (const nick of ['a1', 'a2']) irc.join(nick).send('JOIN #c');
    expect(channel()!.has(CMODE.inviteOnly)).toBe(false);
    irc.join('a3').send('JOIN #c');
    expect(op.received().at(-1)).toBe(':irc.test MODE #c +i');
    expect(irc.join('a4').send('JOIN #c')).toEqual([':irc.test 473 a4 #c :Cannot join channel (+i)']);
    mode('-f');
    vi.advanceTimersByTime(60_000);
    expect(channel()!.has(CMODE.inviteOnly)).toBe(true);
  });

  it('ends with no timer left', () => {
    mode('+f [1j#i1]:10');
    for (const nick of ['a1', 'a2']) irc.join(nick).send('JOIN #c');
    const before = vi.getTimerCount();
    for (const client of [...irc.server.state.localClients]) irc.server.exit(client, 'bye');
    expect(channel()).toBeUndefined();
    expect(vi.getTimerCount()).toBeLessThan(before);
  });
});

describe('a channel with L', () => {
  it('sends who may not enter to another one, once, and tells them so', () => {
    op.send('JOIN #d', 'JOIN #e');
    mode('+iL #d');
    expect(op.send('MODE #c')[0]).toBe(':irc.test 324 op #c +intL #d');
    const cat = irc.join('cat');
    expect(cat.send('JOIN #c').slice(0, 2)).toEqual([
      ':irc.test 470 cat #c #d :Forwarding to another channel',
      ':cat!~cat@192.0.2.1 JOIN #d',
    ]);
    cat.send('PART #d');
    op.send('MODE #d +iL #e');
    expect(cat.send('JOIN #c')).toEqual([
      ':irc.test 470 cat #c #d :Forwarding to another channel',
      ':irc.test 473 cat #d :Cannot join channel (+i)',
    ]);
    // Who may enter does.
    mode('-i');
    expect(cat.send('JOIN #c')[0]).toBe(':cat!~cat@192.0.2.1 JOIN #c');
  });

  it('needs an operator of both, and another channel that there is; operators of the network need neither', () => {
    const invalid = (name: string) => `:irc.test 696 op #c L ${name} :Expected another channel that there is`;
    for (const name of ['#none', '#c', 'nick'])
      expect(op.send(`MODE #c +L ${name}`)).toEqual([invalid(name)]);
    bob.send('JOIN #b');
    expect(op.send('MODE #c +L #b')).toEqual([":irc.test 482 op #b :You're not channel operator"]);
    irc.promote(op, OPER_FLAGS);
    expect(op.send('SAMODE #c +L #b')).toContain(':op!~op@192.0.2.1 MODE #c +L #b');
  });
});

describe('a channel with Q', () => {
  it('has nobody kicked but by themselves', () => {
    mode('+Q');
    expect(op.send('KICK #c bob')).toEqual([':irc.test 482 op #c :Nobody is kicked here (+Q)']);
    expect(op.send('KICK #c op')).toEqual([':op!~op@192.0.2.1 KICK #c op :op']);
  });
});

describe('a channel with P', () => {
  it('stays while nobody is on it, and whoever comes is no operator; without it it ends', () => {
    irc.promote(op, OPER_FLAGS);
    mode('+P');
    for (const client of [op, bob]) client.send('PART #c');
    expect(channel()?.members).toEqual([]);
    bob.send('JOIN #c');
    expect(bob.user!.memberships.get(channel()!)!.status).toBe(0);
    bob.send('PART #c');
    op.send('SAMODE #c -P');
    expect(channel()).toBeUndefined();
  });

  it('and its texts are kept beyond a restart, however long that took', () => {
    irc.promote(op, OPER_FLAGS);
    op.send('JOIN #d', 'MODE #c +PLf #d [5j]:10', 'JOIN #gone');
    const records = ['#c', '#gone'].map((name) => JSON.parse(JSON.stringify(recordOf(channel(name)!))));
    const again = new MemoryServer();
    const restored = new RestoredChannels(again.server);
    restored.restore(records, 2_000, 1_000);
    const back = again.server.state.findChannel('#c')!;
    expect([back.text('L'), back.text('f'), back.has(CMODE.flood)]).toEqual(['#d', '[5j]:10', true]);
    expect(again.server.state.findChannel('#gone')).toBeUndefined();
    restored.close();
    again.close();
    const record = channelRecordSchema.parse(records[1]);
    if (record.kind === 'channel') expect(channelOf(record, 1).text('f')).toBeNull();
  });
});

describe('between servers', () => {
  const texts = ({ state }: LinkedServer) => {
    const found = state.findChannel('#c');
    return [found?.text('L'), found?.text('f'), found?.has(CMODE.noKicks), found?.has(CMODE.permanent)];
  };
  let here: LinkedServer;
  beforeEach(() => {
    here = new LinkedServer('here.test', 1);
  });
  afterEach(() => here.close());

  it('of our own kind all of them hold, in a burst, as they change, and where the channel is younger no more', () => {
    const there = new LinkedServer('there.test', 2);
    const one = here.irc.join('one');
    here.irc.promote(one, OPER_FLAGS);
    one.send('JOIN #d', 'JOIN #c', 'MODE #c +QPLf #d [5j]:10');
    const two = there.irc.join('two');
    const wire = new Wire(here, there);
    settle(wire);
    two.send('JOIN #c');
    settle(wire);
    expect([texts(here), texts(there)]).toEqual([
      ['#d', '[5j]:10', true, true],
      ['#d', '[5j]:10', true, true],
    ]);
    one.send('MODE #c -QPLf');
    settle(wire);
    expect(texts(there)).toEqual([null, null, false, false]);
    one.send('MODE #c +Lf #d [9j]:10');
    settle(wire);
    wire.cut();
    here.state.findChannel('#c')!.createdMs += 60_000;
    there.state.findChannel('#c')!.setText('f', null);
    there.state.findChannel('#c')!.setText('L', null);
    settle(new Wire(here, there));
    expect(texts(here)).toEqual([null, null, false, false]);
    there.close();
  });

  it('Nefarious knows L, means another thing by Q, which goes on to its like alone, and ircu knows neither', () => {
    const one = here.irc.join('one');
    one.send('JOIN #d', 'JOIN #c', 'MODE #c +QLf #d [5j]:10');
    const nef = linkLines(here, { name: 'nef.test', numeric: 'AC', kind: 'nefarious' });
    const like = linkLines(here, { name: 'like.test', numeric: 'AD', kind: 'nefarious' });
    const ircu = linkLines(here, { name: 'ircu.test', numeric: 'AE', kind: 'ircu' });
    const burst = ({ sent }: { sent: string[] }) =>
      sent
        .find((line) => line.includes(' B #c '))!
        .split(' ')
        .slice(4);
    expect([burst(nef), burst(ircu)]).toEqual([
      ['+ntL', '#d', 'ABAAA:o'],
      ['+nt', 'ABAAA:o'],
    ]);
    for (const end of [nef, like, ircu]) end.sent.length = 0;
    one.send('MODE #c -QLf', 'MODE #c +QL #d');
    nef.link!.take('AC M #c -Q');
    const told = ({ sent }: { sent: string[] }) =>
      sent.map((line) => line.replace(/^(\w+) (.*?)( \d+)?$/, '$1 $2'));
    expect([told(nef), told(like), told(ircu)]).toEqual([
      ['ABAAA M #c -L', 'ABAAA M #c +L #d'],
      ['ABAAA M #c -L', 'ABAAA M #c +L #d', 'AC M #c -Q'],
      [],
    ]);
    expect(here.state.findChannel('#c')!.has(CMODE.noKicks)).toBe(true);
    nef.link!.take('AC CM #c QL');
    expect(texts(here)).toEqual([null, null, true, false]);
    const since = Math.floor(here.state.findChannel('#c')!.createdMs / 1000);
    like.sent.length = 0;
    nef.link!.take(`AC B #c ${since} +QL #d`);
    expect([texts(here), like.sent.some((line) => line.includes('+QL #d'))]).toEqual([
      ['#d', null, true, false],
      true,
    ]);
  });

  it('what another server says that means nothing changes nothing', () => {
    const one = here.irc.join('one');
    one.send('JOIN #c');
    const own = linkLines(here, { name: 'own.test', numeric: 'AC', flags: 'h6Bt' });
    for (const words of ['+f x', '+L x', '+f', '+L']) own.link!.take(`AC M #c ${words}`);
    expect(texts(here)).toEqual([null, null, false, false]);
  });
});

it('a message is counted without an entry for who did not speak, and a clock that jumps back begins anew', () => {
  const flood = ChannelFlood.parse('[1m]:10')!;
  expect(flood.counts('m', 5_000)).toBeNull();
  expect(flood.counts('m', 6_000)?.kind).toBe('m');
  expect(flood.counts('m', 1_000)).toBeNull();
  expect(flood.counts('j', 1_000)).toBeNull();
});

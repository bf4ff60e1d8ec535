/** Bans of the network as linked servers have them: told, remembered, obeyed, and the newest change wins. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { liftNetworkBan } from '../commands/network-ban.ts';
import { OPER_FLAGS } from '../config.ts';
import { limits } from '../limits.ts';
import type { MemoryClient } from '../memory-server.ts';
import { LinkedServer, linkLines, settle, Wire } from './memory-links.ts';

const NOW = Date.UTC(2026, 0, 1);
const SECONDS = NOW / 1000;

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
  here.irc.promote(ann, OPER_FLAGS);
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
  wire.log.length = 0;
  ann.received();
}

/** What goes over the wire after lines of a client. */
function sent(client: MemoryClient, ...lines: readonly string[]): string[] {
  wire.log.length = 0;
  client.send(...lines);
  settle(wire);
  return wire.log.splice(0);
}

/** What is answered to a line of the server there. */
function answered(line: string): string[] {
  wire.log.length = 0;
  wire.linkA.take(line);
  settle(wire);
  return wire.log.splice(0);
}

const holding = (server: LinkedServer) => server.irc.server.networkBans.inForce().map(({ mask }) => mask);

describe('a G-line', () => {
  beforeEach(link);

  it('is told, drops whom it is against there, and keeps them out until it is lifted', () => {
    expect(sent(ann, 'GLINE 10 *@198.51.100.0/24 :spam')).toEqual([
      `> AB GL * +*@198.51.100.0/24 600 ${SECONDS} ${SECONDS + 600} :spam`,
      '< ACAAA Q :G-lined: spam',
    ]);
    expect(bob.received().at(-1)).toBe('ERROR :Closing Link: 198.51.100.7 (G-lined: spam)');
    expect(there.irc.connect('198.51.100.8').send('NICK eve', 'USER eve 0 * :e')).toContain(
      ':there.test 465 eve :G-lined: spam',
    );
    expect([holding(here), holding(there)]).toEqual([['*@198.51.100.0/24'], ['*@198.51.100.0/24']]);
    expect(there.irc.host.saves).toBeGreaterThan(0);
    expect(sent(ann, 'UNGLINE *@198.51.100.9/24')).toEqual([
      `> AB GL * -*@198.51.100.0/24 600 ${SECONDS + 1} ${SECONDS + 600} :spam`,
    ]);
    expect([holding(here), holding(there)]).toEqual([[], []]);
    expect(there.irc.connect('198.51.100.8').send('NICK eve', 'USER eve 0 * :e')[0]).toContain(' 001 ');
  });

  it('is lifted once, and not where there is none', () => {
    sent(ann, 'GLINE 10 *@10.1.2.3 :spam');
    const lift = (mask: string) => liftNetworkBan(here.irc.server, 'gline', mask, 'x');
    expect(lift('*@10.1.2.4')).toBeNull();
    expect(lift('*@10.1.2.3')).not.toBeNull();
    expect(lift('*@10.1.2.3')).toBeNull();
    sent(ann, 'GLINE 10 *@10.1.2.3 :spam');
    vi.setSystemTime(NOW + 600_000);
    expect(lift('*@10.1.2.3')).toBeNull();
  });

  it('ends by itself', () => {
    sent(ann, 'GLINE 10 *@198.51.100.0/24 :spam');
    vi.setSystemTime(NOW + 600_000);
    expect(there.irc.connect('198.51.100.8').send('NICK eve', 'USER eve 0 * :e')[0]).toContain(' 001 ');
  });

  it('lasts a week without an end, and spares operators', () => {
    there.irc.promote(bob, []);
    expect(sent(ann, 'GLINE *@198.51.100.7')).toEqual([
      `> AB GL * +*@198.51.100.7 604800 ${SECONDS} ${SECONDS + 604_800} :No reason given`,
    ]);
    expect(bob.closedWith).toBeNull();
  });

  it('of a service says who it is, to operators', () => {
    answered(`AC GL * +*@10.1.2.3 3600 ${SECONDS} ${SECONDS + 7200} :svc gline`);
    expect(ann.received()).toEqual([
      ':here.test NOTICE ann :*** there.test added the G-line for *@10.1.2.3 until Thu, 01 Jan 2026 01:00:00 GMT: svc gline',
    ]);
    answered(`AC GL * -*@10.1.2.3 3600 ${SECONDS + 1} :svc gline`);
    expect(ann.received()).toEqual([
      ':here.test NOTICE ann :*** there.test lifted the G-line for *@10.1.2.3',
    ]);
    answered(`AC GL * +$Xbad 3600 ${SECONDS} :x`);
    expect(ann.received()[0]).toContain('$Xbad until Thu, 01 Jan 2026 01:00:00 GMT: x (it bans nobody here)');
  });

  it('of which a peer has an older change is set right, and the same one is no news', () => {
    sent(ann, 'GLINE 10 *@10.1.2.3 :spam');
    expect(answered(`AC GL * +*@10.1.2.3 600 ${SECONDS} :spam`)).toEqual([]);
    expect(answered(`AC GL * -*@10.1.2.3 600 ${SECONDS - 5} :x`)).toEqual([
      `> AB GL * +*@10.1.2.3 600 ${SECONDS} ${SECONDS + 600} :spam`,
    ]);
    // A change that says only what it changes.
    answered(`AC GL * -*@10.1.2.3 ${SECONDS + 9}`);
    expect(holding(here)).toEqual([]);
  });

  it('holds also where whoever set it is not known here, and goes on in the name of the server that tells of it', () => {
    wire.linkA.take(`AZAAA GL * +*@10.1.2.3 600 ${SECONDS} :spam`);
    wire.linkA.take(`AZ JU * +far.test 600 ${SECONDS} :why`);
    wire.linkA.take(`AB GL * +*@10.9.9.9 600 ${SECONDS} :not from this server`);
    expect(here.irc.server.networkBans.inForce().map(({ mask, by }) => [mask, by])).toEqual([
      ['*@10.1.2.3', 'there.test'],
      ['far.test', 'there.test'],
    ]);
  });

  it('for one server is a K-line there', () => {
    answered(`AC GL AB +*@10.1.2.3 600 ${SECONDS} :only here`);
    expect(here.irc.server.bans.list()).toMatchObject([
      { kind: 'kline', mask: '*@10.1.2.3', by: 'there.test', expiresMs: NOW + 600_000 },
    ]);
    answered('AC GL AB -*@10.1.2.3');
    answered(`AC GL AB +*@* 600 ${SECONDS} :all`);
    answered('AC GL AB >*@10.1.2.3');
    expect(here.irc.server.bans.size).toBe(0);
    expect(ann.received().at(-1)).toContain(
      'wanted a K-line here that cannot be set: *@* would ban everybody',
    );
  });
});

it('reserved nicks are told to our own kind alone, real names and channels to all, also in a burst and with what lifts them', () => {
  const ends = (['auto', 'nefarious'] as const).map((kind, at) =>
    linkLines(here, { name: `foreign${at}.test`, numeric: at === 0 ? 'AF' : 'AG', kind }),
  );
  link();
  for (const end of ends) end.take();
  const masks = (lines: readonly string[]) => lines.map((line) => line.split(' ')[3]);
  const said = sent(
    ann,
    'GLINE $Nbad*',
    'GLINE $R*spam*',
    'GLINE #warez',
    'UNGLINE $Nbad*',
    'UNGLINE #warez',
  );
  expect(masks(said.map((line) => line.slice(2)))).toEqual([
    '+$Nbad*',
    '+$R*spam*',
    '+#warez',
    '-$Nbad*',
    '-#warez',
  ]);
  for (const end of ends) expect(masks(end.take())).toEqual(['+$R*spam*', '+#warez', '-#warez']);
  expect(ann.send('GLINE $Nworse*').join()).toContain(
    '(there are no reserved nicks on foreign0.test, foreign1.test, nor behind it)',
  );
  const late = linkLines(here, { name: 'late.test', numeric: 'AH' });
  expect(masks(late.take().filter((line) => line.startsWith('AB GL ')))).toEqual(['+$R*spam*', '-#warez']);
});

it('names that are reserved on the network may be taken by operators alone, and whoever has one keeps it', () => {
  link();
  const had = there.irc.join('badger');
  const cat = there.irc.join('cat');
  had.send('JOIN #warez');
  sent(ann, 'GLINE 10 $Nbad* :staff', 'GLINE 10 #war* :no');
  expect(cat.send('NICK BADman')).toEqual([':there.test 432 cat BADman :Reserved: staff']);
  expect(cat.send('JOIN #Warez')).toEqual([':there.test 476 cat #Warez :Reserved: no']);
  // Nicks are no channels, and channels no nicks.
  expect(cat.send('NICK war').at(-1)).toContain(' NICK war');
  expect(cat.send('JOIN #bad').at(-1)).toContain(' 366 ');
  expect(had.closedWith).toBeNull();
  expect(had.send('PRIVMSG #warez :hi')).toEqual([]);
  there.irc.promote(cat, []);
  expect(cat.send('NICK badcat', 'JOIN #warez').at(-1)).toContain(' 366 ');
  sent(ann, 'UNGLINE $NBAD*', 'UNGLINE #WAR*');
  expect(had.send('NICK badly', 'JOIN #war').at(-1)).toContain(' 366 ');
});

it('real names of the network are those of who is there and of who comes, but of operators and whom an exception names', () => {
  link();
  const [spam, oper, spared] = ['spam', 'oper', 'spared'].map((nick) => there.irc.join(nick));
  there.irc.promote(oper!, []);
  there.irc.promote(spared!, ['eline']);
  spared!.send('ELINE ~spared@* g :friend', 'MODE spared -o');
  sent(ann, 'GLINE 10 $RREAL?* :out');
  expect([spam!.closedWith, oper!.closedWith, spared!.closedWith]).toEqual(['G-lined: out', null, null]);
  const fresh = there.irc.connect();
  expect(fresh.send('NICK x', 'USER x 0 * :Real x')[0]).toBe(':there.test 465 x :G-lined: out');
  expect(there.irc.connect().send('NICK y', 'USER y 0 * :unreal')[0]).toContain(' 001 ');
  vi.setSystemTime(NOW + 600_000);
  expect(there.irc.connect().send('NICK x', 'USER x 0 * :Real x')[0]).toContain(' 001 ');
});

it('refuses masks of names that would ban all, that are too long or none, and more than everybody can be compared with', () => {
  link();
  for (const mask of [
    '$R*',
    '$R',
    '$N*',
    '$N#a',
    '$N',
    '#*',
    '$Xa',
    `$R${'x'.repeat(limits.maskBytes.default)}`,
  ])
    expect(ann.send(`GLINE ${mask}`)[0], mask).toContain('GLINE failed: ');
  const { networkBans } = here.irc.server;
  const ban = { reason: 'x', by: 'x', setMs: NOW, active: true, changedSeconds: 1, keptMs: NOW + 600_000 };
  const fill = (mark: string, most: number) => {
    for (let i = 0; i < most; i++)
      networkBans.set({ ...ban, kind: 'gline', mask: `${mark}n${i}`, expiresMs: NOW + 300_000 }, NOW);
  };
  fill('$R', limits.realnameBans.default);
  for (const mark of ['$N', '#']) fill(mark, limits.reservedNames.default);
  for (const mark of ['$R', '$N', '#']) {
    expect(ann.send(`GLINE ${mark}more`)[0], mark).toContain('there are as many bans of that sort');
    // Other servers may: it is remembered and passed on, and bans nobody here.
    answered(`AC GL * +${mark}more 600 ${SECONDS} :x`);
    expect(ann.received()[0]).toContain('(it bans nobody here)');
    expect(networkBans.get('gline', `${mark}more`)).toBeDefined();
  }
  expect(networkBans.reservedFor('more')).toBeNull();
  expect(networkBans.reservedFor('n1')).toBe('Reserved: x');
  vi.setSystemTime(NOW + 300_000);
  expect(sent(ann, 'GLINE 5 $Nother')).toHaveLength(1);
  expect(networkBans.reservedFor('other')).toBe('Reserved: No reason given');
});

it('a ban that there is no room for is passed on, and operators are told', () => {
  vi.spyOn(here.irc.server.networkBans, 'hasRoom').mockReturnValue(false);
  link();
  const third = new LinkedServer('third.test', 3);
  const second = new Wire(here, third);
  settle(second);
  ann.received();
  answered(`AC GL * +*@10.1.2.3 600 ${SECONDS} :x`);
  answered(`AC GL * +${'x'.repeat(limits.maskBytes.default)}@a 600 ${SECONDS} :x`);
  answered(`AC GL * -*@unknown.test ${SECONDS}`);
  settle(second);
  expect(holding(here)).toEqual([]);
  expect(holding(third)).toEqual(['*@10.1.2.3']);
  expect(ann.received().map((line) => /because ([^:]+)/.exec(line)?.[1])).toEqual([
    'the list is full',
    'its mask is too long',
  ]);
  expect(second.log.at(-1)).toBe(`> AC GL * -*@unknown.test ${SECONDS}`);
  third.close();
});

describe('when servers meet', () => {
  it('each tells all it remembers, first of all, and the newest change of each ban wins', () => {
    there.irc.promote(bob, OPER_FLAGS);
    ann.send('GLINE 10 *@both.test :old', 'GLINE 10 *@lifted.test :x', 'JUPE 10 bad.test :j');
    vi.setSystemTime(NOW + 5_000);
    bob.send('GLINE 20 *@both.test :new');
    ann.send('UNGLINE *@lifted.test');
    wire = new Wire(here, there);
    settle(wire);
    const lines = wire.log.filter((line) => / (GL|JU|N) /.test(line));
    expect(lines).toEqual([
      `> AB GL * +*@both.test 595 ${SECONDS} ${SECONDS + 600} :old`,
      `< AC GL * +*@both.test 1200 ${SECONDS + 5} ${SECONDS + 1205} :new`,
      `> AB GL * -*@lifted.test 595 ${SECONDS + 5} ${SECONDS + 600} :x`,
      expect.stringContaining('< AC N bob'),
      `> AB JU * +bad.test 595 ${SECONDS} :j`,
      expect.stringContaining('> AB N ann'),
    ]);
    for (const server of [here, there]) {
      expect(holding(server).sort()).toEqual(['*@both.test', 'bad.test']);
      expect(server.irc.server.networkBans.get('gline', '*@both.test')?.reason).toBe('new');
      expect(server.irc.server.networkBans.get('gline', '*@lifted.test')?.active).toBe(false);
    }
    // Of a burst operators are not told ban by ban.
    expect(bob.received().filter((line) => line.includes('G-line for'))).toEqual([]);
  });
});

describe('a jupe', () => {
  it('ends the link of that server, and keeps it away until it is lifted', () => {
    link();
    sent(ann, 'JUPE 10 there.test :broken');
    expect(wire.linkA.reason).toBe('the server is juped: broken');
    expect(wire.linkB.reason).toBe('the server is juped: broken');
    wire = new Wire(here, there);
    settle(wire);
    expect(wire.linkB.reason).toContain('the server is juped: broken');
    ann.send('UNJUPE there.test');
    // The other server knows nothing of that, and has been told of the jupe of itself.
    wire = new Wire(here, there);
    settle(wire);
    expect(wire.linkA.state).toBe('linked');
  });

  it('refuses a server behind another, which stays', () => {
    link();
    ann.send('JUPE 10 fake.test :no');
    settle(wire);
    expect(answered(`AC S fake.test 2 0 ${SECONDS} P10 AG]]] +s :juped server`)).toEqual([
      '> AB SQ fake.test 0 :the server is juped: no',
    ]);
    expect(wire.linkA.state).toBe('linked');
    expect(here.state.findServer('fake.test')).toBeUndefined();
  });

  it('of services is told as it came, and lifted', () => {
    link();
    answered(`AC JU * +jupe2.test 60 ${SECONDS} :svc jupe`);
    answered(`AC JU AB +only.test 60 ${SECONDS} :here alone`);
    answered(`AC JU * +short`);
    expect(holding(here)).toEqual(['jupe2.test']);
    answered(`AC JU * -jupe2.test 59 ${SECONDS + 1} :svc jupe`);
    expect(holding(here)).toEqual([]);
  });

  it.each([
    ['JUPE here.test :me', 'here.test is this server itself'],
    ['JUPE nothing :x', 'nothing is no name of a server'],
    ['JUPE 20000 a.test :x', '20000 minutes are too long, expected at most 10080'],
    ['UNJUPE a.test', 'no ban of the network for a.test'],
    ['GLINE *@* :x', '*@* would ban everybody'],
  ])('and other bans that cannot be are refused: %s', (line, words) => {
    expect(ann.send(line)[0]).toContain(words);
    expect(here.irc.host.begun).toEqual([]);
  });
});

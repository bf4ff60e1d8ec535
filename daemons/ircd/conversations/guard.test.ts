/** Whom a client hears: user modes D, R, Z, g and d, ACCEPT and SILENCE. Who sets them stands in permissions/modes.md. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { UMODE } from '../../irc/modes.ts';
import { limits } from '../limits.ts';
import { LinkedServer, linkLines } from '../links/memory-links.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';

let irc: MemoryServer;
let ann: MemoryClient;
let bob: MemoryClient;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
  irc = new MemoryServer();
  ann = irc.join('ann', 'echo-message');
  bob = irc.join('bob');
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

const said = ':ann!~ann@192.0.2.1 PRIVMSG bob :hi';

it('tells with g who wants to talk, once in a while, and lets those talk who were accepted, whatever they are called', () => {
  bob.send('MODE bob +g');
  bob.received();
  const refused = ':irc.test 716 ann bob :is in +g mode and hears only those whom it accepts';
  expect(ann.send('PRIVMSG bob :hi')).toEqual([
    refused,
    ':irc.test 717 ann bob :has been told that you messaged them',
  ]);
  const asks =
    ':irc.test 718 bob ann ~ann@192.0.2.1 :is messaging you, and you have mode +g: ACCEPT lets them';
  expect(bob.received()).toEqual([asks]);
  expect(ann.send('PRIVMSG bob :hi')).toEqual([refused]);
  expect(bob.received()).toEqual([]);
  vi.setSystemTime(Date.now() + limits.callerNoticeSeconds.default * 1000);
  ann.send('NOTICE bob :hi');
  expect(ann.received()).toEqual([]);
  expect(bob.received()).toEqual([asks]);
  expect(bob.send('ACCEPT ann')).toEqual([]);
  expect(ann.send('PRIVMSG bob :hi')).toEqual([said]);
  expect(bob.received()).toEqual([said]);
  ann.send('NICK anna');
  ann.send('PRIVMSG bob :hi');
  expect(bob.received()).toEqual([':anna!~ann@192.0.2.1 PRIVMSG bob :hi']);
  expect(bob.send('ACCEPT *')).toEqual([':irc.test 281 bob :anna', ':irc.test 282 bob :End of accept list']);
  bob.send('ACCEPT -anna');
  expect(ann.send('PRIVMSG bob :hi')[0]).toContain(' 716 ');
});

it('forgets whom it accepted when they leave, and takes no more than it says', () => {
  const most = limits.acceptEntries.default;
  expect(irc.server.isupport.join(' ')).toContain(`ACCEPT=${most} `);
  const guard = bob.client!.madeGuard();
  for (let i = 0; i < most - 1; i++) guard.accept({ nick: `n${i}`, gone: false } as never);
  bob.send('ACCEPT ann');
  const cat = irc.join('cat');
  expect(bob.send('ACCEPT cat')).toEqual([':irc.test 456 bob :Accept list is full']);
  ann.drop();
  expect(bob.send('ACCEPT cat')).toEqual([]);
  expect(guard.accepts(cat.user!)).toBe(true);
});

it('lets nobody through D, nobody without an account through R, but operators and the client itself', () => {
  for (const mode of ['D', 'R']) {
    bob.send(`MODE bob +${mode}`);
    bob.received();
    expect(ann.send('PRIVMSG bob :hi')[0]).toMatch(/^:irc.test (531|477) ann bob :They .*\(\+[DR]\)$/);
    expect(ann.send('NOTICE bob :hi')).toEqual([]);
    expect(bob.received()).toEqual([]);
    bob.send('PRIVMSG bob :hi');
    expect(bob.received()).toEqual([]);
    irc.promote(ann, []);
    ann.send('PRIVMSG bob :hi');
    expect(bob.received()).toEqual([said]);
    irc.server.state.setUserMode(ann.user!, UMODE.oper, false);
    bob.send(`MODE bob -${mode}`);
    bob.received();
    ann.received();
  }
});

it('lets through Z who is connected by TLS alone, wherever that is, whoever was accepted, and operators', () => {
  const server = new LinkedServer('here.test', 1);
  const there = { name: 'there.test', numeric: 'AC' };
  const burst = [
    'AC N eve 1 1 ~eve eve.example +z AAAAAA ACAAA :Eve',
    'AC N fay 1 1 ~fay fay.example AAAAAA ACAAB :Fay',
  ];
  const end = linkLines(server, { ...there, burst });
  const dan = server.irc.join('dan');
  dan.send('MODE dan +Z', 'ACCEPT fay');
  dan.received();
  end.take();
  const to = server.state.numericOf(dan.user!);
  end.link!.take(`ACAAA P ${to} :hi`);
  expect(dan.received()).toEqual([':eve!~eve@eve.example PRIVMSG dan :hi']);
  end.link!.take(`ACAAB P ${to} :hi`);
  expect(dan.received()).toEqual([]);
  expect(end.take()).toEqual(['AB 531 ACAAB dan :They hear only those who are connected by TLS (+Z)']);
  end.link!.take('ACAAB M fay +o');
  end.link!.take(`ACAAB P ${to} :hi`);
  expect(dan.received()).toEqual([':fay!~fay@fay.example PRIVMSG dan :hi']);
  server.close();
});

it('says of whoever is connected by TLS that they are, to servers that know the mode too', () => {
  const server = new LinkedServer('here.test', 1);
  const dan = server.irc.connect();
  Object.assign(dan, { tls: { version: 'TLSv1.3', cipher: 'x', fingerprint: null } });
  dan.send('NICK dan', 'USER dan 0 * :Dan');
  dan.received();
  expect(dan.send('MODE dan -z', 'MODE dan')).toEqual([':here.test 221 dan +z']);
  for (const [name, kind, told] of [
    ['nefarious.test', 'nefarious', true],
    ['ircu.test', 'ircu', false],
  ] as const) {
    const end = linkLines(server, { name, numeric: told ? 'AC' : 'AD', kind });
    expect(
      end
        .take()
        .find((line) => line.includes(' N dan '))
        ?.includes(' +z '),
      name,
    ).toBe(told);
  }
  server.close();
});

it('hears nothing of channels with d, neither text nor tags, and all the rest', () => {
  for (const client of [ann, bob]) client.send('CAP REQ message-tags', 'JOIN #c', 'MODE #c -n');
  bob.send('MODE bob +d');
  expect(irc.server.state.deafCount).toBe(1);
  for (const client of [ann, bob]) client.received();
  ann.send(
    'PRIVMSG #c :hi',
    'NOTICE #c :hi',
    '@+typing=active TAGMSG #c',
    'PRIVMSG @#c :hi',
    'TOPIC #c :news',
  );
  expect(bob.received().map((line) => line.replace(/^@\S+ /, ''))).toEqual([
    ':ann!~ann@192.0.2.1 TOPIC #c :news',
  ]);
  ann.send('MODE #c +v bob', '@+typing=active TAGMSG bob');
  expect(bob.received()).toHaveLength(2);
  const cat = irc.join('cat');
  cat.send('JOIN #c');
  cat.received();
  ann.send('PRIVMSG #c :hi', 'PRIVMSG @#c :psst', '@+typing=active TAGMSG #c');
  expect(cat.received()).toEqual([':ann!~ann@192.0.2.1 PRIVMSG #c :hi']);
  bob.drop();
  expect(irc.server.state.deafCount).toBe(0);
});

it('hears nothing of those whom SILENCE names, who do not know', () => {
  expect(bob.send('SILENCE +ann!*@*')).toEqual([':bob!~bob@192.0.2.1 SILENCE +ann!*@*']);
  expect(ann.send('PRIVMSG bob :hi')).toEqual([said]);
  const answered = ann.send('NOTICE bob :hi', 'JOIN #c', 'INVITE bob #c');
  expect(bob.received()).toEqual([]);
  expect(bob.user!.invites).toBe(null);
  expect(answered.some((line) => line.includes(' 341 ann bob #c'))).toBe(true);
  expect(bob.send('SILENCE ANN!*@*,-ann')).toEqual([':bob!~bob@192.0.2.1 SILENCE -ann!*@*']);
  ann.send('PRIVMSG bob :hi');
  expect(bob.received()).toEqual([said]);
  for (const mask of ['*@192.0.2.0/24', '*!~ann@*', 'ann']) {
    bob.send(`SILENCE ${mask}`);
    ann.send('PRIVMSG bob :hi');
    expect(bob.received(), mask).toEqual([]);
    bob.send(`SILENCE -${mask}`);
    bob.received();
  }
});

it('takes as many masks of SILENCE as it says, and none that is none', () => {
  const most = limits.silenceEntries.default;
  expect(irc.server.isupport.join(' ')).toContain(`SILENCE=${most} `);
  for (let i = 0; i < most; i++) bob.send(`SILENCE n${i}`);
  bob.received();
  expect(bob.send('SILENCE more')).toEqual([':irc.test 511 bob more!*@* :Silence list is full']);
  expect(bob.send('SILENCE').filter((line) => line.includes(' 271 bob bob '))).toHaveLength(most);
  for (const mask of ['::', '+', '-', '*@10.0.0.0/40', `${'x'.repeat(201)}`])
    expect(bob.send(`SILENCE ${mask}`), mask).toEqual([
      expect.stringContaining(' FAIL SILENCE INVALID_MASK '),
    ]);
});

it('tells a user of another server who is not reached, and keeps what such a server calls d or g', () => {
  const server = new LinkedServer('here.test', 1);
  const end = linkLines(server, {
    name: 'there.test',
    numeric: 'AC',
    burst: ['AC N eve 1 1 ~eve eve.example +dgi AAAAAA ACAAA :Eve'],
  });
  const dan = server.irc.join('dan');
  dan.send('MODE dan +g');
  end.take();
  dan.received();
  const to = server.state.numericOf(dan.user!);
  end.link!.take(`ACAAA P ${to} :hi`);
  expect(end.take()).toEqual([
    'AB 716 ACAAA dan :is in +g mode and hears only those whom it accepts',
    'AB 717 ACAAA dan :has been told that you messaged them',
  ]);
  end.link!.take(`ACAAA O ${to} :hi`);
  expect(end.take()).toEqual([]);
  expect(dan.received().map((line) => line.split(' ')[1])).toEqual(['718']);
  const eve = server.state.findUser('eve')!;
  expect(eve.modeLetters()).toBe('+i');
  expect(eve.linkFacts!.modes).toBe('dg');
  expect(server.state.deafCount).toBe(0);
  end.link!.take('ACAAA M eve :-d+k');
  expect(eve.linkFacts!.modes).toBe('gk');
  server.close();
});

it('lets those past R and g whom ACCEPT names, and those answer who were written to', () => {
  for (const mode of ['R', 'g']) {
    bob.send(`MODE bob +${mode}`, 'ACCEPT ann');
    ann.send('PRIVMSG bob :hi');
    expect(bob.received().at(-1)).toBe(said);
    bob.send('ACCEPT -ann');
    bob.received();
    ann.send('PRIVMSG bob :hi');
    expect(bob.received().filter((line) => line === said)).toEqual([]);
    bob.send('PRIVMSG ann :well?');
    ann.send('PRIVMSG bob :hi');
    expect(bob.received().at(-1)).toBe(said);
    bob.send(`MODE bob -${mode}`, 'ACCEPT -ann');
  }
  bob.send('PRIVMSG ann :hi');
  expect([...bob.client!.guard!.accepted]).toEqual([]);
});

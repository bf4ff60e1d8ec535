/** What users of one server ask of another, and what comes back: answered, refused, and passed on over a third. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OPER_FLAGS } from '../config.ts';
import { limits } from '../limits.ts';
import type { MemoryClient } from '../memory-server.ts';
import { LinkedServer, settle, Wire } from './memory-links.ts';

const NOW = Date.UTC(2026, 0, 1);

let here: LinkedServer;
let there: LinkedServer;
let far: LinkedServer;
let ann: MemoryClient;
let bob: MemoryClient;
let eve: MemoryClient;
let wire: Wire;
let farWire: Wire;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  here = new LinkedServer('here.test', 1);
  there = new LinkedServer('there.test', 2);
  far = new LinkedServer('far.example', 3);
  ann = here.irc.join('ann');
  bob = there.irc.join('bob', '', '198.51.100.7');
  eve = far.irc.join('eve', '', '203.0.113.9');
  wire = new Wire(here, there);
  settle(wire);
  farWire = new Wire(there, far);
  settle(wire, farWire);
  bob.send('JOIN #c');
  settle(wire, farWire);
  wire.log.length = 0;
  farWire.log.length = 0;
});
afterEach(() => {
  for (const server of [here, there, far]) server.close();
  vi.useRealTimers();
});

/** What a client reads after it said something and all of it was carried over. */
function asked(client: MemoryClient, ...lines: string[]): string[] {
  client.received();
  const read = client.send(...lines);
  settle(wire, farWire);
  return [...read, ...client.received()];
}

describe('another server answers', () => {
  it('a question by name, by a mask, and by the nick of somebody there', () => {
    const answer = ':far.example 391 ann far.example :Thu, 01 Jan 2026 00:00:00 GMT';
    for (const target of ['far.example', '*.EXAMPLE', 'eve'])
      expect(asked(ann, `TIME ${target}`)).toEqual([answer]);
    expect(wire.log).toEqual([
      '> ABAAA TI :AD',
      '< AD 391 ABAAA far.example :Thu, 01 Jan 2026 00:00:00 GMT',
      '> ABAAA TI :AD',
      '< AD 391 ABAAA far.example :Thu, 01 Jan 2026 00:00:00 GMT',
      '> ABAAA TI :AD',
      '< AD 391 ABAAA far.example :Thu, 01 Jan 2026 00:00:00 GMT',
    ]);
  });

  it.each([
    ['VERSION far.example', 'V :AD', [':far.example 351 ann signalbox-0.1.0 far.example :Signalbox ircd']],
    ['ADMIN far.example', 'AD :AD', [':far.example 423 ann far.example :No administrative info available']],
    ['MOTD far.example', 'MO :AD', [':far.example 422 ann :MOTD File is missing']],
    [
      'STATS u far.example',
      'R u :AD',
      [':far.example 242 ann :Server Up 0 days 0:00:00', ':far.example 219 ann u :End of STATS report'],
    ],
    [
      'STATS k far.example',
      'R k :AD',
      [
        ":far.example 481 ann :Permission denied - You're not an IRC operator",
        ':far.example 219 ann k :End of STATS report',
      ],
    ],
    [
      'LINKS far.example here.*',
      'LI AD :here.*',
      [
        ':far.example 364 ann here.test there.test :2 Signalbox IRC server',
        ':far.example 365 ann here.* :End of /LINKS list',
      ],
    ],
    [
      'WHOIS eve eve',
      'W AD :eve',
      [
        ':far.example 311 ann eve ~eve 203.0.113.9 * :Real eve',
        ':far.example 312 ann eve far.example :Signalbox IRC server',
        ':far.example 317 ann eve 0 1767225600 :seconds idle, signon time',
        ':far.example 318 ann eve :End of /WHOIS list',
      ],
    ],
    [
      'WHOIS far.example nobody',
      'W AD :nobody',
      [
        ':far.example 401 ann nobody :No such nick/channel',
        ':far.example 318 ann nobody :End of /WHOIS list',
      ],
    ],
  ])('%s', (line, sent, answers) => {
    expect(asked(ann, line)).toEqual(answers);
    expect(wire.log[0]).toBe(`> ABAAA ${sent}`);
    expect(farWire.log[0]).toBe(wire.log[0]);
  });

  it('INFO, and LUSERS with what it sees itself', () => {
    expect(asked(ann, 'INFO far.example')[0]).toBe(
      ':far.example 371 ann :signalbox-0.1.0, the IRC server of Signalbox',
    );
    expect(asked(ann, 'LUSERS * far.example')).toContain(
      ':far.example 251 ann :There are 3 users and 0 invisible on 3 servers',
    );
    expect(wire.log).toContain('> ABAAA LU * :AD');
  });

  it('TRACE, and each server on the way says where it goes on', () => {
    far.irc.promote(eve, []);
    far.irc.join('mallory');
    expect(asked(ann, 'TRACE far.example')).toEqual([
      ':here.test 200 ann Link signalbox-0.1.0 far.example there.test',
      ':there.test 200 ann Link signalbox-0.1.0 far.example far.example',
      ':far.example 204 ann Oper default eve[~eve@203.0.113.9]',
      ':far.example 206 ann Serv links 2S 2C there.test *!*@far.example V10',
      ':far.example 262 ann far.example signalbox-0.1.0 :End of TRACE',
    ]);
    expect(asked(ann, 'TRACE mallory').slice(-2)).toEqual([
      ':far.example 205 ann User default mallory[~mallory@192.0.2.1]',
      ':far.example 262 ann far.example signalbox-0.1.0 :End of TRACE',
    ]);
  });

  it('tokens that only users of other kinds of servers send', () => {
    const answers = (line: string) => {
      wire.log.length = 0;
      wire.linkB.take(line);
      settle(wire, farWire);
      return wire.log.map((text) => text.slice(2));
    };
    expect(answers('ABAAA E #c :AC')).toEqual([
      'AC 353 ABAAA = #c :@bob',
      'AC 366 ABAAA #c :End of /NAMES list',
    ]);
    expect(answers('ABAAA X nobody 3 :AC')).toEqual([
      'AC 406 ABAAA nobody :There was no such nickname',
      'AC 369 ABAAA nobody :End of WHOWAS',
    ]);
    expect(answers('ABAAA UP host.test 7 AC 5')).toEqual([
      'AC O ABAAA :UPING: this server sends no pings by UDP',
    ]);
    expect(answers('ABAAA W AC :bob,ann')[0]).toContain('AC 311 ABAAA bob ');
    // A server has no eyes, and a question for whoever asks comes from nowhere.
    expect([...answers('AB V AC'), ...answers('ABAAA V AB')]).toEqual(['AC 402 ABAAA AB :No such server']);
    expect(answers('ABAAA V :zz.*')).toEqual(['AC 402 ABAAA zz.* :No such server']);
  });
});

describe('what a question may cost', () => {
  it('is refused where nobody of that name is, and counted as a second line', () => {
    expect(asked(ann, 'TIME nowhere.test')).toEqual([':here.test 402 ann nowhere.test :No such server']);
    const { penalty } = ann;
    asked(ann, 'TIME far.example');
    expect(ann.penalty).toBe(penalty + 1);
  });

  it('is not answered while half of what may wait for a link waits', () => {
    farWire.b.sendQueueBytes = limits.linkSendQueueBytes.default / 2 + 1;
    expect(asked(ann, 'MOTD far.example')).toEqual([
      ':far.example 263 ann MOTD :Please wait a while and try again.',
    ]);
  });

  it('ends with what an answer may have', () => {
    for (let i = 0; i < 700; i++) {
      const client = far.irc.connect();
      client.send(`NICK n${i}`, `USER n${i} 0 * :x`);
      far.irc.promote(client, []);
    }
    settle(wire, farWire);
    const lines = asked(ann, 'TRACE far.example');
    expect(lines.at(-2)).toBe(':far.example 416 ann TRACE :Output too large, the rest was left out');
    expect(lines.length).toBeLessThan(700);
    expect(lines.length).toBeGreaterThan(200);
  });

  it('is charged to the link that it came by', () => {
    const { work } = far.irc.host;
    const spent = vi.spyOn(work, 'spend');
    farWire.linkB.take('ABAAA W AD :eve');
    const ns = spent.mock.calls.reduce((sum, [cost]) => sum + cost, 0);
    expect(ns).toBeGreaterThan(4_000);
  });
});

describe('answers of other servers', () => {
  it('are read as they are, in valid UTF-8, and never say who one is', () => {
    wire.linkA.take('AC 204 ABAAA Oper Opers alice[@127.0.0.1] 18');
    wire.linkA.take('AC 999 ABAAA a :Gr\xfc\xdfe  b');
    wire.linkA.take('AC 001 ABAAA :Welcome mallory');
    wire.linkA.take('AC 318 ABZZZ x :nobody');
    expect(ann.received().slice(-3)).toEqual([
      ':there.test 204 ann Oper Opers alice[@127.0.0.1] 18',
      ':there.test 999 ann a :Grüße  b',
      ':there.test 101 ann :Welcome mallory',
    ]);
  });

  it('have three digits, no more and no less', () => {
    ann.received();
    for (const token of ['2040', '20', 'X204', '204X']) wire.linkA.take(`AC ${token} ABAAA x :y`);
    expect(ann.received()).toEqual([]);
  });

  it('go on to whoever asked as they came', () => {
    farWire.log.length = 0;
    farWire.linkA.take('AD 999 ABAAA a :Gr\xfc\xdfe');
    wire.step();
    expect(wire.log).toContain('< AD 999 ABAAA a :Gr\xfc\xdfe');
  });
});

describe('STATS v', () => {
  it('shows the network from here', () => {
    expect(asked(ann, 'STATS v')).toEqual([
      ':here.test 236 ann v :here.test (AB) with 1 user',
      ':here.test 236 ann v :there.test (AC) behind here.test, 1 hop, with 1 user, lag 0 ms',
      ':here.test 236 ann v :far.example (AD) behind there.test, 2 hops, with 1 user',
      ':here.test 219 ann v :End of STATS report',
    ]);
  });
});

describe('CONNECT of another server', () => {
  beforeEach(() => here.irc.promote(ann, OPER_FLAGS));

  it('is asked for by an operator, and written down on both', () => {
    there.irc.promote(bob, OPER_FLAGS);
    wire.linkB.take('ABAAA M ann :+o');
    settle(wire, farWire);
    expect(asked(ann, 'CONNECT other.test 0 far.example')).toEqual([
      ':far.example NOTICE ann :*** No [[ircd.link]] names other.test: there.test.',
    ]);
    expect(wire.log).toContain('> ABAAA CO other.test 0 :AD');
    expect(here.irc.host.audits).toEqual([
      {
        actor: 'ann!~ann@192.0.2.1 (oper test)',
        command: 'CONNECT',
        args: { server: 'other.test', remote: 'far.example' },
        ok: true,
        outcome: 'asked far.example to connect',
      },
    ]);
    expect(far.irc.host.audits[0]).toMatchObject({
      actor: 'ann!~ann@192.0.2.1 (operator of here.test)',
      command: 'CONNECT',
      args: { server: 'other.test' },
      ok: false,
    });
    expect(asked(ann, 'CONNECT other.test 0 nowhere.test')).toEqual([
      ':here.test 402 ann nowhere.test :No such server',
    ]);
  });

  it('is refused to whoever is no operator there', () => {
    wire.linkB.take('ABAAA CO other.test 0 AC');
    settle(wire, farWire);
    expect(wire.log).toContain("< AC 481 ABAAA :Permission denied - You're not an IRC operator");
    expect(there.irc.host.begun).toEqual([]);
  });
});

describe('pings between servers', () => {
  it('are answered with their times, and passed on', () => {
    wire.linkB.take('AB RI AC ABAAA 1795853778 91239 :<No client start time>');
    wire.linkB.take('AB RI AD ABAAA 1795853778 91239 :far');
    settle(wire, farWire);
    expect(wire.log).toEqual([
      '< AC RO here.test ABAAA 1795853778 91239 :<No client start time>',
      '< AD RO here.test ABAAA 1795853778 91239 :far',
    ]);
    expect(ann.received().at(-1)).toMatch(/^:here\.test RPONG ann far\.example \d+ :far$/);
  });

  it('say how long they took, and nothing below none where clocks differ', () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(5_000.5);
    const micros = Math.floor((performance.timeOrigin + 5_000.5) * 1000);
    const times = (lessMicros: number) =>
      `${Math.floor((micros - lessMicros) / 1e6)} ${(micros - lessMicros) % 1e6}`;
    const told = (line: string) => {
      farWire.linkA.take(line);
      settle(wire, farWire);
      return ann.received().map((text) => text.split(' ').slice(3));
    };
    ann.received();
    expect(told(`AD RO there.test ABAAA ${times(1_250_000)} :a b`)).toEqual([
      ['far.example', '1250', ':a', 'b'],
    ]);
    expect(told(`AD RO there.test ABAAA ${times(-9_000_000)} :x`)).toEqual([['far.example', '0', ':x']]);
    expect(told('AD RO there.test ABAAA one two :x')).toEqual([['far.example', '0', ':x']]);
    wire.linkB.take('ABAAA RI far.example AC :<start>');
    expect(farWire.a.sent).toEqual([`AC RI AD ABAAA ${Math.floor(micros / 1e6)} ${micros % 1e6} :<start>`]);
    now.mockRestore();
  });

  it('that cannot be are neither answered nor passed on', () => {
    ann.received();
    wire.log.length = 0;
    for (const line of [
      'AB RI ZZ ABAAA 1 2 :nobody has this number',
      'AB RI AC ABAAA 1 :one time',
      'AB RI AC ABA 1 2 :not of a user',
      'AB RI AC ABAAA one 2 :no time',
      'AB RI AC ABAAA 1 two :no time',
      'AB RI AB ABAAA 1 2 :from where it came',
      'ABAAA RI nowhere.test AC :nobody has this name',
      'ABAAA RI there.test AC :of itself',
      'AB RO nowhere.test ABAAA 1 2 :nobody has this name',
      'AB RO there.test ABZZZ 1 2 :for nobody',
      'AB RO ABZZZ far.example 5 :for nobody',
      'AB RO ABAAA far.example :no time',
    ])
      wire.linkB.take(line);
    settle(wire, farWire);
    expect([wire.log, farWire.log, ann.received()]).toEqual([[], [], []]);
    expect(there.irc.server.counters.handlerErrors).toBe(0);
  });

  it('of servers further away are answered to whoever asked, over those between', () => {
    ann.received();
    farWire.linkA.take('AD RO ABAAA far.example 5 :words');
    settle(wire, farWire);
    expect(wire.log).toEqual(['< AD RO ABAAA far.example 5 :words']);
    expect(ann.received()).toEqual([':here.test RPONG ann far.example 5 :words']);
    // It goes back to nobody who has sent it.
    wire.linkB.take('AB RO ABAAA far.example 5 :words');
    expect(wire.b.sent).toEqual([]);
  });

  it('are sent for operators of other servers, who hear how long they took', () => {
    wire.linkB.take('ABAAA RI far.example AC :<start>');
    settle(wire, farWire);
    expect(farWire.log[0]).toMatch(/^> AC RI AD ABAAA \d+ \d+ :<start>$/);
    expect(ann.received().at(-1)).toMatch(/^:there\.test RPONG ann far\.example \d+ :<start>$/);
  });
});

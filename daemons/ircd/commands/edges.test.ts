/** Commands at their bounds: the last thing that is taken, and the first that is not. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OPER_FLAGS } from '../config.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import type { User } from '../state/user.ts';
import { tell } from './deed.ts';

let irc: MemoryServer;
let alice: MemoryClient;
let bob: MemoryClient;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
  irc = new MemoryServer();
  alice = irc.join('alice');
  bob = irc.join('bob');
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

const shortly = (lines: readonly string[]) =>
  lines.map((line) => line.replace(/^:irc\.test /, '').replaceAll(/!~\w+@192\.0\.2\.1/g, ''));
const ask = (line: string, client = alice) => shortly(client.send(line));
const list = (count: number, prefix = '#') =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`).join(',');

describe('targets', () => {
  it('of one JOIN or PART are twenty, of a message four, and those beyond are left out, and said', () => {
    ask(`JOIN ${list(20)}`);
    expect((alice.user as User).memberships.size).toBe(20);
    expect(ask(`JOIN ${list(21, '#x')}`).at(-1)).toBe('407 alice JOIN :Too many targets, at most 20');
    expect((alice.user as User).memberships.size).toBe(40);
    expect(ask(`PART ${list(21)}`).at(-1)).toBe('407 alice PART :Too many targets, at most 20');
    expect((alice.user as User).memberships.size).toBe(20);
    for (const nick of ['c', 'd', 'e']) irc.join(nick);
    expect(ask('PRIVMSG alice,bob,c,d :x').length).toBe(1);
    expect(ask('PRIVMSG alice,bob,c,d,e :x')).toEqual(['407 alice PRIVMSG :Too many targets, at most 4']);
    // Those that are named twice, or not at all, count once, or not.
    expect(ask('PRIVMSG alice,bob,c,d,d,,alice :x').length).toBe(1);
    bob.received();
    ask('NOTICE alice,bob,c,d,e :x');
    expect(bob.received()).toEqual([]);
  });

  it('of KICK and NAMES are four', () => {
    ask('JOIN #x');
    expect(ask(`KICK #x ${list(4, 'n')}`)).toHaveLength(4);
    expect(ask(`KICK #x ${list(5, 'n')}`)).toHaveLength(5);
    expect(ask(`KICK #x ${list(5, 'n')}`).at(-1)).toBe('407 alice KICK :Too many targets, at most 4');
    expect(ask(`NAMES ${list(4)}`)).toHaveLength(4);
    expect(ask(`NAMES ${list(5)}`).at(-1)).toBe('407 alice NAMES :Too many targets, at most 4');
    expect(ask('NAMES #x,#x,,#x')).toHaveLength(2);
  });

  it('of KICK with several channels are as many as there are channels', () => {
    ask('JOIN #x,#y');
    for (const channel of ['#x', '#y']) bob.send(`JOIN ${channel}`);
    alice.received();
    expect(ask('KICK #x,#y bob,bob,bob')).toEqual([':alice KICK #x bob :alice', ':alice KICK #y bob :alice']);
    expect(irc.server.counters.handlerErrors).toBe(0);
  });

  it('of ISON and USERHOST are as many as fit, and five', () => {
    expect(ask('USERHOST alice bob alice bob alice bob')).toEqual([
      '302 alice :alice=+~alice@192.0.2.1 bob=+~bob@192.0.2.1 alice=+~alice@192.0.2.1 bob=+~bob@192.0.2.1 alice=+~alice@192.0.2.1',
    ]);
    ask('AWAY :x');
    irc.promote(alice, []);
    expect(ask('USERHOST alice none')).toEqual(['302 alice :alice*=-~alice@192.0.2.1']);
    expect(ask('ISON alice none :BOB x')).toEqual(['303 alice :alice bob']);
    expect(ask('ISON none')).toEqual(['303 alice :']);
  });
});

describe('channels', () => {
  it('are a hundred for each user', () => {
    for (let i = 0; i < 100; i++) ask(`JOIN #${i}`);
    expect(ask('JOIN #more')).toEqual(['405 alice #more :You have joined too many channels']);
    ask('PART #0');
    expect(ask('JOIN #more')[0]).toBe(':alice JOIN #more');
  });

  it('take keys in the order of the channels, and an empty one for none', () => {
    bob.send('JOIN #a,#b,#c', 'MODE #a +k ka', 'MODE #b +k kb');
    expect(ask('JOIN #c,#b,#a x,kb').filter((line) => /JOIN|475/.test(line))).toEqual([
      ':alice JOIN #c',
      ':alice JOIN #b',
      '475 alice #a :Cannot join channel (+k)',
    ]);
  });

  it('are full at their limit', () => {
    bob.send('JOIN #x', 'MODE #x +l 2');
    expect(ask('JOIN #x')[0]).toBe(':alice JOIN #x');
    expect(ask('JOIN #x', irc.join('c'))).toEqual(['471 c #x :Cannot join channel (+l)']);
  });
});

describe('a knock', () => {
  it('may come again after a minute, and of others after six seconds', () => {
    bob.send('JOIN #x,#y', 'MODE #x +i', 'MODE #y +i');
    const carol = irc.join('carol');
    const knock = (client: MemoryClient, channel = '#x') => ask(`KNOCK ${channel}`, client)[0]?.slice(0, 3);
    expect([knock(alice), knock(carol)]).toEqual(['711', '712']);
    vi.setSystemTime(Date.now() + 5_999);
    expect(knock(carol)).toBe('712');
    vi.setSystemTime(Date.now() + 1);
    expect([knock(carol), knock(alice, '#y')]).toEqual(['711', '712']);
    vi.setSystemTime(Date.now() + 53_999);
    expect(knock(alice, '#y')).toBe('712');
    vi.setSystemTime(Date.now() + 1);
    expect(knock(alice, '#y')).toBe('711');
  });
});

describe('texts', () => {
  it('a nick has thirty letters, and a longer one is quoted in part', () => {
    expect(ask(`NICK ${'n'.repeat(30)}`)).toEqual([`:alice NICK ${'n'.repeat(30)}`]);
    expect(ask(`NICK ${'n'.repeat(31)}`, bob)).toEqual([`432 bob ${'n'.repeat(31)} :Erroneous nickname`]);
    expect(ask(`NICK ${'n'.repeat(70)}`, bob)).toEqual([`432 bob ${'n'.repeat(64)} :Erroneous nickname`]);
  });

  it('a real name has 150 bytes', () => {
    ask(`SETNAME :${'r'.repeat(150)}`);
    expect((alice.user as User).realname).toHaveLength(150);
    expect(ask(`SETNAME :${'r'.repeat(151)}`)).toEqual([
      'FAIL SETNAME INVALID_REALNAME :Realname is empty or too long',
    ]);
    expect(ask('SETNAME :')[0]).toContain('FAIL');
  });

  it('a notice of what became of a deed is one line of four hundred letters', () => {
    tell(alice.client!, `${'x'.repeat(300)}\r\n\n${'y'.repeat(300)}`);
    expect(shortly(alice.received())).toEqual([`NOTICE alice :*** ${'x'.repeat(300)} ${'y'.repeat(99)}`]);
    irc.server.exit(bob.client!, 'gone');
    bob.received();
    tell(bob.client!, 'too late');
    expect(bob.received()).toEqual([]);
  });
});

describe('idle time', () => {
  it('ends with a message or a notice, and with nothing else', () => {
    const idle = () =>
      Number(
        ask('WHOIS alice', bob)
          .find((line) => line.startsWith('317'))
          ?.split(' ')[3],
      );
    const passes = (line: string) => {
      vi.setSystemTime(Date.now() + 10_000);
      ask(line);
      return idle();
    };
    expect(['PING x', 'JOIN #x', 'PRIVMSG', 'PRIVMSG bob', 'NOTICE bob', 'NOTICE bob :'].map(passes)).toEqual(
      [10, 20, 30, 40, 50, 60],
    );
    expect([passes('PRIVMSG bob :x'), passes('PING x'), passes('NOTICE bob :x')]).toEqual([0, 10, 0]);
  });
});

describe('bans of operators', () => {
  it.each([
    ['KLINE 0 a@b :r', null],
    ['KLINE a@b :r', null],
    ['KLINE 1 a@b :r', 1],
    ['KLINE 525600 a@b :r', 525_600],
  ])('%s holds for so many minutes: %d', (line, minutes) => {
    irc.promote(alice, OPER_FLAGS);
    alice.send(line);
    expect(irc.server.bans.list()).toEqual([
      {
        kind: 'kline',
        mask: 'a@b',
        reason: 'r',
        by: 'alice!~alice@192.0.2.1 (oper test)',
        setMs: Date.now(),
        expiresMs: minutes === null ? null : Date.now() + minutes * 60_000,
      },
    ]);
  });

  it.each([
    ['KLINE 525601 a@b', '*** KLINE failed: 525601 is not of the form user@host'],
    ['KLINE -1 a@b', '*** KLINE failed: -1 is not of the form user@host'],
    ['KLINE 1.5 a@b', '*** KLINE failed: 1.5 is not of the form user@host'],
    ['UNKLINE x@y', '*** UNKLINE failed: no ban for x@y'],
    ['UNDLINE 192.0.2.9', '*** UNDLINE failed: no ban for 192.0.2.9'],
  ])('%s is refused: %s', (line, text) => {
    irc.promote(alice, OPER_FLAGS);
    expect(ask(line)).toEqual([`NOTICE alice :${text}`]);
    expect(irc.server.bans.list()).toEqual([]);
  });

  it('are told to operators and to the log, with their end', () => {
    irc.promote(alice, OPER_FLAGS);
    irc.promote(bob, ['auspex']);
    const by = 'alice!~alice@192.0.2.1 (oper test)';
    expect(ask('DLINE 5 203.0.113.99/24')).toEqual([
      'NOTICE alice :*** alice (oper test) added D-line for 203.0.113.0/24 until Thu, 01 Jan 2026 00:05:00 GMT: No reason given',
    ]);
    expect(shortly(bob.received())).toHaveLength(1);
    expect(ask('KLINE 5')).toEqual(['461 alice KLINE :Not enough parameters']);
    expect(ask('UNDLINE 203.0.113.0/24')).toEqual([
      'NOTICE alice :*** alice (oper test) removed the D-line for 203.0.113.0/24',
    ]);
    expect(irc.host.logs.filter(({ event }) => event.startsWith('server_ban'))).toEqual([
      {
        event: 'server_ban_added',
        message: `${by} added D-line for 203.0.113.0/24: No reason given`,
        fields: { kind: 'dline', mask: '203.0.113.0/24', by },
      },
      {
        event: 'server_ban_removed',
        message: `${by} removed the ban for 203.0.113.0/24`,
        fields: { kind: 'dline', by },
      },
    ]);
  });
});

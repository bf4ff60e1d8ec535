/** What a newcomer is told, whose name they get, and who is not let in. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SignalboxError } from '../../contract/errors.ts';
import { ircdConfigSchema } from './config.ts';
import { type MemoryClient, MemoryServer, waitFor } from './memory-server.ts';
import { PasswordQueueFull } from './passwords.ts';

let irc: MemoryServer;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
  irc = new MemoryServer();
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

const register = (client: MemoryClient, nick: string, user = nick) =>
  client.send(`NICK ${nick}`, `USER ${user} 0 * :Real ${nick}`);

it('a welcome says where one is, what the server can do, who is there, and how one is connected', () => {
  const client = irc.connect();
  client.tls = { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', fingerprint: null };
  const lines = register(client, 'alice').map((line) => line.replace(':irc.test ', ''));
  expect(lines.filter((line) => !line.startsWith('005'))).toEqual([
    '001 alice :Welcome to the Signalbox IRC Network, alice!~alice@192.0.2.1',
    '002 alice :Your host is irc.test, running version signalbox-0.1.0',
    '003 alice :This server was started Thu, 01 Jan 2026 00:00:00 GMT',
    '004 alice irc.test signalbox-0.1.0 BDRZdgioswxz CDHIKLMNOPQSTZbcefiklmnoprstv HILbefklov',
    '251 alice :There are 1 users and 0 invisible on 1 servers',
    '255 alice :I have 1 clients and 0 servers',
    '265 alice 1 1 :Current local users 1, max 1',
    '266 alice 1 1 :Current global users 1, max 1',
    '422 alice :MOTD File is missing',
    'NOTICE alice :*** You are connected using TLSv1.3-TLS_AES_256_GCM_SHA384',
  ]);
  const tokens = lines
    .filter((line) => line.startsWith('005'))
    .map((line) => line.replace('005 alice ', '').replace(' :are supported by this server', ''));
  expect(tokens.join(' ').split(' ')).toEqual([
    'ACCEPT=100',
    'AWAYLEN=378',
    'BOT=B',
    'CALLERID=g',
    'CASEMAPPING=rfc1459',
    'CHANLIMIT=#:100',
    'CHANMODES=beI,k,lHLf,CDKMNOPQSTZcimnprst',
    'CHANNELLEN=64',
    'CHANTYPES=#',
    'ELIST=CMNTU',
    'EXCEPTS=e',
    'EXTBAN=~,cmrz',
    'HOSTLEN=63',
    'INVEX=I',
    'KEYLEN=23',
    'KICKLEN=295',
    'KNOCK',
    'MAXLIST=beI:100',
    'MODES=6',
    'MONITOR=100',
    'NAMELEN=150',
    'NETWORK=Signalbox',
    'NICKLEN=30',
    'PREFIX=(ov)@+',
    'SAFELIST',
    'SILENCE=32',
    'STATUSMSG=@+',
    'TARGMAX=JOIN:20,KICK:4,LIST:,NAMES:4,NOTICE:4,PART:20,PRIVMSG:4,TAGMSG:4,WHOIS:1',
    'TOPICLEN=325',
    'USERLEN=16',
    'UTF8ONLY',
    'WHOX',
  ]);
});

it.each(['CAP LS', 'CAP LS 302', 'CAP REQ :batch', 'CAP REQ :nonsense', 'CAP REQ'])(
  '%s holds the welcome up until CAP END',
  (line) => {
    const client = irc.connect();
    client.send(line);
    expect(register(client, 'alice').filter((text) => text.includes(' 001 '))).toEqual([]);
    expect(client.send('CAP END')[0]).toContain(' 001 alice ');
  },
);

it('CAP LIST holds nothing up, and REQ of nothing is granted', () => {
  const client = irc.connect();
  expect(client.send('CAP LIST')).toEqual([':irc.test CAP * LIST :']);
  expect(register(client, 'alice')[0]).toContain(' 001 alice ');
  expect(client.send('CAP REQ')).toEqual([':irc.test CAP alice ACK :']);
});

it('a newcomer costs what a welcome costs, and what their bans were compared with', () => {
  const client = irc.connect();
  client.send('NICK a');
  const spent = vi.spyOn(irc.host.work, 'spend');
  client.send('USER a 0 * :A');
  expect(spent.mock.calls.map(([ns]) => ns)).toContain(120_000);
  expect(spent.mock.calls[0]?.[0]).toBe(irc.server.bans.matchNs);
  expect(irc.server.counters.registrations).toBe(1);
});

describe('a username', () => {
  it('is what ident says, where that is one, else what the client says behind a tilde, in sixteen letters', () => {
    const names = ([ident, user]: [string | null, string]) => {
      irc.host.names = { host: null, ident };
      const client = irc.connect();
      register(client, 'n', user);
      const prefix = client.user?.prefix;
      client.drop();
      return prefix?.replace('n!', '').replace('@192.0.2.1', '');
    };
    expect(
      (
        [
          [null, 'me'],
          ['real', 'me'],
          ['b@d', 'me'],
          ['', 'me'],
          ['i'.repeat(20), 'me'],
          [null, 'u'.repeat(15)],
          [null, 'u'.repeat(20)],
        ] as [string | null, string][]
      ).map(names),
    ).toEqual(['~me', 'real', '~me', '~me', 'i'.repeat(16), `~${'u'.repeat(15)}`, `~${'u'.repeat(15)}`]);
  });

  it('is given once, and refused where it could not stand in a mask', () => {
    const client = irc.connect();
    expect(client.send('USER a!b 0 * :A')).toEqual([':irc.test 468 * :Your username is not valid']);
    expect(client.send('USER a 0 * :')).toEqual([':irc.test 461 * USER :Not enough parameters']);
    expect(client.send('USER : 0 * :A')).toEqual([':irc.test 461 * USER :Not enough parameters']);
    expect(client.send('USER a 0 *')).toEqual([':irc.test 461 * USER :Not enough parameters']);
    expect(client.send('USER good 0 * :A', 'USER other 0 * :B')).toEqual([
      ':irc.test 462 * :You may not reregister',
    ]);
    client.send('NICK a');
    expect(client.user?.prefix).toBe('a!~good@192.0.2.1');
  });
});

it('a client that goes while its name is looked up is not looked at again', async () => {
  let found: (names: { host: string | null; ident: string | null }) => void = () => {};
  irc.host.names = new Promise((resolve) => {
    found = resolve;
  });
  const client = irc.connect();
  register(client, 'a');
  client.drop();
  client.received();
  found({ host: 'late.example', ident: null });
  await new Promise((resolve) => setImmediate(resolve));
  expect([client.received(), client.user?.host]).toEqual([[], '192.0.2.1']);
});

describe('a newcomer who is banned', () => {
  beforeEach(() => {
    irc.server.bans.add({
      kind: 'kline',
      mask: '*bad@*',
      reason: 'begone',
      by: 'x',
      setMs: 0,
      expiresMs: null,
    });
  });

  it('is told why, counted, and never seen by anybody', () => {
    const client = irc.connect();
    expect(register(client, 'a', 'bad')).toEqual([
      ':irc.test 465 a :K-lined: begone',
      'ERROR :Closing Link: 192.0.2.1 (K-lined: begone)',
    ]);
    expect([irc.server.counters.serverBanMatches, irc.server.counters.registrations]).toEqual([1, 0]);
    expect([irc.server.state.localUserCount, irc.host.logs]).toEqual([0, []]);
  });

  it('is counted also where the address is', () => {
    irc.server.bans.add({
      kind: 'dline',
      mask: '192.0.2.7',
      reason: 'out',
      by: 'x',
      setMs: 0,
      expiresMs: null,
    });
    expect(irc.connect('192.0.2.7').closedWith).toBe('D-lined: out');
    expect(irc.connect('192.0.2.8').closedWith).toBeNull();
    expect(irc.server.counters.serverBanMatches).toBe(1);
  });
});

describe('the password of the server', () => {
  const HASH = `$argon2id$v=19$m=8,t=1,p=1$/jBvp0FiPJYs/XycnR0fvw$QbHwNLRXLzKr+2j7dMj1LNm4ageFHuX26Rc6CJu/zTc`;

  beforeEach(() => {
    irc.close();
    irc = new MemoryServer(ircdConfigSchema.parse({ server_name: 'irc.test', password_hash: HASH }));
  });

  it.each([
    ['none is given', [], 'Bad password'],
    ['it is wrong', ['PASS guess'], 'Bad password'],
    ['it is right', ['PASS sesame'], null],
    ['it was corrected', ['PASS guess', 'PASS sesame'], null],
  ])('decides where %s', async (_how, before, reason) => {
    const client = irc.connect();
    client.send(...before);
    register(client, 'a');
    await waitFor(client, (line) => / 422 |^ERROR/.test(line));
    expect(client.closedWith).toBe(reason);
  });

  it('that cannot be checked lets nobody in, and is the fault of whoever runs the server but for a crowd', async () => {
    for (const [error, events] of [
      [new SignalboxError('config_invalid', 'damaged'), ['server_hash_damaged']],
      [new SignalboxError('crashed', 'its thread ended'), ['password_unchecked']],
      [new PasswordQueueFull(), []],
    ] as const) {
      irc.host.logs.length = 0;
      vi.spyOn(irc.server.passwords, 'check').mockRejectedValueOnce(error);
      const client = irc.connect();
      register(client, 'a');
      await waitFor(client, (line) => line.startsWith('ERROR'));
      expect(client.closedWith).toBe('The password cannot be checked now, try again later');
      expect(irc.host.logs.map(({ event }) => event)).toEqual(events);
    }
  });
});

it('sixteen newcomers are welcomed in one turn of the loop, the next in the next', async () => {
  const crowd = Array.from({ length: 17 }, (_, i) => irc.connect(`198.51.100.${i + 1}`));
  for (const [i, client] of crowd.entries()) register(client, `n${i}`);
  const welcomed = () => crowd.filter((client) => client.user?.registered).length;
  expect(welcomed()).toBe(16);
  await vi.waitFor(() => expect(welcomed()).toBe(17));
});

/** The life of a client from its first line to its last: silence, deferred work, defects, and what is said of them. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MemoryClient } from './memory-server.ts';
import { MemoryServer } from './memory-server.ts';
import { NOTICE } from './notice-kinds.ts';
import type { User } from './state/user.ts';

let irc: MemoryServer;

beforeEach(() => {
  vi.useFakeTimers();
  irc = new MemoryServer();
});
afterEach(() => {
  irc.close();
  vi.useRealTimers();
});

const wait = (ms: number) => vi.advanceTimersByTime(ms);

describe('silence', () => {
  it('ends a registration that takes thirty seconds, and not one that takes less', () => {
    const [slow, quick] = [irc.connect(), irc.connect()];
    wait(29_999);
    quick.send('NICK quick', 'USER q 0 * :Q');
    expect(slow.closedWith).toBeNull();
    wait(1);
    expect([slow.closedWith, quick.closedWith]).toEqual(['Registration timed out', null]);
    expect(slow.received()).toEqual(['ERROR :Closing Link: 192.0.2.1 (Registration timed out)']);
  });

  it('is asked about after two minutes, and ended after two more', () => {
    const client = irc.join('a');
    wait(119_999);
    expect(client.received()).toEqual([]);
    wait(1);
    expect(client.received()).toEqual(['PING :irc.test']);
    wait(119_999);
    expect(client.closedWith).toBeNull();
    wait(1);
    expect(client.closedWith).toBe('Ping timeout: 240 seconds');
  });

  it('is counted from the last line, and asked about in the second in which it is long enough', () => {
    const client = irc.join('a');
    wait(30_000);
    client.send('PING x');
    client.received();
    wait(119_999);
    expect(client.received()).toEqual([]);
    wait(1);
    expect(client.received()).toEqual(['PING :irc.test']);
    client.send('PONG irc.test');
    wait(239_999);
    expect(client.closedWith).toBeNull();
    expect(client.received()).toEqual(['PING :irc.test']);
  });

  it('of half a second less is as good as two minutes, so that nobody is looked at twice', () => {
    const client = irc.join('a');
    wait(500);
    client.send('PING x');
    client.received();
    wait(119_500);
    expect(client.received()).toEqual(['PING :irc.test']);
    const other = irc.join('b');
    wait(501);
    other.send('PING x');
    other.received();
    wait(119_499);
    expect(other.received()).toEqual([]);
    wait(1000);
    expect(other.received()).toEqual(['PING :irc.test']);
  });

  it('leaves no timer behind when the client goes', () => {
    const before = vi.getTimerCount();
    const client = irc.connect();
    expect(vi.getTimerCount()).toBe(before + 1);
    client.drop();
    // The turn of the loop that comes anyway.
    wait(0);
    expect(vi.getTimerCount()).toBe(before);
  });
});

describe('a client that goes', () => {
  it('hears why, in a line that fits, and others hear it once', () => {
    const [a, b] = [irc.join('a'), irc.join('b')];
    for (const client of [a, b]) client.send('JOIN #x');
    for (const client of [a, b]) client.received();
    irc.server.exit(a.client!, 'x'.repeat(600));
    irc.server.exit(a.client!, 'again');
    const [line = ''] = a.received();
    expect(line).toMatch(/^ERROR :Closing Link: 192\.0\.2\.1 \(x{391}\)$/);
    const [quit = '', ...more] = b.received();
    expect(quit).toMatch(/^:a!~a@192\.0\.2\.1 QUIT :x{391}$/);
    expect([more, a.received()]).toEqual([[], []]);
    expect(a.send('JOIN #y')).toEqual([]);
    irc.server.onOversizedLine(a);
    irc.server.onClose(a, 'again');
    expect([a.received(), b.received()]).toEqual([[], []]);
  });

  it('costs what its place in every index costs', () => {
    const client = irc.join('a');
    const spent = vi.spyOn(irc.host.work, 'spend');
    client.send('QUIT');
    expect(spent.mock.calls[0]).toEqual([20_000]);
  });

  it('tells nobody and is in no log once the server goes down', () => {
    const [a, b] = [irc.join('a'), irc.join('b')];
    for (const client of [a, b]) client.send('JOIN #x');
    b.received();
    irc.host.logs.length = 0;
    irc.server.closing = 'Server is shutting down';
    irc.server.exit(a.client!, 'over');
    expect([b.received(), irc.host.logs, irc.server.state.users.size]).toEqual([[], [], 1]);
    expect(irc.server.refusal('192.0.2.9')).toBe('Server is shutting down');
    expect(irc.server.counters.serverBanMatches).toBe(0);
  });
});

describe('what a client asks for while something of it is unfinished', () => {
  let finish: (value: string) => void;
  let fail: (error: Error) => void;
  let client: MemoryClient;
  let deferred: number[];
  let done: string[];

  beforeEach(() => {
    client = irc.join('a');
    deferred = [];
    done = [];
    client.deferInput = (bytes) => void deferred.push(bytes);
    const work = new Promise<string>((resolve, reject) => {
      finish = resolve;
      fail = reject;
    });
    irc.server.defer(
      client.client!,
      work,
      (result) => void done.push(result),
      (error) => void done.push(String(error)),
    );
  });

  it('waits in order, is counted, and is charged to it when it is done', async () => {
    expect(client.send('PING 1', 'PING 22')).toEqual([]);
    expect(deferred).toEqual([6, 13]);
    const spent = vi.spyOn(irc.host.work, 'spend');
    finish('ready');
    await vi.advanceTimersByTimeAsync(0);
    expect([done, client.received()]).toEqual([
      ['ready'],
      [':irc.test PONG irc.test :1', ':irc.test PONG irc.test :22'],
    ]);
    expect(deferred).toEqual([6, 13, 0]);
    expect(spent.mock.calls.map(([ns]) => ns).slice(0, 2)).toEqual([1506, 1507]);
    expect(client.send('PING 3')).toEqual([':irc.test PONG irc.test :3']);
  });

  it('is counted without what stands around it in the same read', () => {
    const read = Buffer.from('PING 1\r\nPING 22\r\n');
    irc.server.onLine(client, read, 8, 15);
    expect(deferred).toEqual([7]);
  });

  it('lets others go first where it takes longer than a slice', async () => {
    client.send('PING 1', 'PING 2', 'PING 3');
    vi.spyOn(irc.host.work, 'mayGoOn').mockReturnValueOnce(true).mockReturnValueOnce(false);
    finish('ready');
    for (let i = 0; i < 5; i++) await Promise.resolve();
    expect(client.received()).toEqual([':irc.test PONG irc.test :1']);
    await vi.advanceTimersByTimeAsync(0);
    expect(client.received()).toEqual([':irc.test PONG irc.test :2', ':irc.test PONG irc.test :3']);
  });

  it('may be 16 KiB, and no byte more', () => {
    for (let i = 0; i < 32; i++) client.send(`PRIVMSG a :${'x'.repeat(501)}`);
    expect([deferred.at(-1), client.closedWith]).toEqual([16_384, null]);
    client.send('x');
    expect(client.closedWith).toBe('Excess Flood');
  });

  it('goes on also when that failed', async () => {
    client.send('PING 1');
    fail(new Error('no'));
    await vi.advanceTimersByTimeAsync(0);
    expect([done, client.received()]).toEqual([['Error: no'], [':irc.test PONG irc.test :1']]);
  });

  it('is forgotten with a client that goes, and so is what was to follow', async () => {
    client.send('PING 1');
    client.drop();
    client.received();
    finish('ready');
    await vi.advanceTimersByTimeAsync(0);
    expect([done, client.received()]).toEqual([[], []]);
  });

  it('waits again where one of the lines is unfinished as well, and stops at the one that ends the client', async () => {
    let next: (value: string) => void = () => {};
    const second = new Promise<string>((resolve) => {
      next = resolve;
    });
    const setname = vi.spyOn(irc.server.state, 'findUser').mockImplementation(() => {
      irc.server.defer(
        client.client!,
        second,
        (result) => void done.push(result),
        () => {},
      );
      return undefined;
    });
    client.send('WHOIS x', 'PING 1', 'QUIT', 'PING 2');
    finish('first');
    await vi.advanceTimersByTimeAsync(0);
    setname.mockRestore();
    expect(done).toEqual(['first']);
    expect(client.received().some((line) => line.includes('PONG'))).toBe(false);
    next('second');
    await vi.advanceTimersByTimeAsync(0);
    expect(done).toEqual(['first', 'second']);
    expect(client.received()).toEqual([
      ':irc.test PONG irc.test :1',
      'ERROR :Closing Link: 192.0.2.1 (Client Quit)',
    ]);
  });

  it('runs for whoever is kept to the end', async () => {
    const kept: string[] = [];
    irc.server.deferKept(client.client!, Promise.resolve('kept'), (result) => void kept.push(result));
    client.drop();
    await vi.advanceTimersByTimeAsync(0);
    expect([kept, done]).toEqual([['kept'], []]);
  });
});

describe('a defect', () => {
  it('of a command, a line or an end is logged with who met it, counted, and answered', () => {
    const client = irc.join('a');
    const broken = () => {
      throw new Error('broken');
    };
    vi.spyOn(irc.server.state.whowas, 'find').mockImplementationOnce(broken);
    expect(client.send('WHOWAS x')).toEqual([
      ':irc.test 400 a WHOWAS :The server could not process this command',
    ]);
    vi.spyOn(irc.server.commands, 'get').mockImplementationOnce(broken);
    expect(client.send('PING x')).toEqual([
      ':irc.test 400 a line :The server could not process this command',
    ]);
    vi.spyOn(irc.server.state, 'addClient').mockImplementationOnce(broken);
    irc.connect();
    const told = irc.host.logs.filter(({ event }) => event === 'handler_failed').map(({ fields }) => fields);
    expect(told).toEqual([
      { command: 'WHOWAS', nick: 'a' },
      { command: 'line', nick: 'a' },
      { command: 'open', nick: null },
    ]);
    expect(irc.host.logs.at(-1)?.message).toMatch(/^Error: broken\n/);
    expect(irc.server.counters.handlerErrors).toBe(3);
  });

  it('is named as it is, where it is no error', () => {
    const client = irc.join('a');
    vi.spyOn(irc.server.state.whowas, 'find').mockImplementationOnce(() => {
      throw 'odd';
    });
    client.send('WHOWAS x');
    expect(irc.host.logs.at(-1)?.message).toBe('odd');
  });

  it('that ends several steps lets the next line through', () => {
    const client = irc.join('a', 'labeled-response batch');
    client.send('JOIN #x');
    vi.spyOn(irc.server.state, 'findChannel').mockImplementationOnce(() => {
      throw new Error('broken');
    });
    client.received();
    expect(client.send('@label=1 TOPIC #x', 'PING x')).toEqual([
      '@label=1 :irc.test 400 a TOPIC :The server could not process this command',
      ':irc.test PONG irc.test :x',
    ]);
  });
});

describe('a command', () => {
  it('is counted with its bytes, also where it may not run, and unknown ones are not', () => {
    const client = irc.join('a');
    client.send('PING x', 'PING yy', 'KILL b', 'NONSENSE');
    expect(irc.server.usage.get('PING')).toEqual({ count: 2, bytes: 13 });
    expect(irc.server.usage.get('KILL')).toEqual({ count: 1, bytes: 6 });
    expect(irc.server.usage.has('NONSENSE')).toBe(false);
  });

  it('that is unknown is quoted up to 64 bytes, and not at all before registration', () => {
    const client = irc.join('a');
    expect(client.send('X'.repeat(65))).toEqual([`:irc.test 421 a ${'X'.repeat(64)} :Unknown command`]);
    expect(irc.connect().send('NONSENSE')).toEqual([':irc.test 451 * :You have not registered']);
  });

  it('is timed, and named with its client when it takes more than 50 ms', () => {
    const times: number[] = [];
    irc.host.commandTime = (ms) => void times.push(ms);
    const client = irc.join('a');
    times.length = 0;
    irc.host.logs.length = 0;
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    for (const [line, ms] of [
      ['PING x', 50],
      ['PING x', 51.6],
      ['JOIN #x', 50],
      ['TOPIC #x', 50.5],
    ] as const) {
      vi.spyOn(client, 'push').mockImplementation(() => {});
      vi.spyOn(client, 'sendLine').mockImplementationOnce(() => {
        now += ms;
      });
      client.send(line);
    }
    vi.mocked(performance.now).mockRestore();
    expect(times.map((ms) => Math.round(ms * 10) / 10)).toEqual([50, 51.6, 50, 50.5]);
    expect(irc.host.logs).toEqual([
      {
        event: 'slow_irc_command',
        message: 'PING of a took 52 ms',
        fields: { command: 'PING', nick: 'a', connection: client.id, ms: 52 },
      },
      {
        event: 'slow_irc_command',
        message: 'TOPIC of a took 51 ms',
        fields: { command: 'TOPIC', nick: 'a', connection: client.id, ms: 51 },
      },
    ]);
  });

  it('of many costs the lines that it says', () => {
    const client = irc.join('a');
    const penalties = [
      'PING x',
      'WHO a',
      'WHOIS a',
      'LIST',
      'NAMES',
      'MOTD',
      'STATS u',
      'KNOCK #x',
      'AWAY',
      'INFO',
      'MAP',
      'LINKS',
      'HELP',
      'WHOWAS a',
      'SETNAME :x',
      'NICK b',
      'PRIVMSG c,d,e :x',
    ].map((line) => {
      client.penalty = 0;
      client.send(line);
      return `${line}: ${client.penalty}`;
    });
    expect(penalties).toEqual([
      'PING x: 0',
      'WHO a: 2',
      'WHOIS a: 1',
      'LIST: 3',
      'NAMES: 3',
      'MOTD: 1',
      'STATS u: 2',
      'KNOCK #x: 2',
      'AWAY: 1',
      'INFO: 1',
      'MAP: 1',
      'LINKS: 1',
      'HELP: 1',
      'WHOWAS a: 1',
      'SETNAME :x: 1',
      'NICK b: 1',
      'PRIVMSG c,d,e :x: 2',
    ]);
  });
});

describe('a label', () => {
  it('may have 64 bytes, needs a value, and both capabilities', () => {
    const client = irc.join('a', 'labeled-response batch');
    const long = 'x'.repeat(64);
    expect(client.send(`@label=${long} PING 1`)).toEqual([`@label=${long} :irc.test PONG irc.test :1`]);
    expect(client.send(`@label=${long}x PING 1`)).toEqual([':irc.test PONG irc.test :1']);
    expect(client.send('@label= PING 1')).toEqual([':irc.test PONG irc.test :1']);
    expect(client.send('@label PING 1')).toEqual([':irc.test PONG irc.test :1']);
    for (const caps of ['labeled-response', 'batch'])
      expect(irc.join('b', caps).send('@label=1 PING 1')).toEqual([':irc.test PONG irc.test :1']);
  });
});

it('gives each message an id of its own', () => {
  const { user } = irc.join('a');
  const ids = Array.from({ length: 40 }, () => irc.server.recent.begin(user!, '#c'));
  expect(new Set(ids).size).toBe(40);
  expect(ids[39]).toBe(`${ids[0]?.replace(/-\w+$/, '')}-14`);
  // Of this server: another of the network may have been started in the same moment.
  expect(ids[0]).toMatch(/^1-\w+-1$/);
});

it('gives an operator what their block says after a reload, and keeps the name of the server', () => {
  const client = irc.join('a');
  irc.promote(client, ['kill']);
  const block = {
    name: 'test',
    password_hash: 'x',
    hosts: ['*@*'],
    flags: ['wallops' as const],
    title: 'is new',
    notices: 'k',
  };
  const { config } = irc.server;
  irc.server.configure({ ...config, server_name: 'other.test', network: 'New', oper: [block] }, null);
  expect([client.client!.oper, irc.server.name]).toEqual([
    { name: 'test', flags: new Set(['wallops']), title: 'is new', notices: NOTICE.kills },
    'irc.test',
  ]);
  expect(irc.server.isupport.join(' ')).toContain('NETWORK=New');
  expect(client.received()).toEqual([]);
  irc.server.configure({ ...config, oper: [{ ...block, name: 'other' }] }, null);
  expect(client.received()).toEqual([
    ':a!~a@192.0.2.1 MODE a :-os',
    ':irc.test NOTICE a :*** Your operator block is gone from the configuration',
  ]);
  expect([client.client!.oper, (client.user as User).isOper]).toEqual([null, false]);
});

it.each([
  ['AWAY', 'AWAY :', 378, ({ away }: User) => away],
  ['TOPIC', 'TOPIC #x :', 325, (user: User) => user.memberships.keys().next().value?.topic],
])('a text of %s is kept as far as it fits every line that it will stand in', (_name, line, bytes, kept) => {
  const client = irc.join('a');
  client.send('JOIN #x', `${line}${'x'.repeat(bytes)}y`);
  expect(kept(client.user as User)).toBe('x'.repeat(bytes));
});

it.each([
  ['PART #x :', 326],
  ['KICK #x b :', 295],
  ['QUIT :', 385],
  ['KILL b :', 349],
])('a reason of %s is shown in so many bytes', (line, bytes) => {
  const [a, b] = [irc.join('a'), irc.join('b')];
  for (const client of [a, b]) client.send('JOIN #x');
  irc.promote(a, ['kill']);
  b.received();
  a.send(`${line}${'x'.repeat(450)}`);
  expect(/x{9,}/.exec(b.received().join(' '))?.[0].length).toBe(bytes);
});

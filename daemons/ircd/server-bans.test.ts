import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { BanSaved } from '../runtime/net/ban-saver.ts';
import { MemoryServer } from './memory-server.ts';
import { banKey, checkMask, type ServerBan, ServerBans } from './server-bans.ts';

let irc: MemoryServer;

beforeEach(() => {
  irc = new MemoryServer();
});
afterEach(() => irc.close());

const ban = (kind: 'kline' | 'dline', mask: string, expiresMs: number | null = null): ServerBan => ({
  kind,
  mask,
  reason: 'because',
  by: 'op',
  setMs: 1000,
  expiresMs,
});

it('refuses D-lined addresses and networks at once', () => {
  irc.server.bans.add(ban('dline', '198.51.100.7'));
  irc.server.bans.add(ban('dline', '2001:db8::/32'));
  for (const address of ['198.51.100.7', '2001:db8:1::9']) {
    const client = irc.connect(address);
    expect(client.received()).toEqual([`ERROR :Closing Link: ${address} (D-lined: because)`]);
    expect(client.closedWith).toBe('D-lined: because');
  }
  expect(irc.connect('198.51.100.8').closedWith).toBeNull();
  expect(irc.server.counters.serverBanMatches).toBe(2);
});

it('keeps no ban of a network that is none', () => {
  const bans = new ServerBans();
  bans.add(ban('dline', 'nowhere'));
  bans.add(ban('dline', '198.51.100.7'));
  expect([bans.size, bans.has('dline', 'nowhere')]).toEqual([1, false]);
  expect(['192.0.2.1', '198.51.100.7'].map((address) => bans.refusalForAddress(address))).toEqual([
    null,
    'D-lined: because',
  ]);
});

it('refuses K-lined users at the end of registration, with or without the tilde, by host or address', () => {
  irc.server.bans.add(ban('kline', 'evil@192.0.2.*'));
  const client = irc.connect();
  client.send('NICK a');
  const lines = client.send('USER Evil 0 * :x');
  expect(lines[0]).toBe(':irc.test 465 a :K-lined: because');
  expect(irc.join('good').closedWith).toBeNull();
});

it('matches a K-line of a network against every address in it', () => {
  for (const [mask, inside, outside] of [
    ['*@127.0.0.0/8', ['127.0.0.1', '127.255.0.9'], ['128.0.0.1', '::1']],
    ['*@2001:db8::/32', ['2001:db8::1', '2001:db8:ffff::2'], ['2001:db9::1', '192.0.2.1']],
    ['*@::ffff:198.51.100.7', ['198.51.100.7'], ['198.51.100.8']],
    ['evil@10.0.0.0/8', ['10.9.8.7'], []],
    ['~evil@172.16.0.0/12', ['172.31.255.255'], ['172.32.0.0']],
  ] as const) {
    irc.server.bans.add(ban('kline', mask));
    for (const address of inside) {
      const client = irc.connect(address);
      client.send('NICK a', 'USER Evil 0 * :x');
      expect(client.closedWith, `${mask} ${address}`).toBe('K-lined: because');
    }
    for (const address of outside) {
      const client = irc.connect(address);
      client.send('NICK a', 'USER Evil 0 * :x');
      expect(client.closedWith, `${mask} ${address}`).toBeNull();
      client.drop();
    }
    irc.server.bans.remove('kline', mask);
  }
  irc.server.bans.add(ban('kline', 'evil@10.0.0.0/8'));
  expect(irc.join('good', '', '10.0.0.1').closedWith).toBeNull();
});

it('knows a ban again in every spelling of its address or network', () => {
  const bans = new ServerBans();
  for (const [kind, ...spellings] of [
    ['dline', '0::1', '::1', '0:0:0:0:0:0:0:1', '::1/128'],
    ['dline', '127.0.0.1/32', '127.0.0.1', '::ffff:127.0.0.1'],
    ['dline', '10.1.2.3/8', '10.0.0.0/8', '::ffff:10.0.0.0/104'],
    ['kline', '*@0::1', '*@::1'],
    ['kline', 'Bob@10.1.2.3/8', 'bob@10.0.0.0/8'],
  ] as const) {
    for (const added of spellings) {
      for (const removed of spellings) {
        for (const mask of spellings) bans.add(ban(kind, mask));
        bans.add(ban(kind, added));
        expect(bans.list(), added).toHaveLength(1);
        expect(bans.remove(kind, removed), `${added} ${removed}`).not.toBeNull();
        expect(bans.size).toBe(0);
      }
    }
  }
  bans.add(ban('dline', '0::1'));
  expect(bans.list()[0]?.mask).toBe('::1');
  expect(bans.refusalForAddress('::1')).toBe('D-lined: because');
});

it('lets a ban expire', () => {
  const bans = new ServerBans();
  bans.add(ban('dline', '192.0.2.1', 5000));
  expect(bans.refusalForAddress('192.0.2.1', 4999)).toBe('D-lined: because');
  expect(bans.refusalForAddress('192.0.2.1', 5000)).toBeNull();
  expect(bans.list(5000)).toEqual([]);
});

it('takes a ban when the list is full of bans that are over, and not when they are in force', () => {
  const bans = new ServerBans();
  const most = 10_000;
  for (let i = 0; i < most; i++) bans.add(ban('dline', `10.0.${i >> 8}.${i & 255}`, 5000));
  expect(bans.add({ ...ban('dline', '192.0.2.1'), setMs: 4999 })).toBe(
    `the list is full (${most} bans); remove some first`,
  );
  expect(bans.add({ ...ban('dline', '10.0.0.1'), setMs: 4999 })).toBeNull();
  expect(bans.add({ ...ban('dline', '192.0.2.1'), setMs: 5000 })).toBeNull();
  expect(bans.list(0).map(({ mask }) => mask)).toEqual(['10.0.0.1', '192.0.2.1']);
});

it('tells whom several bans match the reason of the oldest, by address and by name alike', () => {
  irc.server.bans.add({ ...ban('kline', 'evil@*.2.1'), reason: 'first' });
  irc.server.bans.add({ ...ban('dline', '192.0.2.0/24', 5000), reason: 'over' });
  irc.server.bans.add({ ...ban('kline', '*@192.0.2.0/24'), reason: 'second' });
  const closed = (username: string) => {
    const client = irc.connect('192.0.2.1');
    client.send('NICK a', `USER ${username} 0 * :x`);
    return client.closedWith;
  };
  expect(closed('evil')).toBe('K-lined: first');
  expect(closed('good')).toBe('K-lined: second');
});

it('refuses exactly those newcomers whom setting the ban would disconnect, with the reason of the oldest', () => {
  const people = [
    ['a', 'Evil[1]', '192.0.2.1', null],
    ['b', 'evil', '2001:db8::1', 'Host.Example.ORG'],
    ['c', 'good', '198.51.100.7', 'a.example.org'],
    ['d', '~x', '0::1', null],
  ] as const;
  for (const [nick, username, address, host] of people) {
    irc.connect(address).send(`NICK ${nick}`, 'USER u 0 * :x');
    const user = irc.server.state.findUser(nick);
    if (user === undefined) throw new Error(`${nick} is not there`);
    user.username = username;
    if (host !== null) Object.assign(user, { host, realHost: host });
  }
  const part = fc.string({
    unit: fc.constantFrom('*', '?', 'e', 'VIL', '.', 'example', '~'),
    minLength: 1,
    maxLength: 4,
  });
  const host = fc.oneof(
    part,
    fc.constantFrom(
      '192.0.2.*',
      '192.0.2.0/24',
      '::1',
      '0:0::1',
      '2001:DB8::/32',
      'HOST.example.org',
      '*.ORG',
      '?.*',
    ),
  );
  const kline = fc
    .tuple(fc.oneof(part, fc.constantFrom('*', '~*', 'evil{1}')), host)
    .map((both) => both.join('@'));
  const dline = fc.constantFrom('192.0.2.1', '::ffff:192.0.2.1', '198.51.0.0/16', '2001:db8::/31', '::1');
  const given = fc.oneof(
    kline.map((mask) => ban('kline', mask)),
    dline.map((mask) => ban('dline', mask)),
  );
  fc.assert(
    fc.property(fc.array(given, { maxLength: 12 }), (list) => {
      const bans = new ServerBans();
      const kept = new Map<string, ServerBan>();
      list.forEach((one, at) => {
        const numbered = { ...one, reason: `${at}` };
        if (bans.add(numbered) !== null) return;
        const key = banKey(one.kind, one.mask);
        kept.delete(key);
        kept.set(key, numbered);
      });
      for (const user of irc.server.state.users) {
        const first = [...kept.values()].find(({ kind, mask }) => bans.matcher(kind, mask)(user));
        const label = first?.kind === 'kline' ? 'K-lined' : 'D-lined';
        expect(bans.refusalForUser(user)).toBe(first === undefined ? null : `${label}: ${first.reason}`);
      }
    }),
    { numRuns: 500 },
  );
});

it('charges a newcomer for the masks that they were compared with', () => {
  for (let i = 1; i <= 100; i++) irc.server.bans.add(ban('kline', `*a*@*${'?'.repeat(i)}.b`));
  const spend = vi.spyOn(irc.host.work, 'spend');
  irc.join('bob');
  const before = spend.mock.calls.reduce((sum, [ns]) => sum + ns, 0);
  spend.mockClear();
  irc.join('bab');
  const after = spend.mock.calls.reduce((sum, [ns]) => sum + ns, 0);
  expect(irc.server.bans.matchNs).toBeGreaterThan(100 * 60);
  expect(after - before).toBeGreaterThan(100 * 60);
});

it('refuses masks that make no sense or would ban everybody', () => {
  for (const mask of [
    '*@*',
    '*@*.*',
    'nohost',
    'a!b@c',
    '@x',
    'x@',
    '*@0.0.0.0/0',
    '*@::/8',
    '*@10.0.0.0/33',
  ])
    expect(checkMask('kline', mask), mask).not.toBeNull();
  for (const mask of ['host', '10.0.0.0/7', '::/8', '192.0.2.1/99'])
    expect(checkMask('dline', mask), mask).not.toBeNull();
  expect(checkMask('kline', '*@*.example.org')).toBeNull();
  expect(checkMask('dline', '10.0.0.0/8')).toBeNull();
});

it('drops whom a KLINE matches, but no operator, and has the list saved', async () => {
  const oper = irc.join('oper');
  const victim = irc.join('victim');
  irc.promote(oper, ['kline']);
  const lines = oper.send('KLINE 60 *@192.0.2.1 :go away');
  expect(victim.closedWith).toBe('K-lined: go away');
  expect(oper.closedWith).toBeNull();
  expect(lines[0]).toContain('added K-line for *@192.0.2.1 until');
  expect(irc.host.saves).toBe(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(irc.host.audits[0]).toMatchObject({ command: 'KLINE', args: { mask: '*@192.0.2.1', minutes: 60 } });
  oper.send('UNKLINE *@192.0.2.1');
  expect(irc.join('victim').closedWith).toBeNull();
  expect(oper.send('UNKLINE *@192.0.2.1')[0]).toContain('no ban for');
});

it('tells an operator whose KLINE is not on disk that it holds only until the restart, and writes that down', async () => {
  const oper = irc.join('oper');
  irc.promote(oper, ['kline']);
  irc.host.saved = {
    saved: false,
    warning: { code: 'not_saved', message: 'it holds only until the restart' },
  };
  oper.send('KLINE *@192.0.2.9 :go away');
  await new Promise((resolve) => setImmediate(resolve));
  expect(oper.received().at(-1)).toContain('NOTICE oper :*** KLINE: it holds only until the restart');
  oper.send('UNKLINE *@192.0.2.9');
  await new Promise((resolve) => setImmediate(resolve));
  expect(oper.received().at(-1)).toContain('*** UNKLINE: it holds only until the restart');
  expect(irc.host.audits.map(({ command }) => command)).toEqual(['KLINE', 'UNKLINE']);
});

it('tells operators of a ban that is set or lifted when that is on disk, and of none before', async () => {
  const oper = irc.join('oper');
  irc.promote(oper, ['kline']);
  for (const [line, told] of [
    ['KLINE *@192.0.2.9 :go away', 'added K-line for *@192.0.2.9'],
    ['UNKLINE *@192.0.2.9', 'removed the K-line for *@192.0.2.9'],
  ] as const) {
    let onDisk = (_saved: BanSaved) => {};
    irc.host.saved = new Promise((resolve) => {
      onDisk = resolve;
    });
    expect(oper.send(line)).toEqual([]);
    onDisk({ saved: true });
    await irc.host.saved;
    expect(oper.received()).toEqual([expect.stringContaining(told)]);
  }
});

it('says of each mask what is wrong with it', () => {
  const form = 'is not of the form user@host';
  const odd = 'holds what cannot stand in a mask';
  expect(
    ['a@b', '@b', 'a@', 'ab', 'a!b@c', 'a b@c', '*@*', '?@?', '*?.@.*', 'x@*', '*@x', '*@10.0.0.0/33'].map(
      (mask) => checkMask('kline', mask),
    ),
  ).toEqual([
    null,
    `@b ${form}`,
    `a@ ${form}`,
    `ab ${form}`,
    `a!b@c ${form}`,
    `a b@c ${odd}`,
    '*@* would ban everybody',
    '?@? would ban everybody',
    '*?.@.* would ban everybody',
    null,
    null,
    '10.0.0.0/33 is not a network such as 10.0.0.0/8',
  ]);
  expect(checkMask('kline', `*@${'x'.repeat(198)}`)).toBeNull();
  expect(checkMask('kline', `*@${'x'.repeat(199)}`)).toBe('a mask has at most 200 characters');
  expect(checkMask('dline', 'host')).toBe('host is neither an address nor a network such as 10.0.0.0/8');
  expect(
    ['10.0.0.0/8', '10.0.0.0/7', '2001::/16', '2001::/15', '::ffff:10.0.0.0/104', '::ffff:10.0.0.0/103'].map(
      (mask) => checkMask('dline', mask) === null,
    ),
  ).toEqual([true, false, true, false, true, false]);
  expect(
    ['*@10.0.0.0/8', '*@10.0.0.0/7', 'a@2001::/16', 'a@2001::/15'].map(
      (mask) => checkMask('kline', mask) === null,
    ),
  ).toEqual([true, false, true, false]);
});

it('keeps a ban under one spelling, replaces it, and lifts it by any', () => {
  const bans = new ServerBans();
  bans.add(ban('dline', '10.1.2.3/8'));
  bans.add({ ...ban('dline', '10.0.0.0/8'), reason: 'newer' });
  bans.add(ban('kline', '*@Evil.Example'));
  expect(bans.list().map(({ kind, mask, reason }) => `${kind} ${mask} ${reason}`)).toEqual([
    'dline 10.0.0.0/8 newer',
    'kline *@Evil.Example because',
  ]);
  expect([bans.size, bans.has('kline', '*@evil.example'), bans.has('dline', '*@evil.example')]).toEqual([
    2,
    true,
    false,
  ]);
  expect(bans.remove('kline', '*@EVIL.example')).toMatchObject({ mask: '*@Evil.Example' });
  expect([bans.remove('kline', '*@EVIL.example'), bans.size]).toEqual([null, 1]);
  expect(bans.add(ban('dline', 'nowhere'))).toBe(
    'nowhere is neither an address nor a network such as 10.0.0.0/8',
  );
  expect([banKey('dline', '0::1'), banKey('dline', '127.0.0.1/32'), banKey('kline', 'A@[B]')]).toEqual([
    'dline ::1',
    'dline 127.0.0.1',
    'kline a@{b}',
  ]);
});

it('says of a network that is too large what it would do, and which is the largest', () => {
  expect(checkMask('dline', '0.0.0.0/0')).toBe(
    '0.0.0.0/0 would ban everybody, expected a prefix of at least /8',
  );
  expect(checkMask('dline', '::/0')).toBe('::/0 would ban everybody, expected a prefix of at least /16');
  expect(checkMask('dline', '10.0.0.0/7')).toBe(
    '10.0.0.0/7 would ban more than a network, expected a prefix of at least /8',
  );
  expect(checkMask('kline', '*@0.0.0.0/0')).toContain('would ban everybody');
  expect(checkMask('dline', '10.0.0.0/8')).toBeNull();
});

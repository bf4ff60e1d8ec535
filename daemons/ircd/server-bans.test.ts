import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryServer } from './memory-server.ts';
import { checkMask, type ServerBan, ServerBans } from './server-bans.ts';

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

it('refuses K-lined users at the end of registration, with or without the tilde, by host or address', () => {
  irc.server.bans.add(ban('kline', 'evil@192.0.2.*'));
  const client = irc.connect();
  client.send('NICK a');
  const lines = client.send('USER Evil 0 * :x');
  expect(lines[0]).toBe(':irc.test 465 a :K-lined: because');
  expect(irc.join('good').closedWith).toBeNull();
});

it('lets a ban expire', () => {
  const bans = new ServerBans();
  bans.add(ban('dline', '192.0.2.1', 5000));
  expect(bans.refusalForAddress('192.0.2.1', 4999)).toBe('D-lined: because');
  expect(bans.refusalForAddress('192.0.2.1', 5000)).toBeNull();
  expect(bans.list(5000)).toEqual([]);
});

it('refuses masks that make no sense or would ban everybody', () => {
  for (const mask of ['*@*', '*@*.*', 'nohost', 'a!b@c', '@x', 'x@'])
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
  await Promise.resolve();
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
  await Promise.resolve();
  expect(oper.received().at(-1)).toContain('NOTICE oper :*** KLINE: it holds only until the restart');
  oper.send('UNKLINE *@192.0.2.9');
  await Promise.resolve();
  expect(oper.received().at(-1)).toContain('*** UNKLINE: it holds only until the restart');
  expect(irc.host.audits.map(({ command }) => command)).toEqual(['KLINE', 'UNKLINE']);
});

/** WEBIRC: who may say for whom a connection is, and what follows from it. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Gateways } from './gateways.ts';
import { MemoryClient, MemoryServer, waitFor } from './memory-server.ts';
import { addressRanges } from './net/net-config.ts';
import type { LookupResult } from './server-host.ts';

const GATEWAY = '10.0.0.2';
const block = (match: string, password: string) => ({ match: addressRanges([match]), password });

let irc: MemoryServer;

beforeEach(() => {
  irc = new MemoryServer();
  irc.server.gateways = new Gateways([
    block('10.0.0.0/24', 'sesame'),
    block('10.0.0.2', 'other'),
    block('2001:db8::/32', 'six'),
  ]);
});
afterEach(() => irc.close());

const register = (client: MemoryClient, nick = 'ann') => client.send(`NICK ${nick}`, `USER ${nick} 0 * :Ann`);

it.each([
  [GATEWAY, 'sesame', true],
  [GATEWAY, 'other', true],
  ['10.0.0.3', 'other', false],
  [GATEWAY, 'six', false],
  [GATEWAY, 'sesam', false],
  [GATEWAY, '', false],
  ['192.0.2.1', 'sesame', false],
  ['2001:db8::7', 'six', true],
])('a gateway at %s with the password "%s": %s', (address, password, admitted) => {
  expect(irc.server.gateways.admits(address, password)).toBe(admitted);
});

it('knows the addresses of gateways', () => {
  const { gateways } = irc.server;
  expect(['10.0.0.9', '10.0.1.1', '2001:db8::1', 'nowhere'].map((address) => gateways.has(address))).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect(new Gateways().has(GATEWAY)).toBe(false);
});

it('shows the client at its own address, in WHOIS and to bans, and the gateway nowhere', () => {
  const client = irc.connect(GATEWAY);
  expect(client.send('WEBIRC sesame kiwi gateway.example 192.0.2.7')).toEqual([]);
  const lines = register(client);
  expect(lines[0]).toContain('Welcome to the Signalbox IRC Network, ann!~ann@192.0.2.7');
  expect(client.send('WHOIS ann').join('\n')).not.toContain(GATEWAY);
  const op = irc.join('op', '', '198.51.100.1');
  op.send('JOIN #x', 'MODE #x +b *!*@192.0.2.0/24');
  expect(client.send('JOIN #x')[0]).toContain(' 474 ann #x ');
});

it('writes an address as the server does, whatever the gateway wrote', () => {
  const client = irc.connect(GATEWAY);
  client.send('WEBIRC sesame kiwi h 2001:DB8:0:0::7');
  expect(client.user).toMatchObject({ address: '2001:db8::7', host: '2001:db8::7' });
  const mapped = irc.connect(GATEWAY);
  mapped.send('WEBIRC sesame kiwi h 0:0:0:0:0:FFFF:192.0.2.7');
  expect(mapped.user?.address).toBe('192.0.2.7');
});

it('looks up the name of the client and does not believe that of the gateway, which may come later', async () => {
  let tell: (names: LookupResult) => void = () => {};
  irc.host.names = new Promise((resolve) => {
    tell = resolve;
  });
  const client = irc.connect(GATEWAY);
  irc.host.names = Promise.resolve({ host: 'dsl.example', ident: null });
  client.send('WEBIRC sesame kiwi forged.example 192.0.2.7');
  client.send('NICK ann', 'USER ann 0 * :Ann');
  await waitFor(client, (line) => line.includes(' 001 '));
  tell({ host: 'gateway.example', ident: 'root' });
  await Promise.resolve();
  expect(client.user).toMatchObject({ host: 'dsl.example', username: '~ann' });
});

it('takes a client for one in clear unless the gateway says that it is on TLS all the way, and the certificate for nobody’s', () => {
  const tls = { version: 'TLSv1.3', cipher: 'x', fingerprint: 'ab'.repeat(32) };
  const [clear, secure] = [irc.connect(GATEWAY), irc.connect(GATEWAY)];
  for (const client of [clear, secure]) client.tls = tls;
  clear.send('WEBIRC sesame kiwi h 192.0.2.7 :local-port=6697');
  secure.send('WEBIRC sesame kiwi h 192.0.2.8 :local-port=6697 secure');
  expect([clear.tls, secure.tls]).toEqual([null, { ...tls, fingerprint: null }]);
});

it.each([
  [
    'a wrong password',
    'WEBIRC nonsense kiwi h 192.0.2.7',
    GATEWAY,
    'WEBIRC is not allowed from your address, or its password is wrong',
  ],
  [
    'no gateway',
    'WEBIRC sesame kiwi h 192.0.2.7',
    '192.0.2.1',
    'WEBIRC is not allowed from your address, or its password is wrong',
  ],
  ['a host for an address', 'WEBIRC sesame kiwi h there.example', GATEWAY, 'WEBIRC without a valid address'],
  [
    'a network for an address',
    'WEBIRC sesame kiwi h 192.0.2.0/24',
    GATEWAY,
    'WEBIRC without a valid address',
  ],
  ['an address with a zone', 'WEBIRC sesame kiwi h fe80::1%eth0', GATEWAY, 'WEBIRC without a valid address'],
  [
    'an address that may not connect',
    `WEBIRC sesame kiwi h ${MemoryClient.UNWELCOME}`,
    GATEWAY,
    'Not from there',
  ],
])('%s ends the connection, without a word of the password in the log', (_what, line, from, reason) => {
  const client = irc.connect(from);
  const lines = client.send(line);
  expect(lines).toEqual([`ERROR :Closing Link: ${from} (${reason})`]);
  expect(client.closedWith).toBe(reason);
  const refused = irc.host.logs.filter(({ event }) => event === 'webirc_refused');
  expect(refused.map(({ fields }) => fields)).toEqual(reason.includes('password') ? [{ address: from }] : []);
  expect(JSON.stringify(irc.host.logs)).not.toMatch(/nonsense|sesame/);
});

it.each([
  ['NICK', 'NICK ann'],
  ['USER', 'USER ann 0 * :Ann'],
  ['WEBIRC itself', 'WEBIRC sesame kiwi h 10.0.0.7'],
])('it comes once, and before %s', (_what, first) => {
  const client = irc.connect(GATEWAY);
  client.send(first);
  expect(client.send('WEBIRC sesame kiwi h 192.0.2.8').at(-1)).toContain(
    '(WEBIRC has to come once, and before NICK and USER)',
  );
  expect(client.user?.address).not.toBe('192.0.2.8');
});

it('somebody who is registered cannot move', () => {
  const client = irc.join('ann', '', GATEWAY);
  expect(client.send('WEBIRC sesame kiwi h 192.0.2.8')[0]).toContain(' 462 ann ');
  expect(client.user?.address).toBe(GATEWAY);
});

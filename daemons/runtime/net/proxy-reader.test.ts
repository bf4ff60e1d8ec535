/** Connections through a proxy, behind an acceptor, on real sockets: whoever the header names is who is counted. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { limits } from '../limits.ts';
import { proxyHeaderV2 } from '../test-fixtures/proxy-header-v2.ts';
import { until } from '../test-fixtures/until.ts';
import { Acceptor } from './acceptor.ts';
import { Admission, type Seat } from './admission.ts';
import { createSelfSigned } from './certificate-tasks.ts';
import { type ClassRule, ConnectionClasses } from './connection-classes.ts';
import type { TcpListenEntry } from './listener-change.ts';
import type { TlsCredentials } from './tls-credentials.ts';

const RULE: ClassRule = {
  name: 'default',
  match: [],
  throttle: true,
  maxConnections: 100,
  maxPerAddress: 2,
  connectBurst: 3,
  connectsPerSecond: 0.001,
};

type Entry = TcpListenEntry & { readonly proxy: boolean; readonly web?: boolean };

let credentials: TlsCredentials;
let acceptor: Acceptor<Entry, ClassRule>;
let admission: Admission<ClassRule>;
let trusted: Set<string>;
let banned: Set<string>;
let refused: string[];
let opened: { socket: Socket; seat: Seat<ClassRule>; heard: string }[];
const sockets: { destroy?(): void; terminate?(): void }[] = [];

beforeAll(async () => {
  credentials = await createSelfSigned('localhost');
});
afterEach(() => {
  vi.useRealTimers();
  acceptor.destroy();
  for (const { socket } of opened) socket.destroy();
  for (const socket of sockets.splice(0)) (socket.destroy ?? socket.terminate)?.call(socket);
});

async function start(entry: Partial<Entry> = {}): Promise<number> {
  trusted = new Set(['127.0.0.1']);
  banned = new Set();
  refused = [];
  opened = [];
  admission = new Admission({
    classes: new ConnectionClasses([], RULE),
    bans: { reasonAgainst: (address) => (banned.has(address) ? 'go away' : null) },
  });
  acceptor = new Acceptor<Entry, ClassRule>({
    key: 'test.listen',
    protocol: 'test',
    admission,
    sockets: { allowHalfOpen: true },
    handshakeMs: () => 60_000,
    webSocket: { wanted: ({ web }) => web === true, protocols: [], mayOpen: () => true },
    proxies: {
      trusted: (address) => trusted.has(address),
      required: ({ proxy }) => proxy,
      onRefused: (address, problem) => refused.push(`${address}: ${problem}`),
    },
    lastWord: (refusal, address) =>
      `${address} ${refusal.why} ${refusal.why === 'banned' ? refusal.reason : ''}`,
    onOpen(socket, seat) {
      const one = { socket, seat, heard: '' };
      opened.push(one);
      socket.on('data', (bytes) => {
        one.heard += bytes;
      });
      socket.write('hello');
    },
  });
  const all: Entry = { host: '127.0.0.1', port: 0, tls: false, proxy: true, ...entry };
  await acceptor.open([all], all.tls ? credentials : null);
  return acceptor.infos[0]!.port;
}

/** What somebody reads until the connection is gone, which may be cut. */
async function heardBy(socket: Socket): Promise<string> {
  let heard = '';
  socket.on('data', (bytes) => {
    heard += bytes;
  });
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  return heard;
}

/** Connects as the proxy does, and writes in pieces. */
function bring(port: number, ...pieces: (string | Buffer)[]): Socket {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  sockets.push(socket);
  socket.on('error', () => {});
  socket.once('connect', async () => {
    for (const piece of pieces) {
      socket.write(piece);
      await new Promise(setImmediate);
    }
  });
  return socket;
}

const line = (address: string, family = 'TCP4') =>
  `PROXY ${family} ${address} ${family === 'TCP4' ? '203.0.113.1' : '::1'} 50001 6667\r\n`;

test.each([
  ['version 1, IPv4', [line('192.0.2.7'), 'NICK ann'], '192.0.2.7', 50_001],
  ['version 1, IPv6', [`${line('2001:db8::7', 'TCP6')}NICK ann`], '2001:db8::7', 50_001],
  [
    'version 2, IPv4',
    [Buffer.concat([proxyHeaderV2({ source: '192.0.2.8', port: 7 }), Buffer.from('NICK ann')])],
    '192.0.2.8',
    7,
  ],
  [
    'version 2, IPv6',
    [...proxyHeaderV2({ source: '2001:db8::8', port: 7 })]
      .map((byte) => Buffer.of(byte))
      .concat(Buffer.from('NICK ann')),
    '2001:db8::8',
    7,
  ],
])(
  '%s: the client has the address in the header, and nothing of what it sent is lost',
  async (_what, pieces, address, port) => {
    bring(await start(), ...pieces);
    await until(() => opened[0]?.heard === 'NICK ann');
    expect(opened[0]?.seat).toMatchObject({ address, proxied: { port } });
    expect(admission.size).toBe(1);
  },
);

test.each([
  ['UNKNOWN of version 1', 'PROXY UNKNOWN\r\n'],
  ['LOCAL of version 2', proxyHeaderV2({ command: 0x20, family: 0 })],
])('%s is the proxy itself', async (_what, header) => {
  bring(await start(), header, 'PING');
  await until(() => opened[0]?.heard === 'PING');
  expect(opened[0]?.seat).toMatchObject({ address: '127.0.0.1', proxied: null });
});

test.each([
  ['without a header', 'NICK ann\r\n', 'does not begin with a header'],
  ['with TLS in place of a header', '\x16\x03\x01\x02\0', 'does not begin with a header'],
  ['with a bad header', 'PROXY TCP4 here there 1 2\r\n', 'without two addresses'],
  ['with half a header', null, 'closed before its header'],
])('a connection %s is refused, and the operator is told why', async (_what, bytes, problem) => {
  const port = await start();
  const socket = bring(port, bytes ?? 'PROXY TCP4 192.0.2.7');
  if (bytes === null) socket.once('connect', () => socket.end());
  expect(await heardBy(socket)).toBe('');
  await until(() => refused.length === 1);
  expect(refused[0]).toContain(problem);
  expect(refused[0]).toMatch(/^127\.0\.0\.1: /);
  expect(acceptor.failures.proxy).toBe(1);
  expect([opened.length, admission.size]).toEqual([0, 0]);
});

test('a header that does not come in time is refused', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const socket = bring(await start(), 'PROXY TCP4');
  const gone = heardBy(socket);
  while (vi.getTimerCount() === 0) await new Promise(setImmediate);
  vi.advanceTimersByTime(limits.proxyHeaderMs.default - 1);
  expect(refused).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(await gone).toBe('');
  expect(refused).toEqual(['127.0.0.1: its header did not come in time']);
});

test('who is not trusted is refused, whatever the header says, and reads why', async () => {
  const port = await start();
  trusted.clear();
  expect(await heardBy(bring(port, line('192.0.2.7')))).toBe(
    '127.0.0.1 banned Only proxies that this server trusts may connect here',
  );
  expect(refused).toEqual(['127.0.0.1: it is none of the trusted proxies']);
  expect(opened).toEqual([]);
});

test('rate, limit and bans are those of the address in the header, not of the proxy', async () => {
  const port = await start();
  for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.5'])
    bring(port, line(address));
  await until(() => opened.length === 5);
  bring(port, line('192.0.2.5'));
  await until(() => opened.length === 6);
  expect(await heardBy(bring(port, line('192.0.2.5')))).toBe('192.0.2.5 address_full ');
  expect(await heardBy(bring(port, line('192.0.2.5')))).toBe('192.0.2.5 throttled ');
  banned.add('192.0.2.6');
  expect(await heardBy(bring(port, line('192.0.2.6')))).toBe('192.0.2.6 banned go away');
  // An address with a letter of its own is the same.
  banned.add('2001:db8::7');
  expect(await heardBy(bring(port, line('2001:DB8:0::7', 'TCP6')))).toBe('2001:db8::7 banned go away');
});

test('where no header is required, a trusted address may bring one, and others are clients', async () => {
  const port = await start({ proxy: false });
  bring(port, line('192.0.2.7'), 'one');
  bring(port, 'NICK proxy');
  await until(() => opened.length === 2 && opened.every(({ heard }) => heard !== ''));
  expect(opened.map(({ seat, heard }) => `${seat.address} ${heard}`).sort()).toEqual([
    '127.0.0.1 NICK proxy',
    '192.0.2.7 one',
  ]);
  trusted.clear();
  bring(port, line('192.0.2.9'));
  await until(() => opened[2]?.heard === line('192.0.2.9'));
  expect(opened[2]?.seat.address).toBe('127.0.0.1');
});

test('who may bring a header and says nothing is let in after a while', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const port = await start({ proxy: false });
  const socket = bring(port);
  while (vi.getTimerCount() === 0) await new Promise(setImmediate);
  vi.advanceTimersByTime(limits.proxyHeaderMs.default);
  expect(String((await once(socket, 'data'))[0])).toBe('hello');
  socket.write('NICK ann');
  while (opened[0]?.heard !== 'NICK ann') await new Promise(setImmediate);
  expect(opened[0]?.seat).toMatchObject({ address: '127.0.0.1', proxied: null });
});

test('TLS comes behind the header, and WebSocket behind that', async () => {
  const port = await start({ tls: true, web: true });
  const socket = bring(port, line('192.0.2.7'));
  await once(socket, 'connect');
  const secure = connectTls({ socket, rejectUnauthorized: false });
  sockets.push(secure);
  const client = new WebSocket('ws://irc.test/', { createConnection: () => secure });
  sockets.push(client);
  await once(client, 'open');
  expect(opened[0]?.seat.address).toBe('192.0.2.7');
});

test('when the daemon goes down nobody waits for a header any more', async () => {
  const socket = bring(await start(), 'PROXY');
  await once(socket, 'connect');
  await until(() => admission.counts.accepted === 1);
  acceptor.destroy();
  expect(await heardBy(socket)).toBe('');
  expect(refused).toEqual([]);
});

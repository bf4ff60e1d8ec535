/** WebSocket handshakes behind an acceptor, on real sockets. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { limits } from '../limits.ts';
import { clientFrame } from '../test-fixtures/client-frame.ts';
import { until } from '../test-fixtures/until.ts';
import { Acceptor } from './acceptor.ts';
import { Admission } from './admission.ts';
import { createSelfSigned } from './certificate-tasks.ts';
import { type ClassRule, ConnectionClasses } from './connection-classes.ts';
import type { TcpListenEntry } from './listener-change.ts';
import type { TlsCredentials } from './tls-credentials.ts';
import { httpRefusal } from './websocket-acceptor.ts';

const RULE: ClassRule = {
  name: 'default',
  match: [],
  throttle: true,
  maxConnections: 100,
  maxPerAddress: 100,
  connectBurst: 100,
  connectsPerSecond: 1,
};

let credentials: TlsCredentials;
let acceptor: Acceptor<TcpListenEntry, ClassRule>;
let admission: Admission<ClassRule>;
let banned: boolean;
let opened: { socket: Socket; webSocket: string | null; encrypted: boolean }[];
const clients: { close?(): void; destroy?(): void }[] = [];

beforeAll(async () => {
  credentials = await createSelfSigned('localhost');
});
afterEach(() => {
  acceptor.destroy();
  for (const client of clients.splice(0)) (client.destroy ?? client.close)?.call(client);
  for (const { socket } of opened) socket.destroy();
});

async function start(handshakeMs = 60_000, tls = false): Promise<number> {
  opened = [];
  banned = false;
  admission = new Admission({
    classes: new ConnectionClasses([], RULE),
    bans: { reasonAgainst: () => (banned ? 'go away' : null) },
  });
  acceptor = new Acceptor<TcpListenEntry, ClassRule>({
    key: 'test.listen',
    protocol: 'websocket',
    admission,
    sockets: { allowHalfOpen: true },
    handshakeMs: () => handshakeMs,
    webSocket: {
      wanted: () => true,
      protocols: ['b.test', 'a.test'],
      mayOpen: (origin) => origin === 'https://good.test',
    },
    lastWord: () => httpRefusal(503, 'Not you.'),
    onOpen: (socket, _seat, _entry, secure, webSocket) =>
      opened.push({ socket, webSocket, encrypted: secure !== null }),
  });
  await acceptor.open([{ host: '127.0.0.1', port: 0, tls }], tls ? credentials : null);
  return acceptor.infos[0]!.port;
}

function open(port: number, protocols: string[] = [], options = {}, scheme = 'ws'): WebSocket {
  const client = new WebSocket(`${scheme}://127.0.0.1:${port}/any/path?x`, protocols, options);
  client.on('error', () => {});
  clients.push(client);
  return client;
}

/** What somebody reads who writes `bytes`, up to the end. */
async function answerTo(port: number, bytes: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  clients.push(socket);
  socket.write(bytes);
  return await text(socket);
}

const request = (more = '') =>
  `GET / HTTP/1.1\r\nHost: irc.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${more}` +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

test.each([
  [['a.test'], 'a.test'],
  [['x.test', 'b.test', 'a.test'], 'b.test'],
  [['a.test', 'b.test'], 'a.test'],
  [[], ''],
])('a client that offers %j gets %j: the first of its own list that is spoken', async (offered, agreed) => {
  const port = await start();
  const client = open(port, offered);
  await once(client, 'open');
  expect(client.protocol).toBe(agreed);
  expect(opened).toMatchObject([{ webSocket: agreed, encrypted: false }]);
  expect(client.extensions).toBe('');
});

test('what is sent behind the request at once is not lost', async () => {
  const port = await start();
  const socket = connect({ port, host: '127.0.0.1' });
  clients.push(socket);
  const frame = clientFrame(1, 'NICK ann');
  socket.write(Buffer.concat([Buffer.from(request()), frame]));
  await until(() => opened.length === 1);
  const [bytes] = await once(opened[0]!.socket, 'data');
  expect(bytes).toEqual(frame);
  expect(opened[0]?.webSocket).toBe('');
});

test('pages of other origins are refused; those that may and clients that are no pages get in', async () => {
  const port = await start();
  const [[, refused]] = await Promise.all([
    once(open(port, [], { origin: 'https://bad.test' }), 'unexpected-response'),
    once(open(port, [], { origin: 'https://good.test' }), 'open'),
    once(open(port), 'open'),
  ]);
  expect(refused.statusCode).toBe(403);
  expect(opened).toHaveLength(2);
  await until(() => acceptor.failures.webSocket === 1 && admission.size === 2);
});

test.each([
  ['GET / HTTP/1.1\r\nHost: irc.test\r\n\r\n', '426 Upgrade Required'],
  ['POST / HTTP/1.1\r\nHost: irc.test\r\nContent-Length: 8\r\n\r\nNICK ann', '426 Upgrade Required'],
  ['NICK ann\r\nUSER ann 0 * :Ann\r\n', '400 Bad Request'],
  [request(`Cookie: ${'x'.repeat(limits.webSocketRequestBytes.default)}\r\n`), '400 Bad Request'],
  [request().replace('13', '99'), '400 Bad Request'],
])('who sends %j reads that this is WebSocket, and gives the place back', async (bytes, status) => {
  const port = await start();
  expect(await answerTo(port, bytes)).toContain(`HTTP/1.1 ${status}\r\n`);
  await until(() => admission.size === 0);
  expect(opened).toEqual([]);
  expect(acceptor.failures.webSocket).toBe(1);
});

test('who is slow with the request is closed', async () => {
  const port = await start(20);
  expect(await answerTo(port, 'GET / HTTP/1.1\r\n')).toBe('');
  await until(() => admission.size === 0);
  expect(acceptor.failures.webSocket).toBe(1);
});

test('over TLS it is the same', async () => {
  const port = await start(60_000, true);
  const client = open(port, ['a.test'], { rejectUnauthorized: false }, 'wss');
  await once(client, 'open');
  expect(opened).toMatchObject([{ webSocket: 'a.test', encrypted: true }]);
});

test('who is banned reads why in HTTP; who is banned during the handshake is just closed', async () => {
  const port = await start();
  const socket = connect({ port, host: '127.0.0.1' });
  clients.push(socket);
  await until(() => admission.size === 1);
  banned = true;
  socket.write(request());
  expect(await text(socket)).toMatch(/^HTTP\/1.1 101 /);
  expect(await answerTo(port, request())).toMatch(
    /^HTTP\/1.1 503 Service Unavailable\r\n(?:.+\r\n)+\r\nNot you.\n$/,
  );
  expect(opened).toEqual([]);
});

test('when the daemon goes down, handshakes end', async () => {
  const port = await start();
  const socket = connect({ port, host: '127.0.0.1' });
  clients.push(socket);
  await until(() => admission.size === 1);
  acceptor.destroy();
  expect(await text(socket)).toBe('');
});

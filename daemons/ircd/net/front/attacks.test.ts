/** Clients that mean harm, and threads that end, where threads own the sockets: nothing is left behind, and others are served. */
import { mkdtemp, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { until } from '../../../runtime/test-fixtures/until.ts';
import { front, LineClient, type Loopback, OPEN_CLASS, startLoopback } from '../loopback-fixture.ts';
import { IoShard } from './io-shard.ts';
import { connections, nothingIsLeft, openSockets } from './left-behind-fixture.ts';

let directory: string;
let running: Loopback | null = null;
let told: string[];

beforeEach(async () => {
  front.threads = 2;
  told = [];
  directory = await mkdtemp(join(tmpdir(), 'signalbox-attacks-'));
});

afterEach(async () => {
  running?.server.close();
  running = null;
  front.threads = 0;
  vi.restoreAllMocks();
  await rm(directory, { recursive: true });
});

async function start(input: Record<string, unknown>): Promise<Loopback> {
  running = await startLoopback(input, {
    dataDirectory: directory,
    onThreadTrouble: (text) => told.push(text),
  });
  return running;
}

const TLS = { ...OPEN_CLASS, listen: [{ host: '127.0.0.1', port: 0, tls: true }] };

test('connections on their way to a thread that ends are closed, and their descriptors with them', async () => {
  const loopback = await start(OPEN_CLASS);
  const before = await openSockets();
  const { open } = IoShard.prototype;
  vi.spyOn(IoShard.prototype, 'open').mockImplementation(function (this: IoShard, ...args) {
    // No record is of this sort, so the thread never gets to what follows.
    if (told.length === 0 && this.size === 0) this.tell(-99, 0);
    return open.apply(this, args);
  });
  const clients = await connections(loopback.port, 8);
  for (const client of clients) client.resume();
  await until(() => clients.every(({ closed }) => closed));
  await until(() => told.length === 2);
  vi.restoreAllMocks();
  await nothingIsLeft(loopback, before);
  const next = await LineClient.connect(loopback.port);
  next.send('ECHO served');
  await until(() => next.lines.length === 1);
  next.close();
});

test('a thread that ends with connections of all kinds leaves nothing of them', async () => {
  const opened = vi.spyOn(IoShard.prototype, 'open');
  const loopback = await start({
    class: [{ name: 'open', throttle: false, flood: false, send_queue_bytes: 1 << 26 }],
    listen: [
      { host: '127.0.0.1', port: 0 },
      { host: '127.0.0.1', port: 0, tls: true },
    ],
  });
  const { server, handler } = loopback;
  const tls = server.listenerInfos[1]!.port;
  const before = await openSockets();
  const slow = await LineClient.connect(loopback.port);
  const secure = await LineClient.connectTls(tls);
  const halfOpen = await LineClient.connect(loopback.port);
  halfOpen.socket.end();
  const [shaking] = await connections(tls, 1);
  shaking!.write(Buffer.from('160301', 'hex'));
  await until(() => server.admission.size >= 3 && handler.open.size >= 2);
  slow.socket.pause();
  slow.send('FILL 20000000');
  await until(() => server.sampleSendQueues().totalBytes > 1_000_000);
  for (const shard of new Set(opened.mock.contexts as IoShard[])) shard.tell(-99, 0);
  await until(() => told.length === 2);
  expect(server.sampleSendQueues().totalBytes).toBe(0);
  slow.socket.resume();
  shaking!.resume();
  await until(() => [slow, secure, halfOpen].every(({ closed }) => closed) && shaking!.closed);
  await nothingIsLeft(loopback, before);
  const next = await LineClient.connectTls(tls);
  next.send('FILL 3000000', 'ECHO served');
  await until(() => next.lines.at(-1) === 'served');
  next.close();
});

test.each([
  ['vanish before a word', (socket: Socket) => socket.resetAndDestroy()],
  ['hang up before a word', (socket: Socket) => socket.end()],
  ['send garbage', (socket: Socket) => socket.write('GET / HTTP/1.1\r\n\r\n')],
  [
    'vanish in the middle of the handshake',
    (socket: Socket) => socket.write(Buffer.from('16030100c8010000', 'hex'), () => socket.resetAndDestroy()),
  ],
  [
    'hang up in the middle of the handshake',
    (socket: Socket) => socket.end(Buffer.from('16030100c8010000', 'hex')),
  ],
])('clients of TLS that %s have no place any more, and are counted', async (_, attack) => {
  const loopback = await start(TLS);
  const { server, port, handler } = loopback;
  // What is loaded for the first handshake stays.
  const first = await LineClient.connectTls(port);
  first.send('ECHO first');
  await until(() => first.lines.length === 1);
  first.close();
  await until(() => server.admission.size === 0);
  const before = await openSockets();
  const sockets = await connections(port, 50);
  await until(() => server.admission.counts.accepted === 51);
  for (const socket of sockets) {
    socket.resume();
    attack(socket);
  }
  await nothingIsLeft(loopback, before + 50);
  for (const socket of sockets) socket.destroy();
  await nothingIsLeft(loopback, before);
  expect(server.admission.counts.tlsHandshakeFailures).toBe(50);
  expect(handler.closed.length).toBe(1);
  expect(told).toEqual([]);
});

test('2,000 connections that are opened and dropped, some with a line, leave nothing', async () => {
  const loopback = await start(OPEN_CLASS);
  const { server, port, handler } = loopback;
  const before = await openSockets();
  for (let round = 0; round < 20; round++) {
    const sockets = await connections(port, 100);
    // Else some are gone before they are accepted.
    if (round % 2 === 0) await until(() => handler.open.size === 100);
    sockets.forEach((socket, i) => {
      if (i % 4 === 0) socket.write('ECHO unread\r\nECHO half');
      if (i % 3 === 0) socket.resetAndDestroy();
      else socket.destroy();
    });
    if (round % 2 === 1)
      await until(() => handler.open.size === 0 && server.admission.counts.accepted === 100 * (round + 1));
  }
  await until(() => server.admission.counts.accepted === 2000);
  await nothingIsLeft(loopback, before);
  expect(handler.closed.length).toBeGreaterThanOrEqual(1000);
  expect(server.heldOfInput.depth).toBe(0);
  expect(server.heldToSend.depth).toBe(0);
  const opened = server.threadFigures.threads.map(({ connections: had }) => had.opened);
  expect(opened.reduce((sum, one) => sum + one)).toBe(handler.closed.length);
});

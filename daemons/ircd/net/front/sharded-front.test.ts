/** What is new where threads own the sockets: how they come there, what crosses, and what becomes of them when a thread ends. */
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSelfSigned } from '../../../runtime/net/certificate-tasks.ts';
import { clientFrame } from '../../../runtime/test-fixtures/client-frame.ts';
import { until } from '../../../runtime/test-fixtures/until.ts';
import { limits } from '../../limits.ts';
import { FRAMING } from '../connection.ts';
import { FrameClient } from '../frame-client.ts';
import {
  applyTo,
  front,
  LineClient,
  type Loopback,
  loopbackConfig,
  OPEN_CLASS,
  startLoopback,
} from '../loopback-fixture.ts';
import { IoShard } from './io-shard.ts';

let directory: string;
let running: Loopback | null = null;
let told: string[];

beforeEach(async () => {
  front.threads = 1;
  told = [];
  directory = await mkdtemp(join(tmpdir(), 'signalbox-front-'));
});

afterEach(async () => {
  running?.server.close();
  running = null;
  front.threads = 0;
  vi.restoreAllMocks();
  await rm(directory, { recursive: true });
});

async function start(...[input, options]: Parameters<typeof startLoopback>): Promise<Loopback> {
  running = await startLoopback(input, {
    dataDirectory: directory,
    onThreadTrouble: (text) => told.push(text),
    ...options,
  });
  return running;
}

const TLS = { ...OPEN_CLASS, listen: [{ host: '127.0.0.1', port: 0, tls: true }] };

test('a connection is told with the ports that it has, and spread over the threads', async () => {
  front.threads = 2;
  const opened = vi.spyOn(IoShard.prototype, 'open');
  const { port, handler } = await start();
  const clients = [await LineClient.connect(port), await LineClient.connect(port)];
  await until(() => handler.open.size === 2);
  const [first, second] = [...handler.open];
  expect([first?.remotePort, second?.remotePort]).toEqual(clients.map(({ socket }) => socket.localPort));
  expect(first?.localPort).toBe(port);
  expect(new Set(opened.mock.contexts).size).toBe(2);
  for (const client of clients) client.close();
});

test.each([
  ['there is no way to copy a descriptor', { duplicate: null, reason: 'koffi did not load: gone' } as const],
  ['none can be copied', { duplicate: () => -1, reason: null } as const],
])('where %s, connections are served by the one thread', async (_, duplicator) => {
  const opened = vi.spyOn(IoShard.prototype, 'open');
  const { port } = await start(OPEN_CLASS, { duplicator });
  const client = await LineClient.connect(port);
  client.send('ECHO here');
  await until(() => client.lines.length === 1);
  expect([client.lines, opened.mock.calls.length]).toEqual([['here'], 0]);
  expect(told).toEqual(
    duplicator.reason === null
      ? []
      : [
          'io_threads is 1, but koffi did not load: gone: all connections are served by the one thread. Set it to 0 to be told no more.',
        ],
  );
  client.close();
});

test.each([
  ['alone', false],
  ['behind TLS', true],
])('a WebSocket %s comes to a thread, also what its client sends with the request', async (_, tls) => {
  const { port, handler } = await start({
    ...OPEN_CLASS,
    trusted_proxies: ['127.0.0.1'],
    listen: [{ host: '127.0.0.1', port: 0, protocol: 'websocket', tls }],
  });
  const raw = connect(port, '127.0.0.1');
  // Both in one read, so that the bytes of the handshake are read where the socket was accepted.
  const header = 'PROXY TCP4 192.0.2.7 127.0.0.1 4711 8097\r\n';
  if (tls) raw.write(header);
  const socket = tls ? connectTls({ socket: raw, rejectUnauthorized: false }) : raw;
  const client = new FrameClient(socket, tls ? '' : header, clientFrame(1, 'ECHO framed'));
  await until(() => client.frames.length === 1);
  expect(client.frames).toEqual([{ opcode: 1, text: 'framed' }]);
  const [connection] = handler.open;
  expect(connection).toMatchObject({ remoteAddress: '192.0.2.7', framing: FRAMING.text });
  expect(connection?.tls?.version).toBe(tls ? 'TLSv1.3' : undefined);
  expect(running?.server.threadFigures.threads[0]?.connections).toEqual({ active: 1, opened: 1 });
  socket.destroy();
});

test('the origins that a reload brings hold in threads, those of a thread that came later, too', async () => {
  const opened = vi.spyOn(IoShard.prototype, 'open');
  const websocket = { host: '127.0.0.1', port: 0, protocol: 'websocket' };
  const { port, server } = await start({ ...OPEN_CLASS, listen: [websocket], websocket_origins: [] });
  const page = async () => {
    const client = new FrameClient(connect(port, '127.0.0.1'), '', null, 'https://chat.example');
    await until(() => client.answer !== '');
    client.socket.destroy();
    return client.answer.split('\r\n', 1)[0];
  };
  expect(await page()).toBe('HTTP/1.1 403 Forbidden');
  const listen = [{ ...websocket, port }];
  const many = Array.from({ length: 2_000 }, (_, index) => `https://chat${index}.example`);
  await applyTo(
    server,
    loopbackConfig({ ...OPEN_CLASS, listen, websocket_origins: [...many, 'https://chat.example'] }),
  );
  expect(await page()).toBe('HTTP/1.1 101 Switching Protocols');
  (opened.mock.contexts[0] as IoShard).tell(-99, 0);
  await until(() => told.length === 1);
  expect(await page()).toBe('HTTP/1.1 101 Switching Protocols');
});

test('what a client sends right behind the header of its proxy is heard', async () => {
  const { port, handler } = await start({ ...OPEN_CLASS, trusted_proxies: ['127.0.0.1'] });
  const client = await LineClient.connect(port);
  client.send('PROXY TCP4 192.0.2.7 127.0.0.1 4711 6667', 'ECHO first');
  await until(() => client.lines.length === 1);
  client.send('ECHO second');
  await until(() => client.lines.length === 2);
  expect(client.lines).toEqual(['first', 'second']);
  expect([...handler.open][0]).toMatchObject({ remoteAddress: '192.0.2.7', remotePort: 4711, localPort: 0 });
  client.close();
});

test('so is a handshake behind it, with the certificate of the client', async () => {
  const { port, handler } = await start({ ...TLS, trusted_proxies: ['127.0.0.1'] });
  const { cert, key } = await createSelfSigned('me.example');
  const raw = connect(port, '127.0.0.1');
  raw.write('PROXY TCP4 192.0.2.7 127.0.0.1 4711 6697\r\n');
  const client = new LineClient(connectTls({ socket: raw, cert, key, rejectUnauthorized: false }));
  client.send('ECHO secret');
  await until(() => client.lines.length === 1);
  expect([...handler.open][0]).toMatchObject({
    remoteAddress: '192.0.2.7',
    tls: {
      version: 'TLSv1.3',
      fingerprint: new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase(),
    },
  });
  client.close();
});

test('a ban that is set during a handshake holds, and is told', async () => {
  const { port, handler, server } = await start(TLS);
  const raw = connect(port, '127.0.0.1');
  await until(() => server.admission.size === 1);
  handler.unwelcome.add('127.0.0.1');
  const client = new LineClient(connectTls({ socket: raw, rejectUnauthorized: false }));
  await until(() => client.ended);
  expect(client.lines).toEqual(['ERROR :Closing Link: 127.0.0.1 (not welcome)']);
  client.close();
  await until(() => server.admission.size === 0);
  expect(handler.closed).toEqual([]);
});

test('more than the shared memory holds arrives whole', async () => {
  const { port } = await start({
    class: [{ name: 'open', throttle: false, flood: false, send_queue_bytes: 1 << 30 }],
  });
  const client = await LineClient.connect(port);
  client.send('FILL 20000000', 'ECHO behind');
  await until(() => client.lines.at(-1) === 'behind');
  expect(client.received).toBe(20_000_000 + 8);
  client.close();
});

test('a thread that ends takes its connections with it, is told, and has a successor', async () => {
  const opened = vi.spyOn(IoShard.prototype, 'open');
  const { port, handler, server } = await start(TLS);
  const lost = await LineClient.connectTls(port);
  await until(() => handler.open.size === 1);
  // No record is of this sort, which is a defect.
  (opened.mock.contexts[0] as IoShard).tell(-99, 0);
  await until(() => lost.closed);
  await until(() => told.length === 1);
  expect(handler.closed).toEqual(['Read error: ECONNABORTED']);
  expect(told[0]).toMatch(
    /^The thread sockets 1 ended unasked, and its connections with it: .*no record -99/,
  );
  expect(server.admission.size).toBe(0);
  const next = await LineClient.connectTls(port);
  next.send('ECHO again');
  await until(() => next.lines.length === 1);
  expect(new Set(opened.mock.contexts).size).toBe(2);
  next.close();
});

test('threads that end again and again are told as hopeless, which ends the process where nobody listens', async () => {
  const hopeless: string[] = [];
  const opened = vi.spyOn(IoShard.prototype, 'open');
  const { port } = await start(OPEN_CLASS, { onThreadsHopeless: (text) => hopeless.push(text) });
  const most = limits.threadEnds.default;
  for (let end = 1; end <= most + 1; end++) {
    expect(hopeless).toEqual([]);
    const client = await LineClient.connect(port);
    await until(() => opened.mock.contexts.length === end);
    (opened.mock.contexts.at(-1) as IoShard).tell(-99, 0);
    await until(() => told.length === end);
    client.close();
  }
  expect(hopeless).toEqual([
    `More than ${most} threads that own sockets ended unasked within 60 s, the last with: The thread sockets 6 threw: there is no record -99. With io_threads = 0 the server does without them.`,
  ]);
});

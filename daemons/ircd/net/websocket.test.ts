/** Clients over WebSocket on the network path: lines in, frames out, on real sockets with the client of the library. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { limits as shared } from '../../runtime/limits.ts';
import { clientFrame } from '../../runtime/test-fixtures/client-frame.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import { FRAMING } from './connection.ts';
import { classOf, FakeConnectionHost } from './fake-connection-host.ts';
import { FrameClient } from './frame-client.ts';
import {
  applyTo,
  front,
  LineClient,
  type Loopback,
  loopbackConfig,
  OPEN_CLASS,
  startLoopback,
} from './loopback-fixture.ts';
import { netConfigSchema } from './net-config.ts';

let running: Loopback;
const clients: WebSocket[] = [];

afterEach(() => {
  running?.server.close();
  for (const client of clients.splice(0)) client.terminate();
});

const place = { host: '127.0.0.1', port: 0 };

async function start(more = {}): Promise<[plain: number, webSocket: number]> {
  const listen = [place, { ...place, protocol: 'websocket' }];
  running = await startLoopback({ ...OPEN_CLASS, listen, ...more });
  const [plain, webSocket] = running.server.listenerInfos;
  expect([plain?.protocol, webSocket?.protocol]).toEqual(['irc', 'websocket']);
  return [plain!.port, webSocket!.port];
}

/** Threads have the sockets of so many clients, at least, where there are to be threads: else this file says nothing about them. */
function expectThreads({ server }: Loopback, most: number): void {
  const { threads } = server.threadFigures;
  const opened = threads.map(({ connections }) => connections.opened);
  expect(threads).toHaveLength(front.threads);
  if (front.threads > 0) expect(opened.reduce((sum, one) => sum + one)).toBeGreaterThanOrEqual(most);
}

/** A client that gathers messages as `text` or `binary` with what they say. */
async function open(port: number, protocols: string[] = ['text.ircv3.net'], options = {}) {
  const client = new WebSocket(`ws://127.0.0.1:${port}`, protocols, options);
  clients.push(client);
  const messages: string[] = [];
  client.on('message', (data, binary) => messages.push(`${binary ? 'binary' : 'text'} ${String(data)}`));
  client.on('error', () => {});
  const closed = once(client, 'close').then(([code, reason]) => [code, String(reason)]);
  await once(client, 'open');
  expectThreads(running, clients.length);
  return { client, messages, closed };
}

test('a line is a message without CR LF, in the sort of frames that was agreed on', async () => {
  const [, port] = await start();
  const text = await open(port);
  const binary = await open(port, ['binary.ircv3.net', 'text.ircv3.net']);
  const older = await open(port, []);
  for (const { client } of [text, binary, older]) client.send('ECHO żółw 🐢');
  binary.client.send(Buffer.from('ECHO two\r\n'));
  await until(
    () => [text, binary, older].every(({ messages }) => messages.length > 0) && binary.messages.length > 1,
  );
  expect(text.messages).toEqual(['text żółw 🐢']);
  expect(binary.messages).toEqual(['binary żółw 🐢', 'binary two']);
  expect(older.messages).toEqual(['text żółw 🐢']);
});

test('a long line and many at once come whole, whatever the kernel takes at a time', async () => {
  const [, port] = await start({ class: [{ ...OPEN_CLASS.class[0], send_queue_bytes: 8_000_000 }] });
  const { client, messages } = await open(port);
  client.send(`ECHO ${'x'.repeat(400)}`);
  client.send('FILL 4000000');
  await until(() => messages.length === 1 + 8_000);
  expect(messages[0]).toBe(`text ${'x'.repeat(400)}`);
  expect(new Set(messages.slice(1))).toEqual(new Set([`text ${'f'.repeat(498)}`]));
});

test('pings are answered, and not beyond what flood control allows', async () => {
  const [, port] = await start({ class: [] });
  const { client, closed } = await open(port);
  client.ping('still there?');
  const [answer] = await once(client, 'pong');
  expect(String(answer)).toBe('still there?');
  for (let i = 0; i < 400; i++) client.ping();
  expect(await closed).toEqual([1000, 'Excess Flood']);
});

test.each([
  [
    'one that the server lets go reads why',
    (client: WebSocket) => client.send('BYE no more'),
    [1000, 'no more'],
  ],
  [
    'goodbye is answered with the same code',
    (client: WebSocket) => client.close(1001, 'leaving'),
    [1001, 'Connection closed'],
  ],
  ['goodbye without a code as well', (client: WebSocket) => client.close(), [1005, '']],
  [
    'text that is not UTF-8 is 1007',
    (client: WebSocket) => client.send(Buffer.from([0xe9]), { binary: false }),
    [1007, expect.stringContaining('WebSocket error: ')],
  ],
  [
    'a message beyond the limit is 1009',
    (client: WebSocket) => client.send('x'.repeat(shared.webSocketMessageBytes.default + 1)),
    [1009, expect.stringContaining('WebSocket error: ')],
  ],
])('%s', async (_what, act, wanted) => {
  const [, port] = await start();
  const { client, closed } = await open(port);
  act(client);
  expect(await closed).toEqual(wanted);
  await until(() => running.handler.closed.length === 1 && running.server.admission.size === 0);
});

test('a line that is too long for IRC is said to be so, and nothing ends', async () => {
  const [, port] = await start();
  const { client, messages } = await open(port);
  client.send('x'.repeat(511));
  client.send('ECHO on');
  await until(() => messages.length === 2);
  expect(messages).toEqual(['text 417', 'text on']);
});

test('what came before goodbye is heard, and the last word comes before the close', async () => {
  const [, port] = await start();
  const { client, messages, closed } = await open(port);
  client.send('ECHO last');
  client.close(1000);
  expect(await closed).toEqual([1000, 'Connection closed']);
  expect(messages).toEqual(['text last']);
  expect(running.handler.lines).toEqual(['ECHO last']);
});

test('a client that just hangs up is gone', async () => {
  const [, port] = await start();
  const { client } = await open(port);
  client.terminate();
  await until(() => running.handler.closed.length === 1);
});

test('when the server goes down clients are told to come back', async () => {
  const [, port] = await start();
  const { closed } = await open(port);
  // Whoever is in the middle of a handshake is told nothing.
  await until(() => running.handler.open.size === 1);
  void running.server.drain('Server is shutting down', AbortSignal.timeout(10_000));
  expect(await closed).toEqual([1001, 'Server is shutting down']);
});

test('only pages of the origins in the configuration get in, from a reload on', async () => {
  const more = { websocket_origins: ['https://chat.example'] };
  const [, port] = await start(more);
  const page = (origin: string) => {
    const client = new WebSocket(`ws://127.0.0.1:${port}`, { origin });
    clients.push(client);
    client.on('error', () => {});
    return Promise.race([
      once(client, 'open').then(() => 'in'),
      once(client, 'unexpected-response').then(() => 'out'),
    ]);
  };
  expect(await Promise.all([page('https://chat.example'), page('https://chat.example:8443')])).toEqual([
    'in',
    'out',
  ]);
  const listen = running.server.listenerInfos.map(({ host, port: real, protocol }) => ({
    host,
    port: real,
    protocol,
  }));
  await applyTo(running.server, loopbackConfig({ ...OPEN_CLASS, listen, websocket_origins: ['*'] }));
  expect(await page('https://chat.example:8443')).toBe('in');
});

test('an origin is written as browsers write it', () => {
  const problem = (origin: string) =>
    netConfigSchema.safeParse({ websocket_origins: [origin] }).error?.issues[0];
  for (const good of ['*', 'https://chat.example', 'http://127.0.0.1:8080'])
    expect(problem(good)).toBeUndefined();
  for (const bad of [
    'chat.example',
    'https://chat.example/',
    'https://Chat.example',
    'https://chat.example:443',
    'null',
    '',
  ]) {
    expect(problem(bad)).toMatchObject({
      path: ['websocket_origins', 0],
      message: expect.stringContaining('expected an origin'),
    });
  }
});

test('IRC on a WebSocket listener and WebSocket on an IRC listener do not work by accident', async () => {
  const [plain, webSocket] = await start();
  const irc = await LineClient.connect(webSocket);
  irc.send('ECHO hello');
  await until(() => irc.closed);
  expect(irc.lines[0]).toBe('HTTP/1.1 400 Bad Request');
  const client = connect({ port: plain, host: '127.0.0.1' });
  client.end('GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n');
  await once(client, 'close');
  expect(running.handler.lines).toEqual(['GET / HTTP/1.1', 'Upgrade: websocket']);
});

test('what came of a frame that is not complete is held, until the rest comes or the client is gone', async () => {
  const [, port] = await start();
  const { server, handler } = running;
  const client = new FrameClient(connect(port, '127.0.0.1'));
  await until(() => client.open && handler.open.size === 1);
  const frame = clientFrame(1, 'ECHO whole');
  client.send(frame.subarray(0, 9));
  await until(() => server.heldOfInput.depth === 9);
  client.send(frame.subarray(9), frame.subarray(0, 12));
  await until(() => server.heldOfInput.depth === 12 && client.frames.length === 1);
  const [connection] = handler.open;
  expect([client.frames, connection?.bytesIn]).toEqual([[{ opcode: 1, text: 'whole' }], frame.length + 12]);
  client.socket.destroy();
  await until(() => server.heldOfInput.depth === 0);
});

test('unfinished frames count to what all clients may have waiting, and frames are charged to who sends them', () => {
  const host = new FakeConnectionHost();
  const { connection, socket } = host.connect(classOf({ flood: false }), null, undefined, FRAMING.text);
  const frame = clientFrame(1, 'NICK ann');
  socket.emit('data', Buffer.from(frame.subarray(0, 5)));
  expect(host.count('inputHeld')).toBe(5);
  expect(connection.heldBytes).toEqual({ out: 0, in: 5 });
  socket.emit('data', Buffer.from(frame.subarray(5)));
  expect(host.lines).toEqual(['NICK ann']);
  expect(host.count('inputHeld')).toBe(0);
  const before = connection.work.usedNs(0);
  socket.emit('data', Buffer.concat(Array.from({ length: 1000 }, () => clientFrame(9, ''))));
  // A thousand frames of 1,500 ns at least.
  expect(connection.work.usedNs(0) - before).toBeGreaterThan(1_500_000);
  connection.destroy();
  socket.emit('close');
});

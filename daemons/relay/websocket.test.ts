/** Clients over WebSocket: the same frames, sealed or plain, with the browser connector of the client library and with any other. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { WebSocket as LibraryWebSocket } from 'ws';
import { until } from '../runtime/test-fixtures/until.ts';
import { connectRelay as connectFromPage } from './client/browser-connection.ts';
import { connectRelay } from './client/node-connection.ts';
import type { RelayClient, RelayMessage } from './client/relay-client.ts';
import { WEBSOCKET_PROTOCOL } from './net/websocket-side.ts';
import { framed, TestRelay } from './test-relay.ts';

let relay: TestRelay;
const closers: (() => void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) close();
  await relay.close();
});

const place = { host: '127.0.0.1', port: 0 };

async function start(config: Record<string, unknown> = {}) {
  relay = await TestRelay.start({
    listen: [place, { ...place, protocol: 'websocket', ...(config.listener as object) }],
    ...Object.fromEntries(Object.entries(config).filter(([key]) => key !== 'listener')),
  });
  const [plain, webSocket] = relay.server.listeners();
  expect([plain?.protocol, webSocket?.protocol]).toEqual(['frames', 'websocket']);
  return webSocket!.port;
}

function kept<Client extends RelayClient>(client: Client): Client {
  closers.push(() => client.close());
  return client;
}

/** A client of another library, which gathers the stream. */
async function open(port: number, options: object = {}, protocols: string | string[] = WEBSOCKET_PROTOCOL) {
  const client = new LibraryWebSocket(`ws://127.0.0.1:${port}`, protocols, options);
  closers.push(() => client.terminate());
  const heard = { stream: Buffer.alloc(0), binary: true };
  client.on('message', (data: Buffer, binary) => {
    heard.stream = Buffer.concat([heard.stream, data]);
    heard.binary &&= binary;
  });
  client.on('error', () => {});
  const closed = once(client, 'close').then(([code, reason]) => [code, String(reason)]);
  await once(client, 'open');
  return { client, heard, closed };
}

it('gives a page a sealed session, in which it talks to a client over TCP, in messages of any size', async () => {
  const port = await start();
  const heard: RelayMessage[] = [];
  const seed = new Uint8Array(32).fill(5);
  const page = kept(
    await connectFromPage({
      url: `ws://127.0.0.1:${port}`,
      mode: 'rooms',
      peer: 'page',
      identitySeed: seed,
      relay: relay.server.door.identity,
      onMessage: (message) => heard.push(message),
    }),
  );
  expect(page.welcome.security).toMatchObject({ mode: 'noise', tls: null });
  const answers: RelayMessage[] = [];
  const other = kept(
    await connectRelay({
      host: '127.0.0.1',
      port: relay.port,
      mode: 'rooms',
      peer: 'other',
      onMessage: (message) => answers.push(message),
    }),
  );
  await page.join('den');
  await other.join('den');
  const large = new Uint8Array(900_000).map((_, index) => index * 7);
  for (const payload of [new Uint8Array(0), Uint8Array.of(1), large]) {
    await other.toRoom('den', payload);
    await page.toRoom('den', payload);
  }
  await until(() => heard.length === 3 && answers.length === 3);
  for (const messages of [heard, answers])
    expect(messages.map(({ payload }) => Buffer.from(payload))).toEqual(
      [new Uint8Array(0), Uint8Array.of(1), large].map((payload) => Buffer.from(payload)),
    );
  expect(await page.toPeer('other', 'direct')).toBe(1);
  page.close();
  await until(() => relay.server.relay.peer('page') === undefined);
});

it('gives a page plain frames where it asks for those', async () => {
  const port = await start();
  const page = kept(await connectFromPage({ url: `ws://127.0.0.1:${port}`, mode: 'echo', plain: true }));
  expect(page.welcome.security).toEqual({ mode: 'plain', tls: null });
  expect(page.relay).toBeNull();
});

it('tells a page why it is refused', async () => {
  const port = await start({ security: { mode: 'noise', allow: [await otherIdentity()] } });
  await expect(connectFromPage({ url: `ws://127.0.0.1:${port}`, mode: 'echo' })).rejects.toMatchObject({
    code: 'not_allowed',
  });
  await expect(connectFromPage({ url: `ws://127.0.0.1:${relay.port}`, mode: 'echo' })).rejects.toMatchObject({
    name: 'RelayConnectionError',
  });
  await expect(
    connectFromPage({ url: `ws://127.0.0.1:${port}`, mode: 'echo', identitySeed: new Uint8Array(31) }),
  ).rejects.toThrow('identitySeed has 31 bytes; expected 32.');
});

const otherIdentity = async () => {
  const { TEST_SUITE } = await import('./test-relay.ts');
  const { identityText } = await import('./noise/identity.ts');
  return identityText(TEST_SUITE.signingKey(new Uint8Array(32).fill(99)).publicKey);
};

it('takes the stream in any messages, answers pings, and says goodbye', async () => {
  const port = await start();
  const { client, heard, closed } = await open(port);
  for (const byte of framed('hello')) client.send(Buffer.of(byte));
  await until(() => heard.stream.length === 9);
  expect(heard).toEqual({ stream: framed('hello'), binary: true });
  client.send(Buffer.concat([framed('a'), framed('b'), framed('c').subarray(0, 2)]));
  client.ping('still there?');
  const [pong] = await once(client, 'pong');
  expect(String(pong)).toBe('still there?');
  client.send(framed('c').subarray(2));
  await until(() => heard.stream.length === 9 + 15);
  client.close(4_001, 'enough');
  expect(await closed).toEqual([4_001, 'closed by the client']);
  expect(relay.server.relay.size).toBe(0);
});

it('has on the wire what the document of the protocol says', async () => {
  const text = await readFile(join(import.meta.dirname, '../../docs/relay-protocol.md'), 'utf8');
  const [said = '', answered = ''] = ['client', 'relay'].map((side) =>
    new RegExp(`^${side} +(82 .+)$`, 'm').exec(text)?.[1]?.replaceAll(' ', ''),
  );
  const port = await start();
  const socket = connect(port, '127.0.0.1');
  closers.push(() => socket.destroy());
  let heard = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    heard = Buffer.concat([heard, bytes]);
  });
  socket.write(
    `GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\n\r\n`,
  );
  await until(() => heard.includes('\r\n\r\n'));
  expect(heard.toString()).toMatch(/^HTTP\/1\.1 101 /);
  heard = Buffer.alloc(0);
  socket.write(Buffer.from(said, 'hex'));
  await until(() => heard.length === 11);
  expect([heard.toString('hex'), answered.length]).toEqual([answered, 22]);
});

it('ends with a close frame that says why: a mistake in frames, in messages, or the end of the relay', async () => {
  const port = await start({ max_frame_bytes: 1_000, max_control_bytes: 512 });
  const large = await open(port);
  large.client.send(Buffer.from([0, 0, 16, 0]));
  expect(await large.closed).toEqual([1008, 'frame_too_large']);
  expect(String(large.heard.stream)).toContain('"code":"frame_too_large"');
  const text = await open(port);
  text.client.send('text');
  expect(await text.closed).toEqual([1003, 'WebSocket error: text was sent where bytes are spoken']);
  const long = await open(port);
  long.client.send(Buffer.alloc(131_073));
  expect((await long.closed)[0]).toBe(1009);
  const last = await open(port);
  last.client.send(framed('x'));
  await until(() => last.heard.stream.length === 5);
  relay.server.relay.close('over');
  expect((await last.closed)[0]).toBe(1001);
});

it('lets pages in by where they are from, and says to others in HTTP why not', async () => {
  const port = await start({ websocket_origins: ['https://chat.example.net'] });
  await open(port, { origin: 'https://chat.example.net' });
  await open(port, {}, []);
  const refused = (options: object) =>
    new Promise((resolve) => {
      const client = new LibraryWebSocket(`ws://127.0.0.1:${port}`, WEBSOCKET_PROTOCOL, options);
      client.on('error', () => {});
      client.on('unexpected-response', (_request, response) => {
        response.resume();
        resolve(response.statusCode);
      });
    });
  expect(await refused({ origin: 'https://evil.example.net' })).toBe(403);
  relay.registry.sample();
  expect(relay.metrics.webSocketFailures.value).toBe(1);
  await relay.reload({
    listen: [place, { ...place, port, protocol: 'websocket' }],
    websocket_origins: ['https://evil.example.net'],
  });
  await open(port, { origin: 'https://evil.example.net' });
  const ban = { kind: 'cidr' as const, value: '127.0.0.1', reason: 'noise', by: 'me' };
  await relay.bans.add({ ...ban, createdAt: Date.now(), expiresAt: null });
  const socket = connect(port, '127.0.0.1');
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 503 [\s\S]*banned: Your address is banned: noise\n$/);
  socket.destroy();
});

it('drops what does not fit a slow reader in frames as over TCP, and everything that is read comes whole', async () => {
  const port = await start();
  const { client, heard } = await open(port);
  const payload = Buffer.alloc(200_000, 'abc');
  client.pause();
  for (let i = 0; i < 10; i++)
    for (let at = 0; at < payload.length + 4; at += 65_536)
      client.send(framed(payload).subarray(at, at + 65_536));
  await until(() => relay.metrics.framesIn.value === 10);
  client.resume();
  await until(() => heard.stream.length === 10 * 200_004);
  expect(heard.stream.equals(Buffer.concat(Array(10).fill(framed(payload))))).toBe(true);
});

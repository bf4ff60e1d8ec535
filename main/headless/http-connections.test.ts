/** Connections of the HTTP server beside its answers: upgrades, slow readers, and what is left when things end. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { ConnectionRoom } from './connection-room.ts';
import { startHttpServer } from './http-server.ts';
import { PacedSocket } from './paced-socket.ts';
import { BEARER, type FakeSite, SITE_LIMITS, startFakeSite, TOKEN } from './test-fixtures/fake-site.ts';

let site: FakeSite;
let { host, auth, server, windowDir, ask, login } = {} as FakeSite;

beforeEach(async () => {
  site = await startFakeSite();
  ({ host, auth, server, windowDir, ask, login } = site);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await site.close();
});

/** The answer to an upgrade that is refused. */
async function refusedUpgrade(path: string, headers: Record<string, string>, method = 'GET') {
  const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1' });
  const all = { host: 'localhost', connection: 'Upgrade', upgrade: 'websocket', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  let text = '';
  for await (const bytes of socket) text += String(bytes);
  const [head = '', body = ''] = text.split('\r\n\r\n');
  return `${head.split(' ')[1]} ${(JSON.parse(body) as { error: { code: string } }).error.code}`;
}

test.each<[string, string, Record<string, string>, string, string]>([
  ['from another site', '/control', { host: 'evil.example' }, 'GET', '403 forbidden'],
  ['without a login', '/control', {}, 'GET', '401 unauthorized'],
  ['that is no GET', '/control', BEARER, 'POST', '400 bad_request'],
  ['to something else', '/control', { ...BEARER, upgrade: 'h2c' }, 'GET', '400 bad_request'],
  ['of another path', '/elsewhere', BEARER, 'GET', '404 not_found'],
  ['of a path below', '/control/x', BEARER, 'GET', '404 not_found'],
  ['of a stream without a name', '/stream/', BEARER, 'GET', '404 not_found'],
  ['of a stream with another name', '/stream/A_b', BEARER, 'GET', '404 not_found'],
  ['of a stream of nobody', '/stream/nope', BEARER, 'GET', '404 unknown_daemon'],
])('an upgrade %s is refused', async (_, path, headers, method, answer) => {
  expect(await refusedUpgrade(path, headers, method)).toBe(answer);
  expect(host.plane.sessions.list(null)).toEqual([]);
});

test('the socket of a stream goes to its daemon with what the handshake needs and nothing that is secret', async () => {
  const socket = new WebSocket(new URL('/stream/chat?x=1', server.url.replace('http', 'ws')), {
    headers: { ...BEARER, cookie: 'a=b' },
  });
  socket.on('error', () => {});
  const chat = host.launcher.newest('chat');
  await expect.poll(() => chat.inbox).toContain('stream-open');
  const opened = chat.last('stream-open');
  expect(opened).toMatchObject({ transport: 'socket', purpose: 'watch', role: 'admin' });
  const { headers } = 'upgrade' in opened && opened.upgrade !== undefined ? opened.upgrade : { headers: {} };
  expect(Object.keys(headers).sort()).toEqual([
    'connection',
    'sec-websocket-extensions',
    'sec-websocket-key',
    'sec-websocket-version',
    'upgrade',
  ]);
  expect(host.plane.sessions.list(null)).toMatchObject([{ streams: 1, connections: 0 }]);
  chat.say({ type: 'stream-close', streamId: opened.streamId });
  expect(host.plane.sessions.list(null)).toEqual([]);
  socket.terminate();
});

test('what a client sends behind its upgrade goes to the daemon with the socket', async () => {
  const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1' });
  socket.on('error', () => {});
  const head = `GET /stream/chat HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`;
  socket.write(`${head}first bytes`);
  const chat = host.launcher.newest('chat');
  await expect.poll(() => chat.inbox).toContain('stream-open');
  const opened = chat.last('stream-open');
  const { head: rest } =
    'upgrade' in opened && opened.upgrade !== undefined ? opened.upgrade : { head: new Uint8Array() };
  expect(Buffer.from(rest).toString()).toBe('first bytes');
  socket.destroy();
});

test('whoever is logged in keeps the place of the connection, and waits for no stranger', async () => {
  const [place, turns] = [
    vi.spyOn(ConnectionRoom.prototype, 'known'),
    vi.spyOn(PacedSocket.prototype, 'known'),
  ];
  await ask('/session');
  expect(place).not.toHaveBeenCalled();
  expect(turns).toHaveBeenLastCalledWith(false);
  await ask('/session', { headers: BEARER });
  expect(place).toHaveBeenCalledOnce();
  expect(turns).toHaveBeenLastCalledWith(true);
});

test('a client that takes no byte of its answer is cut off after its time', async () => {
  await writeFile(join(windowDir, 'large.js'), 'x'.repeat(15_000_000));
  const enter = vi.spyOn(ConnectionRoom.prototype, 'enter');
  const hurried = await startHttpServer({
    plane: host.plane,
    auth,
    windowDir,
    host: '127.0.0.1',
    port: 0,
    limits: { ...SITE_LIMITS, httpWriteMs: 50 },
  });
  const client = connect({ port: Number(new URL(hurried.url).port), host: '127.0.0.1' }).pause();
  client.on('error', () => {});
  client.write('GET /large.js HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await expect.poll(() => enter.mock.calls[0]?.[0].destroyed).toBe(true);
  client.destroy();
  await hurried.close();
});

test('a control connection is a connection of its session, and is told when that is signed out', async () => {
  const { cookie } = await login('Anna');
  const socket = new WebSocket(new URL('/control?v=1', server.url.replace('http', 'ws')), {
    headers: { cookie },
  });
  await once(socket, 'open');
  expect(host.plane.sessions.list(null)).toMatchObject([{ name: 'Anna', connections: 1 }]);
  // Events come meanwhile too.
  const answer = new Promise<unknown>((answered) => {
    socket.on('message', (bytes) => {
      const said = JSON.parse(String(bytes)) as { readonly id?: number };
      if (said.id === 1) answered(said);
    });
  });
  socket.send('{"id":1,"name":"status"}');
  expect(await answer).toMatchObject({ outcome: { ok: true } });
  const closed = once(socket, 'close');
  await host.plane.sessions.end(auth.sessions.all[0]?.id ?? '');
  const [code, reason] = await closed;
  expect([code, String(reason)]).toEqual([4401, 'signed out']);
});

test('a server that closes says so to control connections, and takes nobody any more', async () => {
  const socket = new WebSocket(new URL('/control', server.url.replace('http', 'ws')), { headers: BEARER });
  await once(socket, 'open');
  const closed = once(socket, 'close');
  await server.close();
  const [code, reason] = await closed;
  expect([code, String(reason)]).toEqual([1001, 'Signalbox is closing']);
  await expect(ask('/livez')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('an address that cannot be had is the system’s error; of IPv6 the address is in brackets', async () => {
  const options = { plane: host.plane, auth, windowDir };
  const port = Number(new URL(server.url).port);
  await expect(startHttpServer({ ...options, host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  const six = await startHttpServer({ ...options, host: '::1', port: 0 });
  expect(six.url).toMatch(/^http:\/\/\[::1\]:\d+\/$/);
  expect((await fetch(new URL('/livez', six.url))).status).toBe(200);
  await six.close();
});

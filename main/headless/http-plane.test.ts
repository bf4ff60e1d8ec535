/** The HTTP server over a control plane whose daemons do as told: what each path answers, and what is left when things end. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type FakeHost, startFakeHost } from '../core/fake-host.ts';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { Auth } from './auth.ts';
import { ConnectionRoom } from './connection-room.ts';
import { type HttpServer, startHttpServer } from './http-server.ts';
import { PacedSocket } from './paced-socket.ts';

const token = 't'.repeat(43);
const limits = { ...CONTROL_LIMITS, requestBytes: 2_000 };
let host: FakeHost;
let auth: Auth;
let server: HttpServer;
let windowDir: string;

beforeEach(async () => {
  host = await startFakeHost({ toml: '[signalbox]\nallowed_hosts = ["dash.example"]\n', limits });
  await host.plane.started;
  windowDir = await mkdtemp(join(tmpdir(), 'signalbox-window-'));
  await writeFile(join(windowDir, 'index.html'), '<p>hi</p>');
  auth = new Auth(token, { limits });
  server = await startHttpServer({ plane: host.plane, auth, windowDir, host: '127.0.0.1', port: 0 });
  host.events.length = 0;
});
afterEach(async () => {
  vi.restoreAllMocks();
  await server.close();
  await host.close();
  await rm(windowDir, { recursive: true });
});

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

async function ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}) {
  const request = httpRequest(new URL(path, server.url), { method, headers });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const text = Buffer.concat(await response.toArray()).toString();
  return { status: response.statusCode, headers: response.headers, text };
}

const JSON_TYPE = { 'content-type': 'application/json' };
const BEARER = { authorization: `Bearer ${token}` };
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(path, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) });
const errorIn = ({ text }: { text: string }) =>
  (JSON.parse(text) as { error: { code: string; message: string } }).error;

async function login(name?: string, headers: Record<string, string> = {}) {
  const answer = await post('/login', { token, name }, headers);
  expect(answer.status).toBe(204);
  const [cookie = ''] = answer.headers['set-cookie'] ?? [];
  return { cookie: cookie.split(';')[0] ?? '', header: cookie };
}

const logged = async () => {
  const outcome = await host.ask('logs.query', { source: 'main' });
  const { records } = outcome.ok
    ? (outcome.result as { records: { event: string; level: string; message: string }[] })
    : { records: [] };
  return records.filter(({ event }) => !event.startsWith('daemon_'));
};

test.each([
  ['GET', '/api/status', 405, 'POST'],
  ['PUT', '/api/status', 405, 'POST'],
  ['GET', '/login', 405, 'POST'],
  ['GET', '/logout', 405, 'POST'],
  ['POST', '/', 405, 'GET, HEAD'],
  ['POST', '/metrics', 405, 'GET, HEAD'],
  ['DELETE', '/livez', 405, 'GET, HEAD'],
])('%s %s is refused with how to ask', async (method, path, status, allow) => {
  const answer = await ask(path, { method });
  expect([answer.status, answer.headers.allow]).toEqual([status, allow]);
  expect(errorIn(answer)).toEqual({
    code: 'bad_request',
    message: `${path} is asked with ${allow.replace(', ', ' or ')}.`,
  });
});

test('everything is answered under the headers of a window', async () => {
  for (const path of ['/', '/livez', '/nope', '/session', '/metrics']) {
    const { headers } = await ask(path);
    expect(headers).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  }
});

test('a HEAD has the head alone, a query is no part of the path', async () => {
  const head = await ask('/', { method: 'HEAD' });
  expect([head.status, head.headers['content-length'], head.text]).toEqual([200, '9', '']);
  expect(await ask('/index.html?v=1')).toMatchObject({ status: 200, text: '<p>hi</p>' });
});

test('probes are answered without a login, with details where they are asked for', async () => {
  expect(await ask('/livez')).toMatchObject({ status: 200, text: 'ok\n' });
  expect(await ask('/readyz')).toMatchObject({ status: 200, text: 'ok\n' });
  expect((await ask('/readyz?verbose')).text).toMatch(/^\[\+\] config ok\n.*readyz check passed\n$/s);
  await host.ask('daemon.stop', { id: 'chat' });
  expect(await ask('/readyz')).toMatchObject({ status: 503, text: 'not ready\n' });
  expect((await ask('/readyz?verbose')).text).toContain('[-] chat stopped');
});

test('names of this host and those that are allowed may be asked, no other', async () => {
  for (const name of ['localhost', 'dash.example:443'])
    expect((await ask('/livez', { headers: { host: name } })).status).toBe(200);
  const answer = await ask('/livez', { headers: { host: 'evil.example' } });
  expect([answer.status, errorIn(answer).code]).toEqual([403, 'forbidden']);
  expect((await post('/login', { token }, { origin: 'http://evil.example' })).status).toBe(403);
});

test('whoever is nobody gets nothing but the window, and is told how to log in', async () => {
  expect(await ask('/session')).toMatchObject({ status: 401, text: '' });
  for (const answer of [await ask('/metrics'), await post('/api/status', {}), await post('/logout', {})]) {
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    expect(errorIn(answer)).toEqual({
      code: 'unauthorized',
      message: 'Log in, or send the token as "Authorization: Bearer TOKEN".',
    });
  }
});

test('a login gives a session that says who it is, and a logout ends it', async () => {
  const { cookie, header } = await login('Anna');
  expect(header).not.toContain('Secure');
  const [session] = auth.sessions.all;
  expect(JSON.parse((await ask('/session', { headers: { cookie } })).text)).toEqual({
    ok: true,
    result: { name: 'Anna', session: session?.id },
  });
  expect(JSON.parse((await ask('/session', { headers: BEARER })).text)).toEqual({
    ok: true,
    result: { name: 'admin', session: null },
  });
  expect(host.plane.sessions.list(null)).toMatchObject([{ id: session?.id, name: 'Anna', connections: 0 }]);
  const bye = await post('/logout', {}, { cookie });
  expect([bye.status, bye.headers['set-cookie']?.[0]]).toEqual([204, expect.stringContaining('Max-Age=0')]);
  expect((await ask('/session', { headers: { cookie } })).status).toBe(401);
  const where = `session ${session?.id} from 127.0.0.1`;
  expect(await logged()).toMatchObject([
    { level: 'info', event: 'login', message: `Anna logged in: session ${session?.id} from 127.0.0.1.` },
    { level: 'info', event: 'logout', message: `Anna (${where}) logged out.` },
  ]);
  // A program has nothing to end.
  expect((await post('/logout', {}, BEARER)).status).toBe(204);
  expect(await logged()).toHaveLength(2);
});

test('a browser that logs in again leaves the session that it had, and no other', async () => {
  const [first, other] = [await login('Anna'), await login('Ben')];
  await login('Anna', { cookie: first.cookie });
  expect((await ask('/session', { headers: { cookie: first.cookie } })).status).toBe(401);
  expect((await ask('/session', { headers: { cookie: other.cookie } })).status).toBe(200);
  expect(auth.sessions.all.map(({ name }) => name)).toEqual(['Ben', 'Anna']);
});

test('over TLS the cookie stays on TLS', async () => {
  const { header } = await login('Anna', { host: 'dash.example', origin: 'https://dash.example' });
  expect(header).toMatch(/; Secure$/);
});

test('a login that is refused is told why, and noted without what was sent', async () => {
  const wrong = await post('/login', { token: 'hunter2' });
  expect([wrong.status, errorIn(wrong)]).toEqual([
    401,
    {
      code: 'unauthorized',
      message: 'That is not the token. It was printed when Signalbox started, and stands in DATA/token.',
    },
  ]);
  const name = await post('/login', { token, name: '<b>' });
  expect([name.status, errorIn(name).message]).toEqual([
    400,
    expect.stringMatching(/^A name has at most 32 letters/),
  ]);
  expect((await ask('/login', { method: 'POST' })).status).toBe(401);
  expect(
    (await ask('/login', { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } })).status,
  ).toBe(415);
  expect((await post('/login', { token: 'x'.repeat(5_000) })).status).toBe(413);
  const notes = await logged();
  expect(notes.map(({ level, event }) => `${level} ${event}`)).toEqual([
    'warn login_refused',
    'warn login_refused',
  ]);
  expect(notes[0]?.message).toBe('Somebody tried to log in with a wrong token from 127.0.0.1.');
  expect(JSON.stringify(notes)).not.toContain('hunter2');
});

test('too many wrong logins wait, and are not noted any more', async () => {
  for (let n = 0; n < CONTROL_LIMITS.loginBurst; n++) await post('/login', { token: 'x' });
  const late = await post('/login', { token: 'x' });
  expect([late.status, late.headers['retry-after'], errorIn(late)]).toEqual([
    429,
    '3',
    { code: 'limit_reached', message: 'Too many failed logins; try again in 3 s.' },
  ]);
  expect(await logged()).toHaveLength(CONTROL_LIMITS.loginBurst);
  await login();
});

test('the API answers as the one who asks, with the status that fits', async () => {
  const good = await post('/api/daemon.stop', { id: 'chat' }, BEARER);
  expect([good.status, JSON.parse(good.text)]).toMatchObject([
    200,
    { ok: true, result: { state: 'stopped' } },
  ]);
  expect(host.events).toContainEqual(
    expect.objectContaining({
      type: 'audit',
      entry: expect.objectContaining({ actor: 'admin (127.0.0.1)', from: 'api' }),
    }),
  );
  const bad = await post('/api/daemon.start', { id: 'nope' }, BEARER);
  expect([bad.status, errorIn(bad).code]).toEqual([404, 'unknown_daemon']);
  expect((await ask('/api/status', { method: 'POST', headers: BEARER })).status).toBe(200);
  const long = await post('/api/config.check', { text: 'x'.repeat(3_000) }, BEARER);
  expect([long.status, errorIn(long).message]).toEqual([413, 'The body may have at most 2000 bytes.']);
});

test('a program is a session while its request is answered; when it hangs up, its command ends', async () => {
  const chat = host.launcher.newest('chat');
  const { send } = chat;
  chat.send = (message) => {
    if (message.type === 'command') chat.received.push(message);
    else send.call(chat, message);
  };
  const request = httpRequest(new URL('/api/command.run', server.url), {
    method: 'POST',
    headers: { ...JSON_TYPE, ...BEARER },
  });
  request.on('error', () => {});
  request.end(JSON.stringify({ daemon: 'chat', command: 'list', args: {} }));
  await expect.poll(() => chat.inbox).toContain('command');
  expect(host.plane.sessions.list(null)).toMatchObject([
    { name: 'admin', from: 'api', address: '127.0.0.1', connections: 1 },
  ]);
  request.destroy();
  await expect.poll(() => chat.inbox).toContain('cancel');
  await expect.poll(() => host.plane.sessions.list(null)).toEqual([]);
  chat.send = send;
});

test('a defect is answered as one, and its stack is in the log and nowhere else', async () => {
  vi.spyOn(host.plane, 'latestMetrics').mockImplementation(() => {
    throw new Error('a secret of the code');
  });
  const answer = await ask('/metrics', { headers: BEARER });
  expect([answer.status, errorIn(answer)]).toEqual([
    500,
    { code: 'internal', message: 'The request could not be answered; the log says why.' },
  ]);
  expect(await logged()).toMatchObject([
    {
      level: 'error',
      event: 'request_defect',
      message: expect.stringMatching(/^Error: a secret of the code\n {4}at /),
    },
  ]);
});

test('figures are there for Prometheus, and for nobody to keep', async () => {
  const { status, headers, text } = await ask('/metrics', { headers: BEARER });
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    'cache-control': 'no-store',
  });
  expect(text).toContain('signalbox_daemon_up{daemon="chat"} 1');
  expect(text).toContain('# TYPE signalbox_main_requests_total counter');
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
  const head = `GET /stream/chat HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nAuthorization: Bearer ${token}\r\n\r\n`;
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
    limits: { ...limits, httpWriteMs: 50 },
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
  socket.send('{"id":1,"name":"status"}');
  expect(JSON.parse(String((await once(socket, 'message'))[0]))).toMatchObject({
    id: 1,
    outcome: { ok: true },
  });
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

/** The headless host over HTTP and WebSocket, with a real daemon behind it. */
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { decodeFrame } from '../../contract/metric-frame.ts';
import { CONTROL_LIMITS, type ControlLimits } from '../core/limits.ts';
import { Auth, loadToken } from './auth.ts';
import { type HttpServer, startHttpServer } from './http-server.ts';
import { startTestHost, type TestHost } from './test-fixtures/test-host.ts';

let host: TestHost;
let server: HttpServer;
let token: string;
let windowDir: string;

beforeAll(async () => {
  host = await startTestHost('[signalbox]\nautostart = ["tiny"]\n');
  token = await loadToken(host.dataDir);
  windowDir = await mkdtemp(join(tmpdir(), 'signalbox-window-'));
  await mkdir(join(windowDir, 'assets'));
  await writeFile(join(windowDir, 'index.html'), '<!doctype html><title>Signalbox</title>');
  await writeFile(join(windowDir, 'assets/app-1a2b.js'), 'export {};');
  await symlink('/etc/passwd', join(windowDir, 'leak.txt'));
  server = await startHttpServer({
    plane: host.plane,
    auth: new Auth(token),
    windowDir,
    host: '127.0.0.1',
    port: 0,
    limits: { ...CONTROL_LIMITS, requestBytes: 10_000 },
  });
  await host.reached('running');
});
afterAll(async () => {
  await server.close();
  await host.close();
  await rm(windowDir, { recursive: true });
});

const bearer = () => ({ authorization: `Bearer ${token}` });
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(new URL(path, server.url), { headers, redirect: 'manual' });
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(new URL(path, server.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** fetch does not let a test choose the Host header. */
async function withHost(path: string, headers: Record<string, string>): Promise<number> {
  const request = httpRequest(new URL(path, server.url), { headers });
  request.end();
  const [response] = await once(request, 'response');
  response.resume();
  return response.statusCode;
}

/** Sends raw bytes and gives back all that is answered until the server closes. */
async function raw(text: string): Promise<string> {
  const { port } = new URL(server.url);
  const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    answer += chunk;
  });
  socket.write(text);
  await once(socket, 'end');
  socket.destroy();
  return answer;
}

/** What main has logged. */
const logged = async () => JSON.stringify(await host.ask('logs.query', { source: 'main' }));

function webSocket(path: string, headers: Record<string, string> = {}): WebSocket {
  return new WebSocket(new URL(path, server.url.replace('http', 'ws')), { headers });
}

/** The status and code with which an upgrade is refused. */
async function refusal(path: string, headers: Record<string, string>): Promise<string> {
  const socket = webSocket(path, headers);
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  const { error } = JSON.parse(Buffer.concat(await response.toArray()).toString());
  expect(error.message).toMatch(/\.$/);
  return `${response.statusCode} ${error.code}`;
}

test('the window is served to everyone, under a strict policy', async () => {
  const response = await get('/');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'/);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  expect(await response.text()).toContain('Signalbox');
  const asset = await get('/assets/app-1a2b.js');
  expect(asset.headers.get('cache-control')).toContain('immutable');
});

test.each([
  '/../token',
  '/..%2ftoken',
  '/%2e%2e/token',
  '/leak.txt',
  '/assets/%00',
  '/assets',
  '/nothing.js',
])('%s leads nowhere', async (path) => {
  const response = await get(path);
  expect([403, 404]).toContain(response.status);
  expect(await response.text()).not.toContain('root:');
});

test('everything that matters needs a login', async () => {
  expect((await get('/session')).status).toBe(401);
  expect((await get('/metrics')).status).toBe(401);
  expect((await post('/api/status', {})).status).toBe(401);
  expect((await post('/api/status', {}, { authorization: 'Bearer wrong' })).status).toBe(401);
  expect(await refusal('/control', {})).toBe('401 unauthorized');
  expect(await refusal('/stream/tiny', {})).toBe('401 unauthorized');
});

test('a login with the token gives a cookie that opens everything; a logout ends it', async () => {
  expect((await post('/login', { token: 'wrong' })).status).toBe(401);
  const login = await post('/login', { token });
  expect(login.status).toBe(204);
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
  const asked = await get('/session', { cookie });
  expect(asked.status).toBe(200);
  expect(await asked.json()).toEqual({
    ok: true,
    result: { name: 'admin', session: expect.stringMatching(/^[0-9a-f]{8}$/) },
  });
  expect((await post('/api/status', {}, { cookie })).status).toBe(200);
  const logout = await post('/logout', {}, { cookie });
  expect(logout.headers.get('set-cookie')).toContain('Max-Age=0');
});

test('another site gets nowhere, with the cookie or without', async () => {
  const cookie = (await post('/login', { token })).headers.get('set-cookie')?.split(';')[0] ?? '';
  expect((await post('/api/status', {}, { cookie, origin: 'http://evil.example' })).status).toBe(403);
  expect((await post('/login', { token }, { origin: 'http://evil.example' })).status).toBe(403);
  expect(await refusal('/control', { cookie, origin: 'http://evil.example' })).toBe('403 forbidden');
  expect(await refusal('/stream/tiny', { cookie, origin: 'http://evil.example' })).toBe('403 forbidden');
  expect(await withHost('/session', { cookie, host: 'evil.example' })).toBe(403);
  // A form can send this without asking the browser first.
  expect((await post('/api/status', '{}', { cookie, 'content-type': 'text/plain' })).status).toBe(415);
});

test('the API answers outcomes, with a status that fits', async () => {
  const status = await post('/api/status', {}, bearer());
  expect(await status.json()).toMatchObject({
    ok: true,
    result: { host: 'headless', daemons: [{ id: 'tiny' }] },
  });
  const answers: [string, unknown, number, string][] = [
    ['/api/nothing', {}, 404, 'unknown_request'],
    ['/api/daemon.start', {}, 400, 'bad_request'],
    ['/api/daemon.start', { id: 'nope' }, 404, 'unknown_daemon'],
    ['/api/daemon.start', { id: 'tiny' }, 409, 'already_running'],
    ['/api/status', 'not json', 400, 'bad_request'],
    ['/api/status', JSON.stringify({ text: 'x'.repeat(20_000) }), 413, 'limit_reached'],
  ];
  for (const [path, body, code, error] of answers) {
    const response = await post(path, body, bearer());
    expect([path, response.status]).toEqual([path, code]);
    expect(await response.json()).toEqual({
      ok: false,
      error: expect.objectContaining({ code: error, message: expect.stringMatching(/./) }),
    });
  }
});

test('the audit trail tells a browser from a program with the token', async () => {
  const cookie = (await post('/login', { token })).headers.get('set-cookie')?.split(';')[0] ?? '';
  const origins = () =>
    host.events.flatMap((event) =>
      event.type === 'audit' && event.entry.action === 'daemon.start' ? [event.entry.from] : [],
    );
  const before = origins().length;
  await post('/api/daemon.start', { id: 'tiny' }, bearer());
  await post('/api/daemon.start', { id: 'tiny' }, { cookie });
  const socket = webSocket('/control', bearer());
  await once(socket, 'open');
  socket.send('{"id":1,"name":"daemon.start","args":{"id":"tiny"}}');
  await expect.poll(() => origins().slice(before)).toEqual(['api', 'browser', 'api']);
  socket.close();
});

test.each([
  ['GET', '/api/status', 'POST'],
  ['PUT', '/login', 'POST'],
  ['GET', '/logout', 'POST'],
  ['POST', '/metrics', 'GET, HEAD'],
  ['DELETE', '/livez', 'GET, HEAD'],
  ['OPTIONS', '/', 'GET, HEAD'],
])('%s %s is told what is allowed: %s', async (method, path, allowed) => {
  const response = await fetch(new URL(path, server.url), { method, headers: bearer() });
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe(allowed);
  expect(await response.json()).toMatchObject({ ok: false, error: { code: 'bad_request' } });
});

test('only JSON is read; an empty body needs no type', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', '']) {
    const response = await fetch(new URL('/login', server.url), {
      method: 'POST',
      headers: type === '' ? {} : { 'content-type': type },
      body: Buffer.from(JSON.stringify({ token })),
    });
    expect([type, response.status]).toEqual([type, 415]);
    expect(await response.json()).toMatchObject({ ok: false, error: { code: 'bad_request' } });
  }
  const utf8 = { 'content-type': 'application/json; charset=utf-8' };
  expect((await post('/login', { token }, utf8)).status).toBe(204);
  const empty = await fetch(new URL('/api/status', server.url), { method: 'POST', headers: bearer() });
  expect(empty.status).toBe(200);
});

test('a body that is too long is answered although its sender has not finished, and not kept', async () => {
  const body = JSON.stringify({ token: 'x'.repeat(5_000_000) });
  const answers = [await post('/login', body), await post('/api/status', body, bearer())];
  for (const answer of answers) {
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ ok: false, error: { code: 'limit_reached' } });
  }
  expect((await get('/livez')).status).toBe(200);
});

test("a body that breaks off is nobody else's trouble and no defect", async () => {
  const { port } = new URL(server.url);
  const socket = connect({ port: Number(port), host: '127.0.0.1' });
  const lines = [
    'POST /login HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/json',
    'Content-Length: 9',
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n{"to`);
  await once(socket, 'connect');
  socket.end();
  await once(socket.resume(), 'close');
  await post('/login', { token: 'wrong' });
  expect(await logged()).toMatch(/login_refused/);
  expect(await logged()).not.toContain('request_defect');
});

test('an upgrade to anything but a WebSocket is refused, and the socket closed', async () => {
  const head = (method: string, protocol: string) =>
    `${method} /control HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`;
  for (const text of [head('GET', 'h2c'), head('POST', 'websocket')]) {
    const answer = await raw(text);
    expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
    expect(answer).toContain('"code":"bad_request"');
    expect(answer).toContain('x-content-type-options: nosniff');
  }
});

test.each([
  ['sends no request', ''],
  ['does not read its answer', 'GET /large.js HTTP/1.1\r\nHost: localhost\r\n\r\n'],
])('a client that %s is cut off and makes room', async (_, text) => {
  await writeFile(join(windowDir, 'large.js'), Buffer.alloc(30_000_000, ' '));
  const small = await startHttpServer({
    plane: host.plane,
    auth: new Auth(token),
    windowDir,
    host: '127.0.0.1',
    port: 0,
    limits: { ...CONTROL_LIMITS, httpConnections: 1, httpHeadersMs: 200, httpWriteMs: 200 },
  });
  const socket = connect({ port: Number(new URL(small.url).port), host: '127.0.0.1' }).pause();
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(text);
  const headers = { connection: 'close' };
  const live = () => fetch(new URL('/livez', small.url), { headers }).then(({ status }) => status, String);
  await expect.poll(live).toBe(200);
  socket.destroy();
  await small.close();
});

test('a wrong token is noted in the log, without the token', async () => {
  await post('/login', { token: 'guess-guess-guess' });
  const text = await logged();
  expect(text).toContain('login_refused');
  expect(text).not.toContain('guess-guess');
});

test('health is there for probes without a login', async () => {
  expect(await (await get('/livez')).text()).toBe('ok\n');
  expect((await get('/readyz')).status).toBe(200);
  expect(await (await get('/readyz?verbose')).text()).toBe(
    '[+] config ok\n[+] tiny running\nreadyz check passed\n',
  );
});

test('the metrics of all processes come as Prometheus text', async () => {
  await expect
    .poll(async () => await (await get('/metrics', bearer())).text())
    .toContain('signalbox_tiny_pokes_total');
  const text = await (await get('/metrics', bearer())).text();
  expect(text).toContain('signalbox_daemon_up{daemon="tiny"} 1');
  expect(text).toContain('signalbox_main_requests_total');
});

test('a control connection asks, is answered, and hears of changes', async () => {
  const socket = webSocket('/control', bearer());
  const messages: unknown[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(data.toString())));
  await once(socket, 'open');
  socket.send('{"id":1,"name":"status"}');
  socket.send('nonsense');
  socket.send(Buffer.from('{"id":2,"name":"status"}'));
  // What happens meanwhile is told between the answers.
  const answers = () => messages.filter((message) => Object.hasOwn(Object(message), 'outcome'));
  await expect.poll(() => answers().length).toBe(3);
  expect(answers()).toMatchObject([
    { id: 0, outcome: { error: { code: 'bad_request' } } },
    { id: 0, outcome: { error: { code: 'bad_request' } } },
    { id: 1, outcome: { ok: true } },
  ]);
  socket.send('{"id":3,"name":"daemon.restart","args":{"id":"tiny","confirmed":true}}');
  await expect.poll(() => JSON.stringify(messages)).toContain('"id":3');
  const text = JSON.stringify(messages);
  expect(text).toContain('"state":"stopping"');
  expect(text).toContain('"action":"daemon.restart"');
  socket.close();
});

test('a message beyond the limit closes that connection and no other', async () => {
  const good = webSocket('/control', bearer());
  const bad = webSocket('/control', bearer());
  await Promise.all([once(good, 'open'), once(bad, 'open')]);
  bad.on('error', () => {});
  bad.send('x'.repeat(20_000));
  const [code] = await once(bad, 'close');
  expect(code).toBe(1009);
  good.send('{"id":1,"name":"status"}');
  await once(good, 'message');
  good.close();
});

test.each(['tiny', 'main'])(
  'the stream of %s brings its frames, as many as are given back',
  async (source) => {
    await host.reached('running');
    const socket = webSocket(`/stream/${source}`, bearer());
    socket.binaryType = 'arraybuffer';
    const texts: { type: string }[] = [];
    const frames: ArrayBuffer[] = [];
    socket.on('message', (data, isBinary) => {
      if (isBinary) frames.push(data as ArrayBuffer);
      else texts.push(JSON.parse(data.toString()));
    });
    await once(socket, 'open');
    await expect.poll(() => texts[0]).toMatchObject({ type: 'hello', source });
    const { pid } = host.snapshot();
    expect(texts[0]).toMatchObject({ pid: source === 'main' ? process.pid : pid });
    socket.send(JSON.stringify({ type: 'rate', hz: 10 }));
    await expect.poll(() => frames.length).toBe(2);
    const frame = decodeFrame(frames[0] ?? new ArrayBuffer(0));
    expect(frame).toMatchObject({ seq: 1, skipped: 0 });
    // Two frames are unacknowledged: no more come until one is given back.
    socket.send(JSON.stringify({ type: 'ack', seq: 2 }));
    await expect.poll(() => frames.length).toBeGreaterThan(2);
    socket.close();
  },
);

test('a stream from what does not exist or run is refused before the handshake', async () => {
  expect(await refusal('/stream/nope', bearer())).toBe('404 unknown_daemon');
  expect(await refusal('/stream/..%2f', bearer())).toBe('404 not_found');
  expect(await refusal('/bytes/..%2f', bearer())).toBe('404 not_found');
  expect(await refusal('/bytes/main', bearer())).toBe('409 unsupported');
  expect(await refusal('/bytes/tiny', {})).toBe('401 unauthorized');
  expect(await refusal('/elsewhere', bearer())).toBe('404 not_found');
  await host.ask('daemon.stop', { id: 'tiny', confirmed: true });
  expect(await refusal('/stream/tiny', bearer())).toBe('409 not_running');
  expect((await get('/readyz')).status).toBe(503);
  await host.ask('daemon.start', { id: 'tiny' });
});

test('a stream ends with its process, and the next one can be opened at once after the restart', async () => {
  const socket = webSocket('/stream/tiny', bearer());
  await once(socket, 'open');
  process.kill(host.snapshot().pid ?? 0, 'SIGKILL');
  const [code] = await once(socket, 'close');
  expect(code).toBe(1006);
  await expect.poll(() => host.snapshot().restarts).toBeGreaterThan(0);
  await host.reached('running');
  const next = webSocket('/stream/tiny', bearer());
  await once(next, 'open');
  next.close();
});

/** A server of its own with few places; `connectFrom` opens a raw connection from an address. */
async function smallServer(more: Partial<ControlLimits> = {}) {
  const limits = { ...CONTROL_LIMITS, httpConnections: 6, silentGraceMs: 50, ...more };
  const auth = new Auth(token, { limits });
  const small = await startHttpServer({
    plane: host.plane,
    auth,
    windowDir,
    host: '127.0.0.1',
    port: 0,
    limits,
  });
  const port = Number(new URL(small.url).port);
  const sockets: Socket[] = [];
  return {
    small,
    async connectFrom(localAddress: string, text = '') {
      const socket = connect({ port, host: '127.0.0.1', localAddress });
      sockets.push(socket);
      let answer = '';
      socket.on('error', () => {});
      socket.setEncoding('latin1').on('data', (chunk) => {
        answer += chunk;
      });
      await once(socket, 'connect');
      socket.write(text);
      return { socket, answer: () => answer };
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await small.close();
    },
  };
}
const livez = 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n';

test.each([
  ['say nothing', ''],
  ['begin a request and fall silent', 'GET / HTTP/1.1\r\n'],
  ['are kept open after an answer', livez],
])('six hundred idle connections that %s keep nobody from the dashboard', async (_, text) => {
  const { connectFrom, close } = await smallServer();
  for (let n = 0; n < 600; n += 50) {
    await Promise.all(Array.from({ length: 50 }, () => connectFrom('127.0.0.1', text)));
  }
  const same = await connectFrom('127.0.0.1', livez);
  await expect.poll(same.answer).toContain('200 OK');
  const other = await connectFrom('127.0.0.9', livez);
  await expect.poll(other.answer).toContain('200 OK');
  await close();
});

test('the address that holds most connections makes room, not a quiet one', async () => {
  const { connectFrom, close } = await smallServer();
  const quiet = await connectFrom('127.0.0.9');
  for (let n = 0; n < 20; n++) await connectFrom('127.0.0.5', livez);
  quiet.socket.write(livez);
  await expect.poll(quiet.answer).toContain('200 OK');
  await close();
});

test('a connection that asks two thousand times without waiting is ended, and others are answered', async () => {
  const { connectFrom, close } = await smallServer({ httpRefusedMs: 50 });
  const answers = (text: string) => text.split('HTTP/1.1 200 OK').length - 1;
  const patient = await connectFrom('127.0.0.9', livez.repeat(CONTROL_LIMITS.httpPipelined));
  await expect.poll(() => answers(patient.answer())).toBe(CONTROL_LIMITS.httpPipelined);
  const flood = await connectFrom('127.0.0.1', livez.repeat(2000));
  await expect.poll(() => flood.socket.destroyed).toBe(true);
  expect(answers(flood.answer())).toBeLessThanOrEqual(CONTROL_LIMITS.httpPipelined);
  patient.socket.write(livez);
  await expect.poll(() => answers(patient.answer())).toBe(CONTROL_LIMITS.httpPipelined + 1);
  await close();
});

test('whoever is logged in keeps a connection in use, whoever else comes', async () => {
  const { small, connectFrom, close } = await smallServer();
  const control = new WebSocket(new URL('/control', small.url.replace('http', 'ws')), { headers: bearer() });
  await once(control, 'open');
  for (let n = 0; n < 30; n++) await connectFrom('127.0.0.1', livez);
  control.send('{"id":1,"name":"status"}');
  await once(control, 'message');
  expect(control.readyState).toBe(WebSocket.OPEN);
  control.close();
  await close();
});

test('a loop of wrong logins is slowed down, and the right token is taken from the same address meanwhile', async () => {
  const { small, close } = await smallServer();
  const login = (secret: string) =>
    fetch(new URL('/login', small.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: secret }),
    });
  const statuses: number[] = [];
  for (let n = 0; n < 30; n++) statuses.push((await login('wrong')).status);
  expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401));
  expect(statuses.at(-1)).toBe(429);
  expect((await login(token)).status).toBe(204);
  await close();
});

test('a name that could not stand in the audit trail is refused with what is expected', async () => {
  const response = await post('/login', { token, name: 'a\nb' });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    error: { code: 'bad_request', message: expect.stringContaining('at most 32') },
  });
});

test('a logout closes the control connection and the streams of that session, and of no other', async () => {
  const signIn = async (name: string) =>
    (await post('/login', { token, name })).headers.get('set-cookie')?.split(';')[0] ?? '';
  const anna = await signIn('Anna');
  const ben = await signIn('Ben');
  const open = async (path: string, cookie: string) => {
    const socket = webSocket(path, { cookie });
    const closed = once(socket, 'close');
    await once(socket, 'open');
    return { socket, closed };
  };
  const paths = ['/control', '/stream/tiny', '/stream/main'];
  const hers = await Promise.all(paths.map((path) => open(path, anna)));
  const his = await Promise.all(paths.map((path) => open(path, ben)));
  const copied = anna;
  expect((await post('/logout', {}, { cookie: anna })).status).toBe(204);
  const codes = await Promise.all(hers.map(async ({ closed }) => Number((await closed)[0])));
  expect(codes).toEqual([4401, 1001, 1001]);
  expect((await post('/api/status', {}, { cookie: copied })).status).toBe(401);
  expect(await refusal('/control', { cookie: copied })).toBe('401 unauthorized');
  expect(await refusal('/stream/tiny', { cookie: copied })).toBe('401 unauthorized');
  expect((await post('/api/status', {}, { cookie: ben })).status).toBe(200);
  expect(his.map(({ socket }) => socket.readyState)).toEqual(paths.map(() => WebSocket.OPEN));
  for (const { socket } of his) socket.close();
});

test('a control connection does nothing more once its session is over, whoever keeps it open', async () => {
  const carla =
    (await post('/login', { token, name: 'Carla' })).headers.get('set-cookie')?.split(';')[0] ?? '';
  const socket = webSocket('/control', { cookie: carla });
  await once(socket, 'open');
  // It does not answer the close that it is sent.
  socket.pause();
  expect((await post('/logout', {}, { cookie: carla })).status).toBe(204);
  socket.send(JSON.stringify({ id: 1, name: 'daemon.start', args: { id: 'tiny' } }));
  const closed = once(socket, 'close');
  socket.resume();
  expect((await closed)[0]).toBe(4401);
  const actors = host.events.flatMap((event) => (event.type === 'audit' ? [event.entry.actor] : []));
  expect(actors.filter((actor) => actor.startsWith('Carla'))).toEqual([]);
});

test('two people are told apart in the audit trail, by name, session and address', async () => {
  const signIn = async (name?: string) =>
    (await post('/login', { token, name })).headers.get('set-cookie')?.split(';')[0] ?? '';
  const actors = () =>
    host.events.flatMap((event) =>
      event.type === 'audit' && event.entry.action === 'daemon.start' ? [event.entry.actor] : [],
    );
  const before = actors().length;
  for (const cookie of [await signIn('Anna'), await signIn('Ben'), await signIn()]) {
    await post('/api/daemon.start', { id: 'tiny' }, { cookie });
  }
  await post('/api/daemon.start', { id: 'tiny' }, bearer());
  await expect.poll(() => actors().length).toBe(before + 4);
  const [anna, ben, unnamed, program] = actors().slice(before);
  expect(anna).toMatch(/^Anna \(session [0-9a-f]{8} from 127\.0\.0\.1\)$/);
  expect(ben).toMatch(/^Ben \(session [0-9a-f]{8} from 127\.0\.0\.1\)$/);
  expect(unnamed).toMatch(/^admin \(session [0-9a-f]{8} from 127\.0\.0\.1\)$/);
  expect(program).toBe('admin (127.0.0.1)');
});

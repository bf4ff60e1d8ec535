/** What each path of the HTTP server answers: the window, probes, logins and the API. */
import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { BEARER, type FakeSite, JSON_TYPE, startFakeSite, TOKEN } from './test-fixtures/fake-site.ts';

let site: FakeSite;
let { host, auth, server, ask, post, login } = {} as FakeSite;

beforeEach(async () => {
  site = await startFakeSite();
  ({ host, auth, server, ask, post, login } = site);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await site.close();
});

const errorIn = ({ text }: { text: string }) =>
  (JSON.parse(text) as { error: { code: string; message: string } }).error;

/** What the host noted of logins and requests; how long something took is noted by a busy machine only. */
const logged = async () => {
  const outcome = await host.ask('logs.query', { source: 'main' });
  const { records } = outcome.ok
    ? (outcome.result as { records: { event: string; level: string; message: string }[] })
    : { records: [] };
  return records.filter(({ event }) => /^(log|request)/.test(event));
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
  expect((await post('/login', { token: TOKEN }, { origin: 'http://evil.example' })).status).toBe(403);
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
  const name = await post('/login', { token: TOKEN, name: '<b>' });
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

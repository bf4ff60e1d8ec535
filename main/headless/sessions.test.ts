/** Sessions of browsers, programs and command lines at a headless host, seen and ended, over real sockets. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { SessionInfo } from '../../contract/control/sessions.ts';
import { localSocketPath } from '../core/instance/instance-claim.ts';
import { Auth, loadToken } from './auth.ts';
import { type HttpServer, startHttpServer } from './http-server.ts';
import { startTestHost, type TestHost } from './test-fixtures/test-host.ts';

let host: TestHost;
let server: HttpServer;
let auth: Auth;
let token: string;

beforeAll(async () => {
  host = await startTestHost('[signalbox]\nautostart = ["tiny"]\n');
  token = await loadToken(host.dataDir);
  auth = new Auth(token);
  const { plane, dataDir: windowDir } = host;
  server = await startHttpServer({ plane, auth, windowDir, host: '127.0.0.1', port: 0 });
  await host.reached('running');
});
afterAll(async () => {
  await server.close();
  await host.close();
});

async function login(name: string): Promise<{ cookie: string; id: string }> {
  const answer = await fetch(new URL('login', server.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, name }),
  });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  return { cookie, id: auth.visitorOf({ cookie }, '127.0.0.1')?.session?.id ?? '' };
}

async function post(name: string, args: unknown, headers: Record<string, string>) {
  const answer = await fetch(new URL(`api/${name}`, server.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(args),
  });
  return { status: answer.status, outcome: (await answer.json()) as { ok: boolean; result?: unknown } };
}

async function open(path: string, headers: Record<string, string>): Promise<WebSocket> {
  const socket = new WebSocket(new URL(path, server.url.replace('http', 'ws')), { headers });
  await once(socket, 'open');
  return socket;
}

const closeOf = async (socket: WebSocket): Promise<number> => (await once(socket, 'close'))[0];

async function sessions(): Promise<readonly SessionInfo[]> {
  const outcome = await host.ask('sessions.list');
  return outcome.ok ? (outcome.result as { sessions: readonly SessionInfo[] }).sessions : [];
}
const sessionOf = async (id: string) => (await sessions()).find((one) => one.id === id);

test("ending a browser's session closes its control connection and its streams at once, and no other", async () => {
  const [anna, ben] = [await login('Anna'), await login('Ben')];
  const control = await open('control', { cookie: anna.cookie });
  const streams = [
    await open('stream/tiny', { cookie: anna.cookie }),
    await open('stream/main', { cookie: anna.cookie }),
  ];
  const other = await open('stream/tiny', { cookie: ben.cookie });
  await expect
    .poll(() => sessionOf(anna.id))
    .toMatchObject({
      ...{ name: 'Anna', from: 'browser', role: 'admin', address: '127.0.0.1' },
      ...{ connections: 1, streams: 2, current: false },
    });
  const closed = [control, ...streams].map(closeOf);
  const answer = await post('session.end', { id: anna.id, confirmed: true }, { cookie: ben.cookie });
  expect(answer.outcome).toEqual({ ok: true, result: { ended: anna.id } });
  expect((await Promise.all(closed))[0]).toBe(4401);
  expect((await post('status', {}, { cookie: anna.cookie })).status).toBe(401);
  expect(await sessionOf(anna.id)).toBeUndefined();
  expect(other.readyState).toBe(WebSocket.OPEN);
  other.close();
  const entry = host.events.findLast((event) => event.type === 'audit');
  expect(entry).toMatchObject({ entry: { action: 'session.end', args: { id: anna.id }, ok: true } });
});

test('a session is not ended before somebody has confirmed it, and one that is not there is said', async () => {
  const { id, cookie } = await login('Carla');
  expect((await post('session.end', { id }, { cookie })).outcome).toMatchObject({
    error: {
      code: 'confirmation_required',
      detail: { impact: expect.stringMatching(/^disconnects Carla /) },
    },
  });
  expect(await sessionOf(id)).toMatchObject({ name: 'Carla' });
  expect((await post('session.end', { id: 'nope', confirmed: true }, { cookie })).outcome).toMatchObject({
    error: { code: 'not_found' },
  });
});

test('whoever ends their own session is told so before they are signed out', async () => {
  const { id, cookie } = await login('Dora');
  const control = await open('control', { cookie });
  const said: string[] = [];
  control.on('message', (data) => said.push(data.toString()));
  const closed = closeOf(control);
  control.send(JSON.stringify({ id: 7, name: 'session.end', args: { id, confirmed: true } }));
  expect(await closed).toBe(4401);
  expect(said.join()).toContain(`{"id":7,"outcome":{"ok":true,"result":{"ended":"${id}"}}}`);
});

test('programs with the token share a session an address, which ends with their connections', async () => {
  const headers = { authorization: `Bearer ${token}` };
  const [control, stream] = [await open('control', headers), await open('stream/main', headers)];
  const { outcome } = await post('sessions.list', {}, headers);
  const own = (outcome.result as { sessions: SessionInfo[] }).sessions.filter(({ from }) => from === 'api');
  expect(own).toMatchObject([{ connections: 2, streams: 1, current: true, expiresAt: null }]);
  const closed = [control, stream].map(closeOf);
  await host.ask('session.end', { id: own[0]?.id, confirmed: true });
  await Promise.all(closed);
  expect((await sessions()).filter(({ from }) => from === 'api')).toEqual([]);
});

test('a stream that is refused leaves no session behind', async () => {
  const socket = new WebSocket(new URL('stream/nope', server.url.replace('http', 'ws')), {
    headers: { authorization: `Bearer ${token}` },
  });
  await once(socket, 'error');
  expect((await sessions()).filter(({ from }) => from === 'api')).toEqual([]);
});

test('a command line is a session as long as it is connected, and is cut off when that is ended', async () => {
  const socket = connect(localSocketPath(host.dataDir));
  await once(socket, 'connect');
  await expect.poll(async () => (await sessions()).filter(({ from }) => from === 'cli').length).toBe(1);
  const id = (await sessions()).find(({ from }) => from === 'cli')?.id;
  const closed = once(socket, 'close');
  socket.resume();
  await host.ask('session.end', { id, confirmed: true });
  await closed;
  expect((await sessions()).filter(({ from }) => from === 'cli')).toEqual([]);
});

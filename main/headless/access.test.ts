/** Roles at the border of the headless host: real sockets, a real daemon, one request of each access. */
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ROLES, type Role } from '../../contract/access.ts';
import { Auth, loadToken } from './auth.ts';
import { type HttpServer, startHttpServer } from './http-server.ts';
import { startTestHost, type TestHost } from './test-fixtures/test-host.ts';

let host: TestHost;
let server: HttpServer;
const cookies = new Map<Role, string>();

beforeAll(async () => {
  host = await startTestHost('[signalbox]\nautostart = ["tiny"]\n');
  const auth = new Auth(await loadToken(host.dataDir));
  for (const role of ROLES) {
    const { secret } = auth.sessions.begin(role, '127.0.0.1', role);
    cookies.set(role, `${auth.cookieName}=${secret}`);
  }
  const { plane, dataDir: windowDir } = host;
  server = await startHttpServer({ plane, auth, windowDir, host: '127.0.0.1', port: 0 });
  await host.reached('running');
});
afterAll(async () => {
  await server.close();
  await host.close();
});

const cookieOf = (role: Role) => cookies.get(role) ?? '';

async function post(role: Role, name: string, body: unknown): Promise<{ status: number; code: unknown }> {
  const answer = await fetch(new URL(`api/${name}`, server.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: cookieOf(role) },
    body: JSON.stringify(body),
  });
  const outcome = (await answer.json()) as { ok: boolean; error?: { code: string } };
  return { status: answer.status, code: outcome.error?.code ?? null };
}

async function webSocket(role: Role, path: string) {
  const url = new URL(path, server.url.replace('http', 'ws'));
  const socket = new WebSocket(url, { headers: { cookie: cookieOf(role) } });
  const texts: { id?: number; type?: string; event?: { type: string }; outcome?: unknown; table?: string }[] =
    [];
  socket.on('message', (data, isBinary) => {
    if (!isBinary) texts.push(JSON.parse(data.toString()));
  });
  await once(socket, 'open');
  return { socket, texts, say: (message: unknown) => socket.send(JSON.stringify(message)) };
}

/** What an upgrade is answered with: its status, and the code of a refusal. */
async function upgradeAnswer(role: Role, path: string): Promise<string> {
  const url = new URL(path, server.url.replace('http', 'ws'));
  const socket = new WebSocket(url, { headers: { cookie: cookieOf(role) } });
  socket.on('error', () => {});
  const answer = new Promise<string>((resolve) => {
    socket.on('open', () => resolve('101'));
    socket.on('unexpected-response', async (_request, response) => {
      const { error } = JSON.parse(Buffer.concat(await response.toArray()).toString());
      resolve(`${response.statusCode} ${error.code}`);
    });
  });
  try {
    return await answer;
  } finally {
    socket.terminate();
  }
}

const read = ['metrics.latest', { source: 'main' }] as const;
const operate = ['command.run', { daemon: 'tiny', command: 'poke', args: { name: 'Ann' } }] as const;
const admin = ['config.reload', {}] as const;
const [done, denied] = [
  { status: 200, code: null },
  { status: 403, code: 'access_denied' },
];

test.each([
  ['viewer', done, denied, denied],
  ['operator', done, done, denied],
  ['admin', done, done, done],
] as const)('what %s is answered over HTTP', async (role, ...expected) => {
  for (const [index, [name, args]] of [read, operate, admin].entries())
    expect(await post(role, name, args), name).toEqual(expected[index]);
});

test('what was refused is in the audit trail, and nothing was done', async () => {
  host.events.length = 0;
  await post('viewer', ...operate);
  await post('viewer', 'daemon.stop', { id: 'tiny', confirmed: true });
  expect(host.snapshot().state).toBe('running');
  const entries = host.events.flatMap((event) => (event.type === 'audit' ? [event.entry] : []));
  expect(entries).toMatchObject([
    { actor: expect.stringMatching(/^viewer \(session /), action: 'command', command: 'poke', ok: false },
    { action: 'daemon.stop', target: 'tiny', ok: false, outcome: expect.stringMatching(/^access_denied: /) },
  ]);
});

test('a control connection is answered, and told of events, as its role', async () => {
  const viewer = await webSocket('viewer', '/control');
  const operator = await webSocket('operator', '/control');
  viewer.say({ id: 1, name: 'daemon.restart', args: { id: 'tiny', confirmed: true } });
  await expect
    .poll(() => viewer.texts)
    .toContainEqual({
      id: 1,
      outcome: { ok: false, error: expect.objectContaining({ code: 'access_denied' }) },
    });
  viewer.say({ id: 2, name: 'hello', args: {} });
  // Events come whenever they want, also behind the answer.
  await expect
    .poll(() => viewer.texts.find(({ id }) => id === 2)?.outcome)
    .toMatchObject({ result: { role: 'viewer' } });
  await expect.poll(() => operator.texts.map(({ event }) => event?.type)).toContain('audit');
  expect(viewer.texts.map(({ event }) => event?.type)).not.toContain('audit');
  viewer.socket.close();
  operator.socket.close();
});

test.each([
  ['viewer', '403 access_denied'],
  ['operator', '101'],
] as const)('%s who asks for a channel for files is answered: %s', async (role, answer) => {
  expect(await upgradeAnswer(role, '/bytes/tiny')).toBe(answer);
});

test.each([
  ['viewer', 'denied'],
  ['operator', 'rows'],
] as const)('%s who watches a table of clients over a stream is sent: %s', async (role, type) => {
  const stream = await webSocket(role, '/stream/tiny');
  stream.say({ type: 'watch', table: 'pokers', on: true });
  await expect.poll(() => stream.texts).toContainEqual(expect.objectContaining({ type, table: 'pokers' }));
  expect(stream.texts.map((text) => text.type)).not.toContain(type === 'rows' ? 'denied' : 'rows');
  stream.socket.close();
});

import { getEventListeners, once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SignalboxError } from '../../../contract/errors.ts';
import { createSelfSigned } from '../net/certificate-tasks.ts';
import { until } from '../test-fixtures/until.ts';
import { ConnectionPool, type ConnectionPoolOptions } from './connection-pool.ts';
import { FollowingLimit } from './following-limit.ts';

const ends: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function listen(server: TcpServer): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ends.push(() => {
    (server as Partial<Server>).closeAllConnections?.();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function poolOf(origin: string, options: ConnectionPoolOptions = {}): ConnectionPool {
  const pool = new ConnectionPool(origin, { requestMs: 20_000, ...options });
  ends.push(() => pool.destroy());
  return pool;
}

/** A pool to a server of its own, and how many connections that has seen. */
async function served(handler: RequestListener, options: ConnectionPoolOptions = {}) {
  const server = createServer(handler);
  const seen = { opened: 0, open: 0 };
  server.on('connection', (socket) => {
    seen.opened++;
    seen.open++;
    socket.on('close', () => seen.open--);
  });
  const port = await listen(server);
  return { pool: poolOf(`http://127.0.0.1:${port}`, options), seen, server, port };
}

/** A server whose answers the test gives. */
async function held(options: ConnectionPoolOptions = {}) {
  const answers: (() => void)[] = [];
  const parts = await served((request, response) => {
    answers.push(() => response.end(request.url));
  }, options);
  return { ...parts, answers };
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'ok',
    (error: SignalboxError) => error.code,
  );
const errorOf = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: SignalboxError) => error,
  );

describe('ConnectionPool', () => {
  it('asks and gives the answer with whatever status', async () => {
    const { pool } = await served((request, response) => {
      let body = '';
      request.on('data', (piece: Buffer) => {
        body += piece.toString();
      });
      request.on('end', () => {
        response.writeHead(request.method === 'POST' ? 201 : 404, {
          'x-seen': request.headers['x-mine'] ?? '',
        });
        response.end(`${request.method} ${request.url} ${body}`);
      });
    });
    const nothing = {
      submitted: 0,
      completed: 0,
      failed: 0,
      rejected: 0,
      opened: 0,
      waiting: 0,
      active: 0,
      idle: 0,
    };
    expect(pool.stats()).toMatchObject(nothing);
    expect(pool.health).toEqual({ state: 'unknown', failures: 0, problem: null, answeredAt: null });
    const made = await pool.request({
      method: 'POST',
      path: '/a?b=c',
      headers: { 'x-mine': 'yes' },
      body: 'sent',
    });
    expect([made.status, made.headers['x-seen'], made.body.toString()]).toEqual([
      201,
      'yes',
      'POST /a?b=c sent',
    ]);
    const missing = await pool.request({ path: '/nothing' });
    expect([missing.status, missing.body.toString()]).toEqual([404, 'GET /nothing ']);
    expect(pool.stats()).toMatchObject({ submitted: 2, completed: 2, failed: 0, rejected: 0 });
    expect(pool.health).toMatchObject({ state: 'up', failures: 0, problem: null });
    expect(Date.now() - pool.health.answeredAt!).toBeLessThan(60_000);
  });

  it('uses a connection again, and opens no more than it may', async () => {
    const { pool, seen, answers } = await held({ connections: 2 });
    expect(pool.stats()).toMatchObject({ active: 0, idle: 0, max: 2 });
    const asked = Array.from({ length: 5 }, (_, i) => pool.request({ path: `/${i}` }));
    expect(pool.stats()).toMatchObject({ waiting: 3, active: 2, submitted: 5 });
    for (let i = 0; i < 5; i++) {
      await until(() => answers.length > i);
      answers[i]!();
    }
    const bodies = (await Promise.all(asked)).map(({ body }) => body.toString());
    expect(bodies).toEqual(['/0', '/1', '/2', '/3', '/4']);
    expect(seen.opened).toBe(2);
    expect(pool.stats()).toMatchObject({ waiting: 0, active: 0, idle: 2, opened: 2, completed: 5 });
  });

  it('refuses when too many wait, and goes on afterwards', async () => {
    const { pool, answers } = await held({ connections: 1, waiting: 2 });
    const asked = [1, 2, 3].map((n) => pool.request({ path: `/${n}` }));
    const refused = await errorOf(pool.request({ path: '/secret?token=x' }));
    expect(refused?.code).toBe('limit_reached');
    expect(refused?.message).toBe(`2 requests to ${pool.origin} wait already. Ask again later.`);
    expect(pool.stats()).toMatchObject({ waiting: 2, rejected: 1, submitted: 3 });
    for (let i = 0; i < 3; i++) {
      await until(() => answers.length > i);
      answers[i]!();
    }
    await Promise.all(asked);
  });

  it('closes a connection that nobody uses', async () => {
    const { pool, seen } = await served((_request, response) => response.end('x'), { idleMs: 20 });
    await pool.request({ path: '/' });
    expect(seen.open).toBe(1);
    await until(() => seen.open === 0);
    await until(() => pool.stats().idle === 0);
    expect((await pool.request({ path: '/' })).body.toString()).toBe('x');
    expect(pool.stats().opened).toBe(2);
  });

  it('gives a target up that never answers, and others wait no longer for it', async () => {
    const { pool } = await held({ connections: 1, requestMs: 60 });
    const [first, second] = await Promise.all([
      errorOf(pool.request({ path: '/secret' })),
      errorOf(pool.request({ path: '/secret' })),
    ]);
    for (const error of [first, second]) {
      expect(error?.code).toBe('timeout');
      expect(error?.message).toBe(`${pool.origin} did not answer within 0.06 s.`);
    }
    expect(pool.stats()).toMatchObject({ waiting: 0, active: 0, failed: 2 });
    expect(pool.health.state).toBe('down');
  });

  it('gives an answer up that never ends', async () => {
    const { pool } = await served((_request, response) => void response.write('half'), { requestMs: 60 });
    expect(await codeOf(pool.request({ path: '/' }))).toBe('timeout');
    expect(pool.stats()).toMatchObject({ active: 0, completed: 0 });
  });

  it('says that the target is not there, and finds it when it is back', async () => {
    const { pool, server, port } = await served((_request, response) => response.end('here'));
    await pool.request({ path: '/' });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const gone = await errorOf(pool.request({ path: '/secret' }));
    expect(gone?.code).toBe('unavailable');
    expect(gone?.message).toContain(`${pool.origin} does not answer: `);
    expect(gone?.message).not.toContain('secret');
    await codeOf(pool.request({ path: '/' }));
    expect(pool.health).toMatchObject({ state: 'down', failures: 2 });
    expect(pool.health.problem).toContain('ECONNREFUSED');
    expect(pool.health.answeredAt).not.toBeNull();
    const again = createServer((_request, response) => response.end('back'));
    await once(again.listen(port, '127.0.0.1'), 'listening');
    ends.push(() => again.close());
    ends.push(() => again.closeAllConnections());
    expect((await pool.request({ path: '/' })).body.toString()).toBe('back');
    expect(pool.health).toMatchObject({ state: 'up', failures: 0, problem: null });
  });

  it('fails what a target that dies had begun to answer', async () => {
    const { pool, server } = await served((_request, response) => void response.write('half'));
    const asked = errorOf(pool.request({ path: '/' }));
    await until(() => pool.stats().opened === 1);
    server.closeAllConnections();
    expect((await asked)?.code).toBe('unavailable');
  });

  it('gives up to connect where nobody shakes hands', async () => {
    const port = await listen(createTcpServer((socket) => void ends.push(() => socket.destroy())));
    const pool = poolOf(`https://127.0.0.1:${port}`, { connectMs: 30 });
    const error = await errorOf(pool.request({ path: '/' }));
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(error?.message).toContain('it cannot be connected to in time');
  });

  it('speaks TLS with whom its authority vouches for, and with nobody else', async () => {
    const { cert, key } = await createSelfSigned('id.example.org');
    const port = await listen(
      createTlsServer({ cert, key }, (_request, response) => response.end('in secret')),
    );
    const trusting = poolOf(`https://127.0.0.1:${port}`, { ca: cert });
    expect((await trusting.request({ path: '/' })).body.toString()).toBe('in secret');
    const error = await errorOf(poolOf(`https://127.0.0.1:${port}`).request({ path: '/' }));
    expect(error?.code).toBe('unavailable');
    expect(error?.message).toContain('self-signed certificate');
  });

  it('reads no more of an answer than it may', async () => {
    let bytes = 100;
    const { pool, seen } = await served((_request, response) => response.end('x'.repeat(bytes)), {
      answerBytes: 100,
      connections: 1,
    });
    expect((await pool.request({ path: '/' })).body.length).toBe(100);
    bytes = 101;
    const error = await errorOf(pool.request({ path: '/' }));
    expect(error?.message).toBe(`${pool.origin} answered with more than 100 bytes. Ask it for less.`);
    expect(error?.code).toBe('limit_reached');
    expect(pool.health.state).toBe('up');
    bytes = 1;
    expect((await pool.request({ path: '/' })).body.length).toBe(1);
    expect(seen.opened).toBeLessThanOrEqual(2);
  });

  it('lets a caller leave, while it waits and while it is served', async () => {
    const { pool, answers } = await held({ connections: 1 });
    const leave = new AbortController();
    const { signal } = leave;
    const served = codeOf(pool.request({ path: '/served', signal }));
    const waits = codeOf(pool.request({ path: '/waits', signal }));
    const stays = pool.request({ path: '/stays' });
    await until(() => answers.length === 1);
    leave.abort();
    expect([await served, await waits]).toEqual(['cancelled', 'cancelled']);
    await until(() => answers.length === 2);
    answers[1]!();
    expect((await stays).body.toString()).toBe('/stays');
    expect(await codeOf(pool.request({ path: '/', signal }))).toBe('cancelled');
    expect(pool.stats()).toMatchObject({ submitted: 3, failed: 2, completed: 1 });
    expect(pool.health.state).toBe('up');
  });

  it('lets go of a signal that lives on', async () => {
    const { pool } = await served((_request, response) => response.end());
    const { signal } = new AbortController();
    const asked = pool.request({ path: '/', signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await asked;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('sets a deadline that keeps no process alive and is gone with the answer', async () => {
    const { pool } = await served((_request, response) => response.end());
    const set = vi.spyOn(globalThis, 'setTimeout');
    const cleared = vi.spyOn(globalThis, 'clearTimeout');
    await pool.request({ path: '/' });
    const timers = set.mock.results.filter((_, at) => set.mock.calls[at]![1] === 20_000);
    const ended = cleared.mock.calls.map(([timer]) => timer);
    set.mockRestore();
    cleared.mockRestore();
    expect(timers).toHaveLength(1);
    const timer = timers[0]!.value as NodeJS.Timeout;
    expect(timer.hasRef()).toBe(false);
    expect(ended).toContain(timer);
  });

  it('has nobody wait where nobody may, and serves who finds a connection free', async () => {
    const { pool, answers } = await held({ connections: 1, waiting: 0 });
    const asked = pool.request({ path: '/served' });
    expect(await codeOf(pool.request({ path: '/' }))).toBe('limit_reached');
    await until(() => answers.length === 1);
    answers[0]!();
    expect((await asked).body.toString()).toBe('/served');
  });

  it('tells whoever listens how long each request waited for a connection, and how long it took then', async () => {
    const { pool, answers } = await held({ connections: 1 });
    const [waited, took]: [number[], number[]] = [[], []];
    pool.onWait = (ns) => waited.push(ns);
    pool.onRun = (ns) => took.push(ns);
    let nowMs = 1_000;
    const now = vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
    try {
      const asked = [pool.request({ path: '/' }), pool.request({ path: '/' })];
      for (const [at, ms] of [7, 4].entries()) {
        await vi.waitUntil(() => answers.length > at, { interval: 2 });
        nowMs += ms;
        answers[at]!();
        await asked[at];
      }
    } finally {
      now.mockRestore();
    }
    expect([waited, took]).toEqual([
      [0, 7e6],
      [7e6, 4e6],
    ]);
  });

  it('closes when what is under way has ended, and takes nothing more', async () => {
    const { pool, seen, answers } = await held({ connections: 1 });
    const running = pool.request({ path: '/running' });
    const waiting = errorOf(pool.request({ path: '/waiting' }));
    await until(() => answers.length === 1);
    const closed = pool.close();
    expect(await waiting).toMatchObject({
      code: 'cancelled',
      message: `The connections to ${pool.origin} were closed.`,
    });
    expect(await codeOf(pool.request({ path: '/late' }))).toBe('cancelled');
    answers[0]!();
    expect((await running).body.toString()).toBe('/running');
    await closed;
    await pool.close();
    await until(() => seen.open === 0);
    expect(pool.stats()).toMatchObject({ active: 0, idle: 0 });
  });

  it('closes when the last of those under way has ended, not the first', async () => {
    const { pool, answers } = await held({ connections: 2 });
    const running = [pool.request({ path: '/0' }), pool.request({ path: '/1' })];
    await until(() => answers.length === 2);
    let closed = false;
    const closing = pool.close().then(() => {
      closed = true;
    });
    answers[0]!();
    await Promise.race(running);
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(closed).toBe(false);
    answers[1]!();
    const bodies = (await Promise.all(running)).map(({ body }) => body.toString());
    expect(bodies).toEqual(['/0', '/1']);
    await closing;
  });

  it('ends what is under way where it has to', async () => {
    const { pool, answers } = await held();
    const running = errorOf(pool.request({ path: '/running' }));
    await until(() => answers.length === 1);
    await pool.destroy();
    expect(await running).toMatchObject({
      code: 'cancelled',
      message: `The connections to ${pool.origin} were closed.`,
    });
  });

  it.each([
    'id.example.org',
    'ftp://id.example.org',
    'https://id.example.org/path',
    'https://user:word@id.example.org',
  ])('refuses %s as a target', (origin) => {
    let thrown: unknown;
    try {
      new ConnectionPool(origin);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'bad_request' });
    expect((thrown as Error).message).toContain('Expected the scheme, host and port');
  });

  it('uses more connections as long as the answers do not take longer', async () => {
    const { pool, answers } = await held({ connections: 3, leastConnections: 1, waiting: 20 });
    expect(pool.stats().max).toBe(1);
    const all = Array.from({ length: 12 }, (_, i) => pool.request({ path: `/${i}`, kind: 'one' }));
    await until(() => answers.length === 1);
    expect(pool.stats()).toMatchObject({ active: 1, waiting: 11 });
    // The first is the fastest of its kind so far, so nothing says that it stood in a line.
    answers[0]!();
    await until(() => answers.length === 3);
    expect(pool.stats()).toMatchObject({ max: 2, active: 2, waiting: 9 });
    let answered = 1;
    await until(() => {
      while (answered < answers.length) answers[answered++]!();
      return answered === 12;
    });
    expect((await Promise.all(all)).map(({ body }) => body.toString())).toEqual(
      Array.from({ length: 12 }, (_, i) => `/${i}`),
    );
    expect(pool.stats()).toMatchObject({ active: 0, waiting: 0, completed: 12 });
  });

  it('compares what is refused with what is refused alone, since that is faster', async () => {
    const heard = vi.spyOn(FollowingLimit.prototype, 'answered');
    const { pool } = await served((request, response) => {
      response.writeHead(request.url === '/nobody' ? 401 : 200).end();
    });
    for (const path of ['/nobody', '/ann']) await pool.request({ path, kind: 'log in' });
    const kinds = heard.mock.calls.map(([kind]) => kind);
    heard.mockRestore();
    expect(kinds).toEqual(['401 log in', '200 log in']);
  });

  it('refuses what is no request', async () => {
    const { pool } = await served((_request, response) => response.end());
    const error = await errorOf(pool.request({ path: 'secret' }));
    expect(error?.code).toBe('bad_request');
    expect(error?.message).toContain(`This is no request for ${pool.origin}: `);
    expect(error?.message).not.toContain('secret');
  });

  it('leaves nothing behind, opened and closed a thousand times, each tenth with a connection', async () => {
    const { seen, port } = await served((_request, response) => response.end('x'));
    const count = () => process.getActiveResourcesInfo().length;
    const before = count();
    for (let i = 0; i < 1_000; i++) {
      const pool = new ConnectionPool(`http://127.0.0.1:${port}`);
      if (i % 10 === 0) await pool.request({ path: '/' });
      await pool.close();
    }
    await until(() => seen.open === 0);
    await until(() => count() <= before);
    expect(seen.opened).toBe(100);
  });
});

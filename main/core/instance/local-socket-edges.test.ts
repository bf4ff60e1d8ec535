/** Edges of the local socket: places, backlogs, sessions and what is left when something ends. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ControlEvent } from '../../../contract/control/messages.ts';
import type { Outcome } from '../../../contract/errors.ts';
import type { OwnedCaller } from '../caller.ts';
import { CONTROL_LIMITS } from '../limits.ts';
import { SessionRegistry } from '../sessions/session-registry.ts';
import { localSocketPath } from './instance-claim.ts';
import { type LocalSocket, openLocalSocket, type SocketBackend } from './local-socket.ts';

const limits = {
  ...CONTROL_LIMITS,
  requestBytes: 200,
  clientRequests: 2,
  localClients: 2,
  silentGraceMs: 60_000,
  clientBacklogBytes: 4_000_000,
  probeMs: 100,
};
let dir: string;
let socket: LocalSocket;
let clients: Socket[];
let sessions: SessionRegistry;
let listeners: Set<(event: ControlEvent) => void>;
let callers: OwnedCaller[];
let answer: (name: string) => Promise<Outcome<unknown>>;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-local-'));
  clients = [];
  callers = [];
  listeners = new Set();
  sessions = new SessionRegistry();
  answer = async (name) => ({ ok: true, result: name });
  socket = await openLocalSocket(dir, limits, { host: 'headless' });
});
afterEach(async () => {
  for (const client of clients) client.destroy();
  await socket.close();
  await rm(dir, { recursive: true });
});

const backend: SocketBackend = {
  get sessions() {
    return sessions;
  },
  handle(name, _args, caller) {
    callers.push(caller);
    return answer(name);
  },
  subscribe(_actor, listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
const publish = (reason: string) => {
  for (const listener of listeners) listener({ type: 'closing', reason });
};

function client() {
  const connection = connect(localSocketPath(dir));
  clients.push(connection);
  connection.setEncoding('utf8').on('error', () => {});
  let text = '';
  connection.on('data', (chunk) => (text += chunk));
  let closed = false;
  connection.on('close', () => (closed = true));
  return {
    connection,
    ask: (id: number, name = 'status', more = {}) =>
      connection.write(`${JSON.stringify({ id, name, ...more })}\n`),
    lines: () =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line): unknown => JSON.parse(line)),
    isClosed: () => closed,
  };
}

test('who came before it serves is served then, and one that has left meanwhile is not', async () => {
  const [early, gone] = [client(), client()];
  early.ask(1);
  gone.connection.end();
  await expect
    .poll(gone.isClosed)
    .toBe(false)
    .catch(() => {});
  socket.serve(backend);
  await expect.poll(early.lines).toHaveLength(1);
  gone.connection.destroy();
  await expect.poll(() => sessions.list(null).length).toBe(1);
});

test('a client is a session with its connection, named by what it says with its first request, and goes with it', async () => {
  socket.serve(backend);
  const one = client();
  await expect
    .poll(() => sessions.list(null))
    .toMatchObject([
      { from: 'cli', role: 'admin', address: null, where: null, connections: 1, expiresAt: null },
    ]);
  one.ask(1, 'status', { caller: { terminal: 'pts/3', remote: '192.0.2.7' } });
  await expect.poll(one.lines).toHaveLength(1);
  expect(sessions.list(callers[0]?.session ?? null)).toMatchObject([
    { address: '192.0.2.7', where: 'pts/3, 192.0.2.7', current: true },
  ]);
  expect(listeners.size).toBe(1);
  one.connection.end();
  await expect.poll(() => [sessions.list(null).length, listeners.size]).toEqual([0, 0]);
});

test('ending its session cuts a client off', async () => {
  socket.serve(backend);
  const one = client();
  await expect.poll(() => sessions.list(null).length).toBe(1);
  await sessions.end(sessions.list(null)[0]?.id ?? '');
  await expect.poll(one.isClosed).toBe(true);
});

test('a place is free again once a client has left, and one that is refused is told how many there are', async () => {
  answer = () => new Promise(() => {});
  socket.serve(backend);
  const [first, second] = [client(), client()];
  first.ask(1);
  second.ask(1);
  await expect.poll(() => callers.length).toBe(2);
  const third = client();
  const message = '2 clients of this socket wait for answers already; try again later.';
  await expect
    .poll(third.lines)
    .toEqual([{ id: 0, outcome: { ok: false, error: { code: 'limit_reached', message } } }]);
  await expect.poll(third.isClosed).toBe(true);
  first.connection.destroy();
  await expect.poll(() => sessions.list(null).length).toBe(1);
  const fourth = client();
  fourth.ask(1);
  await expect.poll(() => callers.length).toBe(3);
  expect(second.isClosed()).toBe(false);
});

test('requests in progress are counted down with each answer, and empty lines are none', async () => {
  const waiting: ((outcome: Outcome<unknown>) => void)[] = [];
  answer = () => new Promise((resolve) => waiting.push(resolve));
  socket.serve(backend);
  const one = client();
  one.connection.write('\n  \r\n');
  for (const id of [1, 2, 3]) one.ask(id);
  const refusal = {
    ok: false,
    error: { code: 'limit_reached', message: '2 requests of this connection are in progress already.' },
  };
  await expect.poll(one.lines).toEqual([{ id: 3, outcome: refusal }]);
  waiting[0]?.({ ok: true, result: null });
  await expect.poll(one.lines).toHaveLength(2);
  one.ask(4);
  await expect.poll(() => waiting.length).toBe(3);
});

test('a line of the longest length is read, a longer one is the last of its client', async () => {
  socket.serve(backend);
  const one = client();
  const padded = (length: number) => {
    const start = '{"id":1,"name":"';
    return `${start}${'x'.repeat(length - start.length - 2)}"}`;
  };
  one.connection.write(`${padded(64)}\n`);
  await expect.poll(one.lines).toHaveLength(1);
  one.connection.write(`${'y'.repeat(limits.requestBytes + 1)}\n{"id":2,"name":"status"}\n`);
  await expect.poll(one.isClosed).toBe(true);
  expect(one.lines()[1]).toMatchObject({
    id: 0,
    outcome: {
      error: { code: 'limit_reached', message: `A request may have ${limits.requestBytes} bytes.` },
    },
  });
  expect(one.lines()).toHaveLength(2);
});

test('a client that does not read is cut off once it is too far behind, and others are told on', async () => {
  socket.serve(backend);
  const [deaf, good] = [client(), client()];
  await expect.poll(() => listeners.size).toBe(2);
  deaf.connection.pause();
  const text = 'x'.repeat(1_000_000);
  for (let n = 0; n < 12 && listeners.size === 2; n++) {
    publish(text);
    await vi.waitFor(() => expect(good.lines().length).toBe(n + 1));
  }
  await expect.poll(() => listeners.size).toBe(1);
  publish('still here');
  await expect.poll(() => good.lines().at(-1)).toEqual({ event: { type: 'closing', reason: 'still here' } });
});

test('what the claim has to say waits for whoever listens, and comes in order', async () => {
  const told: string[] = [];
  await rm(join(dir, 'control.json'));
  await expect.poll(() => readdir(dir)).toContain('control.json');
  await rm(join(dir, 'control.sock'));
  await expect.poll(() => readdir(dir)).toContain('control.sock');
  socket.onNotice(({ message }) => told.push(message));
  await expect.poll(() => told.length).toBe(2);
  expect(told).toEqual([
    `control.json in the data folder ${dir} was deleted while Signalbox runs; it was made again.`,
    `${join(dir, 'control.sock')} in the data folder ${dir} was deleted while Signalbox runs; it was made again.`,
  ]);
});

test('closing takes everything back, cuts off who does not go, and may be done twice', async () => {
  socket.serve(backend);
  const stubborn = connect({ path: localSocketPath(dir), allowHalfOpen: true });
  clients.push(stubborn);
  stubborn.on('error', () => {});
  await expect.poll(() => sessions.list(null).length).toBe(1);
  await socket.close();
  expect(await readdir(dir)).toEqual([]);
  await expect.poll(() => sessions.list(null)).toEqual([]);
  await socket.close();
});

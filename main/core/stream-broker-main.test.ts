/** Streams of main itself, and those whose port or socket a daemon is given. */
import { PassThrough } from 'node:stream';
import { expect, test, vi } from 'vitest';
import type { StreamHub } from '../../daemons/runtime/telemetry/stream-hub.ts';
import { StreamBroker, type StreamRequest } from './stream-broker.ts';
import type { Supervisor } from './supervision/supervisor.ts';

const attach = vi.fn();
const hub = { attach } as unknown as StreamHub;

function port() {
  const listeners: Record<string, (data?: unknown) => void> = {};
  return {
    on: vi.fn((name: string, listener: () => void) => {
      listeners[name] = listener;
    }),
    start: vi.fn(),
    postMessage: vi.fn(),
    close: vi.fn(() => listeners.close?.()),
    say: (name: string, data?: unknown) => listeners[name]?.(data),
  };
}

const socketRequest = (): Extract<StreamRequest, { transport: 'socket' }> => ({
  transport: 'socket',
  purpose: 'watch',
  transfer: new PassThrough(),
  upgrade: { headers: { host: 'x' }, head: new Uint8Array() },
});

function make(daemon: { state: string; ready?: boolean; directTransport?: 'port' | 'socket' | null } | null) {
  attach.mockClear();
  const send = vi.fn();
  const session =
    daemon?.ready === undefined
      ? null
      : { ready: daemon.ready, process: { directTransport: daemon.directTransport ?? null, send } };
  const find = (id: string) => (id === 'd' && daemon !== null ? { state: daemon.state, session } : null);
  return { broker: new StreamBroker({ find } as unknown as Supervisor, hub), send };
}

test.each([
  ['a daemon that is not known', null, 'unknown_daemon', 'No process is called "d".'],
  ['one that does not run', { state: 'failed' }, 'not_running', 'd is failed; there is nothing to watch.'],
  [
    'one that has just started',
    { state: 'starting', ready: false },
    'not_running',
    'd is starting; there is nothing to watch.',
  ],
  [
    'one that takes no socket',
    { state: 'running', ready: true },
    'unsupported',
    'd runs where it cannot be given a socket.',
  ],
])('a stream of %s is refused, and the socket stays with whoever asked', (_, daemon, code, message) => {
  const { broker, send } = make(daemon);
  const request = socketRequest();
  expect(broker.open('d', request, 'admin')).toEqual({ ok: false, error: { code, message } });
  expect(send).not.toHaveBeenCalled();
  expect(request.transfer.destroyed).toBe(false);
});

test('a socket goes to the process with the request that asked for it, and each stream has its own number', () => {
  const { broker, send } = make({ state: 'running', ready: true, directTransport: 'socket' });
  const request = socketRequest();
  const first = broker.open('d', request, 'viewer');
  broker.open('d', socketRequest(), 'admin');
  expect(send.mock.calls[0]).toEqual([
    {
      type: 'stream-open',
      streamId: 1,
      transport: 'socket',
      purpose: 'watch',
      role: 'viewer',
      upgrade: request.upgrade,
    },
    request.transfer,
  ]);
  expect(send.mock.calls[1]?.[0]).toMatchObject({ streamId: 2, role: 'admin' });
  if (first.ok) first.result.close();
  expect(send.mock.calls[2]).toEqual([{ type: 'stream-close', streamId: 1 }]);
});

test('a port goes to a process that takes ports, without any request of HTTP', () => {
  const { broker, send } = make({ state: 'running', ready: true, directTransport: 'port' });
  const transfer = port();
  broker.open('d', { transport: 'port', purpose: 'bytes', transfer }, 'admin');
  expect(send.mock.calls).toEqual([
    [{ type: 'stream-open', streamId: 1, transport: 'port', purpose: 'bytes', role: 'admin' }, transfer],
  ]);
});

test('what is relayed goes both ways, and its end is told once to each side', () => {
  const { broker, send } = make({ state: 'running', ready: true });
  const [transfer, closed] = [port(), vi.fn()];
  const opened = broker.open('d', { transport: 'port', purpose: 'watch', transfer }, 'viewer', closed);
  transfer.say('message', 'from the window');
  expect(send.mock.calls.map(([message]) => message)).toEqual([
    { type: 'stream-open', streamId: 1, transport: 'link', purpose: 'watch', role: 'viewer' },
    { type: 'stream-data', streamId: 1, data: 'from the window' },
  ]);
  broker.fromDaemon('d', { type: 'stream-data', streamId: 1, data: 'from the daemon' });
  expect(transfer.postMessage).toHaveBeenCalledExactlyOnceWith('from the daemon');
  if (opened.ok) opened.result.close();
  expect(send.mock.calls.at(-1)).toEqual([{ type: 'stream-close', streamId: 1 }]);
  expect(closed).toHaveBeenCalledOnce();
  send.mockClear();
  // The daemon answers, and has nothing more to end.
  broker.fromDaemon('d', { type: 'stream-close', streamId: 1 });
  broker.fromDaemon('d', { type: 'stream-data', streamId: 1, data: 'late' });
  expect(closed).toHaveBeenCalledOnce();
  expect(send).not.toHaveBeenCalled();
  expect(transfer.postMessage).toHaveBeenCalledOnce();
});

test('a daemon that ends its stream closes the port, and is not told so', () => {
  const { broker, send } = make({ state: 'running', ready: true });
  const [transfer, closed] = [port(), vi.fn()];
  broker.open('d', { transport: 'port', purpose: 'watch', transfer }, 'viewer', closed);
  send.mockClear();
  broker.fromDaemon('d', { type: 'stream-close', streamId: 1 });
  expect(transfer.close).toHaveBeenCalledOnce();
  expect(closed).toHaveBeenCalledOnce();
  expect(send).not.toHaveBeenCalled();
});

test('with its process all streams of a daemon end, once, and those of no other', () => {
  const { broker, send } = make({ state: 'running', ready: true, directTransport: 'socket' });
  const [transfer, relayed, direct] = [port(), vi.fn(), vi.fn()];
  broker.open('d', { transport: 'port', purpose: 'watch', transfer }, 'viewer', relayed);
  broker.open('d', socketRequest(), 'viewer', direct);
  send.mockClear();
  broker.processEnded('other');
  expect([relayed, direct].map((one) => one.mock.calls.length)).toEqual([0, 0]);
  broker.processEnded('d');
  broker.processEnded('d');
  broker.fromDaemon('d', { type: 'stream-close', streamId: 2 });
  expect([relayed, direct].map((one) => one.mock.calls.length)).toEqual([1, 1]);
  expect(transfer.close).toHaveBeenCalledOnce();
  expect(send).not.toHaveBeenCalled();
});

test('main serves its own streams, with the role that asked, and says when they end', () => {
  const { broker } = make(null);
  const [transfer, closed] = [port(), vi.fn()];
  const opened = broker.open('main', { transport: 'port', purpose: 'watch', transfer }, 'viewer', closed);
  expect(attach).toHaveBeenCalledExactlyOnceWith(expect.anything(), 'viewer');
  if (opened.ok) opened.result.close();
  expect(transfer.close).toHaveBeenCalledOnce();
  expect(closed).toHaveBeenCalledOnce();
});

test('a socket that main was asked by is closed with its stream, also before it has become one', async () => {
  const { broker } = make(null);
  const [request, closed] = [socketRequest(), vi.fn()];
  const opened = broker.open('main', { ...request, purpose: 'watch' }, 'viewer', closed);
  expect(opened.ok).toBe(true);
  if (opened.ok) opened.result.close();
  await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
  expect(request.transfer.destroyed).toBe(true);
});

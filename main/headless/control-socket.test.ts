/** One control WebSocket: what is answered, what is refused, when it is cut off. */
import { EventEmitter } from 'node:events';
import { beforeEach, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import type { ControlEvent, ControlOutcome } from '../../contract/control/messages.ts';
import { BacklogTotal } from '../core/backlog-total.ts';
import type { OwnedCaller } from '../core/caller.ts';
import type { ControlPlane } from '../core/control-plane.ts';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { serveControlSocket } from './control-socket.ts';

class FakeWebSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  readonly sent: unknown[] = [];
  ping = vi.fn();
  terminate = vi.fn(() => {
    this.readyState = 3;
    this.emit('close');
  });

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  say(text: string, isBinary = false): void {
    this.emit('message', Buffer.from(text), isBinary);
  }
}

const limits = {
  ...CONTROL_LIMITS,
  clientRequests: 2,
  clientBacklogBytes: 100_000,
  clientBacklogTotalBytes: 150_000,
};
const actor = { name: 'ann', from: 'browser', role: 'viewer' } as const;
let answers: ((outcome: ControlOutcome<unknown>) => void)[];
let asked: { name: string; args: unknown; caller: OwnedCaller }[];
let listeners: Set<(event: ControlEvent) => void>;
let backlogs: BacklogTotal;

beforeEach(() => {
  answers = [];
  asked = [];
  listeners = new Set();
  backlogs = new BacklogTotal(limits.clientBacklogTotalBytes);
});

function connect(): FakeWebSocket {
  const socket = new FakeWebSocket();
  const plane = {
    subscribe: (who: unknown, listener: (event: ControlEvent) => void) => {
      expect(who).toBe(actor);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    handle: (name: string, args: unknown, caller: OwnedCaller) => {
      asked.push({ name, args, caller });
      return new Promise((resolve) => answers.push(resolve));
    },
  } as unknown as ControlPlane;
  serveControlSocket(socket as unknown as WebSocket, { actor, session: 'abcd', plane, limits, backlogs });
  return socket;
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
const publish = (reason: string) => {
  for (const listener of listeners) listener({ type: 'closing', reason });
};

test('a request is passed on as the session’s, and answered under its number', async () => {
  const socket = connect();
  socket.say('{"id":7,"name":"status","args":{"a":1}}');
  expect(asked).toMatchObject([{ name: 'status', args: { a: 1 }, caller: { actor, session: 'abcd' } }]);
  answers[0]?.({ ok: true, result: 'x' });
  await settle();
  expect(socket.sent).toEqual([{ id: 7, outcome: { ok: true, result: 'x' } }]);
});

test('what is no request is answered as such, a binary message too', () => {
  const socket = connect();
  socket.say('nonsense');
  socket.say('{"id":7,"name":"status"}', true);
  const refusal = {
    id: 0,
    outcome: {
      ok: false,
      error: { code: 'bad_request', message: expect.stringContaining('Expected one JSON object') },
    },
  };
  expect(socket.sent).toEqual([refusal, refusal]);
  expect(asked).toEqual([]);
});

test('more requests at once than allowed are refused one by one, and there is room again with each answer', async () => {
  const socket = connect();
  for (const id of [1, 2, 3]) socket.say(`{"id":${id},"name":"status"}`);
  expect(socket.sent).toEqual([
    {
      id: 3,
      outcome: {
        ok: false,
        error: { code: 'limit_reached', message: '2 requests of this connection are in progress already.' },
      },
    },
  ]);
  expect(asked).toHaveLength(2);
  answers[0]?.({ ok: true, result: null });
  await settle();
  socket.say('{"id":4,"name":"status"}');
  expect(asked).toHaveLength(3);
});

test('it hears of events until it closes, and its caller ends with it', () => {
  const socket = connect();
  publish('one');
  asked.length = 0;
  socket.say('{"id":1,"name":"logs.follow"}');
  asked[0]?.caller.send({ type: 'closing', reason: 'for it alone' });
  const closed = vi.fn();
  asked[0]?.caller.onClose(closed);
  socket.emit('close');
  expect(closed).toHaveBeenCalledOnce();
  expect(listeners.size).toBe(0);
  expect(socket.sent).toEqual([
    { event: { type: 'closing', reason: 'one' } },
    { event: { type: 'closing', reason: 'for it alone' } },
  ]);
});

test('one that is closing is neither read nor written to', () => {
  const socket = connect();
  socket.readyState = 2;
  publish('one');
  socket.say('{"id":1,"name":"status"}');
  socket.say('nonsense');
  expect(socket.sent).toEqual([]);
  expect(asked).toEqual([]);
});

test('one that does not read is cut off beyond its limit, and not before', () => {
  const socket = connect();
  socket.bufferedAmount = 100_000;
  publish('one');
  expect(socket.terminate).not.toHaveBeenCalled();
  socket.bufferedAmount = 100_001;
  publish('two');
  expect(socket.terminate).toHaveBeenCalledOnce();
  expect(listeners.size).toBe(0);
});

test('of all together the one furthest behind is cut off, and counts no more once it is gone', () => {
  const [near, far] = [connect(), connect()];
  near.bufferedAmount = 70_000;
  far.bufferedAmount = 90_000;
  publish('one');
  expect(far.terminate).toHaveBeenCalledOnce();
  expect(near.terminate).not.toHaveBeenCalled();
  const next = connect();
  next.bufferedAmount = 75_000;
  publish('two');
  expect(next.terminate).not.toHaveBeenCalled();
});

test('a mistake of the protocol ends it', () => {
  const socket = connect();
  socket.emit('error', new Error('invalid frame'));
  expect(socket.terminate).toHaveBeenCalledOnce();
});

test('it is pinged, and ended when it does not answer', () => {
  vi.useFakeTimers();
  try {
    const socket = connect();
    vi.advanceTimersByTime(limits.socketPingMs);
    expect(socket.ping).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(2 * limits.socketPingMs);
    expect(socket.terminate).toHaveBeenCalled();
  } finally {
    vi.useRealTimers();
  }
});

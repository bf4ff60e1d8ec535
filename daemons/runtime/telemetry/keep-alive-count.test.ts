import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { keepAlive } from './keep-alive.ts';

class FakeSocket extends EventEmitter {
  readonly ping = vi.fn();
  readonly terminate = vi.fn();
}

let socket: FakeSocket;
beforeEach(() => {
  vi.useFakeTimers();
  socket = new FakeSocket();
  keepAlive(socket as unknown as WebSocket, 1_000);
});
afterEach(() => {
  // Before the timers are real: this puts the faked ones back under what was spied on.
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it('lets two pings in a row stay unanswered, and cuts off at the third', () => {
  vi.advanceTimersByTime(2_999);
  expect([socket.ping.mock.calls.length, socket.terminate.mock.calls.length]).toEqual([2, 0]);
  vi.advanceTimersByTime(1);
  expect([socket.ping.mock.calls.length, socket.terminate.mock.calls.length]).toEqual([2, 1]);
});

it('begins to count anew with every answer', () => {
  for (let n = 0; n < 5; n++) {
    vi.advanceTimersByTime(2_000);
    socket.emit('pong');
  }
  expect([socket.ping.mock.calls.length, socket.terminate.mock.calls.length]).toEqual([10, 0]);
  vi.advanceTimersByTime(3_000);
  expect(socket.terminate).toHaveBeenCalledOnce();
});

it('asks nobody any more once the socket is closed', () => {
  socket.emit('close');
  expect(vi.getTimerCount()).toBe(0);
});

it('keeps no process alive that has nothing else to do', () => {
  const intervals = vi.spyOn(globalThis, 'setInterval');
  keepAlive(new FakeSocket() as unknown as WebSocket, 1_000);
  expect((intervals.mock.results[0]!.value as NodeJS.Timeout).hasRef()).toBe(false);
});

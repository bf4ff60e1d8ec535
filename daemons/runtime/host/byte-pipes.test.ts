import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { limits } from '../limits.ts';
import { webSocketPipe } from './byte-pipes.ts';

/** A WebSocket without a network behind it. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  readonly sent: { readonly data: unknown; readonly binary: boolean }[] = [];
  readonly ping = vi.fn();
  readonly close = vi.fn();
  readonly terminate = vi.fn(() => {
    this.emit('close');
  });

  send(data: unknown, options?: { readonly binary?: boolean }): void {
    this.sent.push({ data, binary: options?.binary === true });
  }
}

let socket: FakeSocket;
beforeEach(() => {
  vi.useFakeTimers();
  socket = new FakeSocket();
});
afterEach(() => {
  vi.useRealTimers();
});
const open = () => webSocketPipe(socket as unknown as WebSocket);

it('pings as often as streams do, and cuts off who answers none', () => {
  open();
  vi.advanceTimersByTime(limits.streamPingMs.default - 1);
  expect(socket.ping).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(socket.ping).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(limits.streamPingMs.default * 2);
  expect(socket.terminate).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});

it('waits as long as the table says for the other end to confirm a close', () => {
  open().close();
  expect(socket.close).toHaveBeenCalledWith(1000, 'done');
  vi.advanceTimersByTime(limits.streamCloseMs.default - 1);
  expect(socket.terminate).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(socket.terminate).toHaveBeenCalledTimes(1);
});

it('sends bytes as bytes and words as words, and nothing once it is closed', () => {
  const pipe = open();
  pipe.send({ type: 'bytes', data: Uint8Array.of(1, 2) });
  socket.readyState = 3;
  pipe.send({ type: 'bytes', data: Uint8Array.of(3) });
  expect(socket.sent).toEqual([{ data: Uint8Array.of(1, 2), binary: true }]);
});

it('hears bytes in every form in which they come, and takes what is no JSON for no message', () => {
  const heard: unknown[] = [];
  open().onMessage((message) => heard.push(message));
  socket.emit('message', Buffer.from('ab'), true);
  socket.emit('message', [Buffer.from('a'), Buffer.from('b')], true);
  socket.emit('message', Buffer.from('{"type":"end"}'), false);
  socket.emit('message', Buffer.from('{'), false);
  expect(heard).toEqual([
    { type: 'bytes', data: Buffer.from('ab') },
    { type: 'bytes', data: Buffer.from('ab') },
    { type: 'end' },
    null,
  ]);
});

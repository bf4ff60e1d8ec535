import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type WebSocket, WebSocket as WebSocketClient } from 'ws';
import type { BytePipe } from '../../../contract/byte-stream.ts';
import { limits } from '../limits.ts';
import { linkPipe, portPipe, socketPipe, webSocketPipe } from './byte-pipes.ts';

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

it('hears of a memory block as well, writes words as JSON, and ends a socket that fails', () => {
  const heard: unknown[] = [];
  const closed = vi.fn();
  const pipe = open();
  pipe.onMessage((message) => heard.push(message));
  pipe.onClose(closed);
  socket.emit('message', Uint8Array.of(1, 2).buffer, true);
  expect(heard).toEqual([{ type: 'bytes', data: Uint8Array.of(1, 2) }]);
  pipe.send({ type: 'bytes-end', total: 3 });
  expect(socket.sent).toEqual([{ data: '{"type":"bytes-end","total":3}', binary: false }]);
  socket.emit('error', new Error('reset'));
  expect([socket.terminate.mock.calls.length, closed.mock.calls.length]).toEqual([1, 1]);
  socket.emit('close');
  expect(closed).toHaveBeenCalledOnce();
});

it('says over the link and over a port what it says over a socket', () => {
  const posted: unknown[] = [];
  const closed = vi.fn();
  const pipe = linkPipe((data) => posted.push(data), closed);
  const heard: unknown[] = [];
  pipe.onMessage((message) => heard.push(message));
  pipe.send({ type: 'bytes-end', total: 3 });
  pipe.deliver({ type: 'bytes-end', total: 4 });
  pipe.close();
  expect([posted, heard, closed.mock.calls.length]).toEqual([
    [{ type: 'bytes-end', total: 3 }],
    [{ type: 'bytes-end', total: 4 }],
    1,
  ]);
  const port = Object.assign(new EventEmitter(), {
    postMessage: (message: unknown) => void posted.push(message),
    start: vi.fn(),
    close: vi.fn(),
  });
  portPipe(port).send({ type: 'bytes-end', total: 5 });
  expect(posted.at(-1)).toEqual({ type: 'bytes-end', total: 5 });
});

it('posts a piece of a file over a port without the memory around it, which would be cloned with it', () => {
  const posted: { readonly data: Uint8Array }[] = [];
  const port = Object.assign(new EventEmitter(), {
    postMessage: (message: unknown) => void posted.push(message as { data: Uint8Array }),
    start: vi.fn(),
    close: vi.fn(),
  });
  portPipe(port).send({ type: 'bytes', data: Buffer.alloc(1_000, 7).subarray(10, 13) });
  expect([posted[0]?.data, posted[0]?.data.buffer.byteLength]).toEqual([Uint8Array.of(7, 7, 7), 3]);
});

/** A pipe over a real WebSocket, with its client. */
async function overSocket() {
  vi.useRealTimers();
  const server = createServer();
  const piped = new Promise<BytePipe>((resolve) => {
    server.on('upgrade', (request, raw, head) => {
      socketPipe(raw, request.headers as Record<string, string>, head, resolve);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new WebSocketClient(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  client.on('error', () => {});
  await once(client, 'open');
  const end = () => {
    client.terminate();
    server.close();
    server.closeAllConnections();
  };
  return { pipe: await piped, client, end };
}

it('takes the longest piece of a file and the words beside it, and ends a socket that sends more', async () => {
  const { pipe, client, end } = await overSocket();
  const sizes: number[] = [];
  let closed = false;
  pipe.onMessage((message) => sizes.push((message as { readonly data: Uint8Array }).data.length));
  pipe.onClose(() => {
    closed = true;
  });
  // A piece has 64 KiB; beside it there is room for 8 KiB.
  client.send(Buffer.alloc(65_536 + 8_192));
  await vi.waitFor(() => expect(sizes).toEqual([73_728]));
  client.send(Buffer.alloc(65_536 + 8_193));
  await vi.waitFor(() => expect(closed).toBe(true));
  expect(sizes).toHaveLength(1);
  end();
});

it('ends a socket whose messages come in too many pieces', async () => {
  const { pipe, client, end } = await overSocket();
  let closed = false;
  pipe.onClose(() => {
    closed = true;
  });
  for (let n = 0; n < 17; n++) client.send('x', { fin: false });
  await vi.waitFor(() => expect(closed).toBe(true));
  end();
});

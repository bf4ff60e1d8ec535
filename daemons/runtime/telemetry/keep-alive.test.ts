import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { keepAlive } from './keep-alive.ts';

let server: WebSocketServer;

beforeEach(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => keepAlive(socket, 20));
  await once(server, 'listening');
});
afterEach(() => {
  for (const socket of server.clients) socket.terminate();
  server.close();
});

const open = async (autoPong: boolean) => {
  const { port } = server.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { autoPong });
  await once(socket, 'open');
  return socket;
};

test('a window that answers no ping is cut off, and its place is free', async () => {
  const socket = await open(false);
  const [code] = await once(socket, 'close');
  expect(code).toBe(1006);
  await expect.poll(() => server.clients.size).toBe(0);
});

test('a window that answers stays, however long it says nothing', async () => {
  const socket = await open(true);
  for (let n = 0; n < 10; n++) await once(socket, 'ping');
  expect(socket.readyState).toBe(WebSocket.OPEN);
});

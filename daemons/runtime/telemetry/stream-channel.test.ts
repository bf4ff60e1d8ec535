import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { limits } from '../limits.ts';
import { type StreamChannel, upgradeSocket } from './stream-channel.ts';

let server: Server;
let channel: StreamChannel;
let closed: number;
let client: WebSocket;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  closed = 0;
  server = createServer();
  const attached = new Promise<void>((resolve) => {
    server.on('upgrade', (request, socket, head) => {
      upgradeSocket(socket, request.headers as Record<string, string>, head, (opened) => {
        channel = opened;
        channel.onClose(() => closed++);
        resolve();
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, { autoPong: false });
  client.on('error', () => {});
  await once(client, 'open');
  await attached;
});
afterEach(() => {
  client.terminate();
  server.close();
  server.closeAllConnections();
  vi.useRealTimers();
});

test('a stream pings, and the place of one that answers none is free', async () => {
  const pinged = once(client, 'ping');
  vi.advanceTimersByTime(limits.streamPingMs.default);
  await pinged;
  expect(closed).toBe(0);
  vi.advanceTimersByTime(limits.streamPingMs.default * 2);
  await expect.poll(() => closed).toBe(1);
});

test('a client that gives every ticket back without reading is closed before it costs much memory', async () => {
  client.pause();
  const records = Array.from({ length: 500 }, (_, seq) => ({
    seq,
    time: 0,
    level: 'info' as const,
    subsystem: 's',
    event: 'e',
    message: 'x'.repeat(2_000),
  }));
  let sent = 0;
  for (let n = 1; n < 100 && closed === 0; n++) {
    sent += channel.send({ type: 'logs', ticket: n, records, dropped: 0 });
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(closed).toBe(1);
  expect(sent).toBeLessThan(limits.streamBacklogBytes.default * 4);
});

test('a client may leave as much unread as the limit says, and not a byte more', async () => {
  const waiting = vi.spyOn(WebSocket.prototype, 'bufferedAmount', 'get');
  const logs = { type: 'logs', ticket: 1, records: [], dropped: 0 } as const;
  waiting.mockReturnValue(limits.streamBacklogBytes.default);
  expect(channel.send(logs)).toBeGreaterThan(0);
  waiting.mockReturnValue(limits.streamBacklogBytes.default + 1);
  expect(channel.send(logs)).toBe(0);
  waiting.mockRestore();
  await expect.poll(() => closed).toBe(1);
});

test('a wish in too many pieces ends the stream', async () => {
  for (let n = 0; n < 40; n++) client.send(' ', { fin: false });
  await expect.poll(() => closed).toBe(1);
});

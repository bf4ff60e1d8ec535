/** What each transport of a stream carries, and what it says that it took. */
import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { decodeFrame, FRAME_HEADER_BYTES } from '../../../contract/metric-frame.ts';
import type { ToWindow } from '../../../contract/stream.ts';
import { limits } from '../limits.ts';
import type { PortLike } from './message-port.ts';
import { relayedEnd } from './relayed-end.ts';
import { linkChannel, portChannel, type StreamChannel, upgradeSocket } from './stream-channel.ts';

const record = { seq: 1, time: 0, level: 'info', subsystem: 's', event: 'e', message: 'm' } as const;
const spec = { name: 'a', kind: 'gauge', unit: 'count', help: '' } as const;
const frame = (seq: number, count = 10) => ({
  type: 'frame' as const,
  frame: { seq, time: 7, skipped: 0, revision: 1, values: new Float64Array(count).fill(seq) },
});
/** About what each costs: eight bytes a value, 64 a row, 200 a log record, 150 a metric, 64 any other. */
const costs: [ToWindow, number][] = [
  [frame(1), FRAME_HEADER_BYTES + 80],
  [{ type: 'rows', ticket: 1, table: 't', time: 0, rows: [[1], [2], [3]], total: 3 }, 192],
  [{ type: 'logs', ticket: 1, records: [record, record], dropped: 0 }, 400],
  [{ type: 'catalog', catalog: { revision: 1, metrics: [spec, spec] } }, 300],
  [{ type: 'hello', source: 's', instance: 1, pid: 1, startedAt: 1 }, 64],
];

class FakePort extends EventEmitter implements PortLike {
  readonly posted: unknown[] = [];
  readonly start = vi.fn();
  readonly close = vi.fn();

  postMessage(message: unknown): void {
    this.posted.push(message);
  }
}

it.each(costs)(
  'hands %j over a port and over the link as it is, and estimates what it took',
  (message, cost) => {
    const port = new FakePort();
    expect(portChannel(port).send(message)).toBe(cost);
    const posted: unknown[] = [];
    expect(
      linkChannel(
        (data) => posted.push(data),
        () => {},
      ).send(message),
    ).toBe(cost);
    expect([port.posted, posted]).toEqual([[message], [message]]);
  },
);

it('hears on the link what its owner delivers, and ends from either side', () => {
  const closed = vi.fn();
  const channel = linkChannel(() => {}, closed);
  // Nobody listens yet.
  channel.deliver('early');
  channel.closed();
  const [heard, ended] = [vi.fn(), vi.fn()];
  channel.onMessage(heard);
  channel.onClose(ended);
  channel.deliver('wish');
  channel.closed();
  channel.close();
  expect([heard.mock.calls, ended.mock.calls.length, closed.mock.calls.length]).toEqual([[['wish']], 1, 1]);
  expect(relayedEnd(closed).close).toBe(closed);
});

let server: Server;
let channel: StreamChannel;
/** How often the stream of this test has closed; those of others may do so yet. */
let closes: { count: number };
let client: WebSocket;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
  const mine = { count: 0 };
  closes = mine;
  server = createServer();
  const attached = new Promise<void>((resolve) => {
    server.on('upgrade', (request, socket, head) => {
      upgradeSocket(socket, request.headers as Record<string, string>, head, (opened) => {
        channel = opened;
        channel.onClose(() => mine.count++);
        resolve();
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  client.binaryType = 'arraybuffer';
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

async function soon(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

it('sends frames as bytes and everything else as text on a WebSocket, and says exactly what that took', async () => {
  const got: unknown[] = [];
  client.on('message', (data, isBinary) => {
    got.push(isBinary ? decodeFrame(data as ArrayBuffer) : JSON.parse(String(data)));
  });
  // Of other lengths too: the buffers are made anew then.
  const messages: ToWindow[] = [frame(1), frame(2), frame(3, 4), frame(4, 4), costs[4]![0]];
  const sizes = messages.map((message) => channel.send(message));
  await soon(() => got.length === messages.length);
  expect(got).toEqual(messages.map((message) => (message.type === 'frame' ? message.frame : message)));
  expect(sizes).toEqual([
    FRAME_HEADER_BYTES + 80,
    FRAME_HEADER_BYTES + 80,
    FRAME_HEADER_BYTES + 32,
    FRAME_HEADER_BYTES + 32,
    JSON.stringify(costs[4]![0]).length,
  ]);
});

it('does not write into a frame that is on its way', async () => {
  const got: number[] = [];
  client.on('message', (data) => got.push(decodeFrame(data as ArrayBuffer)!.seq));
  // As many as a window may have unread, and one more.
  for (const seq of [1, 2, 3]) channel.send(frame(seq));
  await soon(() => got.length === 3);
  expect(got).toEqual([1, 2, 3]);
});

it('hears wishes as JSON, takes bytes for none, and ends a stream that says something else', async () => {
  const heard: unknown[] = [];
  channel.onMessage((data) => heard.push(data));
  client.send(Buffer.from('{"type":"binary"}'), { binary: true });
  client.send('{"type":"catalog?"}');
  await soon(() => heard.length > 0);
  expect(heard).toEqual([{ type: 'catalog?' }]);
  client.send('{');
  const [code, reason] = await once(client, 'close');
  expect([code, String(reason)]).toEqual([1007, 'expected JSON']);
});

it('takes a wish of 4 KiB, and ends a stream that says more', async () => {
  const heard: unknown[] = [];
  channel.onMessage((data) => heard.push(data));
  client.send(JSON.stringify('x'.repeat(4_094)));
  await soon(() => heard.length > 0);
  expect(closes.count).toBe(0);
  client.send(JSON.stringify('x'.repeat(4_095)));
  await soon(() => closes.count > 0);
  expect(heard).toHaveLength(1);
});

it('says that it closes, sends nothing any more, and cuts off who does not confirm in time', async () => {
  client.pause();
  channel.close();
  expect(channel.send(frame(1))).toBe(0);
  vi.advanceTimersByTime(limits.streamCloseMs.default - 1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(closes.count).toBe(0);
  vi.advanceTimersByTime(1);
  await soon(() => closes.count > 0);
  client.resume();
  const [code, reason] = await once(client, 'close');
  expect([code, String(reason)]).toEqual([1001, 'closing']);
});

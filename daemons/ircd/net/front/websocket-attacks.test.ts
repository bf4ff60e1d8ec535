/** Clients over WebSocket that mean harm: with any number of threads they are told the same, and nothing of them is left. */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limits as runtimeLimits } from '../../../runtime/limits.ts';
import { clientFrame } from '../../../runtime/test-fixtures/client-frame.ts';
import { until } from '../../../runtime/test-fixtures/until.ts';
import { FrameClient } from '../frame-client.ts';
import { front, type Loopback, OPEN_CLASS, startLoopback } from '../loopback-fixture.ts';
import { connections, nothingIsLeft, openSockets } from './left-behind-fixture.ts';

const PING = 9;
const SEND_QUEUE = 100_000;

let directory: string;
let running: Loopback | null = null;
let told: string[];

beforeEach(async () => {
  told = [];
  directory = await mkdtemp(join(tmpdir(), 'signalbox-attacks-'));
});

afterEach(async () => {
  running?.server.close();
  running = null;
  front.threads = 0;
  await rm(directory, { recursive: true });
});

async function start(threads: number, tls: boolean, more: Record<string, unknown> = {}): Promise<Loopback> {
  front.threads = threads;
  const listen = [{ host: '127.0.0.1', port: 0, protocol: 'websocket', tls }];
  running = await startLoopback(
    {
      class: [{ ...OPEN_CLASS.class[0], send_queue_bytes: SEND_QUEUE }],
      websocket_origins: ['https://good.example'],
      listen,
      ...more,
    },
    { dataDirectory: directory, onThreadTrouble: (text) => told.push(text) },
  );
  return running;
}

/** A client that is let in, once the server knows it. */
async function letIn({ port, handler }: Loopback, tls: boolean): Promise<FrameClient> {
  const before = handler.open.size;
  const client = new FrameClient(
    tls ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }) : connect(port, '127.0.0.1'),
  );
  await until(() => client.open && handler.open.size > before);
  return client;
}

/** Other clients are served. */
async function expectServed(loopback: Loopback, tls: boolean): Promise<void> {
  const next = await letIn(loopback, tls);
  next.send(clientFrame(1, 'ECHO served'));
  await until(() => next.frames.length === 1);
  expect(next.frames).toEqual([{ opcode: 1, text: 'served' }]);
  next.socket.destroy();
}

/** The first bytes of a frame, as they are. */
const bytes = (...values: number[]) => Buffer.from(values);

describe.each([
  [0, false],
  [1, false],
  [2, false],
  [0, true],
  [2, true],
])('with %i threads, behind TLS: %s', (threads, tls) => {
  test.each([
    [
      'that is not masked',
      bytes(0x81, 2, 72, 105),
      '1002 WebSocket error: Invalid WebSocket frame: MASK must be set',
    ],
    [
      'of no known sort',
      clientFrame(3, 'x'),
      '1002 WebSocket error: Invalid WebSocket frame: invalid opcode 3',
    ],
    [
      'of control in pieces',
      clientFrame(PING, 'x', { fin: false }),
      '1002 WebSocket error: Invalid WebSocket frame: FIN must be set',
    ],
    [
      'of control that is too long',
      clientFrame(PING, 'x'.repeat(126)),
      '1002 WebSocket error: Invalid WebSocket frame: invalid payload length 126',
    ],
    [
      'that goes on where nothing began',
      clientFrame(0, 'x'),
      '1002 WebSocket error: Invalid WebSocket frame: invalid opcode 0',
    ],
    [
      'of 2 GiB',
      bytes(0x82, 0xff, 0, 0, 0, 0, 0x80, 0, 0, 0, 1, 2, 3, 4),
      '1009 WebSocket error: Max payload size exceeded',
    ],
    [
      'of more than can be counted',
      bytes(0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4),
      '1009 WebSocket error: Unsupported WebSocket frame: payload length > 2^53 - 1',
    ],
    [
      'with a compressed message',
      bytes(0xc1, 0x80, 1, 2, 3, 4),
      '1002 WebSocket error: Invalid WebSocket frame: RSV1 must be clear',
    ],
    [
      'that is one piece too many',
      Buffer.concat(
        Array.from({ length: runtimeLimits.webSocketFragments.default + 1 }, (_, index) =>
          clientFrame(index === 0 ? 1 : 0, 'x', { fin: false }),
        ),
      ),
      '1008 WebSocket error: Too many message fragments',
    ],
    [
      'with which a message of pieces grows too large',
      Buffer.concat([
        clientFrame(1, 'x'.repeat(runtimeLimits.webSocketMessageBytes.default), { fin: false }),
        clientFrame(0, 'x', { fin: false }),
      ]),
      '1009 WebSocket error: Max payload size exceeded',
    ],
    [
      'of goodbye without a whole code',
      clientFrame(8, 'x'),
      '1002 WebSocket error: Invalid WebSocket frame: invalid payload length 1',
    ],
    [
      'of goodbye with a code that is none',
      clientFrame(8, '\x00\x01'),
      '1002 WebSocket error: Invalid WebSocket frame: invalid status code 1',
    ],
  ])('a frame %s is the last', async (_, frame, goodbye) => {
    const loopback = await start(threads, tls);
    const { handler, server } = loopback;
    await expectServed(loopback, tls);
    await until(() => server.admission.size === 0);
    const before = await openSockets();
    const client = await letIn(loopback, tls);
    client.send(clientFrame(1, 'ECHO before'), frame, clientFrame(1, 'ECHO behind'));
    await until(() => client.goodbye !== null);
    expect(client.frames.map(({ text }) => text)).toEqual(['before', goodbye]);
    await until(() => client.closed);
    await nothingIsLeft(loopback, before);
    expect([handler.lines.at(-1), handler.closed.at(-1)]).toEqual(['ECHO before', goodbye.slice(5)]);
    expect(server.heldOfInput.depth).toBe(0);
    await expectServed(loopback, tls);
    expect(told).toEqual([]);
  });

  test('who ends in the middle of a frame, or of a message, is gone with what was kept of it', async () => {
    const loopback = await start(threads, tls);
    const { handler, server } = loopback;
    await expectServed(loopback, tls);
    await until(() => server.admission.size === 0);
    const before = await openSockets();
    const halves = [
      clientFrame(1, 'ECHO never').subarray(0, 9),
      clientFrame(1, 'ECHO ', { fin: false }),
      bytes(0x82, 0xfe, 0x3f, 0xff, 1, 2, 3, 4, 5),
    ];
    for (const half of halves) {
      for (const leave of ['end', 'resetAndDestroy'] as const) {
        const client = await letIn(loopback, tls);
        client.send(half);
        await until(() => server.heldOfInput.depth === half.length);
        // Of TLS a reset is one of the socket below.
        if (leave === 'end' || tls) client.socket.end();
        else client.socket.resetAndDestroy();
        await until(() => server.heldOfInput.depth === 0 && handler.open.size === 0);
      }
    }
    await nothingIsLeft(loopback, before);
    expect(handler.lines).toEqual(['ECHO served']);
    expect(told).toEqual([]);
  });

  test('a slow reader holds what its class allows, and is let go beyond that', async () => {
    const loopback = await start(threads, tls);
    const { handler, server } = loopback;
    await expectServed(loopback, tls);
    await until(() => server.admission.size === 0);
    const before = await openSockets();
    const client = await letIn(loopback, tls);
    client.socket.pause();
    for (let round = 0; round < 400 && handler.open.size > 0; round++) {
      client.send(clientFrame(1, 'FILL 50000'));
      await new Promise(setImmediate);
    }
    await until(() => handler.closed.at(-1) === 'SendQ exceeded');
    client.socket.destroy();
    await nothingIsLeft(loopback, before);
    expect([server.heldToSend.depth, server.sampleSendQueues().totalBytes]).toEqual([0, 0]);
    expect(told).toEqual([]);
  });

  test('what floods with frames that say nothing is let go as elsewhere', async () => {
    const loopback = await start(threads, tls, { class: [{ name: 'strict', throttle: false }] });
    const client = await letIn(loopback, tls);
    client.send(...Array.from({ length: 400 }, () => clientFrame(PING, '')));
    await until(() => client.goodbye !== null);
    expect(client.goodbye).toBe('1000 Excess Flood');
    await until(() => client.closed && loopback.server.admission.size === 0);
    expect(told).toEqual([]);
  });
});

/** What some write who never come to a WebSocket. */
const ATTEMPTS: readonly (readonly [string, (socket: Socket) => void])[] = [
  ['vanish before a word', (socket) => socket.resetAndDestroy()],
  ['hang up before a word', (socket) => socket.end()],
  ['send garbage', (socket) => socket.write('NICK ann\r\nUSER ann 0 * :ann\r\n')],
  ['ask for a page', (socket) => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  [
    'ask for longer than is allowed',
    (socket) =>
      socket.write(`GET / HTTP/1.1\r\nX: ${'x'.repeat(runtimeLimits.webSocketRequestBytes.default)}`),
  ],
  [
    'come from a page that may not',
    (socket) =>
      socket.write(
        'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: https://bad.example\r\n\r\n',
      ),
  ],
  [
    'vanish in the middle of the request',
    (socket) => socket.write('GET / HTTP/1.1\r\nHo', () => socket.resetAndDestroy()),
  ],
  ['hang up in the middle of the request', (socket) => socket.end('GET / HTTP/1.1\r\nHo')],
];

describe.each([0, 1, 2])('with %i threads', (threads) => {
  test.each(ATTEMPTS)('those that %s have no place any more, and are counted', async (_, attack) => {
    const loopback = await start(threads, false);
    const { server, port, handler } = loopback;
    await expectServed(loopback, false);
    await until(() => server.admission.size === 0);
    const before = await openSockets();
    const sockets = await connections(port, 20);
    await until(() => server.admission.counts.accepted === 21);
    for (const socket of sockets) {
      socket.resume();
      attack(socket);
    }
    await nothingIsLeft(loopback, before + 20);
    for (const socket of sockets) socket.destroy();
    await nothingIsLeft(loopback, before);
    await until(() => server.failures.webSocket === 20);
    expect(handler.closed).toHaveLength(1);
    expect(told).toEqual([]);
  });
});

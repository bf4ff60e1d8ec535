/** Connections whose bytes reach Node's HTTP server in pieces: what they hold back, and that nothing is lost. */
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { CONTROL_LIMITS, type ControlLimits } from '../core/limits.ts';
import { PacedSocket } from './paced-socket.ts';
import { RequestRounds } from './request-rounds.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A listener that paces what it accepts. */
async function listen(limits: Partial<ControlLimits>, onPaced: (paced: PacedSocket, raw: Socket) => void) {
  const rounds = new RequestRounds({ ...CONTROL_LIMITS, ...limits });
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (raw) => {
    closing.push(() => raw.destroy());
    onPaced(new PacedSocket(raw, rounds), raw);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closing.push(() => server.close());
  return () => {
    const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
    socket.on('error', () => {});
    closing.push(() => socket.destroy());
    return socket;
  };
}
/** One piece in each turn of the loop. */
const ONE_A_TURN = { httpShareMs: 0, httpTurnMs: 0, httpAcceptTurns: 1 };
const live = 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n';

test('two thousand requests that come at once are parsed a few at a time, and others have their turn between', async () => {
  const http = createHttpServer((request, response) => {
    count(request);
    response.end();
  });
  let inTurn = 0;
  let mostInTurn = 0;
  let all = 0;
  const count = (_request: IncomingMessage) => {
    if (inTurn === 0) setImmediate(() => (inTurn = 0));
    all++;
    mostInTurn = Math.max(mostInTurn, ++inTurn);
  };
  const open = await listen(ONE_A_TURN, (paced) => http.emit('connection', paced));
  const flood = open().resume();
  flood.write(live.repeat(2_000));
  await expect.poll(() => all).toBe(2_000);
  // A turn lets one piece through, and its end may come after the next one has begun.
  expect(mostInTurn).toBeLessThanOrEqual(2 * Math.ceil(CONTROL_LIMITS.httpPieceBytes / live.length));
});

test('chunks of a byte reach whoever reads the body a few at a time', async () => {
  let inTurn = 0;
  let mostInTurn = 0;
  let size = 0;
  const http = createHttpServer((request) => {
    request.on('data', (chunk: Buffer) => {
      if (inTurn === 0) setImmediate(() => (inTurn = 0));
      mostInTurn = Math.max(mostInTurn, ++inTurn);
      size += chunk.length;
    });
  });
  const open = await listen(ONE_A_TURN, (paced) => http.emit('connection', paced));
  const head = 'POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n';
  open().write(head + '1\r\nx\r\n'.repeat(5_000));
  await expect.poll(() => size).toBe(5_000);
  expect(mostInTurn).toBeLessThanOrEqual(2 * Math.ceil(CONTROL_LIMITS.httpPieceBytes / 6));
});

test('nothing more is read of a connection that is refused, and it is closed', async () => {
  let read = () => 0;
  const open = await listen(ONE_A_TURN, (paced, raw) => {
    read = () => raw.bytesRead;
    paced.once('data', () => paced.refuse(200));
  });
  const flood = open();
  flood.write(Buffer.alloc(30_000_000));
  // It ends with an error: what was sent and not read is refused.
  await new Promise((resolve) => flood.once('close', resolve));
  expect(read()).toBeGreaterThan(0);
  expect(read()).toBeLessThanOrEqual(2 * 65_536);
});

test('what is sent arrives whole and in order, however it is cut, and then its end', async () => {
  let received: Buffer[] = [];
  let ended = false;
  const open = await listen(ONE_A_TURN, (paced) => {
    received = [];
    ended = false;
    paced.on('data', (piece: Buffer) => {
      expect(piece.length).toBeLessThanOrEqual(CONTROL_LIMITS.httpPieceBytes);
      received.push(piece);
      // Whoever reads may want a pause.
      if (received.length % 5 === 0) {
        paced.pause();
        setImmediate(() => paced.resume());
      }
    });
    paced.on('end', () => {
      ended = true;
      paced.end('bye');
    });
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 3_000 }), { maxLength: 8 }), async (parts) => {
      const client = open();
      for (const part of parts) client.write(part);
      client.end();
      let answer = '';
      client.setEncoding('latin1').on('data', (text) => {
        answer += text;
      });
      await once(client, 'close');
      expect(ended).toBe(true);
      expect(answer).toBe('bye');
      expect(Buffer.concat(received).equals(Buffer.concat(parts))).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test('an upgrade takes along everything that came behind it', async () => {
  const payload = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
  let received = Buffer.alloc(0);
  const http = createHttpServer();
  http.on('upgrade', (_request, socket, head) => {
    if (!(socket instanceof PacedSocket)) throw new Error('another socket');
    const { socket: raw, rest } = socket.release();
    received = Buffer.concat([head, rest]);
    raw.on('data', (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
    });
    raw.resume();
  });
  const open = await listen(ONE_A_TURN, (paced) => http.emit('connection', paced));
  const head =
    'GET /control HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  open().write(Buffer.concat([Buffer.from(head), payload]));
  await expect.poll(() => received.length).toBe(payload.length);
  expect(received.equals(payload)).toBe(true);
});

test('an answer waits for a client that reads slowly, and keeps what is written bounded', async () => {
  let unsent = 0;
  let drained = false;
  const open = await listen({}, (paced) => {
    paced.on('error', () => {});
    while (paced.write(Buffer.alloc(65_536)));
    unsent = paced.writableLength;
    paced.once('drain', () => {
      drained = true;
    });
  });
  const slow = open().pause();
  await expect.poll(() => unsent).toBeGreaterThan(0);
  slow.resume();
  await expect.poll(() => drained).toBe(true);
});

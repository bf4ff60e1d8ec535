/** The HTTP server under strangers who send without end: whose requests go on. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONTROL_LIMITS } from '../core/limits.ts';
import { Auth, loadToken } from './auth.ts';
import { type HttpServer, startHttpServer } from './http-server.ts';
import { startTestHost, type TestHost } from './test-fixtures/test-host.ts';

let host: TestHost;
let server: HttpServer;
let token: string;
/** Whether nobody's turn comes. */
let stopped = false;
let due: (() => void)[] = [];
const sockets: Socket[] = [];

beforeAll(async () => {
  host = await startTestHost('[signalbox]\nautostart = []\n');
  token = await loadToken(host.dataDir);
  server = await startHttpServer({
    plane: host.plane,
    auth: new Auth(token),
    windowDir: host.dataDir,
    host: '127.0.0.1',
    port: 0,
    // Strangers always wait for their turn.
    limits: { ...CONTROL_LIMITS, httpShareMs: 0 },
    clock: {
      now: () => performance.now(),
      schedule: (callback) => void (stopped ? due.push(callback) : setImmediate(callback)),
    },
  });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await server.close();
  await host.close();
});

function goOn(): void {
  stopped = false;
  for (const callback of due) setImmediate(callback);
  due = [];
}

async function open() {
  const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1' });
  sockets.push(socket);
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
  });
  await once(socket, 'connect');
  return { socket, answers: () => text.split('HTTP/1.1 ').length - 1 };
}
const session = (...lines: readonly string[]) =>
  `${['GET /session HTTP/1.1', 'Host: localhost', ...lines].join('\r\n')}\r\n\r\n`;

test('who is logged in is answered while strangers of the same address wait for their turn', async () => {
  const bearer = `Authorization: Bearer ${token}`;
  const operator = await open();
  const other = await open();
  const stranger = await open();
  operator.socket.write(session(bearer));
  other.socket.write(session(bearer));
  stranger.socket.write(session());
  await expect.poll(operator.answers).toBe(1);
  await expect.poll(other.answers).toBe(1);
  await expect.poll(stranger.answers).toBe(1);
  stopped = true;
  stranger.socket.write(session());
  operator.socket.write(session(bearer));
  await expect.poll(operator.answers).toBe(2);
  expect(stranger.answers()).toBe(1);
  // A proxy uses one connection for many: what a stranger asked over it gives no precedence to the next.
  operator.socket.write(session());
  await expect.poll(operator.answers).toBe(3);
  operator.socket.write(session());
  stranger.socket.write(session());
  other.socket.write(session(bearer));
  await expect.poll(other.answers).toBe(2);
  expect(operator.answers()).toBe(3);
  goOn();
  await expect.poll(stranger.answers).toBe(3);
  await expect.poll(operator.answers).toBe(4);
});

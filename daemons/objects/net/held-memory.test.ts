/** Clients that stop reading: what the server keeps for them is bounded, and nothing meant for one goes to another. */
import { once } from 'node:events';
import { createServer, connect as netConnect, type Server, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { HELLO, requestV1, requestV2 } from '../protocol/test-requests.ts';
import { answersV2, HELLO_ACK_BYTES } from './test-answers.ts';
import { readAll, readBytes, testEngine } from './test-engine.ts';
import { Wire } from './wire.ts';

it('the descriptor of a socket that is closed is used no more: its number may be that of another client', async () => {
  const server: Server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = netConnect((server.address() as { port: number }).port, '127.0.0.1');
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  const [accepted] = (await once(server, 'connection')) as [Socket];
  const wire = new Wire(accepted, null, { onRoom: () => {} });
  expect(wire.fd).toBeGreaterThan(2);
  accepted.destroy();
  expect(wire.fd).toBe(-1);
});

/** Many small objects, each of which is in memory when it is sent. */
const SMALL = 30_000;
const OBJECTS = 64;

it('clients that read nothing are closed when all together hold too much, and others are served', async () => {
  const { put, connect, registry, engine, closed } = await testEngine({
    limits: { send_queue_total_bytes: 1024 * 1024 },
  });
  for (let i = 0; i < OBJECTS; i++) put(`o${i}`, Buffer.alloc(SMALL, 'o'));
  put('a', 'hello');
  const requests = Array.from({ length: OBJECTS }, (_, id) => requestV2(id, 0, '2', `o${id}`));
  const stopped: Socket[] = [];
  for (let i = 0; i < 4; i++) {
    const socket = await connect();
    socket.write(Buffer.concat([HELLO, ...requests]));
    stopped.push(socket);
  }
  while (closed.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const good = await connect();
  good.write(requestV1('2', 'a'));
  expect((await readBytes(good, 1))[0]).toBe(0);
  const held = [...engine.connections()].reduce((sum, { queuedBytes }) => sum + queuedBytes, 0);
  expect(held).toBeLessThanOrEqual(1024 * 1024);
  expect(registry.counter('signalbox_objects_slow_reader_disconnects_total').value).toBe(closed.length);
  for (const socket of stopped) socket.destroy();
  while ([...engine.connections()].length > 1) await new Promise((resolve) => setImmediate(resolve));
  expect(registry.gauge('signalbox_objects_send_queue_bytes').value).toBe(0);
});

it('a client that stops for a while gets everything, although little of it is kept meanwhile', async () => {
  const { put, connect, engine } = await testEngine();
  for (let i = 0; i < OBJECTS; i++) put(`o${i}`, Buffer.alloc(SMALL, 'o'));
  const socket = await connect();
  const rounds = 2;
  const requests = Array.from({ length: rounds * OBJECTS }, (_, id) =>
    requestV2(id, 1, '2', `o${id % OBJECTS}`),
  );
  socket.write(Buffer.concat([HELLO, ...requests, Buffer.from([3, 0])]));
  let before = -1;
  // Until nothing moves any more.
  for (let same = 0; same < 20; ) {
    await new Promise((resolve) => setImmediate(resolve));
    const sent = [...engine.connections()][0]?.bytesOut ?? 0;
    same = sent === before && sent > 0 ? same + 1 : 0;
    before = sent;
  }
  expect([...engine.connections()][0]!.requests).toBeLessThan(2 * OBJECTS);
  const answers = answersV2((await readAll(socket)).subarray(HELLO_ACK_BYTES, -6));
  expect(answers.map(({ id }) => id)).toEqual(requests.map((_, id) => id));
  expect(answers.every(({ content }) => content.length === SMALL)).toBe(true);
});

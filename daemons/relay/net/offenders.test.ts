/** Bad clients over real sockets: each costs itself, nobody else notices, and memory returns to where it was. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, it, vi } from 'vitest';
import { BurstCollector } from '../../runtime/telemetry/burst-collector.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import { dataPayload, framed, type TestClient, TestRelay } from '../test-relay.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let relay: TestRelay;
afterEach(() => relay.close());

async function stillServes(client: TestClient): Promise<void> {
  client.send('still here');
  expect(await client.text()).toBe('still here');
}

it('closes a client that announces an oversized frame, with the reason, and nobody else', async () => {
  relay = await TestRelay.start({ max_frame_bytes: 1_000, max_control_bytes: 1_000 });
  const good = await relay.connect();
  const bad = await relay.connect();
  bad.socket.write(Buffer.from([0, 0, 3, 0xe9]));
  bad.socket.write(Buffer.alloc(100_000));
  expect(await bad.message()).toMatchObject({ type: 'error', code: 'frame_too_large' });
  expect(await bad.next()).toBeNull();
  expect(relay.metrics.oversized.value).toBe(1);
  good.send('x'.repeat(1_000));
  expect((await good.next())?.length).toBe(1_000);
});

it('answers what came before the oversized frame', async () => {
  relay = await TestRelay.start();
  const client = await relay.connect();
  client.socket.write(Buffer.concat([framed('first'), Buffer.from([0xff, 0xff, 0xff, 0xff])]));
  expect(await client.text()).toBe('first');
  expect(await client.message()).toMatchObject({ code: 'frame_too_large' });
});

it('tells a greeted client in a control frame', async () => {
  relay = await TestRelay.start();
  const client = await relay.greet('rooms');
  client.socket.write(Buffer.from([0x7f, 0, 0, 0]));
  expect((await client.text())?.startsWith('\0{"type":"error"')).toBe(true);
});

it('takes frames of the largest size', async () => {
  relay = await TestRelay.start();
  const client = await relay.connect();
  const payload = Buffer.alloc(1 << 20, 'abc');
  for (let i = 0; i < 4; i++) client.send(payload);
  for (let i = 0; i < 4; i++) expect((await client.next())?.equals(payload)).toBe(true);
});

it('forgets half a frame when its client disconnects', async () => {
  relay = await TestRelay.start({ mode: 'broadcast' });
  const [good, other] = [await relay.connect(), await relay.connect()];
  for (const half of [Buffer.from([0]), framed('never finished').subarray(0, 9)]) {
    const bad = await relay.connect();
    bad.socket.write(half);
    await until(() => relay.server.relay.size === 3);
    bad.close();
    await until(() => relay.server.openSockets === 2);
  }
  good.send('ok');
  expect(await other.text()).toBe('ok');
});

it('survives garbage on many connections', async () => {
  relay = await TestRelay.start();
  const good = await relay.connect();
  const garbage = () => randomBytes(4_000);
  for (let i = 0; i < 30; i++) (await relay.connect()).socket.write(garbage());
  await stillServes(good);
  const tagged = await relay.greet('rooms');
  for (let i = 0; i < 30; i++) tagged.send(garbage());
  for (let i = 0; i < 30; i++) expect(await tagged.message()).toMatchObject({ type: 'error' });
});

it('sends the rest to a client that has shut its own side down', async () => {
  relay = await TestRelay.start();
  const client = await relay.connect();
  client.socket.end(Buffer.concat([framed('last'), framed('words')]));
  expect(await client.text()).toBe('last');
  expect(await client.text()).toBe('words');
  expect(await client.next()).toBeNull();
});

/** Fills the queue of a client that reads nothing; returns it. */
async function slowMember(peer: string): Promise<TestClient> {
  const slow = await relay.greet('rooms', peer);
  await slow.ask({ type: 'join', room: 'den' });
  slow.socket.pause();
  return slow;
}

it('disconnects a slow reader, says so, and delivers everything to the others', async () => {
  relay = await TestRelay.start({ max_frame_bytes: 100_000, send_queue_bytes: 300_000, close_flush_ms: 200 });
  const sender = await relay.greet('rooms', 'sender');
  const reader = await relay.greet('rooms', 'reader');
  for (const client of [sender, reader]) await client.ask({ type: 'join', room: 'den' });
  await slowMember('slow');
  const content = 'x'.repeat(60_000);
  let received = 0;
  for (let i = 0; i < 400; i++) {
    sender.send(dataPayload(2, ['den'], content));
    if ((await reader.next()) !== null) received++;
  }
  expect(received).toBe(400);
  expect(relay.metrics.slowReaders.value).toBe(1);
  expect(relay.server.relay.peer('slow')).toBeUndefined();
  await until(() => relay.server.openSockets === 2);
  expect(relay.metrics.queueBytes.value).toBe(0);
  expect(relay.metrics.queueFrames.value).toBe(0);
});

it('drops the oldest frames for a slow reader where that is configured, and never cuts one', async () => {
  relay = await TestRelay.start({
    max_frame_bytes: 100_000,
    send_queue_bytes: 300_000,
    slow_reader: 'drop-oldest',
  });
  const sender = await relay.greet('rooms', 'sender');
  await sender.ask({ type: 'join', room: 'den' });
  const slow = await slowMember('slow');
  const total = 400;
  for (let i = 0; i < total; i++) {
    sender.send(dataPayload(2, ['den'], `${String(i).padStart(6, '0')}${'y'.repeat(60_000)}`, i));
    expect(await sender.message()).toMatchObject({ type: 'ack', id: i, delivered: 1 });
  }
  const dropped = relay.metrics.dropped.value;
  expect(dropped).toBeGreaterThan(0);
  slow.socket.resume();
  const numbers: number[] = [];
  for (let i = 0; i < total - dropped; i++) {
    const frame = await slow.text();
    expect(frame?.length).toBe(12 + 6 + 60_000);
    expect(frame?.startsWith('\x02\x03den\x06sender')).toBe(true);
    numbers.push(Number(frame!.slice(12, 18)));
  }
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  expect(numbers[0]).toBe(0);
  expect(numbers.at(-1)).toBe(total - 1);
  expect(await slow.ask({ type: 'ping', id: 1 })).toEqual({ type: 'pong', id: 1 });
  expect(relay.metrics.queueBytes.value).toBe(0);
  expect(relay.metrics.queueFrames.value).toBe(0);
});

it('reads a flooding client more slowly, loses none of its frames, and serves the others', async () => {
  relay = await TestRelay.start({ receive_frames_per_second: 300 });
  const good = await relay.connect();
  const flooder = await relay.connect();
  const frames = 900;
  flooder.socket.write(Buffer.concat(Array.from({ length: frames }, (_, i) => framed(String(i)))));
  for (let i = 0; i < 10; i++) await stillServes(good);
  for (let i = 0; i < frames; i++) expect(await flooder.text()).toBe(String(i));
  expect(relay.metrics.receivePauses.value).toBeGreaterThan(0);
});

it('holds a client back that sends and does not read, and echoes all of it once it reads', async () => {
  relay = await TestRelay.start({ max_frame_bytes: 500_000, send_queue_bytes: 700_000 });
  const client = await relay.connect();
  client.socket.pause();
  const sizes = Array.from({ length: 200 }, (_, i) => (i % 4 === 0 ? 500_000 : i));
  for (const [index, size] of sizes.entries()) client.send(Buffer.alloc(size, index));
  const [peer] = relay.server.relay.peers();
  await until(() => peer!.connection.intake.choked);
  client.socket.resume();
  for (const [index, size] of sizes.entries())
    expect((await client.next())?.equals(Buffer.alloc(size, index))).toBe(true);
  expect(relay.metrics.slowReaders.value).toBe(0);
});

it('refuses a client over the limits with a reason', async () => {
  relay = await TestRelay.start({ connections_per_ip: 2 });
  await relay.connect();
  await relay.connect();
  expect(await (await relay.connect()).message()).toMatchObject({ code: 'too_many_connections' });
  await relay.reload({ max_clients: 2 });
  expect(await (await relay.connect()).message()).toMatchObject({ code: 'too_many_clients' });
  await relay.reload({ class: [{ name: 'local', match: ['127.0.0.0/8'], max_connections: 2 }] });
  expect(await (await relay.connect()).message()).toMatchObject({ code: 'too_many_clients' });
  await relay.reload({});
  await stillServes(await relay.connect());
  const { accepted, refusedAddress, refusedFull } = relay.server.admission.counts;
  expect([accepted, refusedAddress, refusedFull]).toEqual([6, 1, 2]);
});

it('is where it was after 2,000 connects and disconnects', async () => {
  relay = await TestRelay.start();
  const good = await relay.greet('rooms', 'good');
  await good.ask({ type: 'join', room: 'den' });
  const wave = async () => {
    await Promise.all(
      Array.from({ length: 250 }, async (_, index) => {
        const socket = connect(relay.port, '127.0.0.1');
        socket.on('error', () => {});
        await once(socket, 'connect');
        // A third leaves at once, a third in the middle of a frame, a third from a room.
        if (index % 3 === 1) socket.write(framed('half a frame').subarray(0, 7));
        if (index % 3 === 2)
          socket.write(
            Buffer.concat([
              framed('\0{"type":"hello","mode":"rooms"}'),
              framed('\0{"type":"join","room":"den"}'),
            ]),
          );
        await new Promise((resolve) => setImmediate(resolve));
        socket.destroy();
      }),
    );
    await until(() => relay.server.openSockets === 1);
  };
  await wave();
  collectGarbage();
  const before = process.memoryUsage();
  for (let i = 0; i < 8; i++) await wave();
  collectGarbage();
  const after = process.memoryUsage();
  expect(relay.server.relay.size).toBe(1);
  expect(relay.server.relay.rooms.get('den')?.audience.size).toBe(1);
  expect(relay.server.relay.rooms.memberships).toBe(1);
  expect(relay.metrics.queueBytes.value).toBe(0);
  expect(relay.metrics.queueFrames.value).toBe(0);
  expect(await good.ask({ type: 'ping', id: 1 })).toEqual({ type: 'pong', id: 1 });
  expect(after.heapUsed - before.heapUsed).toBeLessThan(4 << 20);
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(4 << 20);
});

it('counts clients that leave or are refused, so that the memory of a burst is given back', async () => {
  const gone = vi.spyOn(BurstCollector.prototype, 'connectionGone');
  relay = await TestRelay.start({ max_clients: 1 });
  const guest = await relay.connect();
  await until(() => relay.server.openSockets === 1);
  const refused = await relay.connect();
  await refused.ended();
  guest.close();
  await until(() => gone.mock.calls.length === 2);
  gone.mockRestore();
});

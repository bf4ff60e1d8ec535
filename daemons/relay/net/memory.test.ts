/** What all clients together make the relay hold has a total, and whoever holds most goes first. */
import { afterEach, expect, it, vi } from 'vitest';
import { BurstCollector } from '../../runtime/telemetry/burst-collector.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import { dataPayload, type TestClient, TestRelay } from '../test-relay.ts';

let relay: TestRelay;
afterEach(() => relay.close());

const CROWD = '127.0.0.3';
const HONEST = '127.0.0.2';
const MIB = 1 << 20;

it('closes clients of the address that holds most when unfinished frames are too much, and nobody else', async () => {
  relay = await TestRelay.start({ receive_total_bytes: 4 * MIB });
  const honest = await relay.connect(relay.port, HONEST);
  const payload = Buffer.alloc(900_000, 'honest');
  const header = Buffer.alloc(4);
  header.writeUInt32BE(payload.length);
  // More than any single one of the others.
  honest.socket.write(Buffer.concat([header, payload.subarray(0, 850_000)]));
  const crowd = await Promise.all(Array.from({ length: 30 }, () => relay.connect(relay.port, CROWD)));
  const begun = Buffer.alloc(300_000);
  begun.writeUInt32BE(1_000_000);
  for (const client of crowd) client.socket.write(begun);
  const first = await Promise.race(crowd.map((client) => client.message()));
  expect(first).toMatchObject({ type: 'error', code: 'too_much_unfinished' });
  await until(() => {
    relay.server.sampleMemory();
    return relay.metrics.heldReceiveBytes.value <= 4 * MIB;
  });
  expect(relay.metrics.heldReceiveBytes.value).toBeGreaterThan(MIB);
  honest.socket.write(payload.subarray(850_000));
  expect((await honest.next())?.equals(payload)).toBe(true);
  for (const client of relay.clients) client.close();
  await until(() => relay.server.openSockets === 0);
  relay.server.sampleMemory();
  expect(relay.metrics.heldReceiveBytes.value).toBe(0);
});

/** A client in direct mode that reads nothing. */
async function deaf(peer: string, address: string): Promise<TestClient> {
  const client = await relay.greet('direct', peer, [], address);
  client.socket.pause();
  return client;
}

const QUEUES = { max_frame_bytes: 200_000, send_queue_bytes: 16 * MIB, close_flush_ms: 30_000 };

/** Sends `bytes` to each peer that is still there. */
async function fill(sender: TestClient, peers: readonly string[], bytes: number): Promise<void> {
  const content = 'x'.repeat(100_000);
  for (let sent = 0; sent < bytes; sent += content.length)
    for (const [index, peer] of peers.entries()) {
      sender.send(dataPayload(3, [peer], content, index));
      await sender.message();
    }
}

it('ends those that hold most when too much waits for all clients, at once, and keeps an honest one that lags', async () => {
  relay = await TestRelay.start({ ...QUEUES, send_queue_total_bytes: 16 * MIB });
  const gone = vi.spyOn(BurstCollector.prototype, 'connectionGone');
  const sender = await relay.greet('direct', 'sender');
  const honest = await deaf('honest', HONEST);
  // Less than half of the total, whatever the kernel takes of it.
  await fill(sender, ['honest'], 6 * MIB);
  const names = Array.from({ length: 4 }, (_, index) => `deaf${index}`);
  for (const name of names) await deaf(name, CROWD);
  await fill(sender, names, 12 * MIB);
  expect(relay.metrics.memoryDisconnects.value).toBeGreaterThan(0);
  expect(relay.metrics.slowReaders.value).toBe(relay.metrics.memoryDisconnects.value);
  expect(relay.server.relay.peer('honest')).toBeDefined();
  relay.server.sampleMemory();
  expect(relay.metrics.heldSendBytes.value).toBeLessThanOrEqual(16 * MIB);
  // Not held until close_flush_ms is over, and the garbage is worth a collection.
  await until(() => relay.server.openSockets === relay.server.relay.size);
  const released = gone.mock.calls.map(([bytes]) => bytes ?? 0);
  gone.mockRestore();
  expect(Math.max(...released)).toBeGreaterThan(MIB);
  honest.socket.resume();
  for (let received = 0; received < 6 * MIB; ) received += (await honest.next())!.length;
});

it('drops frames instead of ending the client where that is the policy', async () => {
  relay = await TestRelay.start({ ...QUEUES, send_queue_total_bytes: 16 * MIB, slow_reader: 'drop-oldest' });
  const sender = await relay.greet('direct', 'sender');
  await deaf('deaf', CROWD);
  await deaf('mute', CROWD);
  // Each stays within its own limit.
  await fill(sender, ['deaf', 'mute'], 14 * MIB);
  await until(() => relay.metrics.dropped.value > 0);
  expect(relay.metrics.memoryDisconnects.value).toBe(0);
  expect(relay.server.relay.peer('deaf')).toBeDefined();
  relay.server.sampleMemory();
  expect(relay.metrics.heldSendBytes.value).toBeLessThanOrEqual(16 * MIB);
});

it('counts what waits for a whole room once, and lets nobody go for it', async () => {
  relay = await TestRelay.start({ ...QUEUES, send_queue_total_bytes: 24 * MIB });
  const sender = await relay.greet('rooms', 'sender');
  await sender.ask({ type: 'join', room: 'den' });
  const members = await Promise.all(
    Array.from({ length: 10 }, async (_, index) => {
      const client = await relay.greet('rooms', `m${index}`);
      await client.ask({ type: 'join', room: 'den' });
      client.socket.pause();
      return client;
    }),
  );
  const content = 'x'.repeat(100_000);
  for (let sent = 0; sent < 16 * MIB; sent += content.length) {
    sender.send(dataPayload(2, ['den'], content, 1));
    await sender.message();
  }
  // Ten times 16 MiB less what the kernel took wait, and 16 MiB are held.
  expect(relay.metrics.queueBytes.value).toBeGreaterThan(24 * MIB);
  relay.server.sampleMemory();
  expect(relay.metrics.heldSendBytes.value).toBeLessThan(20 * MIB);
  expect(relay.server.relay.size).toBe(members.length + 1);
  for (const client of relay.clients) client.close();
  await until(() => relay.server.openSockets === 0);
  relay.server.sampleMemory();
  expect(relay.metrics.heldSendBytes.value).toBe(0);
});

/** What silence brings: the clock is moved by hand, the sockets are real. */
import { afterEach, expect, it } from 'vitest';
import { until } from '../runtime/test-fixtures/until.ts';
import { watchClients } from './client-watch.ts';
import { TestRelay } from './test-relay.ts';

let relay: TestRelay;
afterEach(() => relay.close());

const at = (seconds: number) => [...watchClients(relay.server.relay, performance.now() + seconds * 1_000)];

it('pings a greeted client that is silent, once, and closes it when it does not answer', async () => {
  relay = await TestRelay.start();
  const client = await relay.greet('rooms', 'alice');
  at(29);
  at(31);
  at(32);
  expect(await client.message()).toEqual({ type: 'ping' });
  at(61.5);
  expect(await client.message()).toEqual({ type: 'ping' });
  at(91);
  expect(await client.message()).toMatchObject({ type: 'error', code: 'idle' });
  expect(await client.next()).toBeNull();
});

it('leaves plain clients in peace until nothing has passed for an hour', async () => {
  relay = await TestRelay.start();
  const client = await relay.connect();
  await until(() => relay.server.relay.size === 1);
  at(3_599);
  client.send('alive');
  expect(await client.text()).toBe('alive');
  at(3_601);
  expect(await client.message()).toMatchObject({ type: 'error', code: 'idle' });
});

it('closes a client that stalls inside a frame', async () => {
  relay = await TestRelay.start();
  const client = await relay.connect();
  client.socket.write(Buffer.from([0, 0]));
  await until(() => relay.metrics.bytesIn.value === 2);
  at(59);
  at(61);
  expect(await client.message()).toMatchObject({ code: 'frame_timeout' });
});

it('closes a client that takes nothing of a write for two minutes', async () => {
  relay = await TestRelay.start();
  const client = await relay.connect();
  client.socket.pause();
  for (let i = 0; i < 3; i++) client.send(Buffer.alloc(1 << 20));
  const [peer] = relay.server.relay.peers();
  // The kernel takes some megabytes before a write is not taken.
  await until(() => {
    client.send(Buffer.alloc(1 << 19));
    return peer!.connection.outbox.stalledMs(performance.now()) > 0;
  });
  at(121);
  expect(relay.server.relay.size).toBe(0);
  await until(() => relay.server.openSockets === 0);
});

it('wants an acceptable hello in time where hello is needed or was begun', async () => {
  relay = await TestRelay.start({ mode: 'rooms' });
  const silent = await relay.connect();
  const refused = await relay.connect();
  expect(await refused.ask({ type: 'hello', peer: '?' })).toMatchObject({ code: 'bad_peer_id' });
  await until(() => relay.server.relay.size === 2);
  at(14);
  expect(relay.server.relay.size).toBe(2);
  at(16);
  for (const client of [silent, refused])
    expect(await client.message()).toMatchObject({ code: 'hello_timeout' });
});

it('brings the gauges up to date', async () => {
  relay = await TestRelay.start();
  const client = await relay.greet('rooms', 'alice');
  await client.ask({ type: 'join', room: 'den' });
  at(0);
  expect(relay.metrics.peersGreeted.value).toBe(1);
  expect(relay.metrics.rooms.value).toBe(1);
  expect(relay.metrics.roomMemberships.value).toBe(1);
  relay.registry.sample();
  expect(relay.registry.gauge('signalbox_relay_connections').value).toBe(1);
});

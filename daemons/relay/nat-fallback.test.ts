/** Two clients behind NAT: each learns its address by STUN, tells it the other by peer id, and goes on through the relay where that comes to nothing. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { until } from '../runtime/test-fixtures/until.ts';
import { connectRelay } from './client/node-connection.ts';
import type { RelayClient } from './client/relay-client.ts';
import { TestRelay } from './test-relay.ts';

let relay: TestRelay;
const clients: RelayClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await relay.close();
});

const place = { host: '127.0.0.1', port: 0 };

/** A client with the identity of that name, which keeps what others say to it. */
async function peer(name: string, identity = name) {
  const heard: string[] = [];
  const client = await connectRelay({
    host: '127.0.0.1',
    port: relay.port,
    mode: 'direct',
    peer: name,
    identityFile: join(relay.dataDir, `${identity}.pem`),
    onMessage: ({ kind, from, payload }) => heard.push(`${kind} ${from} ${Buffer.from(payload)}`),
  });
  clients.push(client);
  return { client, heard };
}

/** The port under which a socket is seen, by STUN over UDP. */
async function seenPort(): Promise<[seen: number, own: number]> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const own = socket.address().port;
  socket.send(Buffer.from(`000100002112a442${'ab'.repeat(12)}`, 'hex'), relay.server.listeners()[1]!.port);
  const [answer] = (await once(socket, 'message')) as [Buffer];
  socket.close();
  return [answer.readUInt16BE(26) ^ 0x2112, own];
}

it('has them tell each other where they are seen, and is the way between them, both ways and in order', async () => {
  relay = await TestRelay.start({ listen: [place, { ...place, protocol: 'stun' }] });
  const [ann, bob] = [await peer('ann'), await peer('bob')];
  const [seen, own] = await seenPort();
  expect(seen).toBe(own);
  await ann.client.toPeer('bob', `I am at 127.0.0.1:${seen}`);
  const sent = Array.from({ length: 50 }, (_, index) => `packet ${index}`);
  const delivered = await Promise.all(sent.map((text) => bob.client.toPeer('ann', text)));
  expect(delivered).toEqual(sent.map(() => 1));
  await until(() => ann.heard.length === 50 && bob.heard.length === 1);
  expect(ann.heard).toEqual(sent.map((text) => `direct bob ${text}`));
  expect(bob.heard).toEqual([`direct ann I am at 127.0.0.1:${seen}`]);
  bob.client.close();
  await until(() => relay.server.relay.peer('bob') === undefined);
  await expect(ann.client.toPeer('bob', 'still there?')).rejects.toMatchObject({ code: 'unknown_peer' });
});

it('passes on as much of one identity as its quota is, over all its connections, and goes on with everybody', async () => {
  relay = await TestRelay.start({
    max_frame_bytes: 8_192,
    max_control_bytes: 8_192,
    relayed_bytes_per_second: 2_048,
  });
  const receiver = await peer('receiver');
  const [first, second] = [await peer('first', 'shared'), await peer('second', 'shared')];
  const payload = 'x'.repeat(8_000);
  expect(await first.client.toPeer('receiver', payload)).toBe(1);
  for (const { client } of [first, second])
    await expect(client.toPeer('receiver', payload)).rejects.toMatchObject({ code: 'quota' });
  const other = await peer('other');
  expect(await other.client.toPeer('receiver', payload)).toBe(1);
  expect(await first.client.request('ping')).toMatchObject({ type: 'pong' });
  await until(() => receiver.heard.length === 2);
  expect(receiver.heard.map((text) => text.slice(0, 14))).toEqual(['direct first x', 'direct other x']);
  expect(relay.server.relay.quota.instrument()).toMatchObject({ completed: 2, rejected: 2 });
});

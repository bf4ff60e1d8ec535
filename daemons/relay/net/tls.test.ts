/** The same protocol over TLS, and a certificate that is replaced while clients are connected. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createSelfSigned } from '../../runtime/net/certificate-tasks.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import { framed, TestClient, TestRelay } from '../test-relay.ts';

let relay: TestRelay;
let directory: string;
let tls: { certificate: string; key: string };

async function renew(): Promise<string> {
  const { cert, key } = await createSelfSigned('relay.test');
  await writeFile(tls.certificate, cert);
  await writeFile(tls.key, key);
  return cert;
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'relay-tls-'));
  tls = { certificate: join(directory, 'relay.crt'), key: join(directory, 'relay.key') };
});
afterEach(async () => {
  await relay.close();
  await rm(directory, { recursive: true });
});

const listen = [{ host: '127.0.0.1', port: 0, tls: true }];

async function connectTls(ca: string): Promise<TestClient> {
  const socket: TLSSocket = connect({ host: '127.0.0.1', port: relay.port, ca, servername: 'relay.test' });
  const client = new TestClient(socket);
  relay.clients.push(client);
  await once(socket, 'secureConnect');
  return client;
}

it('serves clients over TLS, large frames and half-closed ones included', async () => {
  const ca = await renew();
  relay = await TestRelay.start({ listen, tls });
  expect(relay.server.listeners()[0]).toMatchObject({ protocol: 'frames', tls: true });
  const client = await connectTls(ca);
  const large = Buffer.alloc(1 << 20, 'z');
  for (let i = 0; i < 3; i++) client.send(large);
  for (let i = 0; i < 3; i++) expect((await client.next())?.equals(large)).toBe(true);
  client.socket.end(Buffer.concat([framed('last'), framed('words')]));
  expect(await client.text()).toBe('last');
  expect(await client.text()).toBe('words');
  await until(() => relay.metrics.queueBytes.value === 0);
});

it('is not held up by somebody who does not speak TLS', async () => {
  const ca = await renew();
  relay = await TestRelay.start({ listen, tls });
  const stranger = connectTcp(relay.port, '127.0.0.1');
  stranger.on('error', () => {});
  stranger.write('this is no handshake\n');
  await once(stranger, 'close');
  const client = await connectTls(ca);
  client.send('fine');
  expect(await client.text()).toBe('fine');
});

it('refuses at accept, before a handshake, and counts handshakes as connections', async () => {
  const ca = await renew();
  relay = await TestRelay.start({ listen, tls, connections_per_ip: 1 });
  const stalled = connectTcp(relay.port, '127.0.0.1').on('error', () => {});
  await once(stalled, 'connect');
  const second = connectTcp(relay.port, '127.0.0.1').on('error', () => {});
  // It says nothing: a relay that waited for its handshake would not close it.
  await once(second.resume(), 'close');
  expect(second.bytesRead).toBe(0);
  expect(relay.server.admission.counts.refusedAddress).toBe(1);
  stalled.destroy();
  const settings = { listen, tls, connections_per_ip: 1, connect_burst: 1_000 };
  await relay.reload({ ...settings, max_clients: 1 });
  const client = await vi.waitFor(() => connectTls(ca));
  client.send('fine');
  expect(await client.text()).toBe('fine');
  client.close();
  await until(() => relay.server.openSockets === 0);
  await vi.waitFor(() => connectTls(ca));
});

it('shows a new certificate after a reload and keeps the clients of the old one', async () => {
  const first = await renew();
  relay = await TestRelay.start({ listen, tls });
  const old = await connectTls(first);
  expect(await relay.reload({ listen, tls })).toMatchObject({ applied: [] });
  const second = await renew();
  expect(await relay.reload({ listen, tls })).toMatchObject({ applied: ['tls'] });
  await expect(connectTls(first)).rejects.toThrow();
  const fresh = await connectTls(second);
  for (const client of [old, fresh]) {
    client.send('still here');
    expect(await client.text()).toBe('still here');
  }
});

it('names the file that cannot be read', async () => {
  relay = await TestRelay.start();
  await expect(relay.reload({ listen, tls })).rejects.toMatchObject({ code: 'config_invalid' });
});

it('keeps its certificate when the listeners of a reload cannot be had', async () => {
  const first = await renew();
  relay = await TestRelay.start({ listen, tls });
  const second = await renew();
  // 192.0.2.0/24 is on nobody's machine.
  const elsewhere = [...listen, { host: '192.0.2.1', port: 0, tls: true }];
  await expect(relay.reload({ listen: elsewhere, tls })).rejects.toThrow('192.0.2.1');
  await connectTls(first);
  expect(await relay.reload({ listen, tls })).toMatchObject({ applied: ['tls'] });
  await connectTls(second);
});

it('refuses a key that does not belong to the certificate, and serves on with the old ones', async () => {
  const ca = await renew();
  relay = await TestRelay.start({ listen, tls });
  const { port } = relay;
  await writeFile(tls.key, (await createSelfSigned('relay.test')).key);
  const more = [...listen, { host: '127.0.0.2', port: 0, tls: true }];
  await expect(relay.reload({ listen: more, tls })).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining(`relay.tls.key: ${tls.key} does not belong to the certificate in`),
  });
  expect(relay.server.listeners().map((listener) => listener.port)).toEqual([port]);
  const client = await connectTls(ca);
  client.send('still here');
  expect(await client.text()).toBe('still here');
});

it('carries WebSockets, whose pings are answered between messages and whose last word is a close frame', async () => {
  const ca = await renew();
  relay = await TestRelay.start({ listen: [{ ...listen[0], protocol: 'websocket' }], tls });
  const client = new WebSocket(`wss://127.0.0.1:${relay.port}`, 'signalbox-relay-1', {
    createConnection: () => connect({ host: '127.0.0.1', port: relay.port, ca, servername: 'relay.test' }),
  });
  const heard: Buffer[] = [];
  client.on('message', (data: Buffer) => heard.push(data));
  await once(client, 'open');
  const large = framed(Buffer.alloc(300_000, 'z'));
  client.ping('1');
  for (let at = 0; at < large.length; at += 100_000) client.send(large.subarray(at, at + 100_000));
  expect(String((await once(client, 'pong'))[0])).toBe('1');
  const heardBytes = () => heard.reduce((sum, { length }) => sum + length, 0);
  await until(() => heardBytes() === large.length);
  expect(Buffer.concat(heard).equals(large)).toBe(true);
  client.ping('2');
  expect(String((await once(client, 'pong'))[0])).toBe('2');
  client.close(1000);
  expect(await once(client, 'close')).toEqual([1000, Buffer.from('closed by the client')]);
});

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { createSelfSigned } from './certificate-tasks.ts';
import { TlsAcceptor } from './tls-acceptor.ts';
import type { TlsCredentials } from './tls-credentials.ts';

let credentials: TlsCredentials;
let server: Server;
let acceptor: TlsAcceptor;
let secured: number;
let failures: number;
/** Handshakes that wait for their turn. */
let waiting: (() => void)[];

beforeAll(async () => {
  credentials = await createSelfSigned('tls.test');
});
afterEach(() => {
  acceptor.close();
  server.close();
});

async function start(handshakeMs = 60_000): Promise<number> {
  secured = 0;
  failures = 0;
  waiting = [];
  acceptor = new TlsAcceptor({
    credentials,
    requestCert: false,
    handshakeMs: () => handshakeMs,
    onSecure: () => secured++,
    onFailure: () => failures++,
    turns: { begin: () => new Promise((resolve) => waiting.push(resolve)) },
  });
  server = createServer((socket) => acceptor.accept(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function openTls(port: number) {
  return connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }).on('error', () => {});
}

it('begins no handshake before its turn, and loses nothing that the client sent until then', async () => {
  const port = await start();
  const clients = [openTls(port), openTls(port)];
  await vi.waitFor(() => expect(waiting).toHaveLength(2));
  expect(secured).toBe(0);
  for (const [index, client] of clients.entries()) {
    waiting[index]?.();
    await once(client, 'secureConnect');
  }
  await vi.waitFor(() => expect(secured).toBe(2));
  expect(failures).toBe(0);
});

it('forgets a client that leaves while it waits', async () => {
  const port = await start();
  const client = openTls(port);
  await vi.waitFor(() => expect(waiting).toHaveLength(1));
  client.destroy();
  acceptor.close();
  await vi.waitFor(() => expect(failures).toBe(1));
  waiting[0]?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect([secured, failures]).toEqual([0, 1]);
});

it('takes no turn for a client that says nothing, and closes it', async () => {
  const port = await start(20);
  const silent = connect(port, '127.0.0.1');
  const leaving = connect(port, '127.0.0.1').end();
  await Promise.all([silent, leaving].map((client) => once(client.resume(), 'close')));
  await vi.waitFor(() => expect(failures).toBe(2));
  expect(waiting).toEqual([]);
});

it('counts a client that speaks something else once', async () => {
  const port = await start();
  const client = connect(port, '127.0.0.1').on('error', () => {});
  client.resume().write('NICK plain\r\n');
  await vi.waitFor(() => expect(waiting).toHaveLength(1));
  waiting[0]?.();
  await once(client, 'close');
  expect([secured, failures]).toEqual([0, 1]);
});

it('leaves the time of a handshake to the acceptor: that of Node is the longest that a timer takes', async () => {
  const port = await start();
  const timeouts = vi.spyOn(TLSSocket.prototype, 'setTimeout');
  const client = openTls(port);
  await vi.waitFor(() => expect(waiting).toHaveLength(1));
  waiting[0]?.();
  await once(client, 'secureConnect');
  // One millisecond more, and it would be over at once.
  expect(timeouts.mock.calls.map(([ms]) => ms)).toContain(2_147_483_647);
  timeouts.mockRestore();
});

/** What holds where a daemon says nothing else, and what becomes of those who arrive while it closes. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { limits } from '../limits.ts';
import { Acceptor } from './acceptor.ts';
import type { AcceptorOptions } from './acceptor-options.ts';
import { Admission, type Refusal, type Seat } from './admission.ts';
import { createSelfSigned } from './certificate-tasks.ts';
import { type ClassRule, oneClass } from './connection-classes.ts';
import type { TcpListenEntry } from './listener-change.ts';
import { OpenConnections } from './open-connections.ts';
import type { TlsCredentials } from './tls-credentials.ts';

type Options = AcceptorOptions<TcpListenEntry, ClassRule>;

let credentials: TlsCredentials;
let acceptor: Acceptor<TcpListenEntry, ClassRule>;
const acceptors: Acceptor<TcpListenEntry, ClassRule>[] = [];
let admission: Admission<ClassRule>;
let opened: { readonly socket: Socket; readonly seat: Seat<ClassRule>; readonly tls: TLSSocket | null }[];
let banned: string | null;
const clients: Socket[] = [];

beforeAll(async () => {
  credentials = await createSelfSigned('localhost');
});
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  [opened, banned] = [[], null];
});
afterEach(() => {
  vi.useRealTimers();
  for (const made of acceptors.splice(0)) made.destroy();
  for (const { socket } of opened) socket.destroy();
  for (const client of clients.splice(0)) client.destroy();
});

async function start(tls: boolean, more: Partial<Options> = {}): Promise<number> {
  admission = new Admission({
    classes: oneClass(),
    bans: { reasonAgainst: () => banned },
  });
  acceptor = new Acceptor<TcpListenEntry, ClassRule>({
    key: 'test.listen',
    protocol: 'test',
    admission,
    onOpen: (socket, seat, _entry, secured) => opened.push({ socket, seat, tls: secured }),
    ...more,
  });
  acceptors.push(acceptor);
  await acceptor.open([{ host: '127.0.0.1', port: 0, tls }], tls ? credentials : null);
  return acceptor.infos[0]!.port;
}

/** A client that reads nothing and closes nothing by itself. */
function come(port: number): Socket {
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {});
  clients.push(client);
  return client;
}

async function soon(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

it('gives a handshake 15 s from the connect on', async () => {
  const client = come(await start(true));
  client.resume();
  await soon(() => admission.size === 1);
  vi.advanceTimersByTime(14_999);
  await new Promise((resolve) => setImmediate(resolve));
  expect(admission.size).toBe(1);
  vi.advanceTimersByTime(1);
  await soon(() => admission.size === 0);
  expect(admission.counts.tlsHandshakeFailures).toBe(1);
});

it('lets a refused client linger for 2 s to read why', async () => {
  let gone = 0;
  const refusals: string[] = [];
  const port = await start(false, {
    lastWord: () => 'go away',
    onRefused: ({ why }: Refusal<ClassRule>, address) => refusals.push(`${address} ${why}`),
    onRefusedGone: () => gone++,
  });
  banned = 'no';
  come(port);
  await soon(() => vi.getTimerCount() === 1);
  expect(refusals).toEqual(['127.0.0.1 banned']);
  vi.advanceTimersByTime(1_999);
  await new Promise((resolve) => setImmediate(resolve));
  expect(gone).toBe(0);
  vi.advanceTimersByTime(1);
  await soon(() => gone === 1);
});

it('says nothing to a refused client where the daemon has no words for it', async () => {
  banned = 'no';
  const client = come(await start(false));
  const heard: unknown[] = [];
  client.on('data', (data) => heard.push(data));
  await once(client, 'end');
  expect([heard, admission.counts.refusedBanned, opened]).toEqual([[], 1, []]);
});

it.each([
  [{}, false],
  [{ requestCert: true }, true],
])('asks a client for its certificate only where the daemon wants it: %o', async (more, asked) => {
  const port = await start(true, more);
  const { cert, key } = credentials;
  const client = connectTls({ port, host: '127.0.0.1', ca: cert, servername: 'localhost', cert, key });
  clients.push(client);
  await soon(() => opened.length > 0);
  expect(Object.keys(opened[0]!.tls!.getPeerCertificate()).length > 0).toBe(asked);
});

it('hands nobody over whose handshake ends after it was closed', async () => {
  const port = await start(true);
  const raw = come(port);
  await soon(() => admission.size === 1);
  acceptor.close();
  const client = connectTls({ socket: raw, ca: credentials.cert, servername: 'localhost' });
  client.on('error', () => {});
  client.resume();
  await soon(() => admission.size === 0);
  expect(opened).toEqual([]);
});

it('keeps no connection that it made while it was closed, and gives its place back', async () => {
  const elsewhere: Server = createServer();
  const arrived: Socket[] = [];
  elsewhere.on('connection', (socket) => arrived.push(socket.on('error', () => {})));
  elsewhere.listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  const { port } = elsewhere.address() as AddressInfo;
  await start(false);
  const dialled = acceptor.dial({ host: '127.0.0.1', port, tls: null }, { host: 'x', port: 1 });
  acceptor.close();
  await dialled;
  expect([opened, admission.size]).toEqual([[], 0]);
  await soon(() => arrived.length === 1);
  await once(arrived[0]!.resume(), 'close');
  elsewhere.close();
});

it('accepts nobody before its configuration is in force', async () => {
  await start(false);
  const { listeners, commit } = await acceptor.begin([{ host: '127.0.0.1', port: 0, tls: false }]);
  expect(listeners.held).toEqual([]);
  let tookOver = false;
  const change = await acceptor.begin([{ host: '127.0.0.1', port: 0 }], null, () => {
    tookOver = true;
  });
  expect(tookOver).toBe(false);
  expect(change.commit()).toEqual({});
  expect(tookOver).toBe(true);
  expect(commit()).toEqual({});
  listeners.undo();
  change.listeners.undo();
});

it('counts a connection that could not be accepted', async () => {
  await start(false);
  expect(admission.counts.acceptFailures).toBe(0);
  expect(limits.tlsHandshakeMs.default).toBe(15_000);
});

it.each([
  [{}, false],
  [{ sockets: { allowHalfOpen: true } }, true],
])(
  'lets a client over TLS end its side first only where the daemon wants that: %o',
  async (more, halfOpen) => {
    const port = await start(true, more);
    const client = connectTls({ port, host: '127.0.0.1', ca: credentials.cert, servername: 'localhost' });
    clients.push(client.on('error', () => {}));
    await soon(() => opened.length > 0);
    expect(opened[0]!.socket.allowHalfOpen).toBe(halfOpen);
  },
);

it('drains those who were told elsewhere without a word of its own', async () => {
  const clients = new OpenConnections<Socket>();
  const port = await start(false, {
    onOpen: (socket) => {
      clients.add(socket, socket);
      socket.resume();
    },
  });
  const client = come(port);
  const heard: unknown[] = [];
  client.on('data', (data) => heard.push(data));
  await soon(() => clients.size === 1);
  const deadline = new AbortController();
  const drained = acceptor.drain(clients, deadline.signal);
  deadline.abort();
  await drained;
  await soon(() => clients.size === 0);
  expect(heard).toEqual([]);
});

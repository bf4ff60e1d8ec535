/** Accepting as every daemon does it, on real sockets: who is let in, who is told why not, and what is counted. */
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { limits } from '../limits.ts';
import { Acceptor } from './acceptor.ts';
import { Admission, type Refusal, type Seat } from './admission.ts';
import { createSelfSigned } from './certificate-tasks.ts';
import { ConnectThrottle } from './connect-throttle.ts';
import { type ClassRule, ConnectionClasses, UNIX_ADDRESS } from './connection-classes.ts';
import { carryOut, type ListenEntry } from './listener-change.ts';
import { OpenConnections } from './open-connections.ts';
import type { TlsCredentials } from './tls-credentials.ts';

type Entry = ListenEntry & { readonly greeting?: string };

const RULE: ClassRule = {
  name: 'default',
  match: [],
  throttle: true,
  maxConnections: 100,
  maxPerAddress: 100,
  connectBurst: 100,
  connectsPerSecond: 1,
};
const TCP: Entry = { host: '127.0.0.1', port: 0, tls: false, greeting: 'hello' };
const TLS: Entry = { ...TCP, tls: true };

interface Open {
  readonly socket: Socket;
  readonly seat: Seat<ClassRule>;
  readonly entry: Entry;
  readonly tls: TLSSocket | null;
}

let credentials: TlsCredentials;
let acceptor: Acceptor<Entry, ClassRule>;
let admission: Admission<ClassRule>;
let banned: Set<string>;
let open: Open[];
let refusals: string[];
let refusedGone: number;

beforeAll(async () => {
  credentials = await createSelfSigned('localhost');
});
afterEach(() => {
  acceptor.destroy();
  for (const { socket } of open) socket.destroy();
});

function classesOf(fallback: Partial<ClassRule>, ...rules: Partial<ClassRule>[]) {
  return new ConnectionClasses(
    rules.map((rule) => ({ ...RULE, ...rule })),
    { ...RULE, ...fallback },
  );
}

async function start(
  rule: Partial<ClassRule> = {},
  {
    listen = [TCP],
    maxConnections = 1_000,
    shown = credentials,
  }: { listen?: Entry[]; maxConnections?: number; shown?: TlsCredentials | null } = {},
) {
  banned = new Set();
  open = [];
  refusals = [];
  refusedGone = 0;
  admission = new Admission({
    classes: classesOf(rule),
    throttle: new ConnectThrottle(() => 100),
    bans: { reasonAgainst: (address) => (banned.has(address) ? 'go away' : null) },
    maxConnections: () => maxConnections,
  });
  acceptor = new Acceptor<Entry, ClassRule>({
    key: 'test.listen',
    protocol: () => 'test',
    admission,
    sockets: { noDelay: true, allowHalfOpen: true },
    handshakeMs: () => 10_000,
    lingerMs: () => 5_000,
    lastWord: (refusal, address) => `${address} ${refusal.why} ${detailOf(refusal)}`,
    onRefused: (refusal, address) => refusals.push(`${address} ${refusal.why}`),
    onRefusedGone: () => refusedGone++,
    onOpen(socket, seat, entry, tls) {
      open.push({ socket, seat, entry, tls });
      socket.on('error', () => {});
      socket.on('end', () => socket.end());
      socket.resume();
      socket.write(entry.greeting ?? 'dialled');
    },
  });
  await change(listen, shown);
  return acceptor.infos.map((info) => ('port' in info ? info.port : 0));
}

function detailOf(refusal: Refusal<ClassRule>): string {
  if (refusal.why === 'throttled') return `${Math.ceil(refusal.waitMs / 1_000)}`;
  if (refusal.why === 'banned') return refusal.reason;
  return refusal.why === 'full' ? `${refusal.most}` : refusal.connectionClass.name;
}

async function change(listen: readonly Entry[], shown: TlsCredentials | null = credentials) {
  const { listeners, commit } = await acceptor.begin(listen, shown);
  return await carryOut(listeners, commit);
}

/** Connects, and resolves with the first that is read; empty when the connection was closed without a word. */
function firstWord(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.on('error', () => {});
    socket.once('data', (word) => resolve(String(word)));
    socket.once('close', () => resolve(''));
  });
}

const plain = (port = 0) => connect({ host: '127.0.0.1', port });
const secure = (port = 0) =>
  connectTls({ host: '127.0.0.1', port, ca: credentials.cert, servername: 'localhost' });

/** Where the Unix socket of this file is. */
const directory = mkdtempSync(join(tmpdir(), 'acceptor-'));
afterAll(() => rmSync(directory, { recursive: true }));
const UNIX: Entry = { path: join(directory, 's'), greeting: 'hello' };
const local = () => connect(join(directory, 's'));

describe.each([
  ['tcp', TCP, plain],
  ['tls', TLS, secure],
] as const)('over %s', (kind, entry, dialPort) => {
  /** What a refused client reads: before a handshake there is no way to tell it. */
  const told = (words: string) => (kind === 'tls' ? '' : words);
  const begin = (rule: Partial<ClassRule> = {}, maxConnections?: number) =>
    start(rule, { listen: [entry], ...(maxConnections === undefined ? {} : { maxConnections }) });

  it('lets a client in with its class, its listener and its place', async () => {
    const [port] = await begin();
    const client = dialPort(port);
    expect(await firstWord(client)).toBe('hello');
    const [one] = open;
    expect(one!.seat).toMatchObject({ address: '127.0.0.1', connectionClass: { name: 'default' } });
    expect(one!.entry).toEqual(entry);
    expect(one!.tls === null).toBe(kind === 'tcp');
    expect([admission.size, admission.classCount('default'), admission.counts.accepted]).toEqual([1, 1, 1]);
    client.destroy();
    await vi.waitFor(() => expect(admission.size).toBe(0));
    expect(admission.classCount('default')).toBe(0);
  });

  it('refuses an address that connects too fast, and says for how long', async () => {
    const [port] = await begin({ connectBurst: 1, connectsPerSecond: 1 / 60 });
    expect(await firstWord(dialPort(port))).toBe('hello');
    expect(await firstWord(dialPort(port))).toBe(told('127.0.0.1 throttled 60'));
    expect(admission.counts).toMatchObject({ accepted: 2, refusedThrottled: 1 });
    expect(admission.throttle.reset('127.0.0.1')).toBe(1);
    expect(await firstWord(dialPort(port))).toBe('hello');
  });

  it('tells an address that comes on and on only so often that it connects too fast, until it is let in again', async () => {
    const [port] = await begin({ connectBurst: 1, connectsPerSecond: 1 / 60 });
    expect(await firstWord(dialPort(port))).toBe('hello');
    const { default: times } = limits.refusalsInWords;
    for (let n = 0; n < times; n++) {
      expect(await firstWord(dialPort(port))).toBe(told('127.0.0.1 throttled 60'));
    }
    expect(await firstWord(dialPort(port))).toBe('');
    expect(admission.counts.refusedThrottled).toBe(times + 1);
    expect(refusals).toHaveLength(times);
    admission.throttle.reset();
    expect(await firstWord(dialPort(port))).toBe('hello');
    expect(await firstWord(dialPort(port))).toBe(told('127.0.0.1 throttled 60'));
  });

  it('refuses a banned address', async () => {
    const [port] = await begin();
    banned.add('127.0.0.1');
    expect(await firstWord(dialPort(port))).toBe(told('127.0.0.1 banned go away'));
    expect(admission.counts).toMatchObject({ accepted: 1, refusedBanned: 1, tlsHandshakeFailures: 0 });
    expect(refusals).toEqual(['127.0.0.1 banned']);
  });

  it('refuses when the daemon is full, until somebody leaves', async () => {
    const [port] = await begin({}, 1);
    const first = dialPort(port);
    expect(await firstWord(first)).toBe('hello');
    expect(await firstWord(dialPort(port))).toBe(told('127.0.0.1 full 1'));
    expect(admission.counts.refusedFull).toBe(1);
    first.destroy();
    await vi.waitFor(() => expect(admission.size).toBe(0));
    expect(await firstWord(dialPort(port))).toBe('hello');
  });

  it('keeps the place of a client that goes on without its socket, until it is given back', async () => {
    const [port] = await start({}, { maxConnections: 1 });
    const first = plain(port);
    expect(await firstWord(first)).toBe('hello');
    const { socket, seat } = open[0]!;
    seat.keep();
    socket.destroy();
    await once(socket, 'close');
    expect(await firstWord(plain(port))).toContain('full 1');
    seat.leave();
    expect(await firstWord(plain(port))).toBe('hello');
  });

  it('refuses when the class is full', async () => {
    const [port] = await begin({ maxConnections: 1 });
    expect(await firstWord(dialPort(port))).toBe('hello');
    expect(await firstWord(dialPort(port))).toBe(told('127.0.0.1 class_full default'));
    expect(admission.counts.refusedFull).toBe(1);
  });

  it('refuses an address that has too many, unless its class does not throttle', async () => {
    const [port] = await begin({ maxPerAddress: 1 });
    expect(await firstWord(dialPort(port))).toBe('hello');
    expect(await firstWord(dialPort(port))).toBe(told('127.0.0.1 address_full default'));
    expect(admission.counts.refusedAddress).toBe(1);
    admission.reclassify(
      classesOf({}, { name: 'gateway', match: ['127.0.0.0/8'], throttle: false, maxPerAddress: 1 }),
    );
    expect(await firstWord(dialPort(port))).toBe('hello');
    // Those who were here moved with the classes.
    expect(admission.classCount('gateway')).toBe(2);
    expect(admission.classCount('default')).toBe(0);
  });

  it('lets nobody in once it is closed, and keeps who is in', async () => {
    const [port] = await begin();
    const client = dialPort(port);
    expect(await firstWord(client)).toBe('hello');
    acceptor.close();
    expect(await firstWord(plain(port))).toBe('');
    expect(client.destroyed).toBe(false);
    expect(admission.counts.accepted).toBe(1);
  });
});

it('lets nobody in whom the system hands over when it is closed already', async () => {
  const listening = vi.spyOn(Server.prototype, 'listen');
  await start();
  const [server] = listening.mock.contexts as Server[];
  listening.mockRestore();
  acceptor.close();
  const late = Object.defineProperty(new Socket(), 'remoteAddress', { value: '127.0.0.1' });
  server!.emit('connection', late);
  expect(late.destroyed).toBe(true);
  expect(open).toEqual([]);
  expect(admission.counts.accepted).toBe(1);
});

describe('over a Unix socket', () => {
  it('lets clients in by their class alone, and refuses with a reason when that is full', async () => {
    await start({ maxConnections: 1, maxPerAddress: 0, connectBurst: 0 }, { listen: [UNIX] });
    banned.add(UNIX_ADDRESS);
    const client = local();
    expect(await firstWord(client)).toBe('hello');
    expect(open[0]!.seat).toMatchObject({ address: 'unix:', connectionClass: { name: 'default' } });
    expect(await firstWord(local())).toBe('unix: class_full default');
    expect(admission.counts).toMatchObject({ accepted: 2, refusedFull: 1 });
    client.destroy();
    await vi.waitFor(() => expect(admission.size).toBe(0));
    admission.reclassify(classesOf({ maxConnections: 0 }, { name: 'local', match: [UNIX_ADDRESS] }));
    expect(await firstWord(local())).toBe('hello');
    expect(open.at(-1)!.seat.connectionClass.name).toBe('local');
  });

  it('refuses when the daemon is full', async () => {
    await start({}, { listen: [UNIX], maxConnections: 1 });
    expect(await firstWord(local())).toBe('hello');
    expect(await firstWord(local())).toBe('unix: full 1');
  });

  it('hands its place over on a reload, beside an address, and keeps its clients', async () => {
    await start({}, { listen: [UNIX] });
    const old = local();
    expect(await firstWord(old)).toBe('hello');
    const next: Entry[] = [{ ...UNIX, greeting: 'again' }, TCP];
    expect(await change(next)).toEqual({});
    expect(await firstWord(local())).toBe('again');
    expect(old.destroyed).toBe(false);
    acceptor.close();
    expect(await firstWord(local())).toBe('');
  });

  it('is where a daemon can connect to as well', async () => {
    await start({}, { listen: [UNIX] });
    await acceptor.dial({ path: join(directory, 's') }, TCP);
    await vi.waitFor(() => expect(open).toHaveLength(2));
    expect([admission.counts.accepted, admission.size]).toEqual([1, 2]);
    await expect(acceptor.dial({ path: join(directory, 'nobody') }, TCP)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('ENOENT'),
    });
  });
});

describe('TLS', () => {
  it('counts a client in its handshake, and gives its place back when it stalls or talks nonsense', async () => {
    const [port] = await start({ maxPerAddress: 1 }, { listen: [TLS] });
    const stalled = plain(port).on('error', () => {});
    await vi.waitFor(() => expect(admission.size).toBe(1));
    expect(await firstWord(plain(port))).toBe('');
    expect(admission.counts.refusedAddress).toBe(1);
    stalled.write('this is no handshake\n');
    await once(stalled.resume(), 'close');
    await vi.waitFor(() => expect(admission.size).toBe(0));
    expect(admission.counts.tlsHandshakeFailures).toBe(1);
    expect(await firstWord(secure(port))).toBe('hello');
  });

  it('sees at once that a client gives up in the middle of its handshake, although sockets may be half open', async () => {
    const [port] = await start({}, { listen: [TLS] });
    // It does not trust the certificate and ends.
    const client = connectTls({ host: '127.0.0.1', port: port!, servername: 'localhost' }).on(
      'error',
      () => {},
    );
    expect(await firstWord(client)).toBe('');
    await vi.waitFor(() => expect([admission.size, admission.counts.tlsHandshakeFailures]).toEqual([0, 1]));
  });

  it('tells a client that was banned during its handshake', async () => {
    const [port] = await start({}, { listen: [TLS] });
    const raw = plain(port).on('error', () => {});
    await vi.waitFor(() => expect(admission.size).toBe(1));
    banned.add('127.0.0.1');
    const client = connectTls({ socket: raw, ca: credentials.cert, servername: 'localhost' });
    expect(await text(client)).toBe('127.0.0.1 banned go away');
    expect(open).toEqual([]);
    expect(admission.counts.refusedBanned).toBe(1);
    await vi.waitFor(() => expect([admission.size, refusedGone]).toEqual([0, 1]));
  });

  it('shows another certificate from a reload on and drops nobody; never speaks in clear without one', async () => {
    const [port] = await start({}, { listen: [TLS] });
    const old = secure(port);
    expect(await firstWord(old)).toBe('hello');
    expect(await change([TLS])).toEqual({});
    const before = credentials;
    credentials = await createSelfSigned('localhost');
    expect(await change([TLS])).toEqual({ renewed: ['tls'] });
    // When the one that is shown now ends is known.
    expect(admission.certificateEnd).toBe(Date.parse(new X509Certificate(credentials.cert).validTo) / 1_000);
    expect(await firstWord(secure(port))).toBe('hello');
    expect(old.destroyed).toBe(false);
    acceptor.destroy();
    credentials = before;
    const [bare] = await start({}, { listen: [TLS], shown: null });
    expect(await firstWord(plain(bare))).toBe('');
    expect(open).toEqual([]);
    expect(admission.certificateEnd).toBe(0);
    await vi.waitFor(() => expect(admission.size).toBe(0));
  });
});

describe('a connection that the daemon makes', () => {
  const REMOTE: Entry = { ...TCP, greeting: 'dialled' };

  it.each([
    ['in clear', TCP],
    ['over TLS', TLS],
  ] as const)('takes a place like one that came, %s', async (_, entry) => {
    const [port] = await start({}, { listen: [entry] });
    const tls = entry === TLS ? { name: 'localhost', ca: credentials.cert } : null;
    await acceptor.dial({ host: '127.0.0.1', port: port!, tls }, REMOTE);
    await vi.waitFor(() => expect(open).toHaveLength(2));
    const made = open.find((one) => one.entry === REMOTE)!;
    expect(made.seat).toMatchObject({ address: '127.0.0.1', connectionClass: { name: 'default' } });
    expect(made.tls === null).toBe(entry === TCP);
    // It was not accepted, but counts in its class and its address.
    expect([admission.counts.accepted, admission.size, admission.classCount('default')]).toEqual([1, 2, 2]);
    expect(admission.throttle.visitor('127.0.0.1').open).toBe(2);
  });

  it('is refused where an address is banned or its class has no room', async () => {
    const [port] = await start({ maxConnections: 2 });
    const there = { host: '127.0.0.1', port: port!, tls: null };
    await acceptor.dial(there, REMOTE);
    await vi.waitFor(() => expect(admission.size).toBe(2));
    await expect(acceptor.dial(there, REMOTE)).rejects.toMatchObject({
      code: 'limit_reached',
      message: expect.stringContaining('class default has no room'),
    });
    banned.add('127.0.0.1');
    await expect(acceptor.dial(there, REMOTE)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('is banned: go away'),
    });
  });

  it('says who does not answer, and trusts no certificate that it was not told of', async () => {
    const [port] = await start({}, { listen: [TLS] });
    await expect(
      acceptor.dial({ host: '127.0.0.1', port: port!, tls: { name: 'localhost' } }, REMOTE),
    ).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('self-signed') });
    await expect(
      acceptor.dial(
        { host: '127.0.0.1', port: port!, tls: { name: 'other.example', ca: credentials.cert } },
        REMOTE,
      ),
    ).rejects.toMatchObject({ code: 'unavailable' });
    acceptor.close();
    await expect(acceptor.dial({ host: '127.0.0.1', port: port!, tls: null }, REMOTE)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(`cannot connect to 127.0.0.1:${port}: .*ECONNREFUSED`),
    });
    await vi.waitFor(() => expect(admission.size).toBe(0));
  });
});

describe('what a daemon leaves to its acceptor', () => {
  it('takes the place back when the socket closes, whatever the daemon does with it', async () => {
    const [port] = await start();
    const client = plain(port);
    await firstWord(client);
    expect(admission.size).toBe(1);
    client.resetAndDestroy();
    await vi.waitFor(() => expect(admission.size).toBe(0));
  });

  it('goes on when a socket fails whose errors the daemon does not handle', async () => {
    const mine = new Acceptor<Entry, ClassRule>({
      key: 'test.listen',
      protocol: 'test',
      admission: new Admission({ classes: classesOf({}) }),
      onOpen: (socket) => void socket.write('hello'),
    });
    await mine.open([TCP]);
    const [info] = mine.infos;
    expect(info).toMatchObject({ protocol: 'test', tls: false });
    const client = plain(info !== undefined && 'port' in info ? info.port : 0);
    expect(await firstWord(client)).toBe('hello');
    client.resetAndDestroy();
    const next = plain(info !== undefined && 'port' in info ? info.port : 0);
    expect(await firstWord(next)).toBe('hello');
    next.destroy();
    mine.destroy();
  });

  it('drains: nobody comes in, everybody is told, and who stays past the deadline is cut off', async () => {
    const changes = vi.fn();
    const clients = new OpenConnections<Socket>(changes);
    const mine = new Acceptor<Entry, ClassRule>({
      key: 'test.listen',
      protocol: 'test',
      admission: new Admission({ classes: classesOf({}) }),
      sockets: { allowHalfOpen: true },
      onOpen(socket) {
        clients.add(socket, socket);
        socket.resume();
        socket.write('hello');
      },
    });
    await mine.open([TCP]);
    const [info] = mine.infos;
    const port = info !== undefined && 'port' in info ? info.port : 0;
    const [polite, stubborn] = [plain(port), connect({ host: '127.0.0.1', port, allowHalfOpen: true })];
    await Promise.all([firstWord(polite), firstWord(stubborn)]);
    polite.on('end', () => polite.end());
    const deadline = new AbortController();
    const drained = mine.drain(clients, deadline.signal, (socket) => socket.end('bye'));
    expect(await text(stubborn)).toBe('bye');
    await vi.waitFor(() => expect(clients.size).toBe(1));
    const late = plain(port);
    expect(await firstWord(late)).toBe('');
    deadline.abort();
    await drained;
    await vi.waitFor(() => expect(clients.size).toBe(0));
    stubborn.destroy();
    expect(changes).toHaveBeenCalledTimes(4);
  });
});

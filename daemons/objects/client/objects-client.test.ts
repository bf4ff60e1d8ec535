import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createSelfSigned } from '../../runtime/net/certificate-tasks.ts';
import { hex } from '../protocol/test-requests.ts';
import type { Dialect } from '../protocol/wire.ts';
import type { ConnectOptions } from './connect.ts';
import {
  ObjectsConnectionError,
  ObjectsDeadlineError,
  ObjectsRefusedError,
  ObjectsTooLargeError,
  ObjectsUsageError,
} from './errors.ts';
import { ObjectsClient } from './objects-client.ts';
import { TestObjectServer } from './test-object-server.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function started(dialect: Dialect = 'programs'): Promise<TestObjectServer> {
  const server = await new TestObjectServer(dialect).listen();
  closers.push(() => server.close());
  server.objects.set('/a.txt', Buffer.from('hello objects'));
  server.objects.set('/empty', Buffer.alloc(0));
  return server;
}

async function connected(options: ConnectOptions): Promise<ObjectsClient> {
  const client = await ObjectsClient.connect(options);
  closers.push(() => client.close());
  return client;
}

describe.each([
  { version: 1, dialect: 'programs' },
  { version: 1, dialect: 'document' },
  { version: 2, dialect: 'programs' },
  { version: 2, dialect: 'document' },
] as const)('version $version of $dialect', ({ version, dialect }) => {
  it('gets objects in every mode, an empty one too, and is told of one that is not there', async () => {
    const server = await started(dialect);
    const client = await connected({ path: server.path, version, dialect });
    expect(client.passesDescriptors).toBe(true);
    for (const mode of ['fdpass', 'copy', 'splice'] as const) {
      expect((await client.get('/a.txt', { mode })).content.toString()).toBe('hello objects');
      expect((await client.get('/empty', { mode })).content).toHaveLength(0);
      const missing = client.get('/none', { mode });
      await expect(missing).rejects.toThrow(ObjectsRefusedError);
      await expect(missing).rejects.toMatchObject({
        code: 'refused',
        status: 'not_found',
        uri: '/none',
        message: 'not_found: There is no object /none.',
      });
    }
  });

  it('hands out a descriptor that reads the object', async () => {
    const server = await started(dialect);
    const client = await connected({ path: server.path, version, dialect });
    const opened = await client.open('/a.txt');
    try {
      expect(readFileSync(opened.descriptor, 'utf8')).toBe('hello objects');
    } finally {
      opened.close();
    }
  });

  it('reads an object as a stream, whoever sends it', async () => {
    const server = await started(dialect);
    const content = 'x'.repeat(3_000_000);
    server.objects.set('/large', Buffer.from(content));
    const client = await connected({ path: server.path, version, dialect });
    for (const mode of ['copy', 'fdpass'] as const) {
      const read = await client.read('/large', { mode });
      expect(read.sizeBytes).toBe(content.length);
      expect(await text(read.content)).toBe(content);
    }
    expect((await client.get('/a.txt', { mode: 'copy' })).content.toString()).toBe('hello objects');
  });
});

describe.each(['programs', 'document'] as const)('version 2 of %s', (dialect) => {
  it('puts, stats, lists page by page, and deletes', async () => {
    const server = await started(dialect);
    const client = await connected({ path: server.path, dialect });
    expect(await client.put('/new', 'content')).toEqual({ etag: 'new' });
    await client.put('/bytes', new Uint8Array([1, 2, 3]));
    await client.put('/nothing', '');
    async function* pieces() {
      yield Buffer.from('ab');
      yield Buffer.alloc(0);
      yield Buffer.from('cd');
    }
    await client.put('/streamed', { sizeBytes: 4, content: pieces() });
    expect(server.objects.get('/streamed')?.toString()).toBe('abcd');
    expect([...server.objects.get('/bytes')!]).toEqual([1, 2, 3]);
    expect(await client.stat('/new')).toEqual({ sizeBytes: 7, mimeType: 'text/plain' });
    const first = await client.list();
    expect(first.next).toBe('/bytes');
    const listed: string[] = [];
    for await (const { uri, sizeBytes } of client.listAll()) listed.push(`${uri} ${sizeBytes}`);
    expect(listed).toEqual(['/a.txt 13', '/bytes 3', '/empty 0', '/new 7', '/nothing 0', '/streamed 4']);
    expect((await client.list('/n')).entries.map(({ uri }) => uri)).toEqual(['/new', '/nothing']);
    await client.delete('/new');
    await expect(client.stat('/new')).rejects.toMatchObject({ status: 'not_found' });
  });

  it('takes answers in the order in which they come, each for its own request', async () => {
    const server = await started(dialect);
    const client = await connected({ path: server.path, dialect });
    for (const uri of ['/1', '/2', '/3']) {
      server.objects.set(uri, Buffer.from(`content ${uri}`));
      server.held.add(uri);
    }
    const order: string[] = [];
    const asked = ['/1', '/2', '/3'].map(async (uri, index) => {
      const { content } = await client.get(uri, { mode: index === 1 ? 'fdpass' : 'copy' });
      order.push(content.toString());
    });
    await vi.waitFor(() => expect(server.requests).toHaveLength(3));
    server.release('/3');
    await vi.waitFor(() => expect(order).toHaveLength(1));
    server.release('/2');
    await vi.waitFor(() => expect(order).toHaveLength(2));
    server.release('/1');
    await Promise.all(asked);
    expect(order).toEqual(['content /3', 'content /2', 'content /1']);
  });
});

it('takes many answers at once, and never has more open than were agreed on', async () => {
  const server = await started();
  server.depth = 5;
  const client = await connected({ path: server.path, depth: 50 });
  const uris = Array.from({ length: 200 }, (_, index) => `/object ${index}`);
  for (const uri of uris) server.objects.set(uri, Buffer.from(uri.repeat(50)));
  server.held.add('/object 0');
  const asked = uris.map((uri, index) => client.get(uri, { mode: index % 3 === 0 ? 'fdpass' : 'copy' }));
  await vi.waitFor(() => expect(server.requests.length).toBeGreaterThan(5));
  await Promise.all(asked.slice(1));
  server.release('/object 0');
  const got = await Promise.all(asked);
  expect(got.map(({ content }) => content.toString())).toEqual(uris.map((uri) => uri.repeat(50)));
  expect(server.mostOpen).toBeLessThanOrEqual(5);
});

it('says how far a content has come, up and down', async () => {
  const server = await started();
  const client = await connected({ path: server.path });
  const size = 700_000;
  const up: number[] = [];
  const total = new Set<number>();
  await client.put('/large', Buffer.alloc(size, 1), {
    onProgress: (done, of) => {
      up.push(done);
      total.add(of);
    },
  });
  expect(up).toEqual([262_144, 524_288, size]);
  for (const mode of ['copy', 'fdpass'] as const) {
    const down: number[] = [];
    await client.get('/large', {
      mode,
      onProgress: (done, of) => {
        down.push(done);
        total.add(of);
      },
    });
    expect(down.at(-1)).toBe(size);
    expect(down).toEqual(down.toSorted((a, b) => a - b));
  }
  expect([...total]).toEqual([size]);
});

it('works over TCP, with COPY by itself, and says why no descriptor can come', async () => {
  const server = new TestObjectServer();
  const port = await server.listenTcp();
  closers.push(() => server.close());
  server.objects.set('/a.txt', Buffer.from('hello objects'));
  const client = await connected({ host: '127.0.0.1', port });
  expect(client.passesDescriptors).toBe(false);
  expect((await client.get('/a.txt')).content.toString()).toBe('hello objects');
  await expect(client.open('/a.txt')).rejects.toThrow(ObjectsUsageError);
  await expect(client.get('/a.txt', { mode: 'fdpass' })).rejects.toThrow(/use copy or splice/);
});

it('works over TLS, shows its certificate, and trusts no other server', async () => {
  const [own, other] = await Promise.all([createSelfSigned('objects.test'), createSelfSigned('client.test')]);
  const server = new TestObjectServer();
  const port = await server.listenTls({ ...own, requestCert: true, ca: other.cert });
  closers.push(() => server.close());
  server.objects.set('/a.txt', Buffer.from('hello objects'));
  const where = { host: '127.0.0.1', port };
  const client = await connected({ ...where, tls: { ca: own.cert, cert: other.cert, key: other.key } });
  expect((await client.get('/a.txt')).content.toString()).toBe('hello objects');
  expect((await client.put('/b', Buffer.alloc(600_000))).etag).toBe('new');
  expect((await client.get('/b')).content).toHaveLength(600_000);
  const stranger = ObjectsClient.connect({ ...where, tls: { ca: other.cert } });
  await expect(stranger).rejects.toThrow(ObjectsConnectionError);
  await expect(stranger).rejects.toThrow(/Could not connect to 127.0.0.1:\d+: .*self-signed certificate/);
  await expect(ObjectsClient.connect({ ...where, tls: { ca: own.cert } })).rejects.toThrow(
    ObjectsConnectionError,
  );
});

it('takes content by COPY from a server that passes no descriptors, and asks it for none again', async () => {
  const server = await started();
  server.withoutDescriptors = true;
  const client = await connected({ path: server.path });
  expect((await client.get('/a.txt')).content.toString()).toBe('hello objects');
  const { content } = await client.read('/a.txt');
  expect(await text(content)).toBe('hello objects');
  expect(server.requests).toEqual(['fdpass /a.txt', 'copy /a.txt', 'copy /a.txt']);
  await expect(client.get('/a.txt', { mode: 'fdpass' })).rejects.toMatchObject({ status: 'unsupported' });
});

it('proves a token before anything else, and says that a wrong one is', async () => {
  const server = await started();
  const client = await connected({ path: server.path, token: 'the token' });
  expect((await client.get('/a.txt')).content.toString()).toBe('hello objects');
  expect(server.requests[0]).toBe('authenticate ');
  await expect(ObjectsClient.connect({ path: server.path, token: 'another' })).rejects.toMatchObject({
    status: 'unsupported',
    message: 'unsupported: The token is wrong.',
  });
  await expect(ObjectsClient.connect({ path: server.path, token: 'x', version: 1 })).rejects.toThrow(
    ObjectsUsageError,
  );
});

/** Descriptors of objects of a server that are open in this process. */
function openObjects(server: TestObjectServer): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(join(server.folder, 'passed')) ? [path] : [];
    } catch {
      // The one that listed the folder.
      return [];
    }
  });
}

it('leaves no socket open', async () => {
  const openSockets = () =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
      } catch {
        return false;
      }
    }).length;
  const server = await started();
  const before = openSockets();
  for (let i = 0; i < 10; i++) {
    const client = await ObjectsClient.connect({ path: server.path });
    await client.get('/a.txt');
    if (i % 2 === 0) await client.close();
    else client.destroy();
  }
  await vi.waitFor(() => expect(openSockets()).toBeLessThanOrEqual(before));
});

it('leaves no descriptor open that nobody was given', async () => {
  const server = await started();
  const client = await connected({ path: server.path });
  for (let i = 0; i < 20; i++) await client.get('/a.txt', { mode: 'fdpass' });
  const stream = await client.read('/a.txt', { mode: 'fdpass' });
  expect(openObjects(server)).toHaveLength(1);
  await text(stream.content);
  await vi.waitFor(() => expect(openObjects(server)).toEqual([]));
  server.held.add('/a.txt');
  await expect(client.open('/a.txt', { deadlineMs: 1 })).rejects.toThrow(ObjectsDeadlineError);
  await vi.waitFor(() => expect(server.requests).toHaveLength(22));
  const opened = await client.open('/empty');
  expect(openObjects(server)).toHaveLength(1);
  opened.close();
  server.release('/a.txt');
  await client.get('/empty', { mode: 'copy' });
  expect(openObjects(server)).toEqual([]);
});

describe('an answer that does not come', () => {
  it('is not waited for beyond its time; the next ones come, and the late one is nobody’s', async () => {
    const server = await started();
    const client = await connected({ path: server.path });
    server.held.add('/a.txt');
    const late = client.get('/a.txt', { mode: 'fdpass', deadlineMs: 20 });
    await expect(late).rejects.toThrow(ObjectsDeadlineError);
    await expect(late).rejects.toThrow('No answer to fdpass of "/a.txt" within 20 ms.');
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    server.held.clear();
    server.release('/a.txt');
    expect((await client.get('/a.txt', { mode: 'copy' })).content.toString()).toBe('hello objects');
  });

  it('because the connection is lost is an error that says so', async () => {
    const server = await started();
    const client = await connected({ path: server.path });
    server.held.add('/a.txt');
    const asked = client.get('/a.txt', { mode: 'copy' });
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    for (const socket of server.sockets) socket.destroy();
    await expect(asked).rejects.toThrow(ObjectsConnectionError);
    await expect(client.get('/a.txt')).rejects.toThrow('The connection is closed; connect again.');
    expect(client.closed).toBe(true);
  });

  it('to HELLO ends in time', async () => {
    const open = new Set<Socket>();
    const silent = createServer((socket) => open.add(socket));
    const server = await started();
    const path = join(server.folder, 'silent');
    await new Promise<void>((done) => silent.listen(path, done));
    closers.push(async () => {
      for (const socket of open) socket.destroy();
      await new Promise((done) => silent.close(done));
    });
    for (const descriptors of [true, false])
      await expect(ObjectsClient.connect({ path, descriptors, connectMs: 30 })).rejects.toThrow(
        `No connection to ${path} within 30 ms.`,
      );
  });
});

it('says where it could not connect, and why', async () => {
  const failed = ObjectsClient.connect({ path: '/nonexistent/objects.sock' });
  await expect(failed).rejects.toThrow(ObjectsConnectionError);
  await expect(failed).rejects.toThrow(/Could not connect to \/nonexistent\/objects.sock: .*ENOENT/);
  await expect(ObjectsClient.connect({ path: '/x', depth: 0 })).rejects.toThrow(ObjectsUsageError);
});

it('ends with what is outstanding answered, and takes nothing more', async () => {
  const server = await started();
  const client = await connected({ path: server.path });
  server.held.add('/a.txt');
  const asked = client.get('/a.txt', { mode: 'copy' });
  await vi.waitFor(() => expect(server.requests).toHaveLength(1));
  const closed = client.close(60_000);
  await expect(client.get('/empty')).rejects.toThrow(ObjectsConnectionError);
  server.release('/a.txt');
  expect((await asked).content.toString()).toBe('hello objects');
  await closed;
  await client.close();
  expect(server.requests).toEqual(['copy /a.txt']);
});

it('gives up what is outstanding when closing has its time', async () => {
  const server = await started();
  for (const version of [1, 2] as const) {
    const client = await connected({ path: server.path, version });
    server.held.add('/a.txt');
    const asked = client.get('/a.txt', { mode: 'copy' });
    asked.catch(() => undefined);
    await vi.waitFor(() => expect(server.requests).toHaveLength(version));
    if (version === 1) await client.close(10);
    else client.destroy();
    await expect(asked).rejects.toThrow(ObjectsConnectionError);
  }
});

it('answers what was sent, and refuses the rest, when the server says that it closes', async () => {
  const server = await started();
  server.depth = 1;
  const client = await connected({ path: server.path });
  server.held.add('/a.txt');
  const sent = client.get('/a.txt', { mode: 'copy' });
  const queued = client.get('/empty', { mode: 'copy' });
  const refused = expect(queued).rejects.toThrow('The server closes and takes no more requests.');
  await vi.waitFor(() => expect(server.requests).toHaveLength(1));
  server.sayClose();
  await refused;
  server.release('/a.txt');
  expect((await sent).content.toString()).toBe('hello objects');
});

describe('content', () => {
  it('that is too large for memory is refused, and the connection goes on', async () => {
    const server = await started();
    const client = await connected({ path: server.path });
    for (const mode of ['copy', 'fdpass'] as const)
      await expect(client.get('/a.txt', { mode, maxBytes: 12 })).rejects.toThrow(ObjectsTooLargeError);
    expect((await client.get('/a.txt', { maxBytes: 13 })).content.toString()).toBe('hello objects');
  });

  it('that a reader gives up is passed over, and the next answer comes', async () => {
    const server = await started();
    server.objects.set('/large', Buffer.alloc(4_000_000));
    const client = await connected({ path: server.path });
    const { content } = await client.read('/large', { mode: 'copy' });
    content.destroy();
    expect((await client.get('/a.txt', { mode: 'copy' })).content.toString()).toBe('hello objects');
  });

  it('of a put that is refused at once is sent to its end where little is left', async () => {
    const server = await started();
    server.refused.set('/no', 'storage');
    const client = await connected({ path: server.path });
    await expect(client.put('/no', Buffer.alloc(300_000))).rejects.toMatchObject({ status: 'storage' });
    expect((await client.get('/a.txt')).content.toString()).toBe('hello objects');
  });

  it('is not received faster than it is read', async () => {
    const server = await started();
    server.objects.set('/large', Buffer.alloc(8_000_000));
    const client = await connected({ path: server.path });
    let received = 0;
    const onProgress = (done: number) => {
      received = done;
    };
    const { content } = await client.read('/large', { mode: 'copy', onProgress });
    // Meanwhile the server has all the time that it could want.
    const other = await connected({ path: server.path });
    for (let i = 0; i < 20; i++) await other.get('/a.txt');
    expect(received).toBeLessThan(1_000_000);
    expect(await text(content)).toHaveLength(8_000_000);
    expect(received).toBe(8_000_000);
  });

  it('of a put that stops half way ends the connection when its time is over', async () => {
    const server = await started();
    const client = await connected({ path: server.path });
    async function* pieces() {
      yield Buffer.from('ab');
      await new Promise(() => undefined);
    }
    const put = client.put('/half', { sizeBytes: 4, content: pieces() }, { deadlineMs: 20 });
    await expect(put).rejects.toThrow(ObjectsDeadlineError);
    expect(client.closed).toBe(true);
    expect(server.objects.has('/half')).toBe(false);
  });

  it('of another size than was said ends the connection, since nothing can follow it', async () => {
    const server = await started();
    for (const sizeBytes of [1, 9]) {
      const client = await connected({ path: server.path });
      async function* pieces() {
        yield Buffer.from('abcd');
      }
      await expect(client.put('/odd', { sizeBytes, content: pieces() })).rejects.toThrow(ObjectsUsageError);
      await expect(client.get('/a.txt')).rejects.toThrow(ObjectsConnectionError);
    }
    expect(server.objects.has('/odd')).toBe(false);
  });
});

it('sends nothing that the protocol cannot say', async () => {
  const server = await started();
  const client = await connected({ path: server.path, version: 1 });
  await expect(client.stat('/a.txt')).rejects.toThrow(ObjectsUsageError);
  await expect(client.get('a'.repeat(4_097))).rejects.toThrow(/4097 bytes/);
  await expect(client.put('/a', { sizeBytes: -1, content: [] as never })).rejects.toThrow(ObjectsUsageError);
  expect((await client.get('/a.txt')).content.toString()).toBe('hello objects');
  expect(server.requests).toEqual(['fdpass /a.txt']);
});

it('says what was wrong when the server speaks something else', async () => {
  const server = await started();
  const path = join(server.folder, 'other');
  const open = new Set<Socket>();
  const other = createServer((socket) => {
    open.add(socket);
    socket.write(hex('4f 42 4a 4d 02 00 03 00 04 03 02 00 00 00 63 00 00 00 00 00 00 00 00 00 00 00'));
  });
  await new Promise<void>((done) => other.listen(path, done));
  closers.push(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((done) => other.close(done));
  });
  const client = await connected({ path });
  await expect(client.get('/a')).rejects.toThrow(/id 99, and no request that waits has it/);
});

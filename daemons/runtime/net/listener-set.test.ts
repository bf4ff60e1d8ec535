import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { strangerAt } from '../../../contract/listen-place.ts';
import type { TcpListenEntry } from './listener-change.ts';
import { ListenerSet } from './listener-set.ts';

const created: Server[] = [];
let failures = 0;
const set = new ListenerSet<TcpListenEntry>({
  key: 'test.listen',
  protocol: () => 'test',
  create: () => {
    const server = createServer((socket) => socket.end());
    created.push(server);
    return server;
  },
  onAcceptFailure: () => {
    failures++;
  },
});
const entry = (port = 0): TcpListenEntry => ({ host: '127.0.0.1', port, tls: false });

afterEach(() => {
  set.close();
  created.length = 0;
  failures = 0;
});

function accepts(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.on('connect', () => socket.end());
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(true));
  });
}

it('opens what is new, keeps what stays and closes what is gone', async () => {
  expect(await set.apply([entry(), entry()])).toBe(true);
  const [first, second] = set.infos.map((info) => info.port);
  expect(first).not.toBe(second);
  expect(await set.apply([entry(), entry()])).toBe(false);
  expect(set.infos.map((info) => info.port)).toEqual([first, second]);
  expect(await set.apply([entry()])).toBe(true);
  expect(set.infos).toEqual([{ protocol: 'test', host: '127.0.0.1', port: first, tls: false }]);
  expect(await accepts(first!)).toBe(true);
  expect(await accepts(second!)).toBe(false);
});

it('takes the order of the configuration, whatever stays', async () => {
  await set.apply([entry()]);
  const kept = set.infos[0]!.port;
  await set.apply([{ ...entry(), host: '127.0.0.2' }, entry()]);
  expect(set.infos.map((info) => info.host)).toEqual(['127.0.0.2', '127.0.0.1']);
  expect(set.infos[1]!.port).toBe(kept);
});

it('changes nothing and leaves nothing open when one address is taken', async () => {
  await set.apply([entry()]);
  const { port } = set.infos[0]!;
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const address = other.address();
  const taken = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(set.apply([entry(), entry(), entry(taken)])).rejects.toMatchObject({
    code: 'address_in_use',
    message: `cannot listen on 127.0.0.1:${taken}: ${strangerAt({ host: '127.0.0.1', port: taken })}`,
  });
  other.close();
  expect(set.infos.map((info) => info.port)).toEqual([port]);
  expect(created.map((server) => server.listening)).toEqual([true, false, false]);
});

it('names an address that this machine does not have', async () => {
  await expect(set.apply([{ ...entry(), host: '192.0.2.1' }])).rejects.toMatchObject({ code: 'init_failed' });
});

it('tells of a connection that could not be accepted and listens on', async () => {
  await set.apply([entry()]);
  created[0]!.emit('error', new Error('EMFILE'));
  expect(failures).toBe(1);
  expect(await accepts(set.infos[0]!.port)).toBe(true);
});

it('may be closed twice', async () => {
  await set.apply([entry()]);
  set.close();
  set.close();
  expect(set.infos).toEqual([]);
});

it('holds no more sockets than it may over all its listeners, closes the others and goes on', async () => {
  const held: Socket[] = [];
  let dropped = 0;
  const small = new ListenerSet<TcpListenEntry>({
    key: 'small.listen',
    protocol: () => 'test',
    create: () => createServer((socket) => void held.push(socket)),
    onAcceptFailure: () => {
      dropped++;
    },
    maxSockets: 3,
  });
  await small.apply([entry(), entry()]);
  const [first, second] = small.infos.map((info) => info.port);
  const open = async (port: number) => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    await once(socket, 'connect');
    return { socket, closed };
  };
  const clients = [await open(first!), await open(second!), await open(first!)];
  await expect.poll(() => held.length).toBe(3);
  const refused = await open(second!);
  await refused.closed;
  expect(held).toHaveLength(3);
  expect(dropped).toBe(1);
  held[0]!.destroy();
  await clients[0]!.closed;
  const next = await open(second!);
  await expect.poll(() => held.length).toBe(4);
  for (const { socket } of [...clients, next]) socket.destroy();
  small.close();
});

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}

it('moves a listener from one address to all addresses on its port, and keeps its clients', async () => {
  const port = await freePort();
  const echoes = new ListenerSet<TcpListenEntry>({
    key: 'echo.listen',
    protocol: () => 'echo',
    create: () => createServer((socket) => socket.pipe(socket)),
    onAcceptFailure: () => {},
  });
  await echoes.apply([entry(port)]);
  const client = connect(port, '127.0.0.1');
  const says = async (text: string) => {
    client.write(text);
    return String((await once(client, 'data'))[0]);
  };
  expect(await says('before')).toBe('before');
  expect(await echoes.apply([{ ...entry(port), host: '0.0.0.0' }])).toBe(true);
  expect(echoes.infos).toEqual([{ protocol: 'echo', host: '0.0.0.0', port, tls: false }]);
  expect(await says('after')).toBe('after');
  client.destroy();
  echoes.close();
});

it('puts TLS on a port that is its own', async () => {
  const port = await freePort();
  await set.apply([entry(port)]);
  expect(await set.apply([{ ...entry(port), tls: true }])).toBe(true);
  expect(set.infos).toEqual([{ protocol: 'test', host: '127.0.0.1', port, tls: true }]);
  expect(await accepts(port)).toBe(true);
});

it('has the old listener back when the one on its port cannot be had after all', async () => {
  const port = await freePort();
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port: taken } = other.address() as AddressInfo;
  await set.apply([entry(port)]);
  await expect(set.apply([{ ...entry(port), tls: true }, entry(taken)])).rejects.toMatchObject({
    code: 'address_in_use',
    detail: { host: '127.0.0.1', port: taken, key: 'test.listen[1]' },
  });
  other.close();
  expect(set.infos).toEqual([{ protocol: 'test', host: '127.0.0.1', port, tls: false }]);
  expect(await accepts(port)).toBe(true);
});

it('exchanges addresses with another set when both release before either binds', async () => {
  const theirs = new ListenerSet<TcpListenEntry>({
    key: 'other.listen',
    protocol: () => 'other',
    create: () => createServer((socket) => socket.end()),
    onAcceptFailure: () => {},
  });
  try {
    const [a, b] = [await freePort(), await freePort()];
    await set.apply([entry(a)]);
    await theirs.apply([entry(b)]);
    const changes = [await set.change([entry(b)]), await theirs.change([entry(a)])];
    expect(changes.map((change) => change.held)).toEqual([
      [{ host: '127.0.0.1', port: b, key: 'test.listen[0]', own: false }],
      [{ host: '127.0.0.1', port: a, key: 'other.listen[0]', own: false }],
    ]);
    for (const change of changes) change.release();
    for (const change of changes) await change.bind();
    for (const change of changes) expect(change.commit()).toBe(true);
    expect([set, theirs].map((one) => one.infos[0]?.port)).toEqual([b, a]);
    // And the way back, when one of them is refused in the end.
    const again = [await set.change([entry(a)]), await theirs.change([entry(b)])];
    for (const change of again) change.release();
    for (const change of again) await change.bind();
    for (const change of again) change.undo();
    for (const change of again) await change.restore();
    expect([set, theirs].map((one) => one.infos[0]?.port)).toEqual([b, a]);
    expect(await Promise.all([accepts(a), accepts(b)])).toEqual([true, true]);
  } finally {
    theirs.close();
  }
});

/** Ports of the property below: few, so that changes meet. */
const PORTS = 3;

it('ends every change with exactly the wanted listeners or exactly the old ones, whatever is held', async () => {
  const ports = await Promise.all(Array.from({ length: PORTS }, freePort));
  const place = fc.record({
    host: fc.constantFrom('127.0.0.1', '127.0.0.2', '0.0.0.0'),
    port: fc.nat(PORTS - 1),
    tls: fc.boolean(),
  });
  const listen = fc
    .uniqueArray(place, { maxLength: 3, selector: ({ port }) => port })
    .map((places) => places.map((one) => ({ ...one, port: ports[one.port]! })));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(listen, fc.option(fc.nat(PORTS - 1))), { maxLength: 5 }),
      async (steps) => {
        set.close();
        for (const [wanted, foreign] of steps) {
          const before = set.infos;
          const other = createServer();
          const held = foreign === null ? false : await listens(other, ports[foreign]!);
          const outcome = await set.apply(wanted).then(
            () => true,
            () => false,
          );
          if (held) other.close();
          const expected = outcome ? wanted.map((one) => ({ protocol: 'test', ...one })) : before;
          expect(set.infos).toEqual(expected);
          for (const { host, port } of set.infos) {
            expect(await accepts(port, host === '0.0.0.0' ? '127.0.0.1' : host)).toBe(true);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});

/** Whether another program could take the port on 127.0.0.1 now; it then has it. */
function listens(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
}

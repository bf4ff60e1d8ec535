import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type ListenEntry, ListenerSet } from './listener-set.ts';

const created: Server[] = [];
let failures = 0;
const set = new ListenerSet<ListenEntry>({
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
const entry = (port = 0): ListenEntry => ({ host: '127.0.0.1', port, tls: false });

afterEach(() => {
  set.close();
  created.length = 0;
  failures = 0;
});

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
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
    message: `cannot listen on 127.0.0.1:${taken}: another process does`,
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
  const small = new ListenerSet<ListenEntry>({
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

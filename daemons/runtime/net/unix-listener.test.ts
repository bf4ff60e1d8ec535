import { once } from 'node:events';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { probePlaces } from './listen-probe.ts';
import type { ListenEntry, UnixListenEntry } from './listener-change.ts';
import { ListenerSet } from './listener-set.ts';

let dir: string;
let path: string;
let connections = 0;
const set = new ListenerSet<ListenEntry>({
  key: 'test.listen',
  protocol: () => 'test',
  create: () =>
    createServer((socket) => {
      connections++;
      socket.end();
    }),
  onAcceptFailure: () => {},
});

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'signalbox-unix-'));
  path = join(dir, 'irc.sock');
  connections = 0;
});
afterEach(() => {
  set.close();
  rmSync(dir, { recursive: true });
});

function accepts(at: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(at);
    socket.on('error', () => resolve(false));
    socket.on('close', (failed) => resolve(!failed));
    socket.resume();
  });
}

const rights = (at: string) => lstatSync(at).mode & 0o777;

async function foreignServer(at: string): Promise<Server> {
  const server = createServer((socket) => socket.end()).listen(at);
  await once(server, 'listening');
  return server;
}

/** What a process leaves behind that was killed. */
async function staleSocket(at: string): Promise<void> {
  const aside = `${at}x`;
  const server = await foreignServer(aside);
  linkSync(aside, at);
  server.close();
  await once(server, 'close');
}

it('listens at a path for its owner alone, beside TCP, and leaves nothing behind', async () => {
  await set.apply([{ path }, { host: '127.0.0.1', port: 0, tls: false }]);
  expect(set.infos[0]).toEqual({ protocol: 'test', path });
  expect(rights(path)).toBe(0o600);
  expect(readdirSync(dir)).toEqual(['irc.sock']);
  expect(await accepts(path)).toBe(true);
  set.close();
  expect(readdirSync(dir)).toEqual([]);
});

it('lets in whom the setting lets in', async () => {
  const before = process.umask(0);
  try {
    await set.apply([{ path, mode: '0660' }]);
  } finally {
    process.umask(before);
  }
  expect(rights(path)).toBe(0o660);
});

it('belongs to the group that is named, whose members the rights may let in', async () => {
  const [own, ...others] = [
    process.getgid!(),
    ...process.getgroups!().filter((one) => one !== process.getgid!()),
  ];
  const gid = process.getuid!() === 0 ? 4_711 : (others[0] ?? own!);
  await set.apply([{ path, mode: '0660', gid }]);
  expect([lstatSync(path).gid, rights(path)]).toEqual([gid, 0o660]);
});

it('says that a group is not this user’s to give', async () => {
  const privileged = process.getuid!() === 0;
  chmodSync(dir, 0o777);
  if (privileged) process.seteuid!(65_534);
  try {
    await expect(set.apply([{ path, gid: 4_711 }])).rejects.toMatchObject({
      code: 'init_failed',
      message: `cannot listen on ${path}: this user is not in the group 4711, and only root may give a socket to it`,
    });
  } finally {
    if (privileged) process.seteuid!(0);
  }
  expect(readdirSync(dir)).toEqual([]);
});

it.each([1, 40])(
  'listens at the longest path that the system takes, whose last name has %s bytes',
  async (last) => {
    let folder = dir;
    for (let left = 107 - last - 1 - dir.length; left > 0; left -= 60) {
      folder = join(folder, 'x'.repeat(Math.min(left, 60) - 1));
      mkdirSync(folder);
    }
    const longest = join(folder, 'y'.repeat(107 - Buffer.byteLength(folder) - 1));
    expect(Buffer.byteLength(longest)).toBe(107);
    await set.apply([{ path: longest }]);
    expect(await accepts(longest)).toBe(true);
    expect(readdirSync(folder)).toEqual([basename(longest)]);
  },
);

it('takes the place of a socket that a killed process left behind', async () => {
  await staleSocket(path);
  expect(await accepts(path)).toBe(false);
  await set.apply([{ path }]);
  expect(await accepts(path)).toBe(true);
});

it('leaves a socket alone on which another process answers', async () => {
  const other = await foreignServer(path);
  await expect(set.apply([{ path }])).rejects.toMatchObject({
    code: 'address_in_use',
    message: `cannot listen on ${path}: another process does`,
    detail: { path, key: 'test.listen[0]' },
  });
  expect(await accepts(path)).toBe(true);
  expect(readdirSync(dir)).toEqual(['irc.sock']);
  other.close();
});

it('never removes what is no socket', async () => {
  writeFileSync(path, 'precious');
  await expect(set.apply([{ path }])).rejects.toMatchObject({
    code: 'init_failed',
    message: `cannot listen on ${path}: what is there is no socket, and it was left as it is; name another path or remove it`,
  });
  expect(lstatSync(path).isFile()).toBe(true);
  expect(readdirSync(dir)).toEqual(['irc.sock']);
});

it('finds nothing wrong in a check with a path in the folder of the daemon itself, which a start makes', async () => {
  const own = join(dir, 'objects');
  const at = (path: string) => [{ path, setting: ['objects', 'listen', 0] }];
  expect(await probePlaces(at(join(own, 'objects.sock')), own)).toEqual({ held: [], refused: [] });
  expect(await probePlaces(at(join(dir, 'none', 'objects.sock')), own)).toMatchObject({
    refused: [{ code: 'init_failed' }],
  });
  mkdirSync(own);
  writeFileSync(join(own, 'objects.sock'), 'precious');
  expect(await probePlaces(at(join(own, 'objects.sock')), own)).toMatchObject({
    refused: [{ code: 'init_failed' }],
  });
});

it('says which folder is missing', async () => {
  await expect(set.apply([{ path: join(dir, 'none', 'irc.sock') }])).rejects.toMatchObject({
    code: 'init_failed',
    message: `cannot listen on ${join(dir, 'none', 'irc.sock')}: there is no such folder; make it first (ENOENT)`,
  });
});

it('does not take a path away from whoever has replaced its socket', async () => {
  await set.apply([{ path }]);
  rmSync(path);
  const other = await foreignServer(path);
  set.close();
  expect(await accepts(path)).toBe(true);
  other.close();
});

it('hands a path over on a reload to a listener with other rights, without a client of its own', async () => {
  await set.apply([{ path }]);
  const change = await set.change([{ path: `${dir}//./irc.sock`, mode: '0666' } satisfies UnixListenEntry]);
  expect(change.held).toEqual([{ path: `${dir}//./irc.sock`, key: 'test.listen[0]', own: true }]);
  change.release();
  await change.bind();
  expect(change.commit()).toBe(true);
  expect(rights(path)).toBe(0o666);
  expect(connections).toBe(0);
  expect(await accepts(path)).toBe(true);
});

it('opens a path again when a reload is taken back', async () => {
  await set.apply([{ path }]);
  const change = await set.change([{ path, mode: '0666' }]);
  change.release();
  await change.bind();
  change.undo();
  await change.restore();
  expect(rights(path)).toBe(0o600);
  expect(await accepts(path)).toBe(true);
});

it('changes nothing by a look at where it could listen', async () => {
  const stale = join(dir, 'stale.sock');
  const held = join(dir, 'held.sock');
  const file = join(dir, 'file');
  await staleSocket(stale);
  const other = await foreignServer(held);
  writeFileSync(file, '');
  const before = readdirSync(dir);
  const setting = (index: number) => ['test', 'listen', index];
  const places = [path, stale, held, file].map((at, index) => ({ path: at, setting: setting(index) }));
  expect(await probePlaces(places)).toMatchObject({
    held: [{ path: held, key: 'test.listen[2]', own: false }],
    refused: [{ code: 'init_failed', detail: { path: file, key: 'test.listen[3]' } }],
  });
  expect(readdirSync(dir)).toEqual(before);
  other.close();
});

it('lets go of the addresses that it looked at', async () => {
  const setting = ['test', 'listen', 0];
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  const place = { host: '127.0.0.1', port, setting };
  expect(await probePlaces([place])).toEqual({
    held: [{ host: '127.0.0.1', port, key: 'test.listen[0]', own: false }],
    refused: [],
  });
  probe.close();
  await once(probe, 'close');
  for (let times = 0; times < 2; times++)
    expect(await probePlaces([place])).toEqual({ held: [], refused: [] });
  const absent = { host: '192.0.2.1', port: 0, setting };
  expect(await probePlaces([place, absent, { path: join(dir, 'none', 's'), setting }])).toMatchObject({
    held: [],
    refused: [
      { code: 'init_failed', detail: { host: '192.0.2.1', key: 'test.listen[0]' } },
      { code: 'init_failed', detail: { path: join(dir, 'none', 's') } },
    ],
  });
});

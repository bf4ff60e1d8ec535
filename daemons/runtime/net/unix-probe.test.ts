/** Who listens on a Unix socket that stands there, found out by connecting to it; what connects is a fake. */
import { EventEmitter, once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { listenAtPath, pathState, SOCKET_MODE } from './unix-socket.ts';

class FakeSocket extends EventEmitter {
  readonly destroy = vi.fn();
  timeout: { readonly ms: number; readonly over: () => void } | null = null;

  setTimeout(ms: number, over: () => void): void {
    this.timeout = { ms, over };
  }
}

const connected: { readonly path: string; readonly socket: FakeSocket }[] = [];
vi.mock('node:net', async (original) => ({
  ...(await original<typeof import('node:net')>()),
  connect(path: string) {
    const socket = new FakeSocket();
    connected.push({ path, socket });
    return socket;
  },
}));
const { createServer } = await import('node:net');

let dir: string;
let path: string;
let server: Server;
beforeEach(async () => {
  connected.length = 0;
  dir = mkdtempSync(join(tmpdir(), 'signalbox-probe-'));
  path = join(dir, 's');
  server = createServer().listen(path);
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
  rmSync(dir, { recursive: true });
});

const failed = (code: string) => Object.assign(new Error(code), { code });

it.each<[string, (socket: FakeSocket) => void, string]>([
  ['somebody answers', (socket) => socket.emit('connect'), 'held'],
  ['nobody listens', (socket) => socket.emit('error', failed('ECONNREFUSED')), 'stale'],
  ['this user may not ask', (socket) => socket.emit('error', failed('EACCES')), 'held'],
  ['whoever listens does not accept', (socket) => socket.timeout?.over(), 'held'],
])('is told by what becomes of a connection: %s', async (_, happens, state) => {
  const asked = pathState(path);
  await vi.waitFor(() => expect(connected).toHaveLength(1));
  const [{ socket, path: to }] = connected as [(typeof connected)[number]];
  expect([to, socket.timeout?.ms]).toEqual([path, 1_000]);
  happens(socket);
  expect(await asked).toBe(state);
  expect(socket.destroy).toHaveBeenCalled();
});

it('asks nobody where there is nothing, or no socket', async () => {
  writeFileSync(join(dir, 'file'), '');
  expect(await pathState(join(dir, 'none'))).toBe('free');
  expect(await pathState(join(dir, 'file'))).toBe('foreign');
  await expect(pathState(join(dir, 'file', 'x'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  expect(connected).toEqual([]);
});

it('listens with the backlog of the table, for its owner', async () => {
  const other = createServer();
  const listen = vi.spyOn(other, 'listen');
  const leave = await listenAtPath(other, join(dir, 'mine'), SOCKET_MODE);
  expect(listen.mock.calls[0]?.[0]).toMatchObject({ backlog: 4_096 });
  expect(SOCKET_MODE).toBe(0o600);
  leave();
  leave();
  other.close();
});

it('closes its server where it comes too late, and says that the path is in use', async () => {
  const other = createServer();
  const late = join(dir, 'late');
  const listening = listenAtPath(other, late, SOCKET_MODE);
  // Somebody makes the path between the look at it and the link.
  other.once('listening', () => writeFileSync(late, ''));
  await expect(listening).rejects.toMatchObject({ code: 'EADDRINUSE', message: 'somebody else was faster' });
  expect(other.listening).toBe(false);
  chmodSync(late, 0o600);
});
